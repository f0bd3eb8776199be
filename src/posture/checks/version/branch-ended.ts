/** VER-001: a branch that gets no fixes any more. */

import { branchOf } from '../../advisories/advisory.ts';
import { ADVISORIES_AS_OF, findBranch, supportedReleases } from '../../advisories/branches.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { distributionPackage } from './distribution-package.ts';

export const branchEnded: Check = {
  id: 'VER-001',
  area: 'version',
  title: 'This release branch gets no security fixes any more',
  goal: 'The server is of a branch that still gets security fixes',
  severity: 'high',
  rationale:
    'Flaws are found in old code too, but mended only on branches that are maintained: Redis 7.0 has had no fix since 2024, 8.0 none of those of May 2026. A distribution may mend its own package longer; its package version shows that.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'product and version', ({ product, version }, from) => {
      const name = branchOf(version);
      const branch = findBranch(product, name);
      if (branch === undefined)
        return {
          status: 'unknown',
          missing: `state of ${product} ${name}`,
          why: `the data of ${ADVISORIES_AS_OF} does not know this branch`,
          look: 'read the release page of the project, or update Wardis',
        };
      if (branch.state === 'maintained')
        return pass(`${product} ${name} was maintained on ${ADVISORIES_AS_OF}`, from);
      const mended = distributionPackage(snapshot);
      if (mended !== undefined)
        return {
          status: 'unknown',
          missing: 'fixes that the distribution made',
          why: `${product} ${name} is no longer maintained by its project; ${mended} may be, by the distribution`,
          look: 'read the security tracker of the distribution',
        };
      return fail(
        [
          evidence(
            `${product} ${version}: branch ${name} has ended${branch.note === undefined ? '' : `, ${branch.note}`} (data of ${ADVISORIES_AS_OF})`,
            from,
          ),
        ],
        [{ kind: 'upgrade', product, to: supportedReleases(product, name) }],
      );
    }),
  remedy:
    'Upgrade to a maintained branch. Data files of older branches are read by newer ones, not the other way round.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  examples: {
    bad: { server: 'redis-7.0.15', conf: '' },
    good: { server: 'redis-7.2.16', conf: '' },
  },
};
