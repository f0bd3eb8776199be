/**
 * The checks on network, authentication, users, commands, scripting and files: each fails on its bad example,
 * passes on its good one, answers unknown when nothing is known, and never throws.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshotFromText, unknown, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor, type Expectations, type HardeningRequest } from '../../src/policy/index.ts';
import type { Check, CheckContext, Example, Verdict } from '../../src/posture/index.ts';
import { authenticationChecks } from '../../src/posture/checks/authentication/list.ts';
import { commandsChecks } from '../../src/posture/checks/commands/list.ts';
import { filesChecks } from '../../src/posture/checks/files/list.ts';
import { networkChecks } from '../../src/posture/checks/network/list.ts';
import { scriptingChecks } from '../../src/posture/checks/scripting/list.ts';
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
): Verdict {
  const context: CheckContext = { expected: expected(snapshot, change), now: NOW, siblings };
  const applies = check.appliesWhen?.(snapshot, context) ?? true;
  if (applies !== true) return { status: 'not-applicable', why: applies };
  return check.evaluate(snapshot, context);
}

/** The request under which a check has something to say: most say it everywhere, some only about local servers. */
const ASKED: Readonly<Record<string, Partial<HardeningRequest>>> = {
  'NET-010': { exposure: 'localhost' },
};

function judgeExample(check: Check, example: Example): Verdict {
  return judge(check, snapshotFromText(example), ASKED[check.id]);
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
        const verdict = judge(check, nothingKnown(), change);
        expect(['unknown', 'not-applicable'], JSON.stringify(verdict)).toContain(verdict.status);
      }
      expect(judge(check, nothingKnown(), ASKED[check.id]).status).toBe('unknown');
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

export { fc };
