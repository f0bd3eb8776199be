/** Commands that show what others do: their commands, values, key names, passwords. */
import { canRun, reach } from '../../decision/reach.ts';
import type { LintRule } from '../rule.ts';
import { isApplication } from '../user-kind.ts';
import { findGrant } from './history.ts';
import {
  denyFix,
  findHolders,
  hasKeyPatterns,
  hasNeighbours,
  hitAt,
  holderRule,
  isConfined,
  isLimited,
  showPatterns,
} from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';

const monitor = holderRule({
  id: 'monitor',
  title: 'MONITOR shows the commands and values of everybody',
  severity: 'high',
  rationale:
    'MONITOR streams every command of every client with its arguments, in every database; key patterns are not asked. Administrative commands such as ACL SETUSER and CONFIG SET are left out, and the passwords of AUTH and HELLO; arguments of EVAL and all values are not.',
  fix: 'Deny MONITOR, or list the commands that are needed instead of @admin, @dangerous or @slow.',
  commands: ['monitor'],
  applies: isLimited,
  severityOf: ({ user }) => (hasKeyPatterns(user) ? 'critical' : 'high'),
  because: ({ user }) =>
    `it streams the keys and values of every other client${hasKeyPatterns(user) ? `, and ${showPatterns(user)} does not limit it` : ''}`,
  shownBy: () => ['MONITOR'],
  proof: [prove(SINCE_6_0, '~none +monitor', allowed('MONITOR'), denied('GET', 'k'))],
  examples: {
    bad: { text: `user watcher on ${SECRET} +monitor` },
    good: { text: `user watcher on ${SECRET} +info` },
  },
});

const monitorSecrets = holderRule({
  id: 'monitor-secrets',
  title: 'MONITOR shows passwords given to MIGRATE (6.0)',
  severity: 'medium',
  rationale:
    'Redis 6.0 shows the password of MIGRATE … AUTH to everybody who may MONITOR; 6.2 and later leave it out. Secrets in the arguments of EVAL are shown by every version.',
  fix: 'Update to 6.2 or later, and deny MONITOR.',
  commands: ['monitor'],
  applies: (user) => !user.user.table.dialect.channels && isLimited(user),
  because: () => 'this version streams the password of MIGRATE … AUTH with it',
  proof: [prove(['redis-6.0'], '+monitor', allowed('MONITOR'))],
  examples: {
    bad: { server: 'redis-6.0', text: `user watcher on ${SECRET} +monitor` },
    good: { server: 'redis-6.2', text: `user watcher on ${SECRET} +monitor` },
  },
});

const slowlog = holderRule({
  id: 'slowlog',
  title: 'The slow log shows the data of everybody',
  severity: 'medium',
  rationale:
    'SLOWLOG GET shows the arguments of slow commands of all clients: keys and values, with the client’s address. Key patterns are not asked. An exporter needs SLOWLOG LEN at most.',
  fix: 'Deny SLOWLOG GET (6.x: SLOWLOG), and keep SLOWLOG LEN for exporters.',
  commands: ['slowlog|get'],
  applies: isLimited,
  severityOf: ({ user }) => (isConfined(user) ? 'high' : user.kind === 'exporter' ? 'low' : 'medium'),
  because: () => 'it shows keys and values of other clients’ commands',
  shownBy: () => ['SLOWLOG', 'GET', '10'],
  proof: [
    prove(SINCE_6_0, '+slowlog', allowed('SLOWLOG', 'GET', '10'), denied('GET', 'k')),
    prove(SINCE_7_0, '+slowlog|len', allowed('SLOWLOG', 'LEN'), denied('SLOWLOG', 'GET', '10')),
  ],
  examples: {
    bad: { text: `user exporter on ${SECRET} +info +slowlog` },
    good: { text: `user exporter on ${SECRET} +info +slowlog|len` },
  },
});

const commandlog: LintRule = {
  id: 'commandlog',
  title: 'The command log shows what the slow log was denied for',
  severity: 'medium',
  rationale:
    'Valkey 8.1 and later have COMMANDLOG GET, which shows the same arguments as SLOWLOG GET, and large requests and replies besides. A denial of SLOWLOG does not cover it.',
  fix: 'Deny COMMANDLOG as well.',
  proof: [
    prove(
      ['valkey-8.1', 'valkey-9.1'],
      '~* +@all -slowlog',
      denied('SLOWLOG', 'GET', '10'),
      allowed('COMMANDLOG', 'GET', '10', 'slow'),
    ),
    prove(
      ['valkey-8.1', 'valkey-9.1'],
      '~* +@all -slowlog -commandlog',
      denied('COMMANDLOG', 'GET', '10', 'slow'),
    ),
  ],
  examples: {
    bad: {
      server: 'valkey-8.1',
      text: `user app on ${SECRET} ~app:* +@all -@dangerous +@admin -slowlog -config -acl`,
    },
    good: {
      server: 'valkey-8.1',
      text: `user app on ${SECRET} ~app:* +@all -@dangerous +@admin -slowlog -commandlog -config -acl`,
    },
  },
  judge: (subject) =>
    findHolders(subject, ['commandlog|get'], isLimited).map(({ user, held }) => {
      const forgotten = canRun(user.user, 'slowlog|get', subject.table) === 'no';
      return hitAt(user, findGrant(user, 'commandlog|get'), {
        severity: isConfined(user) ? 'high' : 'medium',
        message: forgotten
          ? `User ${user.name} may not run SLOWLOG GET, but COMMANDLOG GET shows the same.`
          : `User ${user.name} may run COMMANDLOG GET: it shows keys and values of other clients’ commands.`,
        fix: denyFix(user, held),
        proofCommand: ['COMMANDLOG', 'GET', '10', 'slow'],
      });
    }),
};

