/** Ways to control of the server: rules, primaries, modules, files, code of others. */
import { withClosedDefault } from './escalation-way.ts';
import type { WayRule } from './escalation-way.ts';
import { allowed, BEFORE_7_0, denied, prove, SECRET, SINCE_6_0, SINCE_6_2, SINCE_7_0 } from './proof.ts';

export const CONTROL_WAYS: readonly WayRule[] = [
  {
    id: 'esc-acl-setuser',
    edges: ['esc-acl-setuser'],
    title: 'A limited user may write its own rules',
    severity: 'critical',
    rationale:
      'ACL SETUSER takes any rule for any user, the caller included: whoever may run it has every right, whatever else its rules say. @admin, @dangerous, @slow and @all contain it.',
    fix: 'Give acl|setuser to administrators only; for looking up, acl|whoami and acl|cat are enough.',
    shownBy: ['ACL', 'SETUSER', 'u', '~*', '+@all'],
    proof: [
      prove(SINCE_6_0, '-@all +acl|setuser', denied('GET', 'k'), allowed('ACL', 'SETUSER', 'u', 'on')),
      prove(SINCE_7_0, '~app:* +@slow', allowed('ACL', 'SETUSER', 'u', '~*', '+@all')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user operator on ${SECRET} -@all +acl|setuser`) },
      good: { text: withClosedDefault(`user operator on ${SECRET} -@all +acl|whoami`) },
    },
  },
  {
    id: 'esc-config-set-requirepass',
    edges: ['esc-config-set-requirepass'],
    title: 'A limited user may set the password of default',
    severity: 'critical',
    rationale:
      'CONFIG SET requirepass replaces every password of the user default, even where an ACL file declares it. Whoever may run it logs in as default, and holds what default holds.',
    fix: 'Deny CONFIG SET, and switch the user default off.',
    shownBy: ['CONFIG', 'SET', 'requirepass', 'x'],
    proof: [
      prove(SINCE_6_0, '-@all +config|set', allowed('CONFIG', 'SET', 'maxmemory', '0'), denied('GET', 'k')),
    ],
    examples: {
      bad: { text: `user default on ${SECRET} ~* &* +@all\nuser tuner on ${SECRET} +info +config|set` },
      good: { text: `user default on ${SECRET} ~* &* +@all\nuser tuner on ${SECRET} +info` },
    },
  },
  {
    id: 'esc-config-set-dir',
    edges: ['esc-config-set-dir'],
    title: 'A limited user may write files on the host',
    severity: 'high',
    rationale:
      'CONFIG SET dir and dbfilename say where the next snapshot goes and what it is called: a cron table or authorized_keys with planted lines. 6.x allows it to whoever holds CONFIG SET; 7.0 and later only where enable-protected-configs says so.',
    fix: 'Deny CONFIG SET, and leave enable-protected-configs at no.',
    shownBy: ['CONFIG', 'GET', 'enable-protected-configs'],
    proof: [
      prove(BEFORE_7_0, '-@all +config|set +save', allowed('CONFIG', 'SET', 'dbfilename', 'dump.rdb')),
      prove(SINCE_7_0, '-@all +config|get', denied('CONFIG', 'SET', 'dir', '/')),
    ],
    examples: {
      bad: { server: 'redis-6.2', text: withClosedDefault(`user tuner on ${SECRET} +info +config|set`) },
      good: { server: 'redis-6.2', text: withClosedDefault(`user tuner on ${SECRET} +info`) },
    },
  },
  {
    id: 'esc-replicaof',
    edges: ['esc-replicaof', 'esc-replicaof-network', 'esc-dos-replicaof'],
    needed: ['sentinel'],
    title: 'A limited user may choose the primary',
    severity: 'critical',
    rationale:
      'After REPLICAOF the server deletes its data, copies those of the host that was named, and runs whatever that host streams, ACL SETUSER among it, without asking any rule. SLAVEOF is the same command.',
    fix: 'Deny REPLICAOF and SLAVEOF to all but Sentinel and administrators, and let the server open connections to its peers only.',
    shownBy: ['REPLICAOF', 'NO', 'ONE'],
    proof: [
      prove(SINCE_6_0, '-@all +replicaof', allowed('REPLICAOF', 'NO', 'ONE'), denied('SLAVEOF', 'NO', 'ONE')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user ctl on ${SECRET} +info +replicaof`) },
      good: { text: withClosedDefault(`user ctl on ${SECRET} +info +role`) },
    },
  },
  {
    id: 'esc-failover',
    edges: ['esc-failover'],
    title: 'A user of replication may also hand the primary role over',
    severity: 'critical',
    rationale:
      'PSYNC and REPLCONF make a connection a replica at an address of its choice; FAILOVER TO that address, by force, makes the server the replica of it, which then streams any command.',
    fix: 'Give failover to operators, psync and replconf to replicas, and never the three to one user.',
    shownBy: ['FAILOVER', 'ABORT'],
    proof: [
      prove(
        SINCE_6_2,
        '-@all +psync +replconf +failover',
        allowed('FAILOVER', 'ABORT'),
        allowed('REPLCONF', 'listening-port', '1'),
      ),
    ],
    examples: {
      bad: { text: withClosedDefault(`user replica on ${SECRET} +psync +replconf +ping +failover`) },
      good: { text: withClosedDefault(`user replica on ${SECRET} +psync +replconf +ping`) },
    },
  },
  {
    id: 'esc-cluster-reset',
    edges: ['esc-cluster-replicate', 'esc-cluster-reset'],
    title: 'A limited user may change the cluster',
    severity: 'high',
    rationale:
      'In cluster mode CLUSTER MEET brings a node of anybody’s choice in, REPLICATE is what REPLICAOF is elsewhere, and RESET, FORGET and the slot commands take nodes out of service.',
    fix: 'Give the subcommands that clients need, one by one: cluster|slots, cluster|shards, cluster|nodes, cluster|info.',
    shownBy: ['CLUSTER', 'INFO'],
    proof: [
      prove(
        SINCE_7_0,
        '~app:* +cluster',
        allowed('CLUSTER', 'MEET', '127.0.0.1', '1'),
        allowed('CLUSTER', 'RESET'),
      ),
      prove(SINCE_7_0, '~app:* +cluster|slots', denied('CLUSTER', 'RESET'), allowed('CLUSTER', 'SLOTS')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +cluster`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +cluster|slots +cluster|shards`) },
    },
  },
  {
    id: 'esc-acl-load',
    edges: ['esc-acl-load'],
    title: 'A limited user may have the ACL file read anew',
    severity: 'medium',
    rationale:
      'ACL LOAD puts in force what stands in the ACL file. Who can write to that file, by a shared volume or an account on the host, has any right; and a broken line with an open parenthesis ends servers from 7.0 on.',
    fix: 'Deny ACL LOAD to all but administrators.',
    shownBy: ['ACL', 'WHOAMI'],
    proof: [prove(SINCE_7_0, '-@all +acl|load', allowed('ACL', 'LOAD'), denied('ACL', 'SETUSER', 'u', 'on'))],
    examples: {
      bad: { text: withClosedDefault(`user deploy on ${SECRET} +acl|load`) },
      good: { text: withClosedDefault(`user deploy on ${SECRET} +acl|whoami`) },
    },
  },
  {
    id: 'esc-module-load',
    edges: ['esc-module-load'],
    title: 'A limited user may load modules',
    severity: 'critical',
    rationale:
      'A module is native code in the server. 6.x loads it for whoever holds MODULE LOAD; 7.0 and later only where enable-module-command allows it, which a restart can change.',
    fix: 'Deny MODULE, and leave enable-module-command at no.',
    shownBy: ['MODULE', 'LIST'],
    proof: [
      prove(BEFORE_7_0, '-@all +module|load', allowed('MODULE', 'LOAD', '/nonexistent.so')),
      prove(
        SINCE_7_0,
        '-@all +module',
        allowed('MODULE', 'LOAD', '/nonexistent.so'),
        allowed('MODULE', 'LIST'),
      ),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +module`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +module|list`) },
    },
  },
  {
    id: 'esc-function-poison',
    edges: ['esc-function-poison'],
    title: 'A limited user may replace code that stronger users call',
    severity: 'high',
    rationale:
      'FUNCTION LOAD REPLACE and FUNCTION RESTORE put other code under the name of an existing library, and a function runs with the rights of whoever calls it. @write contains both, and neither -@admin nor -@dangerous takes them away.',
    fix: 'Deny FUNCTION to applications; those that call functions need fcall or fcall_ro only.',
    shownBy: ['FUNCTION', 'STATS'],
    proof: [
      prove(
        SINCE_7_0,
        '~app:* +@read +@write -@dangerous',
        allowed('FUNCTION', 'LOAD', 'REPLACE', 'x'),
        allowed('FUNCTION', 'RESTORE', 'x'),
      ),
      prove(
        SINCE_7_0,
        '~app:* +@read +@write -@dangerous -function',
        denied('FUNCTION', 'LOAD', 'x'),
        allowed('SET', 'app:1', 'v'),
      ),
    ],
    examples: {
      bad: {
        server: 'redis-8.0.6',
        text: withClosedDefault(`user app on ${SECRET} ~app:* +@read +@write -@dangerous`),
      },
      good: {
        server: 'redis-8.0.6',
        text: withClosedDefault(`user app on ${SECRET} ~app:* +@read +@write -@dangerous -function`),
      },
    },
  },
  {
    id: 'esc-lua-global-6.0',
    edges: ['esc-lua-global-6.0'],
    title: 'Scripts can change the scripts of others (CVE-2022-24735)',
    severity: 'high',
    rationale:
      'Before 6.2.7 all scripts share the Lua table redis, and one script can change it for all later ones: its code then runs with the rights of whoever runs a script next. Distributors may have mended older numbers.',
    fix: 'Upgrade, and deny @scripting to users who need none.',
    shownBy: ['EVAL', 'return 1', '0'],
    proof: [prove(BEFORE_7_0, '~app:* +eval', allowed('EVAL', 'return 1', '0'), denied('GET', 'secret'))],
    examples: {
      bad: { server: 'redis-6.0.16', text: withClosedDefault(`user app on ${SECRET} ~app:* +get +eval`) },
      good: { server: 'redis-6.0.16', text: withClosedDefault(`user app on ${SECRET} ~app:* +get`) },
    },
  },
  {
    id: 'esc-lua-metatable',
    edges: ['esc-lua-metatable'],
    title: 'Scripts can change the scripts of others (CVE-2025-46818)',
    severity: 'high',
    rationale:
      'The metatables of basic Lua types are shared by all scripts; before 6.2.20, 7.2.11, 7.4.6, 8.0.4 and 8.2.2, in Valkey before 7.2.11, 8.0.6 and 8.1.4, they can be changed, so that code of one user runs inside scripts of another. Distributors may have mended older numbers.',
    fix: 'Upgrade, and deny @scripting to users who need none.',
    shownBy: ['EVAL', 'return 1', '0'],
    proof: [prove(SINCE_6_0, '~app:* +eval', allowed('EVAL', 'return 1', '0'), denied('GET', 'secret'))],
    examples: {
      bad: { server: 'redis-7.2.6', text: withClosedDefault(`user app on ${SECRET} ~app:* +get +eval`) },
      good: { server: 'redis-7.2.11', text: withClosedDefault(`user app on ${SECRET} ~app:* +get +eval`) },
    },
  },
];
