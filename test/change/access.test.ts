/** Users whose time is over, and the record of how old credentials are. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  forgetCredential,
  lastRotated,
  printCredentialRecord,
  readCredentialRecord,
  recordRotation,
  usersDue,
  type CredentialRecord,
} from '../../src/change/index.ts';
import { compilePolicy, daysSince, parsePolicy, type PolicyDocument } from '../../src/policy/index.ts';

async function read(text: string): Promise<PolicyDocument> {
  const parsed = await parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.policy;
}

const POLICY = `version: 1
users:
  - { name: ops, role: admin }
  - { name: reports, role: readonly, keys: ["*"], expires: 2026-11-20 }
  - { name: fire, role: admin, break_glass: { reason: disk full, until: "2026-11-22T18:00:00+02:00" } }
tenants:
  - { names: [app_a, app_b], role: readwrite, keys: ["{tenant}:*"], expires: 2026-11-21 }
`;

describe('a declared user', () => {
  it.each([
    ['2026-11-20T23:59:59Z', []],
    ['2026-11-21T00:00:00Z', ['reports']],
    ['2026-11-22T15:59:59Z', ['reports', 'app_a', 'app_b']],
    ['2026-11-22T16:00:00Z', ['reports', 'fire', 'app_a', 'app_b']],
  ])('is due at %s when its last day or its moment has passed', async (at, expected) => {
    const due = usersDue(await read(POLICY), new Date(at)).map(({ user }) => user);
    expect(due).toHaveLength(expected.length);
    expect(new Set(due)).toEqual(new Set(expected));
  });

  it('is due for a reason that people can read', async () => {
    expect(usersDue(await read(POLICY), new Date('2026-12-01T00:00:00Z')).slice(0, 2)).toEqual([
      { user: 'reports', why: 'expired on 2026-11-20' },
      { user: 'fire', why: 'break-glass access ended at 2026-11-22T18:00:00+02:00' },
    ]);
  });

  it('compiles as off from the moment that it is due, and not before', async () => {
    const policy = await read(POLICY);
    for (const at of ['2026-11-20', '2026-11-21', '2026-11-22T15:59:59Z', '2026-11-22T16:00:00Z']) {
      const due = new Set(usersDue(policy, new Date(at)).map(({ user }) => user));
      const compiled = compilePolicy(policy, { today: at });
      for (const { user, enabled } of compiled.users)
        expect(enabled, `${user.name} ${at}`).toBe(!due.has(user.name));
      for (const user of due)
        expect(compiled.warnings.join('\n')).toMatch(new RegExp(`^${user} .*: it compiles as off\\.$`, 'm'));
    }
  });
});

describe('an emergency', () => {
  it('that lasts more than a week is warned about', async () => {
    const policy = await read(POLICY);
    const said = (today: string) => compilePolicy(policy, { today }).warnings.join('\n');
    expect(said('2026-11-15T15:59:00Z')).toContain('fire has break-glass access for 8 more days');
    expect(said('2026-11-15T16:00:00Z')).not.toContain('break-glass access for');
  });
});

describe('the age that credentials may reach', () => {
  const said = async (text: string) => compilePolicy(await read(text)).warnings.join('\n');

  it('may be stricter than was asked, and a laxer one is said', async () => {
    const compliance = 'version: 1\nsecurity_level: compliance\ncompliance_requirements: [pci_dss]\n';
    expect(await said(`${compliance}credential_age: 365\n`)).toContain(
      'credential_age 365 is longer than the 90 days that level compliance, pci_dss asks.',
    );
    expect(await said(`${compliance}credential_age: 30\n`)).not.toContain('credential_age');
  });

  it('is the one in the compiled checklist and runbook', async () => {
    const { artefacts } = compilePolicy(await read('version: 1\ncredential_age: 45\n'));
    const text = (path: string) => artefacts.find((each) => each.path === path)?.content ?? '';
    expect(text('runbooks/credential-rotation.md')).toContain('Every 45 days');
    expect(artefacts.some((each) => each.content.includes('Credentials are replaced every 45 days'))).toBe(
      true,
    );
  });
});

const entry = fc.record(
  {
    user: fc.string({ minLength: 1, maxLength: 20 }),
    fleet: fc.constantFrom('prod', 'test'),
    rotatedAt: fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  },
  { requiredKeys: ['user', 'rotatedAt'] },
);

describe('the record of rotations', () => {
  it('says after writing and reading what was recorded last', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (rotations) => {
        const kept = rotations.reduce<CredentialRecord>(recordRotation, []);
        const again = readCredentialRecord(printCredentialRecord(kept));
        if (!again.ok) throw new Error(again.problem);
        for (const { user, fleet } of rotations) {
          const last = rotations.findLast((each) => each.user === user && each.fleet === fleet);
          if (fleet !== undefined) expect(lastRotated(again.record, user, fleet)).toBe(last?.rotatedAt);
        }
        expect(again.record).toHaveLength(
          new Set(rotations.map(({ user, fleet }) => JSON.stringify([user, fleet]))).size,
        );
      }),
    );
  });

  const record: CredentialRecord = [
    { user: 'app', fleet: 'prod', rotatedAt: '2026-11-01T00:00:00Z' },
    { user: 'app', fleet: 'test', rotatedAt: '2026-05-01T00:00:00Z' },
    { user: 'ops', rotatedAt: '2026-10-01T00:00:00Z' },
  ];

  it('keeps fleets apart, and is the oldest where no fleet is asked for', () => {
    expect(lastRotated(record, 'app', 'prod')).toBe('2026-11-01T00:00:00Z');
    expect(lastRotated(record, 'app', 'other')).toBeUndefined();
    expect(lastRotated(record, 'app')).toBe('2026-05-01T00:00:00Z');
    expect(lastRotated(record, 'ops', 'prod')).toBe('2026-10-01T00:00:00Z');
    expect(lastRotated(record, 'nobody')).toBeUndefined();
  });

  it('forgets one user of one fleet', () => {
    expect(forgetCredential(record, { user: 'app', fleet: 'test' }).map(({ fleet }) => fleet)).toEqual([
      'prod',
      undefined,
    ]);
  });

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'its shape is not as wardis writes it'],
    ['{"schemaVersion":"2","credentials":[]}', 'schemaVersion is not as wardis writes it'],
    [
      '{"schemaVersion":"1","credentials":[{"user":"a","rotatedAt":"yesterday"}]}',
      'credentials.0.rotatedAt is not',
    ],
    [
      '{"schemaVersion":"1","credentials":[{"user":"a","rotatedAt":"2026-11-01T00:00:00Z","hash":"x"}]}',
      'credentials.0 is not',
    ],
  ])('is not read from %j, and no empty record takes its place', (text, problem) => {
    const read = readCredentialRecord(text);
    expect(read).toMatchObject({ ok: false });
    expect(read.ok ? '' : read.problem).toContain(problem);
  });

  it('counts whole days, and none for a date to come', () => {
    const now = new Date('2026-11-22T12:00:00Z');
    expect(daysSince('2026-11-21T12:00:01Z', now)).toBe(0);
    expect(daysSince('2026-11-21T12:00:00Z', now)).toBe(1);
    expect(daysSince('2026-12-21T12:00:00Z', now)).toBe(0);
  });
});
