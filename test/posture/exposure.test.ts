/** Who can reach a server and its databases, read as the server reads bind, ports and the socket's mode. */
import { describe, expect, it } from 'vitest';

import { snapshotFromText, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import { findCheck, NO_FLEET, runCheck, type Verdict } from '../../src/posture/index.ts';
import { bindReach, isLoopback, isWildcard } from '../../src/posture/exposure.ts';
import { exampleFact, examplePaths } from '../../src/posture/example.ts';

const SERVER = { product: 'redis', version: '7.2.6' } as const;

function statusOf(id: string, snapshot: Snapshot): Verdict['status'] {
  const check = findCheck(id);
  if (check === undefined) throw new Error(`no check ${id}`);
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: SERVER,
    mode: 'standalone',
  });
  return runCheck(check, snapshot, { expected, now: new Date('2026-11-21T12:00:00Z'), fleet: NO_FLEET })
    .status;
}

function judge(id: string, conf: string, facts: Partial<Snapshot> = {}, acl?: string): Verdict['status'] {
  const snapshot = snapshotFromText({
    server: 'redis-7.2.6',
    conf,
    facts,
    ...(acl === undefined ? {} : { acl }),
  });
  return statusOf(id, snapshot);
}

describe('bind', () => {
  // Each of these was bound by real servers and answered on 127.0.0.1 or ::1 (Redis 6.0.16, 7.0.15, Valkey 9.1.2).
  it.each([
    '*',
    '::*',
    '-::*',
    '0.0.0.0',
    '0',
    '0.0',
    '0x0',
    '00.0.0.0',
    '::',
    '0:0:0::0',
    '::0',
    '::0.0.0.0',
  ])('listens everywhere with %s', (address) => {
    expect(isWildcard(address)).toBe(true);
    expect(bindReach(`127.0.0.1 ${address}`, SERVER)).toBe('everywhere');
    expect(judge('NET-001', `bind ${address}\n`)).toBe('fail');
  });

  it.each(['127.0.0.1', '127.1', '::1', '-::1', '0:0:0:0:0:0:0:1', 'localhost'])(
    'stays local with %s',
    (address) => {
      expect(isLoopback(address)).toBe(true);
      expect(isWildcard(address)).toBe(false);
      expect(bindReach(address, SERVER)).toBe('loopback');
    },
  );

  it.each([
    '10.0.0.0',
    '10.0.0.5',
    '127.0.0.1.example.net',
    '127.example.net',
    'fe80::1',
    '::2',
    '100.0.0.0',
  ])('takes %s for an address of its own', (address) => {
    expect(bindReach(address, SERVER)).toBe('addresses');
  });

  it('does not matter without a TCP port', () => {
    const conf = 'port 0\nunixsocket /run/redis/redis.sock\nunixsocketperm 700\n';
    for (const id of ['NET-001', 'NET-002']) expect(judge(id, conf), id).toBe('not-applicable');
    expect(judge('NET-001', `${conf}tls-port 6380\n`)).toBe('fail');
  });
});

describe('the unix socket', () => {
  const conf = 'unixsocket /run/redis/redis.sock\n';

  // As tried with connect(2) by another account on Linux.
  it.each([
    ['755', 'pass'],
    ['775', 'pass'],
    ['770', 'pass'],
    ['777', 'fail'],
    ['752', 'fail'],
    ['756', 'fail'],
  ])('with mode %s: %s', (mode, status) => {
    expect(judge('NET-009', `${conf}unixsocketperm ${mode}\n`)).toBe(status);
    const facts = examplePaths({
      '/run/redis/redis.sock': { kind: 'socket', mode: Number.parseInt(mode, 8) },
    });
    expect(judge('NET-009', conf, facts)).toBe(status);
  });
});

describe('requirepass ""', () => {
  it('opens the server, unless a user line decides', () => {
    const users = exampleFact([]);
    expect(judge('AUTH-006', 'requirepass ""\n')).toBe('fail');
    expect(judge('AUTH-006', 'requirepass ""\nuser app on ~app:* +get\n', { users })).toBe('fail');
    expect(judge('AUTH-006', 'user default off resetpass\nrequirepass ""\n')).toBe('pass');
    expect(judge('AUTH-006', 'requirepass ""\naclfile users.acl\n', {}, 'user default off resetpass\n')).toBe(
      'pass',
    );
  });
});

describe('a user confined to databases of Valkey 9.1', () => {
  function flushes(databases: number, rules: string): readonly string[] {
    const snapshot = snapshotFromText({
      server: 'valkey-9.1.2',
      conf: `databases ${databases}\naclfile users.acl\n`,
      acl: `user default off resetpass\nuser app on #${'0'.repeat(64)} ~app:* +flushall +swapdb ${rules}\n`,
    });
    return ['CMD-001', 'CMD-002'].map((id) => statusOf(id, snapshot));
  }

  // FLUSHALL and SWAPDB 0 1 tried on Valkey 9.1.2 with each of these.
  it.each([
    [16, 'db=0', 'pass', 'pass'],
    [16, 'db=0,1', 'pass', 'fail'],
    [16, 'alldbs', 'fail', 'fail'],
    [2, 'db=0,1', 'fail', 'fail'],
    [1, 'db=0', 'fail', 'pass'],
  ])('with %i databases and %s', (databases, rules, flushall, swapdb) => {
    expect(flushes(databases, rules)).toEqual([flushall, swapdb]);
  });
});
