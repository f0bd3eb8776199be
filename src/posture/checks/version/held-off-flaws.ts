/** VER-003: flaws that are there, and that only configuration keeps from being reached. */

import { branchOf, publicName } from '../../advisories/advisory.ts';
import { ADVISORIES_AS_OF, supportedReleases } from '../../advisories/branches.ts';
import { gapAt, matchAdvisories } from '../../advisories/match.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const SHOWN_MAX = 12;

export const heldOffFlaws: Check = {
  id: 'VER-003',
  area: 'version',
  title: 'Known vulnerabilities are held off by configuration only',
  goal: 'Known vulnerabilities are fixed by an upgrade',
  severity: 'low',
  rationale:
    'A setting or a withheld command keeps these flaws from being reached today. One changed rule, one new user, or a promoted replica with other settings opens them again.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'product and version', (server, from) => {
      const matches = matchAdvisories(snapshot);
      const held = matches.filter(({ state }) => state === 'mitigated');
      if (held.length > 0) {
        const shown = held
          .slice(0, SHOWN_MAX)
          .map(({ advisory, why }) =>
            evidence(
              `${publicName(advisory)} (${advisory.severity}): ${advisory.summary}; held off because ${why}`,
              from,
            ),
          );
        return fail(
          [...shown, ...(held.length > SHOWN_MAX ? [evidence(`and ${held.length - SHOWN_MAX} more`)] : [])],
          [
            {
              kind: 'upgrade',
              product: server.product,
              to: supportedReleases(server.product, branchOf(server.version)),
            },
          ],
        );
      }
      const gap = gapAt(server);
      return gap === undefined
        ? pass('nothing is held off by configuration alone', from)
        : {
            status: 'unknown',
            missing: 'which advisories concern this version',
            why: `${gap} (data of ${ADVISORIES_AS_OF})`,
            look: 'read the release notes of the project, or update Wardis',
          };
    }),
  remedy: 'Upgrade to the newest release of a maintained branch.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-04', 'AP-05'],
  examples: {
    bad: withUsers('redis-7.2.11', [`user app on ${HASH} ~app:* +get +set`]),
    good: { server: 'redis-7.2.16', conf: '' },
  },
};
