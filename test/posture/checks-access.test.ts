/**
 * The checks on network, authentication, users, commands, scripting and files: each fails on its bad example,
 * passes on its good one, answers unknown when nothing is known, and never throws.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/acl/index.ts';
import { parseServerName } from '../../src/conf/index.ts';
import { auditPermissions, snapshotFromText, unknown, type Snapshot } from '../../src/fleet/index.ts';
import {
  closedDefaultUser,
  expectationsFor,
  ROLES,
  rulesForUser,
  type Expectations,
  type HardeningRequest,
  type PolicyUser,
} from '../../src/policy/index.ts';
import type { Check, CheckContext, DeclaredUsers, Example, Verdict } from '../../src/posture/index.ts';
import { viewFleet } from '../../src/posture/fleet-view.ts';
import { authenticationChecks } from '../../src/posture/checks/authentication/list.ts';
import { commandsChecks } from '../../src/posture/checks/commands/list.ts';
import { filesChecks } from '../../src/posture/checks/files/list.ts';
import { networkChecks } from '../../src/posture/checks/network/list.ts';
import { scriptingChecks } from '../../src/posture/checks/scripting/list.ts';
import { dutyOf } from '../../src/posture/rights.ts';
import { usersChecks } from '../../src/posture/checks/users/list.ts';

const checks: readonly Check[] = [
  ...networkChecks,
  ...authenticationChecks,
  ...usersChecks,
  ...commandsChecks,
  ...scriptingChecks,
  ...filesChecks,
];

const NOW = new Date('2026-11-21T12:00:00Z');

function expected(snapshot: Snapshot, change: Partial<HardeningRequest> = {}): Expectations {
  const product = snapshot.product.known
    ? snapshot.product.value
    : { product: 'redis' as const, version: '7.2' };
  return expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: { product: product.product, version: product.version },
    mode: 'standalone',
    ...change,
  });
}

function judge(
  check: Check,
  snapshot: Snapshot,
  change: Partial<HardeningRequest> = {},
  siblings: readonly Snapshot[] = [],
  declared?: DeclaredUsers,
): Verdict {
  const context: CheckContext = {
    expected: expected(snapshot, change),
    now: NOW,
    fleet: viewFleet(siblings),
    ...(declared === undefined ? {} : { declared }),
  };
  const applies = check.appliesWhen?.(snapshot, context) ?? true;
  if (applies !== true) return { status: 'not-applicable', why: applies };
  return check.evaluate(snapshot, context);
}

/** The request under which a check has something to say: most say it everywhere, some only about local servers. */
const ASKED: Readonly<Record<string, Partial<HardeningRequest>>> = {
  'NET-010': { exposure: 'localhost' },
};

/** Examples are judged as one node of a fleet whose other node is the good example. */
function judgeExample(check: Check, example: Example): Verdict {
  const other = snapshotFromText({ ...check.examples.good, subject: 'other node' });
  return judge(check, snapshotFromText(example), ASKED[check.id], [other], example.declared);
}

describe('access checks', () => {
  it('have ids and titles of their own', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(new Set(checks.map(({ title }) => title)).size).toBe(checks.length);
    for (const { id } of checks) expect(id).toMatch(/^(NET|AUTH|USER|CMD|SCR|FILE)-\d{3}$/);
  });

  it.each(checks.map((check) => [check.id, check] as const))('%s fails on its bad example', (_id, check) => {
    const verdict = judgeExample(check, check.examples.bad);
    expect(verdict.status, JSON.stringify(verdict)).toBe('fail');
    if (verdict.status !== 'fail') return;
    expect(verdict.evidence.length).toBeGreaterThan(0);
    expect(verdict.fix.length).toBeGreaterThan(0);
  });

  it.each(checks.map((check) => [check.id, check] as const))(
    '%s passes on its good example',
    (_id, check) => {
      const verdict = judgeExample(check, check.examples.good);
      expect(verdict.status, JSON.stringify(verdict)).toBe('pass');
    },
  );

  it.each(checks.map((check) => [check.id, check] as const))(
    '%s answers unknown when nothing is known',
    (_id, check) => {
      for (const change of [{}, ASKED[check.id] ?? {}]) {
        const verdict = judge(check, nothingKnown(), change, [], check.examples.bad.declared);
        expect(['unknown', 'not-applicable'], JSON.stringify(verdict)).toContain(verdict.status);
      }
      expect(judge(check, nothingKnown(), ASKED[check.id], [], check.examples.bad.declared).status).toBe(
        'unknown',
      );
    },
  );
});

