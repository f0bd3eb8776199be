/**
 * Mistakes that people really make, and what looks like one: each line is a file as it is found in the wild (names
 * and secrets replaced), the checks that must find it, and checks that must stay silent.
 */

import { describe, expect, it } from 'vitest';
import { snapshotFromText, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor, type HardeningRequest } from '../../src/policy/index.ts';
import type { Check } from '../../src/posture/index.ts';
import { NO_FLEET } from '../../src/posture/fleet-view.ts';
import { authenticationChecks } from '../../src/posture/checks/authentication/list.ts';
import { commandsChecks } from '../../src/posture/checks/commands/list.ts';
import { filesChecks } from '../../src/posture/checks/files/list.ts';
import { networkChecks } from '../../src/posture/checks/network/list.ts';
import { scriptingChecks } from '../../src/posture/checks/scripting/list.ts';
import { usersChecks } from '../../src/posture/checks/users/list.ts';

const CHECKS: readonly Check[] = [
  networkChecks,
  authenticationChecks,
  usersChecks,
  commandsChecks,
  scriptingChecks,
  filesChecks,
].flat();

interface Mistake {
  readonly what: string;
  readonly server?: string;
  readonly conf?: string;
  readonly acl?: string;
  readonly facts?: Partial<Snapshot>;
  readonly request?: Partial<HardeningRequest>;
  readonly found: readonly string[];
  readonly silent?: readonly string[];
}

const HASH = `#${'5'.repeat(64)}`;
const OTHER = `#${'6'.repeat(64)}`;
const OFF = 'user default off resetpass\n';

function failing(mistake: Mistake): readonly string[] {
  const server = mistake.server ?? 'redis-7.2';
  const conf = `${mistake.conf ?? ''}${mistake.acl === undefined ? '' : 'aclfile users.acl\n'}`;
  const snapshot = snapshotFromText({
    server,
    conf,
    ...(mistake.acl === undefined ? {} : { acl: mistake.acl }),
    ...(mistake.facts === undefined ? {} : { facts: mistake.facts }),
  });
  if (!snapshot.product.known) throw new Error('no version');
  const { product, version } = snapshot.product.value;
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    mode: 'standalone',
    ...mistake.request,
    server: { product, version },
  });
  const context = { expected, now: new Date('2026-11-21T12:00:00Z'), fleet: NO_FLEET };
  return CHECKS.filter((check) => {
    if ((check.appliesWhen?.(snapshot, context) ?? true) !== true) return false;
    return check.evaluate(snapshot, context).status === 'fail';
  }).map(({ id }) => id);
}

const REFUSED: readonly Mistake[] = [
  ['a comment line', '# app user\n'],
  ['a documentation group for a category', `user app on ${HASH} ~a:* +@sorted_set\n`],
  ['another group for a category', `user app on ${HASH} ~a:* +@generic\n`],
  ['a continuation line', `user app on ${HASH} \\\n  ~a:* +get\n`],
  ['a made-up keyword', `user app on ${HASH} nokeys +get\n`],
  ['a blank before a password', 'user app on > secret-of-app ~a:* +get\n'],
  ['a command substitution as password', 'user app on >$(cat /run/secrets/app) ~a:* +get\n'],
  ['the same user twice', `user app on ${HASH} +get\nuser app on ${HASH} +set\n`],
  ['a placeholder as hash', 'user app on #<APP_HASH> ~a:* +get\n'],
  ['< in place of >', 'user app on <old-secret ~a:* +get\n'],
  ['a line that is not of a user', 'aclcat +@admin\n'],
  ['USER in capitals', `USER app on ${HASH} ~a:* +get\n`],
  ['a tab between rules', `user app on ${HASH}\t~a:* +get\n`],
  ['two blanks after user', `user  app on ${HASH} ~a:* +get\n`],
  ['a comment behind the rules', `user app on ${HASH} ~a:* +get # read only\n`],
  ['a pattern after all keys', `user app on ${HASH} ~* ~a:* +get\n`],
].map(([what = '', lines = '']) => ({ what: `refused: ${what}`, acl: OFF + lines, found: ['USER-025'] }));

