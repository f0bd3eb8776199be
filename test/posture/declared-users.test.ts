/** What a policy declares about users reaches the checks: administrators by any name, and last days. */

import { describe, expect, it } from 'vitest';
import { snapshotFromText } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import { assess, CATALOGUE, type DeclaredUsers } from '../../src/posture/index.ts';

const HASH = `#${'5a6b7c8d'.repeat(8)}`;

function failedChecks(acl: string, declared?: DeclaredUsers): readonly string[] {
  const server = { product: 'redis', version: '7.2.16' } as const;
  const snapshot = snapshotFromText({ server, conf: 'aclfile users.acl\n', acl });
  const expected = expectationsFor({
    level: 'hardened',
    exposure: 'private_network',
    frameworks: [],
    server,
    mode: 'standalone',
  });
  const assessment = assess([{ snapshot, expected, gatheredInMs: 0 }], {
    checks: CATALOGUE.filter((check) => check.area === 'users'),
    now: new Date('2026-11-22T00:00:00Z'),
    toolVersion: 'test',
    advisoriesAsOf: '2026-11-18',
    ...(declared === undefined ? {} : { declared }),
  });
  return assessment.targets
    .flatMap((target) => target.outcomes)
    .filter((outcome) => outcome.status === 'fail')
    .map((outcome) => outcome.checkId);
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
