/** A Sentinel is judged by what it can do, not by what a server with data could. */
import { describe, expect, it } from 'vitest';

import { snapshotFromText, unknown, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import { CATALOGUE, findCheck, NO_FLEET, runCheck, type Verdict } from '../../src/posture/index.ts';
import { exampleFact } from '../../src/posture/example.ts';

const CONF = 'bind 127.0.0.1\nsentinel monitor main 10.0.0.5 6379 2\n';

function judge(id: string, server: string, facts: Partial<Snapshot> = {}): Verdict {
  const check = findCheck(id);
  const snapshot = snapshotFromText({ server, conf: CONF, facts });
  if (check === undefined || !snapshot.product.known)
    throw new Error(`no check ${id} or no server ${server}`);
  expect(snapshot.mode).toMatchObject({ value: 'sentinel' });
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: snapshot.product.value,
    mode: 'sentinel',
  });
  return runCheck(check, snapshot, { expected, now: new Date('2026-11-21T12:00:00Z'), fleet: NO_FLEET });
}

describe('an open Sentinel', () => {
  it.each(['redis-6.2.16', 'redis-7.0.15', 'valkey-9.1.2'])('of %s is one critical finding', (server) => {
    expect(judge('SENT-001', server).status).toBe('fail');
    const commands = CATALOGUE.filter(({ area }) => area === 'commands').map(({ id }) => id);
    // COMMAND of running Sentinels: neither data, nor CONFIG, MODULE, DEBUG, REPLICAOF or MONITOR.
    expect(commands.filter((id) => judge(id, server).status === 'fail')).toEqual([]);
  });

  it('is found where it has no ACL command to ask', () => {
    const users = unknown('missing', 'ERR unknown command `ACL`', 'sentinel.conf');
    const listener = { address: '127.0.0.1:26379', transport: 'plaintext', vantage: 'loopback' } as const;
    const facts = (answer: 'open' | 'authentication-required') => ({
      users,
      listeners: exampleFact([{ ...listener, answer }]),
    });
    expect(judge('SENT-001', 'redis-6.0.16', facts('open')).status).toBe('fail');
    expect(judge('SENT-001', 'redis-6.0.16', facts('authentication-required')).status).toBe('unknown');
  });
});