const MISTAKES: readonly Mistake[] = [
  ...REFUSED,
  { what: 'an empty ACL file', acl: '', found: ['AUTH-001', 'AUTH-004'] },
  {
    what: 'requirepass beside an ACL file without a default line',
    conf: 'requirepass 0d4f7b1c9e2a6358\n',
    acl: `user app on ${HASH} ~app:* +get\n`,
    found: ['AUTH-001', 'AUTH-004', 'AUTH-005'],
  },
  {
    what: 'requirepass beside an ACL file with a default line',
    conf: 'requirepass 0d4f7b1c9e2a6358\n',
    acl: OFF,
    found: ['AUTH-005'],
    silent: ['AUTH-001', 'AUTH-004'],
  },
  { what: 'requirepass ""', conf: 'requirepass ""\n', found: ['AUTH-001', 'AUTH-006'] },
  {
    what: 'default off nopass on an address that others reach',
    conf: 'bind 10.0.0.5\n',
    acl: 'user default off nopass nocommands\n',
    found: ['NET-005', 'AUTH-019'],
    silent: ['AUTH-001', 'AUTH-003'],
  },
  {
    what: 'bind 0.0.0.0 and protected mode without a password, on 6.2',
    server: 'redis-6.2',
    conf: 'bind 0.0.0.0\nprotected-mode yes\n',
    found: ['NET-001', 'NET-004', 'AUTH-001'],
  },
  {
    what: 'the same on 7.2, where protected mode holds',
    conf: 'bind 0.0.0.0\nprotected-mode yes\n',
    found: ['NET-001', 'AUTH-001'],
    silent: ['NET-003', 'NET-004'],
  },
  {
    what: 'a rule list that wipes itself',
    acl: `${OFF}user a on ${HASH} +@read +@write ~app:* -@all\n`,
    found: ['USER-005', 'USER-006'],
  },
  {
    what: 'grants before -@all, then @write',
    acl: `${OFF}user a on ${HASH} +get +set ~* -@all +@write\n`,
    found: ['USER-002', 'USER-006', 'CMD-001'],
    silent: ['USER-005'],
  },
  {
    what: 'a monitor that lost INFO',
    acl: `${OFF}user mon on ${HASH} +info +ping -@dangerous\n`,
    found: ['USER-006'],
  },
  {
    what: '-@all in front is no mistake',
    acl: `${OFF}user a on ${HASH} ~a:* -@all +get\n`,
    found: [],
    silent: ['USER-006', 'USER-007', 'USER-008'],
  },
  {
    what: 'an exception behind a category is no mistake',
    acl: `${OFF}user a on ${HASH} -@all +@read -@dangerous +info\n`,
    found: [],
    silent: ['USER-006', 'USER-007', 'USER-008'],
  },
  {
    what: 'a deny undone by a category',
    acl: `${OFF}user a on ${HASH} ~a:* +@all -flushall +@write\n`,
    found: ['USER-007', 'CMD-001'],
  },
  {
    what: 'a deny before +@all',
    acl: `${OFF}user a on ${HASH} ~a:* -@dangerous +@all\n`,
    found: ['USER-007', 'CMD-001', 'CMD-003'],
  },
  {
    what: 'a subcommand given back by its container',
    acl: `${OFF}user a on ${HASH} +client|id -client|kill +client\n`,
    found: ['USER-007', 'CMD-015'],
  },
  {
    what: 'an application as root',
    acl: `${OFF}user shop on ${HASH} ~* &* +@all\n`,
    found: ['USER-001'],
    silent: ['CMD-001', 'CMD-003', 'USER-002'],
  },
  {
    what: 'an administrator as administrator',
    acl: `${OFF}user dba on ${HASH} ~* &* +@all\n`,
    found: [],
    silent: ['USER-001', 'CMD-003', 'CMD-004'],
  },
  {
    what: 'everything but a list',
    acl: `${OFF}user shop on ${HASH} ~shop:* allcommands -FLUSHALL -FLUSHDB\n`,
    found: ['USER-003', 'CMD-003', 'CMD-004', 'CMD-006', 'CMD-007'],
    silent: ['CMD-001'],
  },
  {
    what: 'a limited operator with ACL SETUSER',
    acl: `${OFF}user support on ${HASH} -@all +acl|setuser\n`,
    found: ['CMD-004'],
  },
  {
    what: 'the role that everybody copies',
    acl: `${OFF}user app on ${HASH} ~app:* +@read +@write -@dangerous\n`,
    found: ['USER-023', 'CMD-014', 'CMD-016'],
    silent: ['CMD-001', 'CMD-002', 'CMD-013'],
  },
  {
    what: '+@connection for connecting',
    acl: `${OFF}user app on ${HASH} ~app:* +get +@connection\n`,
    found: ['CMD-015'],
  },
  {
    what: '+@slow for slow commands',
    acl: `${OFF}user app on ${HASH} ~app:* +@slow\n`,
    found: ['CMD-001', 'CMD-003', 'CMD-004'],
  },
  {
    what: 'a denied SLOWLOG beside COMMANDLOG',
    server: 'valkey-8.1',
    acl: `${OFF}user ops-view on ${HASH} -@all +info +commandlog|get\n`,
    found: ['CMD-009'],
  },
  {
    what: 'CONFIG GET without secrets',
    acl: `${OFF}user exporter on ${HASH} -@all +info +config|get\n`,
    found: [],
    silent: ['CMD-010'],
  },
  {
    what: 'an exporter with every key',
    acl: `${OFF}user exporter on ${HASH} ~* +@read +info\n`,
    found: ['USER-021'],
  },
  {
    what: 'a backup user that cannot',
    acl: `${OFF}user backup on ${HASH} ~* +@read +psync -@dangerous\n`,
    found: ['USER-022'],
  },
  {
    what: 'any client that plays replica',
    acl: `${OFF}user app on ${HASH} -@all ~app:* +get +psync +replconf\n`,
    found: ['CMD-007'],
  },
  {
    what: 'a replica',
    acl: `${OFF}user replica on ${HASH} -@all +psync +replconf +ping\n`,
    found: [],
    silent: ['CMD-007', 'USER-005', 'USER-023'],
  },
  { what: 'a user on without a password', acl: `${OFF}user app on ~* +@all\n`, found: ['AUTH-008'] },
  {
    what: 'the same where certificates log in',
    server: 'valkey-9.1',
    conf: 'tls-auth-clients-user CN\n',
    acl: `${OFF}user app on ~app:* +get\n`,
    found: [],
    silent: ['AUTH-008'],
  },
  { what: 'nopass on a named user', acl: `${OFF}user admin on nopass ~* +@all\n`, found: ['AUTH-007'] },
  {
    what: 'the password nopass',
    acl: `${OFF}user app on >nopass ~app:* +get\n`,
    found: ['AUTH-010', 'AUTH-012', 'AUTH-014'],
  },
  {
    what: 'a password made of the name',
    acl: `${OFF}user shop on >shop2024! ~shop:* +get\n`,
    found: ['AUTH-010'],
  },
  {
    what: 'a variable as password',
    acl: `${OFF}user shop on >\${SHOP_PASSWORD} ~shop:* +get\n`,
    found: ['AUTH-011'],
    silent: ['AUTH-010'],
  },
  {
    what: 'an expression in one word as password',
    acl: `${OFF}user shop on >{{password}} ~shop:* +get\n`,
    found: ['AUTH-011'],
  },
  {
    what: 'a placeholder word as password',
    acl: `${OFF}user shop on >CHANGE_ME ~shop:* +get\n`,
    found: ['AUTH-011'],
  },
  {
    what: 'a variable as requirepass',
    conf: 'requirepass ${REDIS_PASSWORD}\n',
    found: ['AUTH-011', 'FILE-005'],
  },
  {
    what: 'a variable as user name',
    acl: `${OFF}user \${APP_USER} on ${HASH} ~app:* +get\n`,
    found: ['FILE-021'],
  },
  {
    what: 'one hash for two users',
    acl: `${OFF}user a on ${HASH} ~a:* +get\nuser b on ${HASH} ~b:* +get\n`,
    found: ['AUTH-013'],
  },
  {
    what: 'two passwords',
    acl: `${OFF}user a on ${HASH} ${OTHER} ~a:* +get\n`,
    found: ['AUTH-017'],
    silent: ['AUTH-013'],
  },
  {
    what: 'hashes of weak passwords',
    acl: `${OFF}user a on #5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8 ~a:* +get\n`,
    found: ['AUTH-010'],
  },
  {
    what: 'tenants that run into each other',
    acl: `${OFF}user a on ${HASH} ~app_a* +get\nuser b on ${OTHER} ~app_ab:* +get\n`,
    found: ['USER-014'],
  },
  {
    what: 'a shared prefix with a separator',
    acl: `${OFF}user a on ${HASH} ~app:* +get\nuser b on ${OTHER} ~app:b:* +get\n`,
    found: [],
    silent: ['USER-014'],
  },
  {
    what: 'a bracket in a tenant name',
    acl: `${OFF}user a on ${HASH} ~acme[1]:* +get\n`,
    found: ['USER-015'],
  },
  {
    what: 'a pattern that was to deny',
    acl: `${OFF}user a on ${HASH} ~a:* ~-a:secret +get\n`,
    found: ['USER-009'],
  },
  {
    what: 'keyspace events',
    acl: `${OFF}user a on ${HASH} ~a:* resetchannels &__key* +psubscribe\n`,
    found: ['USER-018'],
  },
  {
    what: 'all channels by default on 6.2',
    server: 'redis-6.2',
    acl: `${OFF}user a on ${HASH} ~a:* +get +subscribe\n`,
    found: ['USER-016'],
  },
  {
    what: 'no channel by default on 7.2',
    acl: `${OFF}user a on ${HASH} ~a:* +get +subscribe\n`,
    found: ['USER-017'],
    silent: ['USER-016'],
  },
  {
    what: 'SORT on 6.2',
    server: 'redis-6.2',
    acl: `${OFF}user a on ${HASH} ~a:* +@read +sort\n`,
    found: ['CMD-020'],
  },
  { what: 'SORT on 7.2', acl: `${OFF}user a on ${HASH} ~a:* +@read +sort\n`, found: [], silent: ['CMD-020'] },
  {
    what: 'GEORADIUS before the fix',
    server: 'redis-7.2.6',
    acl: `${OFF}user a on ${HASH} ~a:* +georadius\n`,
    found: ['CMD-021'],
  },
  {
    what: 'GEORADIUS after the fix',
    server: 'redis-7.2.16',
    acl: `${OFF}user a on ${HASH} ~a:* +georadius\n`,
    found: [],
    silent: ['CMD-021'],
  },
  {
    what: 'a bare % on 7.0',
    server: 'redis-7.0.15',
    acl: `${OFF}user a on ${HASH} % +get\n`,
    found: ['USER-013'],
  },
  { what: 'an unclosed parenthesis', acl: `${OFF}user a on ${HASH} +get (~b:* +set\n`, found: ['USER-013'] },
  {
    what: 'a selector that brings back what was denied',
    acl: `${OFF}user a on ${HASH} ~a:* +@all -@dangerous (~* +@all)\n`,
    found: ['USER-011'],
  },
  {
    what: 'the stock 6.2',
    server: 'redis-6.2',
    conf: '',
    found: ['AUTH-001', 'CMD-024', 'CMD-005', 'CMD-011'],
  },
  {
    what: 'protected settings opened',
    conf: 'enable-protected-configs yes\n',
    found: ['SCR-006', 'CMD-024'],
  },
  { what: 'modules opened', conf: 'enable-module-command yes\n', found: ['SCR-005', 'CMD-005'] },
  { what: 'plaintext beside TLS', conf: 'tls-port 6380\ntls-replication yes\n', found: ['NET-006'] },
  { what: 'a public address', conf: 'bind 127.0.0.1 8.8.8.8\n', found: ['NET-011'] },
  {
    what: 'the standard port alone',
    conf: 'port 6379\nbind 127.0.0.1\n',
    acl: OFF,
    found: [],
    silent: ['NET-001', 'NET-002', 'NET-006'],
  },
  {
    what: 'renaming as hardening',
    conf: 'rename-command CONFIG ""\nrename-command FLUSHALL ""\n',
    found: ['CMD-023'],
  },
  { what: 'a misspelt directive', conf: 'active-rehashing yes\n', found: ['FILE-001'] },
  { what: 'a directive of 7.4', conf: 'hide-user-data-from-log yes\n', found: ['FILE-002'] },
  { what: 'a trailing comment', conf: 'protected-mode no  # dev only\n', found: ['FILE-004'] },
  { what: 'a template in a number', conf: 'port {{ p }}\n', found: ['FILE-005'] },
  { what: 'a directive given twice', conf: 'maxclients 10\nmaxclients 20\n', found: ['FILE-006'] },
  { what: 'users in both places', conf: 'user a on nopass ~a:* +get\n', acl: OFF, found: ['FILE-007'] },
  { what: 'a secret in a comment', conf: '#masterauth 7f3a9c1e55\n', found: ['AUTH-015'] },
  {
    what: 'an ACL file in the data directory',
    conf: 'dir /var/lib/redis\naclfile /var/lib/redis/users.acl\n',
    found: ['FILE-016'],
  },
];

describe('mistakes of the wild', () => {
  it.each(MISTAKES.map((mistake) => [mistake.what, mistake] as const))('%s', (_what, mistake) => {
    const ids = failing(mistake);
    for (const id of mistake.found) expect(ids).toContain(id);
    for (const id of mistake.silent ?? []) expect(ids).not.toContain(id);
  });
});
