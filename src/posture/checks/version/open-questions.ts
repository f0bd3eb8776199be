/** VER-004: advisories of which the sources do not say whether this branch has them. */

import { branchOf, publicName } from '../../advisories/advisory.ts';
import { findBranch } from '../../advisories/branches.ts';
import { gapAt, matchAdvisories } from '../../advisories/match.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { pass } from '../../verdict.ts';

export const openQuestions: Check = {
  id: 'VER-004',
  area: 'version',
  title: 'For some advisories nobody has said whether this branch is affected',
  goal: 'For every advisory it is known whether this branch is affected',
  severity: 'info',
  rationale:
    'Projects publish fixes for the branches that they release; of others they often say nothing. Such advisories are neither open nor fixed here, and are listed so that a person can decide.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'product and version', (server, from) => {
      const asked = matchAdvisories(snapshot).filter(({ undetermined }) => undetermined === true);
      if (asked.length > 0) {
        return {
          status: 'manual',
          instruction: `Ask the project or the distribution whether ${server.product} ${server.version} has ${asked.map(({ advisory }) => publicName(advisory)).join(', ')}.`,
        };
      }
      return findBranch(server.product, branchOf(server.version)) === undefined
        ? {
            status: 'unknown',
            missing: 'which advisories concern this version',
            why: gapAt(server) ?? 'the branch is not in the data',
            look: 'read the release notes of the project, or update Wardis',
          }
        : pass(`the sources answer for ${server.product} ${branchOf(server.version)} throughout`, from);
    }),
  remedy: 'Use the newest branch, for which the sources are complete, or ask.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  examples: {
    bad: { server: 'redis-7.2.16', conf: '' },
    good: { server: 'valkey-8.1.12', conf: '' },
  },
};