const tracking = holderRule({
  id: 'client-tracking-bcast',
  title: 'Client-side caching shows the names of changed keys',
  severity: 'low',
  rationale:
    'CLIENT TRACKING ON BCAST without a prefix sends the name of every key that changes, whoever owns it: key patterns are not asked. It is in @connection and @slow, so most broad grants have it.',
  fix: 'Deny CLIENT TRACKING, unless the application caches on the client’s side.',
  commands: ['client|tracking'],
  applies: isConfined,
  severityOf: ({ user }, subject) => (hasNeighbours(subject, user) ? 'medium' : 'low'),
  because: ({ user }) =>
    `with BCAST it is told the name of every key that changes, not only those of ${showPatterns(user)}`,
  shownBy: () => ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
  proof: [
    prove(SINCE_6_0, '~app:* +client', allowed('CLIENT', 'TRACKING', 'ON', 'BCAST'), denied('GET', 'secret')),
    prove(
      SINCE_7_0,
      '~app:* +@connection -client|tracking',
      denied('CLIENT', 'TRACKING', 'ON', 'BCAST'),
      allowed('CLIENT', 'SETNAME', 'x'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +client|tracking` },
    good: { text: `user app on ${SECRET} ~app:* +get +client|setname` },
  },
});

const configGet = holderRule({
  id: 'config-get',
  title: 'CONFIG GET shows passwords',
  severity: 'high',
  rationale:
    'CONFIG GET requirepass and masterauth (primaryauth), and the passphrases of TLS keys, are answered in clear. With requirepass anybody is user default, with masterauth a replica. There is no right for single parameters.',
  fix: 'Deny CONFIG GET, or keep it for administrators.',
  commands: ['config|get'],
  applies: isLimited,
  severityOf: ({ user }) => (isApplication(user) && reach(user.user).keys !== 'none' ? 'high' : 'medium'),
  because: () => 'it shows requirepass, masterauth and the passphrases of TLS keys in clear',
  shownBy: () => ['CONFIG', 'GET', 'requirepass'],
  proof: [
    prove(
      SINCE_6_0,
      '+config|get',
      allowed('CONFIG', 'GET', 'requirepass'),
      denied('CONFIG', 'SET', 'maxmemory', '0'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +config|get` },
    good: { text: `user app on ${SECRET} ~app:* +get +info` },
  },
});

const aclLog = holderRule({
  id: 'acl-log',
  title: 'ACL LOG shows names of users and keys',
  severity: 'low',
  rationale:
    'ACL LOG shows who was refused what: user names, key and channel names, client addresses. Key patterns are not asked.',
  fix: 'Deny ACL LOG to all but those who watch the server.',
  commands: ['acl|log'],
  applies: (user) => isLimited(user) && user.kind !== 'exporter' && user.kind !== 'admin',
  severityOf: ({ user }) => (isConfined(user) ? 'medium' : 'low'),
  because: () => 'it shows other users’ names, their keys and their addresses',
  shownBy: () => ['ACL', 'LOG'],
  proof: [prove(SINCE_7_0, '+acl|log', allowed('ACL', 'LOG'), denied('ACL', 'LIST'))],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +acl|log +acl|whoami` },
    good: { text: `user app on ${SECRET} ~app:* +get +acl|whoami` },
  },
});

const clientList = holderRule({
  id: 'client-list-observer',
  title: 'CLIENT LIST shows who is connected from where',
  severity: 'info',
  rationale:
    'CLIENT LIST shows every connection with its user name, address, name and last command. It is in @admin and @dangerous, and in @connection.',
  fix: 'Deny CLIENT LIST; CLIENT INFO and CLIENT ID tell a connection about itself.',
  commands: ['client|list'],
  applies: (user) => isConfined(user) && user.kind !== 'exporter' && user.kind !== 'admin',
  severityOf: ({ user }, subject) => (hasNeighbours(subject, user) ? 'low' : 'info'),
  because: () => 'it shows other users’ names, addresses and last commands',
  shownBy: () => ['CLIENT', 'LIST'],
  proof: [
    prove(SINCE_6_0, '~app:* +@connection', allowed('CLIENT', 'LIST')),
    prove(SINCE_7_0, '~app:* +@connection -client|list', denied('CLIENT', 'LIST'), allowed('CLIENT', 'INFO')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +client` },
    good: { text: `user app on ${SECRET} ~app:* +get +client|setname +client|setinfo` },
  },
});

export const OBSERVER_RULES: readonly LintRule[] = [
  monitor,
  monitorSecrets,
  slowlog,
  commandlog,
  tracking,
  configGet,
  aclLog,
  clientList,
];
