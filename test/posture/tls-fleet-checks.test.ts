/** What the checks say of TLS seen across a fleet, beyond their own examples. */

import { describe, expect, it } from 'vitest';
import { snapshotFromText, unknown, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import { CATALOGUE, NO_FLEET, runCheck, type Verdict } from '../../src/posture/index.ts';
import {
  exampleAuthority,
  exampleCertificate,
  exampleClock,
  exampleFiles,
  exampleLook,
  exampleLookPort,
  exampleServed,
  TLS_CONF,
} from '../../src/posture/example.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;

function judge(id: string, facts: Partial<Snapshot>, conf = TLS_CONF): Verdict {
  const check = CATALOGUE.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  const snapshot = { ...snapshotFromText({ server: 'redis-7.2', conf, facts }), origin: 'live' as const };
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: { product: 'redis', version: '7.2' },
    mode: 'standalone',
  });
  return runCheck(check, snapshot, { expected, now: NOW, fleet: NO_FLEET });
}

const said = (verdict: Verdict): string => JSON.stringify(verdict);

describe('dates', () => {
  const served = (change: Parameters<typeof exampleCertificate>[0], aheadMs: number) => ({
    ...exampleServed(exampleCertificate(change)),
    clock: exampleClock(aheadMs),
  });

  it('are judged by the server’s clock and by ours, and the finding says by which', () => {
    const change = { notAfter: '2026-11-20T00:00:00.000Z' };
    const behind = judge('TLS-009', served(change, -5 * DAY_MS));
    expect(behind.status).toBe('fail');
    expect(said(behind)).toContain('by our clock; the server’s says 2026-11-16');
    expect(said(judge('TLS-009', served(change, 0)))).toContain('by our clock and the server’s');
    const ahead = judge('TLS-009', served({ notAfter: '2026-12-20T00:00:00.000Z' }, 60 * DAY_MS));
    expect(said(ahead)).toContain('by the server’s clock, which says 2027-01-20');
    expect(judge('TLS-009', served({ notAfter: '2026-12-20T00:00:00.000Z' }, 0)).status).toBe('pass');
  });

  it('do not call a week’s certificate late while it is in its first two thirds', () => {
    const week = { notBefore: '2026-11-20T00:00:00.000Z', notAfter: '2026-11-27T00:00:00.000Z' };
    expect(judge('TLS-011', served(week, 0)).status).toBe('pass');
    const late = { notBefore: '2026-11-15T00:00:00.000Z', notAfter: '2026-11-22T12:00:00.000Z' };
    expect(judge('TLS-011', served(late, 0)).status).toBe('fail');
  });

  it('leave the last days to TLS-011 and the rest of the last third to TLS-042', () => {
    const third = { notBefore: '2026-03-01T00:00:00.000Z', notAfter: '2027-02-01T00:00:00.000Z' };
    expect(judge('TLS-042', served(third, 0)).status).toBe('fail');
    expect(judge('TLS-011', served(third, 0)).status).toBe('pass');
    const last = { notBefore: '2026-03-01T00:00:00.000Z', notAfter: '2026-11-30T00:00:00.000Z' };
    expect(judge('TLS-042', served(last, 0)).status).toBe('pass');
    expect(judge('TLS-011', served(last, 0)).status).toBe('fail');
  });
});

describe('the clock of a node', () => {
  it('is at fault only outside of the validity of a peer’s certificate, whatever the round trip', () => {
    const look = (aheadMs: number, roundTripMs: number): Partial<Snapshot> => {
      const peer = exampleCertificate({ notBefore: '2026-11-21T12:00:00.000Z' });
      const clock = exampleClock(aheadMs);
      return {
        ...exampleLook({ peers: [{ node: '10.0.0.6:6379', leaf: peer }] }),
        clock: clock.known ? { ...clock, value: { ...clock.value, roundTripMs } } : clock,
      };
    };
    expect(judge('TLS-035', look(-10 * 60_000, 2)).status).toBe('fail');
    // 100 ms behind with a round trip of 400 ms may as well be ahead.
    expect(judge('TLS-035', look(-100, 400)).status).toBe('pass');
    expect(judge('TLS-035', look(-300, 400)).status).toBe('fail');
    expect(said(judge('TLS-035', look(-10 * 60_000, 2)))).toContain('10 minutes behind ours');
  });

  it('is unknown where TIME was not answered', () => {
    const facts = { ...exampleLook(), clock: unknown('denied', 'NOPERM', 'ask') };
    expect(judge('TLS-035', facts).status).toBe('unknown');
  });

  it('does not matter to a node that is alone', () => {
    expect(judge('TLS-035', exampleLook({ peers: [] })).status).toBe('not-applicable');
  });
});

describe('names', () => {
  it('are those that clients are told, with who tells them', () => {
    const facts = exampleLook({
      told: [
        { host: '10.0.0.5', port: 6379, by: 'cluster' },
        { host: 'cache-1.internal', port: 6379, by: 'sentinel' },
        { host: 'cache-1.internal', port: 6379, by: 'policy' },
      ],
    });
    const verdict = judge('TLS-014', facts);
    expect(verdict.status).toBe('fail');
    expect(said(verdict)).toContain('cache-1.internal (Sentinels tell it to clients, the policy names it)');
    expect(said(verdict)).not.toContain('10.0.0.5 (');
  });

  it('do not count a loopback address that nobody but we dialled', () => {
    const seed = exampleLook({ told: [{ host: '127.0.0.1', port: 6379, by: 'seed' }] });
    expect(judge('TLS-014', seed).status).toBe('not-applicable');
    const told = exampleLook({ told: [{ host: '127.0.0.1', port: 6379, by: 'cluster' }] });
    expect(judge('TLS-014', told).status).toBe('fail');
  });
});

