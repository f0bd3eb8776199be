/** Hardening opens no known flaw: what a higher level switches on never makes a version vulnerable to more. */
import { describe, expect, it } from 'vitest';
import { type ServerVersion } from '../../src/conf/index.ts';
import { snapshotFromText } from '../../src/fleet/index.ts';
import {
  compilePolicy,
  NETWORK_EXPOSURES,
  policyFor,
  SECURITY_LEVELS,
  type HardeningRequest,
} from '../../src/policy/index.ts';
import { BRANCHES } from '../../src/posture/advisories/branches.ts';
import { ADVISORIES } from '../../src/posture/advisories/list.ts';
import { matchAdvisories } from '../../src/posture/advisories/match.ts';
import { secretOf } from './requests.ts';

/** The first release of each branch from 6.0 on, the newest, and both sides of every fix. */
function releases(): readonly ServerVersion[] {
  const found = new Map<string, ServerVersion>();
  const add = (product: ServerVersion['product'], version: string) =>
    found.set(`${product} ${version}`, { product, version });
  for (const { product, branch, newest } of BRANCHES) {
    if (product === 'redis' && Number(branch.split('.')[0]) < 6) continue;
    for (const version of [`${branch}.0`, `${branch}.10`, newest])
      if (version !== undefined) add(product, version);
    for (const { fixed } of ADVISORIES.flatMap(({ ranges }) => ranges)) {
      if (fixed === undefined || !fixed.startsWith(`${branch}.`)) continue;
      const patch = Number(fixed.slice(branch.length + 1));
      add(product, fixed);
      if (patch > 0) add(product, `${branch}.${patch - 1}`);
    }
  }
  return [...found.values()];
}

/** Flaws of TLS itself come with it: plaintext would be the greater one. */
const OF_TLS = new Set(
  ADVISORIES.filter(({ appliesWhen }) => appliesWhen.some(({ kind }) => kind === 'tls')).map(({ id }) => id),
);

/** Advisories that the compiled files leave this version open to, and those that only a setting holds off. */
function openIn(request: HardeningRequest): ReadonlyMap<string, string> {
  const { server } = request;
  const { artefacts } = compilePolicy(policyFor(request), { secrets: secretOf });
  const file = (path: string): string => artefacts.find((each) => each.path === path)?.content ?? '';
  const conf = file(`${server.product}.conf`).replace(/^include .*$/m, () => file('secrets.conf'));
  const matches = matchAdvisories(snapshotFromText({ server, conf, acl: file('users.acl') }));
  return new Map(
    matches
      .filter(({ state }) => state === 'vulnerable' || state === 'mitigated')
      .map(({ advisory, state }) => [advisory.id, state]),
  );
}

describe('raising the level', () => {
  it.each(NETWORK_EXPOSURES)('opens no flaw on any version, for %s', (exposure) => {
    const found: string[] = [];
    for (const server of releases()) {
      let before: ReadonlyMap<string, string> | undefined;
      for (const level of SECURITY_LEVELS) {
        const now = openIn({ level, exposure, frameworks: [], mode: 'standalone', server });
        for (const [id, state] of before === undefined ? [] : now) {
          if (OF_TLS.has(id)) continue;
          const was = before?.get(id);
          if (was === undefined || (was === 'mitigated' && state === 'vulnerable'))
            found.push(
              `${server.product} ${server.version} at ${level}: ${id} is ${state}, was ${was ?? 'none'}`,
            );
        }
        before = now;
      }
    }
    expect(found).toEqual([]);
  });
});