/** A server that told nothing at all. */
function nothingKnown(): Snapshot {
  const dark = unknown('denied', 'NOPERM', 'ask an administrator');
  const base = snapshotFromText({ server: 'redis-7.2', conf: '' });
  const facts = Object.fromEntries(
    Object.entries(base).map(([name, value]) => {
      if (value instanceof Map) return [name, new Map([...value.keys()].map((key) => [key, dark]))];
      return [name, typeof value === 'object' && value !== null && 'known' in value ? dark : value];
    }),
  );
  return { ...base, ...facts, origin: 'live', settings: new Map(), secrets: new Map() };
}

const SERVERS = [
  ['redis-6.0', 'redis-6.2', 'redis-7.0', 'redis-7.2', 'redis-7.4', 'redis-8.0'],
  ['valkey-7.2', 'valkey-8.0', 'valkey-8.1', 'valkey-9.1'],
].flat();
const HASHES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'a'].map((digit) => `#${digit.repeat(64)}`);

/** The users that a policy makes of every role, with a hash each. */
function compiledUsers(server: string): string {
  const version = parseServerName(server);
  if (version === undefined) throw new Error(server);
  const lines = ROLES.filter((role) => role !== 'custom').map((role, at) => {
    const user: PolicyUser = {
      name: role === 'replication' ? 'replica' : role === 'readonly' ? 'reader' : role,
      role,
      keys: ['readwrite', 'readonly', 'writeonly'].includes(role)
        ? [{ pattern: `${role}:*`, access: undefined }]
        : [],
      channels: ['readwrite', 'pubsub'].includes(role) ? [`${role}.*`] : [],
      databases: [],
      commands: [],
      expires: undefined,
      password: undefined,
      tenant: undefined,
    };
    return `user ${user.name} on ${HASHES[at] ?? ''} ${rulesForUser(user, version, 'standalone').rules.join(' ')}`;
  });
  return [closedDefaultUser(version), ...lines, ''].join('\n');
}

describe('users of a compiled policy', () => {
  it.each(SERVERS)('%s: no check on users, commands or scripts finds fault', (server) => {
    const snapshot = snapshotFromText({ server, conf: 'aclfile users.acl\n', acl: compiledUsers(server) });
    const users = snapshot.users.known ? snapshot.users.value : [];
    expect(users.length).toBe(10);
    for (const level of ['basic', 'standard', 'hardened', 'compliance'] as const) {
      for (const check of [...usersChecks, ...commandsChecks, ...authenticationChecks]) {
        const verdict = judge(check, snapshot, { level });
        expect(verdict.status === 'fail' ? JSON.stringify(verdict) : 'no fail', check.id).toBe('no fail');
      }
    }
  });

  it.each(SERVERS)('%s: each role is told from its rights', (server) => {
    const snapshot = snapshotFromText({ server, conf: 'aclfile users.acl\n', acl: compiledUsers(server) });
    const users = snapshot.users.known ? snapshot.users.value : [];
    const duties = Object.fromEntries(users.map(({ user }) => [user.name, dutyOf(user)]));
    expect(duties).toMatchObject({
      default: 'off',
      admin: 'administrator',
      replica: 'replication',
      sentinel: 'sentinel',
      backup: 'backup',
      monitor: 'observer',
      readwrite: 'application',
      reader: 'application',
    });
  });

  it.each(SERVERS)('%s: the user that audits is not a finding', (server) => {
    const version = parseServerName(server);
    if (version === undefined) throw new Error(server);
    const rules = auditPermissions(version).join(' ');
    const acl = `user default off resetpass\nuser audit ${rules} ${HASHES[0] ?? ''}\n`;
    const conf = 'masterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\naclfile users.acl\n';
    const snapshot = snapshotFromText({ server, conf, acl });
    for (const check of [...usersChecks, ...commandsChecks]) {
      const verdict = judge(check, snapshot);
      expect(verdict.status === 'fail' ? JSON.stringify(verdict) : 'no fail', check.id).toBe('no fail');
    }
  });
});

