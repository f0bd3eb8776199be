/**
 * Matching advisories: by product and branch, never by one "up to"; then by what the server uses and what its users
 * may run. The version traps are those that other tools fell into.
 */

import { assert, constantFrom, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../src/conf/index.ts';
import { known, snapshotFromText, unknown, type Snapshot } from '../../src/fleet/index.ts';
import { advisory, publicName, rangesOf, type Advisory } from '../../src/posture/advisories/advisory.ts';
import { BRANCHES, findBranch, supportedReleases } from '../../src/posture/advisories/branches.ts';
import { ADVISORIES } from '../../src/posture/advisories/list.ts';
import { gapAt, matchAdvisories, type AdvisoryMatch } from '../../src/posture/advisories/match.ts';

const HASH = 'a'.repeat(64);

function snapshot(server: string, conf = '', acl?: string, facts: Partial<Snapshot> = {}): Snapshot {
  const text = acl === undefined ? conf : `${conf}aclfile users.acl\n`;
  return snapshotFromText({ server, conf: text, ...(acl === undefined ? {} : { acl }), facts });
}

function match(name: string, of: Snapshot): AdvisoryMatch {
  const found = matchAdvisories(of).find(
    (each) => each.advisory.aliases.includes(name) || each.advisory.id === name,
  );
  if (found === undefined) throw new Error(`no advisory ${name}`);
  return found;
}

function state(name: string, server: string, conf = '', acl?: string, facts: Partial<Snapshot> = {}): string {
  return match(name, snapshot(server, conf, acl, facts)).state;
}

describe('advisory data', () => {
  it('has ids and aliases of its own', () => {
    const ids = ADVISORIES.map(({ id }) => id);
    const aliases = ADVISORIES.flatMap((each) => each.aliases);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(aliases).size).toBe(aliases.length);
    for (const id of ids) expect(id).toMatch(/^WA-20\d\d-\d\d$/);
    expect(ids.length).toBeGreaterThanOrEqual(55);
  });

  it('has ranges inside their branch, introduced before fixed', () => {
    for (const each of ADVISORIES) {
      expect(each.ranges.length, each.id).toBeGreaterThan(0);
      for (const { branch, introduced, fixed, product } of each.ranges) {
        expect(findBranch(product, branch), `${each.id} ${branch}`).toBeDefined();
        expect(introduced.startsWith(`${branch}.`), `${each.id} ${introduced}`).toBe(true);
        if (fixed === undefined) continue;
        expect(fixed.startsWith(`${branch}.`), `${each.id} ${fixed}`).toBe(true);
        expect(compareVersions(introduced, fixed), `${each.id} ${fixed}`).toBeLessThanOrEqual(0);
      }
    }
  });

  it('names no release newer than the newest seen on its branch', () => {
    for (const { id, ranges } of ADVISORIES) {
      for (const { product, branch, fixed } of ranges) {
        const newest = findBranch(product, branch)?.newest;
        if (fixed === undefined || newest === undefined) continue;
        expect(compareVersions(fixed, newest), `${id} ${fixed} ${newest}`).toBeLessThanOrEqual(0);
      }
    }
  });

  it('gives Valkey no flaw that was fixed before it left Redis', () => {
    const old = ADVISORIES.filter(({ id }) => /^WA-20(?:1\d|2[0-3])/.test(id));
    expect(old.length).toBeGreaterThan(20);
    for (const { id, ranges } of old) {
      expect(
        ranges.some(({ product }) => product === 'valkey'),
        id,
      ).toBe(false);
    }
  });

  it('links only to addresses of a known form', () => {
    for (const { references } of ADVISORIES) {
      for (const { url } of references) {
        expect(url).toMatch(
          /^https:\/\/(?:nvd\.nist\.gov\/vuln\/detail\/CVE-|github\.com\/(?:advisories\/GHSA-|(?:redis\/redis|valkey-io\/valkey)\/issues\/\d))/,
        );
      }
    }
  });
});

