/** What a policy declares about users reaches the checks: administrators by any name, and last days. */

import { describe, expect, it } from 'vitest';
import { snapshotFromText } from '../../src/fleet/index.ts';
import { expectationsUnder } from '../../src/policy/index.ts';
import { assess, CATALOGUE, type DeclaredUsers, type Outcome } from '../../src/posture/index.ts';

const HASH = `#${'5a6b7c8d'.repeat(8)}`;

function failedChecks(acl: string, declared?: DeclaredUsers): readonly string[] {
  return outcomes(acl, declared)
    .filter((outcome) => outcome.status === 'fail')
    .map((outcome) => outcome.checkId);
}

function outcomeOf(id: string, acl: string, declared?: DeclaredUsers, credentialAgeDays?: number): Outcome {
  const found = outcomes(acl, declared, credentialAgeDays).find((outcome) => outcome.checkId === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

function outcomes(acl: string, declared?: DeclaredUsers, credentialAgeDays?: number): readonly Outcome[] {
  const server = { product: 'redis', version: '7.2.16' } as const;
  const snapshot = snapshotFromText({ server, conf: 'aclfile users.acl\n', acl });
  const expected = expectationsUnder(
    { credentialAgeDays },
    { level: 'hardened', exposure: 'private_network', frameworks: [], server, mode: 'standalone' },
  );
  const assessment = assess([{ snapshot, expected, gatheredInMs: 0 }], {
    checks: CATALOGUE.filter((check) => ['users', 'authentication'].includes(check.area)),
    now: new Date('2026-11-22T00:00:00Z'),
    toolVersion: 'test',
    advisoriesAsOf: '2026-11-18',
    ...(declared === undefined ? {} : { declared }),
  });
  return assessment.targets.flatMap((target) => target.outcomes);
}

describe('declared users', () => {
  const acl = `user default off resetpass\nuser alice on ${HASH} ~* &* +@all\n`;

  it('are administrators whatever their name, once the policy says so', () => {
    expect(failedChecks(acl)).toContain('USER-001');
    expect(failedChecks(acl, new Map([['alice', { role: 'admin' }]]))).not.toContain('USER-001');
  });

  it('are still judged by their rights when declared as something smaller', () => {
    expect(failedChecks(acl, new Map([['alice', { role: 'readwrite' }]]))).toContain('USER-001');
  });

  it('are a finding after their last day, and not on it', () => {
    const until = (expires: string) => failedChecks(acl, new Map([['alice', { role: 'admin', expires }]]));
    expect(until('2026-11-21')).toContain('USER-030');
    expect(until('2026-11-22')).not.toContain('USER-030');
  });

  it('leave others that nobody declared to be found', () => {
    expect(failedChecks(acl, new Map())).toContain('USER-031');
    expect(failedChecks(acl)).not.toContain('USER-031');
  });
});

describe('a break-glass administrator', () => {
  const acl = `user default off resetpass\nuser fire on ${HASH} ~* &* +@all\nuser ops on #${'0a1b2c3d'.repeat(8)} ~* &* +@all\n`;
  const until = (moment: string): Outcome =>
    outcomeOf(
      'USER-032',
      acl,
      new Map([['fire', { role: 'admin', breakGlass: { reason: 'disk full', until: moment } }]]),
    );

  it('is a finding from its end on, with what takes it away', () => {
    expect(until('2026-11-22T00:00:01Z').status).toBe('pass');
    expect(until('2026-11-22T00:00:00Z')).toMatchObject({
      status: 'fail',
      severity: 'high',
      evidence: [{ text: 'user fire is on; its emergency (disk full) ended at 2026-11-22T00:00:00Z' }],
      fix: [
        { kind: 'by-hand', instruction: expect.stringMatching(/users\.acl:2: .*off resetpass/) as string },
        { kind: 'by-hand', instruction: 'CLIENT KILL USER fire' },
      ],
    });
  });

  it('is a finding when its emergency lasts more than a week', () => {
    expect(until('2026-11-29T00:00:00Z').status).toBe('pass');
    expect(until('2026-11-29T00:00:01Z').evidence[0]?.text).toBe(
      'user fire is on for 8 more days; an emergency ends within 7',
    );
  });

  it('is a finding by its name alone, where the policy has no end for it', () => {
    const named = (name: string, rules: string) =>
      outcomeOf(
        'USER-032',
        `user default off\nuser ${name} on ${HASH} ${rules}\n`,
        new Map([[name, { role: 'admin' }]]),
      ).status;
    expect(named('break-glass', '~* &* +@all')).toBe('fail');
    expect(named('ops-emergency-2', '~* &* +@all')).toBe('fail');
    expect(named('ops', '~* &* +@all')).toBe('pass');
    expect(named('emergency-page', '~page:* +get')).toBe('pass');
  });

  it('is nobody’s finding once it is off', () => {
    const off = 'user default off\nuser fire off ~* &* +@all\n';
    const past = { reason: 'disk full', until: '2026-01-01T00:00:00Z' };
    expect(outcomeOf('USER-032', off, new Map([['fire', { role: 'admin', breakGlass: past }]])).status).toBe(
      'pass',
    );
  });
});

describe('a credential', () => {
  const acl = `user default off resetpass\nuser app on ${HASH} ~app:* +get\nuser ops on #${'0a1b2c3d'.repeat(8)} ~ops:* +get\n`;
  const aged = (app: string | undefined, ops: string | undefined, days?: number): Outcome =>
    outcomeOf(
      'AUTH-023',
      acl,
      new Map([
        ['app', { role: 'readonly', rotatedAt: app }],
        ['ops', { role: 'readonly', rotatedAt: ops }],
      ]),
      days,
    );

  it('is overdue when it is older than the level allows: 180 days at hardened', () => {
    expect(aged('2026-05-26T00:00:00Z', '2026-11-01T00:00:00Z').status).toBe('pass');
    expect(aged('2026-05-25T00:00:00Z', '2026-11-01T00:00:00Z')).toMatchObject({
      status: 'fail',
      evidence: [{ text: 'user app: last replaced on 2026-05-25, 181 days ago; at most 180' }],
      fix: [{ kind: 'by-hand', instruction: 'wardis user rotate app' }],
    });
  });

  it('is judged by the age that the policy chooses instead', () => {
    expect(aged('2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z', 30).status).toBe('fail');
    expect(aged('2026-01-01T00:00:00Z', '2026-11-01T00:00:00Z', 3650).status).toBe('pass');
  });

  it('is unknown where no rotation was recorded, and hides no overdue one', () => {
    expect(aged(undefined, '2026-11-01T00:00:00Z')).toMatchObject({ status: 'unknown', reason: 'not-asked' });
    expect(aged(undefined, '2026-01-01T00:00:00Z').status).toBe('fail');
  });

  it('is asked of users that a policy declares and that log in by password', () => {
    const declared: DeclaredUsers = new Map([['app', { role: 'readonly' }]]);
    expect(outcomeOf('AUTH-023', acl).status).toBe('not-applicable');
    expect(outcomeOf('AUTH-023', 'user default off\nuser app off\n', declared).status).toBe('pass');
    expect(outcomeOf('AUTH-023', `user default off\nuser other on ${HASH} +get\n`, declared).status).toBe(
      'pass',
    );
  });
});