describe('a stock server', () => {
  it('is open by the known attack paths', () => {
    const failing = (server: string) =>
      checks
        .filter((check) => judge(check, snapshotFromText({ server, conf: '' })).status === 'fail')
        .flatMap(({ id, attackPaths }) => [id, ...(attackPaths ?? [])]);
    expect(failing('redis-7.2')).toEqual(
      expect.arrayContaining([
        'AUTH-001',
        'NET-001',
        'CMD-003',
        'CMD-006',
        'AP-01',
        'AP-02',
        'AP-03',
        'AP-04',
        'AP-05',
        'AP-06',
        'AP-10',
      ]),
    );
    expect(failing('redis-7.2')).not.toContain('CMD-024');
    expect(failing('redis-6.2')).toEqual(expect.arrayContaining(['CMD-024', 'CMD-005', 'CMD-011', 'AP-16']));
  });
});

/** Confs and ACL files of the kind that people write, and of the kind that nobody would. */
const word = fc.oneof(
  fc.constantFrom(
    'on',
    'off',
    'nopass',
    'reset',
    'resetpass',
    'allkeys',
    'allcommands',
    '-@all',
    '+@all',
    '+@write',
  ),
  fc.constantFrom(
    '~*',
    '~app:*',
    '~-x',
    '%R~a',
    '%',
    '~[',
    '&*',
    '&__key*',
    '(+get ~a*)',
    '(',
    ')',
    '+select|0',
  ),
  fc.constantFrom(
    '-@dangerous',
    '+config|get',
    '+config',
    '-flushall',
    '+psync',
    '>pw',
    '>',
    '<pw',
    '#zz',
    '+nosuch',
  ),
  fc.string({ maxLength: 12 }),
);
const userLine = fc
  .tuple(
    fc.constantFrom('default', 'app', 'app_a', 'replica', 'exporter', '${X}'),
    fc.array(word, { maxLength: 8 }),
  )
  .map(([name, rules]) => `user ${name} ${rules.join(' ')}`);
const confLine = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'bind',
        'port',
        'tls-port',
        'protected-mode',
        'requirepass',
        'masterauth',
        'aclfile',
        'include',
      ),
      fc.constantFrom(
        'yes',
        'no',
        '0',
        '6379',
        '*',
        '10.0.0.5',
        '',
        '""',
        '"',
        '${X}',
        'users.acl',
        'redis.conf',
      ),
    )
    .map(([name, value]) => `${name} ${value}`),
  fc.constantFrom(
    'rename-command CONFIG x',
    'rename-command',
    'sentinel monitor a b 1 2',
    '# requirepass x',
    '{% if %}',
  ),
  userLine,
  fc.string({ maxLength: 40 }),
);

describe('access checks on anything', () => {
  it('never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SERVERS),
        fc.array(confLine, { maxLength: 12 }),
        fc.option(fc.array(fc.oneof(userLine, fc.string({ maxLength: 40 })), { maxLength: 6 }), {
          nil: undefined,
        }),
        (server, conf, acl) => {
          const text = { server, conf: `${conf.join('\n')}\n` };
          const snapshot = snapshotFromText(
            acl === undefined ? text : { ...text, acl: `${acl.join('\n')}\n` },
          );
          for (const check of checks) judge(check, snapshot);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('show no password and no hash', () => {
    const canary = 'c4n4ryPassw0rd';
    const hash = hashPassword(canary);
    const places = [
      {
        conf: `requirepass ${canary}\nmasterauth ${canary}\n# masterauth ${canary}\n#requirepass ${canary}\n`,
      },
      { conf: `user app on >${canary} ~* +@all\nuser job on #${hash} ~* +@all <${canary}\n` },
      {
        conf: `aclfile users.acl\nrequirepass ${canary}\ntls-key-file-pass ${canary}\nsentinel auth-pass m ${canary}\n`,
        acl: [
          '# note',
          `user app on >${canary} ~app_a* +@all`,
          `user b on #${hash} ~app_ab:* +@all -@all`,
          `user c on <${canary} +@nosuch`,
          `user d on #${hash.toUpperCase()}`,
          `user e on > ${canary} +get`,
          `user f on !${hash} >${canary}`,
        ].join('\n'),
      },
    ];
    for (const server of SERVERS) {
      for (const place of places) {
        const snapshot = snapshotFromText({ server, ...place });
        for (const check of checks) {
          const shown = JSON.stringify(judge(check, snapshot)).toLowerCase();
          expect(shown.includes(canary.toLowerCase()), `${server} ${check.id} ${shown}`).toBe(false);
          expect(shown.includes(hash), `${server} ${check.id} ${shown}`).toBe(false);
        }
      }
    }
  });
});
