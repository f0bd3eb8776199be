/** Ways short of control: data that leave, other hosts, native code by known flaws, and the work of others. */
import { withClosedDefault } from './escalation-way.ts';
import type { WayRule } from './escalation-way.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';

export const DAMAGE_WAYS: readonly WayRule[] = [
  {
    id: 'esc-psync-exfil',
    edges: ['esc-psync-exfil'],
    needed: ['replica', 'backup'],
    title: 'A limited user may copy the whole data set',
    severity: 'critical',
    rationale:
      'PSYNC and SYNC answer with a snapshot of every database and then with every later write: no key pattern applies, and +psync alone is enough. @admin, @dangerous and @slow contain them.',
    fix: 'Deny PSYNC, SYNC and REPLCONF to all but the replicas’ own user.',
    shownBy: ['PSYNC', '?', '-1'],
    proof: [
      prove(SINCE_7_0, '-@all +psync', allowed('PSYNC', '?', '-1'), denied('GET', 'secret')),
      prove(SINCE_7_0, '~app:* +get +sync', allowed('SYNC'), denied('GET', 'secret')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +psync`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get`) },
    },
  },
  {
    id: 'esc-migrate-ssrf',
    edges: ['esc-migrate-ssrf'],
    title: 'A limited user may send keys to any host',
    severity: 'high',
    rationale:
      'MIGRATE makes the server connect to the host and port that are named, and sends the keys there, which leave this server. It reaches what the server reaches; sent to the server itself it writes into other databases as the user default. @write and @keyspace contain it.',
    fix: 'Deny MIGRATE: -@dangerous does, after the category that brings it.',
    shownBy: ['MIGRATE', '127.0.0.1', '1', '', '0', '1', 'KEYS', 'app:none'],
    proof: [
      prove(
        SINCE_6_0,
        '~app:* +@write',
        allowed('MIGRATE', '127.0.0.1', '1', 'app:none', '0', '1'),
        denied('MIGRATE', '127.0.0.1', '1', 'other', '0', '1'),
      ),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +set +migrate`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +set`) },
    },
  },
  {
    id: 'esc-lua-advisory',
    edges: [
      'esc-lua-cve-2022-0543',
      'esc-lua-cve-2022-24834',
      'esc-lua-cve-2024-31449',
      'esc-lua-cve-2024-46981',
      'esc-lua-cve-2025-46817',
      'esc-lua-cve-2025-49844',
    ],
    title: 'Scripts reach native code on this version',
    severity: 'high',
    rationale:
      'Published flaws of the Lua engine let a script run native code as the server: CVE-2022-24834, CVE-2024-31449, CVE-2024-46981, CVE-2025-46817, CVE-2025-49844, and CVE-2022-0543 in packages of Debian and Ubuntu. FUNCTION LOAD runs Lua too, and -@dangerous leaves all of it. Distributors may have mended older numbers.',
    fix: 'Upgrade, and deny @scripting and FUNCTION to users who need none.',
    shownBy: ['EVAL', 'return 1', '0'],
    proof: [
      prove(
        SINCE_7_0,
        '~app:* +@all -@dangerous',
        allowed('EVAL', 'return 1', '0'),
        allowed('FUNCTION', 'LOAD', 'x'),
        denied('GET', 'secret'),
      ),
      prove(
        SINCE_7_0,
        '~app:* +@all -@dangerous -@scripting',
        denied('EVAL', 'return 1', '0'),
        denied('FUNCTION', 'LOAD', 'x'),
      ),
    ],
    examples: {
      bad: { server: 'redis-7.2.6', text: withClosedDefault(`user app on ${SECRET} ~app:* +get +eval`) },
      good: { server: 'redis-7.2.11', text: withClosedDefault(`user app on ${SECRET} ~app:* +get +eval`) },
    },
  },
  {
    id: 'esc-restore',
    edges: ['esc-restore', 'esc-restore-cve-2026-25243', 'esc-restore-cve-2026-63639'],
    title: 'A limited user may hand crafted payloads to the server',
    severity: 'medium',
    rationale:
      'RESTORE reads a value from bytes that the user makes up. Unless sanitize-dump-payload is set they are hardly checked, and published flaws (CVE-2026-25243, CVE-2026-63639) corrupt memory. @write and @keyspace contain it; @dangerous too.',
    fix: 'Deny RESTORE: -@dangerous does, after the category that brings it.',
    shownBy: ['RESTORE', 'app:none', '0', 'x'],
    proof: [
      prove(
        SINCE_6_0,
        '~app:* +@write',
        allowed('RESTORE', 'app:none', '0', 'x'),
        denied('RESTORE', 'other', '0', 'x'),
      ),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +restore`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get`) },
    },
  },
  {
    id: 'esc-acl-hashes',
    edges: ['esc-acl-list'],
    title: 'A limited user may read the password hashes of all',
    severity: 'high',
    rationale:
      'ACL LIST and ACL GETUSER show the SHA-256 of every password. There is no salt: common and short passwords are found offline in moments, those of administrators included.',
    fix: 'Deny ACL LIST and ACL GETUSER; acl|users and acl|whoami name users without their hashes.',
    shownBy: ['ACL', 'LIST'],
    proof: [
      prove(SINCE_6_0, '-@all +acl|list', allowed('ACL', 'LIST')),
      prove(SINCE_6_0, '-@all +acl|users', allowed('ACL', 'USERS'), denied('ACL', 'LIST')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user auditor on ${SECRET} +acl|list +acl|users`) },
      good: { text: withClosedDefault(`user auditor on ${SECRET} +acl|users`) },
    },
  },
  {
    id: 'esc-shutdown',
    edges: ['esc-shutdown'],
    title: 'A limited user may stop the server',
    severity: 'high',
    rationale:
      'SHUTDOWN ends the process, and with NOSAVE what was not written yet is lost. @admin, @dangerous and @slow contain it.',
    fix: 'Deny SHUTDOWN.',
    proof: [
      prove(SINCE_7_0, '~app:* +@slow', allowed('SHUTDOWN', 'NOSAVE')),
      prove(SINCE_7_0, '~app:* +@slow -@dangerous', denied('SHUTDOWN', 'NOSAVE')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +shutdown`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get`) },
    },
  },
  {
    id: 'esc-script-flush',
    edges: ['esc-script-flush', 'esc-dos-script-kill'],
    needed: ['sentinel'],
    title: 'A limited user may delete or stop the scripts of everybody',
    severity: 'medium',
    rationale:
      'SCRIPT FLUSH and FUNCTION FLUSH take away what other users call, SCRIPT KILL and FUNCTION KILL end what they run. FUNCTION FLUSH is in @write and not in @dangerous.',
    fix: 'Give the subcommands that are needed, one by one: script|load and script|exists.',
    shownBy: ['SCRIPT', 'EXISTS', 'x'],
    proof: [
      prove(SINCE_6_0, '~app:* +script', allowed('SCRIPT', 'FLUSH')),
      prove(
        SINCE_7_0,
        '~app:* +script|load +script|exists',
        allowed('SCRIPT', 'EXISTS', 'x'),
        denied('SCRIPT', 'FLUSH'),
      ),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +script`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +script|exists`) },
    },
  },
  {
    id: 'esc-debug',
    edges: ['esc-dos-debug'],
    title: 'A limited user may run DEBUG',
    severity: 'high',
    rationale:
      'DEBUG ends or stops the process, and looks at any key. 6.x runs it for whoever holds it; 7.0 and later only where enable-debug-command allows it, which a restart can change.',
    fix: 'Deny DEBUG, and leave enable-debug-command at no.',
    shownBy: ['DEBUG', 'SLEEP', '0'],
    proof: [prove(SINCE_6_0, '~app:* +debug', allowed('DEBUG', 'SLEEP', '0'), denied('GET', 'secret'))],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +debug`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +object|encoding`) },
    },
  },
  {
    id: 'esc-operations',
    edges: ['esc-dos-config-set', 'esc-dos-acl-deluser', 'esc-dos-save', 'esc-dos-failover'],
    needed: ['backup', 'sentinel', 'admin'],
    title: 'A limited user may hold the server up',
    severity: 'medium',
    rationale:
      'CONFIG SET bounds memory and clients to nothing, ACL DELUSER closes the connections of a user, SAVE answers nobody until the snapshot is written, BGSAVE and BGREWRITEAOF fork and fill the disk, FAILOVER stops writes.',
    fix: 'Give these commands to those who run the server.',
    proof: [
      prove(SINCE_6_0, '~app:* +save', allowed('SAVE')),
      prove(SINCE_6_0, '-@all +acl|deluser', allowed('ACL', 'DELUSER', 'nobody-of-this-name')),
    ],
    examples: {
      bad: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +save`) },
      good: { text: withClosedDefault(`user app on ${SECRET} ~app:* +get +lastsave`) },
    },
  },
];
