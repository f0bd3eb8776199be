/** Proof that tenants are apart, at growing numbers of tenants; and sets that make it hard. */

import { makeTenants, parseUser, proveTenants, tableFor, tenantRules } from '../src/acl/index.ts';
import type { TenantProof, User } from '../src/acl/index.ts';
import { median, printFigure, quick } from './record/line.ts';

const COUNTS = quick ? [1000, 10_000] : [1000, 10_000, 100_000];
const HARD_COUNTS = quick ? [1000] : [1000, 10_000];
const ROUNDS = 3;
const table = tableFor({ product: 'redis', version: '7.2.6' });
const commands = tenantRules(table);

function usersOf(names: readonly string[], keys: readonly string[]): readonly User[] {
  return makeTenants(names, { keys, commands }, table).users.map(({ user, rules }) => {
    const parsed = parseUser(user, rules, table);
    if (parsed.user === undefined) throw new Error(parsed.problems[0]?.message);
    return parsed.user;
  });
}

function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `tenant-${(i * 7919) % count}`);
}

/** Median time of the proof, which must come out as expected. */
function time(users: readonly User[], expected: (proof: TenantProof) => boolean, rounds = ROUNDS): number {
  const samples = Array.from({ length: rounds }, () => {
    const started = performance.now();
    const proof = proveTenants(users);
    const ms = performance.now() - started;
    if (!expected(proof))
      throw new Error(`the proof came out as ${proof.verdict}, ${proof.keys.compared} compared`);
    return ms;
  });
  return median(samples);
}

const perTenant: number[] = [];
proveTenants(usersOf(namesOf(2000), ['{tenant}:*']));
for (const count of COUNTS) {
  const users = usersOf(namesOf(count), ['{tenant}:*']);
  const ms = time(users, ({ verdict }) => verdict === 'apart');
  perTenant.push(ms / count);
  printFigure({ bench: 'tenants', metric: `proof of ${count} tenants ({tenant}:*)`, value: ms, unit: 'ms' });
  // One tenant whose prefix is the beginning of others: the proof must find it among all.
  const loose = [...users, ...usersOf(['loose'], ['tenant-77*'])];
  const found = time(loose, ({ keys }) => keys.verdict === 'overlap');
  printFigure({ bench: 'tenants', metric: `overlap found among ${count} tenants`, value: found, unit: 'ms' });
}
printFigure({
  bench: 'tenants',
  metric: 'time per tenant at the largest over the smallest',
  value: (perTenant.at(-1) ?? Number.NaN) / (perTenant[0] ?? Number.NaN),
  unit: 'ratio',
  against: `linear is 1, quadratic is ${(COUNTS.at(-1) ?? 0) / (COUNTS[0] ?? 1)}`,
});

// No fixed start: the fixed ends tell them apart.
for (const count of COUNTS) {
  const users = usersOf(namesOf(count), ['*:{tenant}']);
  const ms = time(users, ({ verdict }) => verdict === 'apart');
  printFigure({ bench: 'tenants', metric: `proof of ${count} tenants (*:{tenant})`, value: ms, unit: 'ms' });
}

// Neither start nor end tells them apart: every pair is compared, up to the bound.
for (const count of HARD_COUNTS) {
  const width = String(count).length;
  const names = Array.from({ length: count }, (_, i) => String(i).padStart(width, '0'));
  const users = usersOf(names, ['?{tenant}?']);
  let compared = 0;
  let verdict = '';
  const ms = time(
    users,
    (proof) => {
      ({ compared, verdict } = proof.keys);
      return verdict !== 'overlap';
    },
    1,
  );
  printFigure({
    bench: 'tenants',
    metric: `no fixed start or end, ${count} tenants (?{tenant}?): ${verdict} after ${compared} pairs`,
    value: ms,
    unit: 'ms',
  });
}