describe('ranges', () => {
  it('leave a branch between two fixes without one, and later branches born fixed', () => {
    const ranges = rangesOf('redis', { introduced: '2.6.0', fixed: ['6.2.20', '7.2.11', '7.4.6'] });
    const on = (branch: string) => ranges.find((range) => range.branch === branch);
    expect(on('2.4')).toBeUndefined();
    expect(on('6.2')?.fixed).toBe('6.2.20');
    expect(on('7.0')).toEqual({ product: 'redis', branch: '7.0', introduced: '7.0.0' });
    expect(on('8.0')).toBeUndefined();
  });

  it('begin in the middle of a branch when the flaw did', () => {
    const ranges = rangesOf('redis', { introduced: '7.0.9', fixed: ['7.0.15', '7.2.4'] });
    expect(ranges).toEqual([
      { product: 'redis', branch: '7.0', introduced: '7.0.9', fixed: '7.0.15' },
      { product: 'redis', branch: '7.2', introduced: '7.2.0', fixed: '7.2.4' },
    ]);
  });
});

describe('versions', () => {
  it('are compared number by number: 2.6.10 is newer than 2.6.8', () => {
    const data: readonly Advisory[] = [
      advisory({
        id: 'WA-2000-01',
        aliases: [],
        summary: 'x',
        severity: 'low',
        redis: { introduced: '2.6.0', fixed: ['2.6.8'] },
      }),
    ];
    const judge = (version: string) => matchAdvisories(snapshot(`redis-${version}`), data)[0]?.state;
    expect(judge('2.6.10')).toBe('fixed');
    expect(judge('2.6.8')).toBe('fixed');
    expect(judge('2.6.7')).toBe('vulnerable');
    expect(judge('2.4.9')).toBe('not-applicable');
  });

  it.each([
    // RediShell, by branch.
    ['CVE-2025-49844', 'redis-6.2.19', 'vulnerable'],
    ['CVE-2025-49844', 'redis-6.2.20', 'fixed'],
    ['CVE-2025-49844', 'redis-7.0.15', 'vulnerable'],
    ['CVE-2025-49844', 'redis-7.2.10', 'vulnerable'],
    ['CVE-2025-49844', 'redis-7.2.11', 'fixed'],
    ['CVE-2025-49844', 'redis-8.0.3', 'vulnerable'],
    ['CVE-2025-49844', 'redis-8.0.4', 'fixed'],
    ['CVE-2025-49844', 'redis-8.2.1', 'vulnerable'],
    ['CVE-2025-49844', 'redis-8.4.0', 'fixed'],
    ['CVE-2025-49844', 'valkey-8.0.5', 'vulnerable'],
    ['CVE-2025-49844', 'valkey-8.0.6', 'fixed'],
    ['CVE-2025-49844', 'valkey-9.0.0', 'fixed'],
    // The branch that was left behind in May 2026.
    ['CVE-2026-25243', 'redis-8.0.6', 'vulnerable'],
    ['CVE-2026-25243', 'redis-8.2.5', 'vulnerable'],
    ['CVE-2026-25243', 'redis-8.2.6', 'fixed'],
    ['CVE-2026-25243', 'redis-8.8.0', 'fixed'],
    ['CVE-2026-25243', 'redis-6.2.21', 'vulnerable'],
    ['CVE-2026-25243', 'redis-6.2.22', 'fixed'],
    // Flaws that came with one branch.
    ['CVE-2022-31144', 'redis-6.2.7', 'not-applicable'],
    ['CVE-2022-31144', 'redis-7.0.3', 'vulnerable'],
    ['CVE-2022-31144', 'redis-7.0.4', 'fixed'],
    ['CVE-2023-41056', 'redis-7.0.8', 'not-applicable'],
    ['CVE-2023-41056', 'redis-7.0.14', 'vulnerable'],
    ['CVE-2025-62507', 'redis-8.0.4', 'not-applicable'],
    ['CVE-2025-62507', 'redis-8.2.2', 'vulnerable'],
    // Before Valkey.
    ['CVE-2022-24834', 'valkey-7.2.5', 'not-applicable'],
    ['CVE-2023-41056', 'valkey-7.2.5', 'not-applicable'],
    // Only Valkey.
    ['CVE-2026-27623', 'valkey-9.0.2', 'vulnerable'],
    ['CVE-2026-27623', 'valkey-9.0.3', 'fixed'],
    ['CVE-2026-27623', 'valkey-8.1.6', 'not-applicable'],
    ['CVE-2026-27623', 'redis-8.2.0', 'not-applicable'],
    // What nobody has said.
    ['redis/redis#15673', 'redis-7.2.16', 'unknown'],
    ['redis/redis#15673', 'redis-8.6.6', 'vulnerable'],
    ['CVE-2026-130822', 'redis-7.2.16', 'unknown'],
    ['CVE-2026-130822', 'valkey-8.1.12', 'fixed'],
  ])('%s on %s is %s', (name, server, wanted) => {
    expect(state(name, server)).toBe(wanted);
  });

  it('newer than the data are unknown as a whole, not safe', () => {
    expect(gapAt({ product: 'redis', version: '7.2.16' })).toBeUndefined();
    expect(gapAt({ product: 'redis', version: '7.2.17' })).toContain('newer than the data');
    expect(gapAt({ product: 'redis', version: '8.14.0' })).toContain('not in the data');
    expect(gapAt({ product: 'valkey', version: '9.1.5' })).toContain('newer than the data');
    expect(gapAt({ product: 'redis', version: '255.255.255' })).toContain('not in the data');
    expect(state('CVE-2025-49844', 'redis-8.14.0')).toBe('unknown');
  });

  it('without a patch level are unknown where the branch had the flaw', () => {
    expect(state('CVE-2025-49844', 'redis-7.2')).toBe('unknown');
    expect(state('CVE-2025-62507', 'redis-7.2')).toBe('not-applicable');
    expect(gapAt({ product: 'redis', version: '7.2' })).toContain('patch level');
  });

  it('that are not known answer unknown for every advisory', () => {
    const nothing = { ...snapshot('redis-7.2'), product: unknown('denied', 'NOPERM', 'INFO') };
    expect(new Set(matchAdvisories(nothing).map((each) => each.state))).toEqual(new Set(['unknown']));
  });

  it('never go from fixed back to vulnerable as they rise within a branch', () => {
    const branch = constantFrom(...BRANCHES.filter(({ newest }) => newest !== undefined));
    assert(
      property(branch, nat(40), nat(40), ({ product, branch: name }, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const before = matchAdvisories(snapshot(`${product}-${name}.${low}`));
        const after = matchAdvisories(snapshot(`${product}-${name}.${high}`));
        for (const [at, each] of before.entries()) {
          if (each.state === 'fixed')
            expect(after[at]?.state, `${publicName(each.advisory)} ${name}.${high}`).toBe('fixed');
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('what keeps a flaw from being reached', () => {
  const app = (rules: string) => `user default off resetpass\nuser app on #${HASH} ${rules}\n`;

  it('is a command that no ordinary user may run, as the ACL engine decides', () => {
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', app('~app:* +get +set'))).toBe('mitigated');
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', app('~app:* +@all -@scripting'))).toBe('mitigated');
  });

  it('is not -@dangerous: scripting stays', () => {
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', app('~app:* +@all -@admin -@dangerous'))).toBe(
      'vulnerable',
    );
  });

  it('is not a deny that a later rule takes back', () => {
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', app('~* -@scripting +@all'))).toBe('vulnerable');
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', app('~* +@all -@scripting (~x +eval)'))).toBe(
      'vulnerable',
    );
  });

  it('does not count users that are off, nor administrators by name', () => {
    const users = (admin: string) => `${app('~app:* +get')}user old off #${HASH} ~* +@all\n${admin}`;
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', users(`user admin on #${HASH} ~* &* +@all\n`))).toBe(
      'mitigated',
    );
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', users(`user shop on #${HASH} ~* &* +@all\n`))).toBe(
      'vulnerable',
    );
  });

  it('counts the default user even with a password: applications use it', () => {
    expect(state('CVE-2025-49844', 'redis-7.2.10', 'requirepass an-example-password\n')).toBe('vulnerable');
  });

  it('is unknown, so nothing, when the users are not known', () => {
    const users = unknown('denied', 'NOPERM', 'ACL LIST');
    expect(state('CVE-2025-49844', 'redis-7.2.10', '', undefined, { users })).toBe('vulnerable');
  });

  it('is not assumed of a command that the bundled table does not know', () => {
    expect(state('CVE-2025-62507', 'redis-8.2.1', '', app('~* +@all'))).toBe('vulnerable');
  });

  it('may be a setting', () => {
    expect(state('CVE-2025-21605', 'redis-7.2.7')).toBe('vulnerable');
    expect(state('CVE-2025-21605', 'redis-7.2.7', 'client-output-buffer-limit normal 64mb 32mb 60\n')).toBe(
      'mitigated',
    );
    expect(state('CVE-2026-23479', 'redis-7.2.13', 'maxmemory-clients 20%\n')).toBe('vulnerable');
    expect(state('CVE-2026-23479', 'redis-7.2.13', 'maxmemory-clients 0\n')).toBe('mitigated');
  });

  it('may be client certificates on every port, and only then', () => {
    const tls = 'tls-port 6380\ntls-auth-clients yes\n';
    expect(state('CVE-2025-48367', 'redis-7.2.9', `port 0\n${tls}`)).toBe('mitigated');
    expect(state('CVE-2025-48367', 'redis-7.2.9', `port 6379\n${tls}`)).toBe('vulnerable');
    expect(state('CVE-2025-48367', 'redis-7.2.9', `port 0\ntls-port 6380\ntls-auth-clients optional\n`)).toBe(
      'vulnerable',
    );
  });

  it('needs all conditions of a set', () => {
    const readOnly = 'replica-read-only yes\n';
    expect(state('CVE-2026-23631', 'redis-7.2.13', readOnly, app('~* +@all -config'))).toBe('mitigated');
    expect(state('CVE-2026-23631', 'redis-7.2.13', readOnly, app('~* +@all'))).toBe('vulnerable');
    expect(state('CVE-2026-23631', 'redis-7.2.13', 'replica-read-only no\n', app('~* +@all -config'))).toBe(
      'vulnerable',
    );
  });
});

describe('what a flaw needs to be there at all', () => {
  it('is TLS in use', () => {
    expect(state('CVE-2026-81934', 'redis-7.2.15')).toBe('not-applicable');
    expect(state('CVE-2026-81934', 'redis-7.2.15', 'tls-port 6380\n')).toBe('vulnerable');
  });

  it('is cluster mode', () => {
    expect(state('CVE-2026-21863', 'valkey-8.0.6')).toBe('not-applicable');
    expect(state('CVE-2026-21863', 'valkey-8.0.6', 'cluster-enabled yes\n')).toBe('vulnerable');
    expect(state('CVE-2026-21863', 'valkey-8.0.6', 'cluster-enabled yes\ntls-cluster yes\n')).toBe(
      'mitigated',
    );
  });

  it('is a unix socket', () => {
    expect(state('CVE-2023-45145', 'redis-7.2.1')).toBe('not-applicable');
    expect(state('CVE-2023-45145', 'redis-7.2.1', 'unixsocket /run/redis.sock\n')).toBe('vulnerable');
  });

  it('is a module, or unknown when the modules are', () => {
    const modules = (names: readonly string[]): Partial<Snapshot> => ({
      modules: known(
        names.map((name) => ({ name, version: '1', path: '' })),
        { kind: 'host', what: 'test' },
      ),
    });
    expect(state('CVE-2026-25588', 'redis-8.2.5')).toBe('unknown');
    expect(state('CVE-2026-25588', 'redis-8.2.5', '', undefined, modules([]))).toBe('not-applicable');
    expect(state('CVE-2026-25588', 'redis-8.2.5', '', undefined, modules(['timeseries']))).toBe('vulnerable');
  });
});

describe('branches', () => {
  it('know their state and where to go', () => {
    expect(findBranch('redis', '7.0')?.state).toBe('ended');
    expect(findBranch('redis', '8.0')?.state).toBe('ended');
    expect(findBranch('valkey', '8.0')?.state).toBe('maintained');
    expect(supportedReleases('redis', '7.0')).toEqual([
      '7.2.16',
      '7.4.11',
      '8.2.9',
      '8.4.6',
      '8.6.7',
      '8.8.3',
      '8.10.2',
    ]);
    expect(supportedReleases('valkey', '9.0')).toEqual(['9.0.8', '9.1.4']);
  });

  it('are in order of age, so that ranges are', () => {
    for (const product of ['redis', 'valkey'] as const) {
      const names = BRANCHES.filter((each) => each.product === product).map(({ branch }) => branch);
      expect([...names].sort(compareVersions)).toEqual(names);
    }
  });
});