describe('what is recorded', () => {
  it('tells a revoked, a superseded and another certificate apart', () => {
    const port = (record: Parameters<typeof exampleLookPort>[0]) =>
      exampleLook({ ports: [exampleLookPort(record)] });
    const revoked = port({
      record: { state: 'revoked', at: '2026-11-01T00:00:00Z', reason: 'key-compromise' },
    });
    const another = port({ record: { state: 'another', serial: '0F', until: '2027-05-01T00:00:00Z' } });
    const unrecorded = port({ record: { state: 'unrecorded' } });
    expect([judge('TLS-036', revoked).status, judge('TLS-037', revoked).status]).toEqual(['fail', 'pass']);
    expect([judge('TLS-036', another).status, judge('TLS-037', another).status]).toEqual(['pass', 'fail']);
    for (const id of ['TLS-036', 'TLS-037']) expect(judge(id, unrecorded).status).toBe('not-applicable');
  });

  it('is mended by a line that can be pasted, unless the address is no plain one', () => {
    const bad = {
      ports: [exampleLookPort({ record: { state: 'superseded', serial: '0B', until: '2027-02-01' } })],
    };
    const fix = (subject: string) => said(judge('TLS-037', { ...exampleLook(bad), subject }));
    expect(fix('10.0.0.5:6379')).toContain('wardis tls rotate leaf 10.0.0.5:6379 --node 10.0.0.5:6379');
    expect(fix('$(reboot):6379')).not.toContain('rotate leaf');
  });
});

describe('authorities', () => {
  const chain = (...above: readonly Parameters<typeof exampleAuthority>[0][]) => {
    const leaf = exampleCertificate({ issuer: above[0]?.subject ?? '' });
    const authorities = above.map((change, at) =>
      exampleAuthority({
        selfSigned: at === above.length - 1,
        fingerprintSha256: String(at).repeat(64),
        ...change,
      }),
    );
    return exampleServed(leaf, { chain: [leaf, ...authorities] });
  };

  it('have room below them for the CAs that stand there', () => {
    const low = { subject: 'CN=Low', issuer: 'CN=Mid' };
    const mid = { subject: 'CN=Mid', issuer: 'CN=Top' };
    const verdict = judge(
      'TLS-039',
      chain(low, { ...mid, pathLength: 0 }, { subject: 'CN=Top', pathLength: 2 }),
    );
    expect(said(verdict)).toContain('CN=Mid allows 0 CAs below it and has 1');
    expect(judge('TLS-039', chain(low, { ...mid, pathLength: 1 }, { subject: 'CN=Top' })).status).toBe(
      'pass',
    );
  });

  it('say keyCertSign where they list what their key may do', () => {
    expect(judge('TLS-039', chain({ subject: 'CN=Top', keyUsages: ['digitalSignature'] })).status).toBe(
      'fail',
    );
    expect(judge('TLS-039', chain({ subject: 'CN=Top', keyUsages: [] })).status).toBe('pass');
  });

  it('are all that a CA file may hold, but for a server that is pinned', () => {
    const file = (leaf: Partial<Parameters<typeof exampleCertificate>[0]>) =>
      judge(
        'TLS-039',
        exampleFiles({ '/etc/redis/tls/ca.crt': [exampleAuthority(), exampleCertificate(leaf)] }),
      );
    expect(file({}).status).toBe('fail');
    expect(file({ selfSigned: true }).status).toBe('pass');
  });

  it('that differ between nodes are told with the nodes', () => {
    const facts = exampleLook({
      trustGroups: [
        { authorities: ['CN=Old'], nodes: ['redis.conf', '10.0.0.7:6379'] },
        { authorities: ['CN=New', 'CN=Old'], nodes: ['10.0.0.6:6379'] },
      ],
    });
    expect(said(judge('TLS-041', facts))).toContain('10.0.0.6:6379 trust CN=New, CN=Old');
  });
});

describe('client certificates', () => {
  it('are judged by the handshake where settings cannot be read, as of a Sentinel', () => {
    const facts = (clientAuthentication: 'required' | 'optional' | 'off' | 'unknown') => ({
      ...exampleLook({ ports: [exampleLookPort({ clientAuthentication })] }),
      settings: new Map([
        ['tls-auth-clients', unknown('not-asked', 'a Sentinel tells no settings', 'its file')],
      ]),
    });
    expect(judge('TLS-005', facts('required')).status).toBe('pass');
    expect(judge('TLS-005', facts('optional')).status).toBe('fail');
    expect(said(judge('TLS-005', facts('off')))).toContain('a client certificate is not asked for');
    expect(judge('TLS-005', facts('unknown')).status).not.toBe('pass');
  });
});

describe('an audit', () => {
  it('does not answer what only a look at the fleet shows, and says where to ask', () => {
    for (const id of ['TLS-034', 'TLS-035', 'TLS-036', 'TLS-037', 'TLS-038', 'TLS-040', 'TLS-041']) {
      const verdict = judge(id, exampleServed(exampleCertificate()));
      expect(verdict.status, id).toBe('not-applicable');
      expect(said(verdict), id).toContain('wardis tls inspect');
    }
  });
});
