/** VER-005: the newest release of the branch, as far as the data reaches. */

import { compareVersions } from '../../../conf/index.ts';
import { branchOf } from '../../advisories/advisory.ts';
import { ADVISORIES_AS_OF, findBranch, supportedReleases } from '../../advisories/branches.ts';
import { gapAt } from '../../advisories/match.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const behind: Check = {
  id: 'VER-005',
  area: 'version',
  title: 'A newer release of this branch is out',
  goal: 'The server runs the newest release of its branch',
  severity: 'low',
  rationale:
    'Releases of a branch hold fixes only, and many of the security fixes since 2026 carry no CVE: staying at the newest release is the only way to have them all.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'product and version', (server, from) => {
      const { product, version } = server;
      const branch = findBranch(product, branchOf(version));
      const gap = gapAt(server);
      if (branch?.newest === undefined || gap !== undefined)
        return {
          status: 'unknown',
          missing: 'the newest release of this branch',
          why:
            gap === undefined
              ? `not in the data of ${ADVISORIES_AS_OF}`
              : `${gap} (data of ${ADVISORIES_AS_OF})`,
          look: 'read the release page of the project',
        };
      return compareVersions(version, branch.newest) < 0
        ? fail(
            [evidence(`${product} ${version}; ${branch.newest} was out on ${ADVISORIES_AS_OF}`, from)],
            [
              {
                kind: 'upgrade',
                product,
                to:
                  branch.state === 'maintained'
                    ? [branch.newest]
                    : supportedReleases(product, branchOf(version)),
              },
            ],
          )
        : pass(`${product} ${version} was the newest of its branch on ${ADVISORIES_AS_OF}`, from);
    }),
  remedy: 'Upgrade within the branch: replicas first, then fail over, then the old primary.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2.14', conf: '' },
    good: { server: 'redis-7.2.16', conf: '' },
  },
};
