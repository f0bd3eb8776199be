/** VER-002: advisories that concern this server and that nothing keeps from being reached. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import { branchOf, publicName } from '../../advisories/advisory.ts';
import { ADVISORIES_AS_OF, findBranch, supportedReleases } from '../../advisories/branches.ts';
import { type AdvisoryMatch, gapAt, matchAdvisories } from '../../advisories/match.ts';
import { type Check, SEVERITIES, type Verdict } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { distributionPackage } from './distribution-package.ts';

const SHOWN_MAX = 12;

export const knownFlaws: Check = {
  id: 'VER-002',
  area: 'version',
  title: 'Known vulnerabilities can be reached on this server',
  goal: 'Known vulnerabilities are fixed, or cannot be reached',
  severity: 'high',
  rationale:
    'Each advisory is compared by product and branch, then against the settings that it needs and the commands that users really hold. The version is what the server says; a distribution may have mended its package without changing it. A version newer than the data is unknown, not safe.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'product and version', (server, from) => {
      const matches = matchAdvisories(snapshot);
      const open = sortBySeverity(matches.filter(({ state }) => state === 'vulnerable'));
      const [worst] = open;
      if (worst !== undefined) return reportFlaws(snapshot, server, open, from);
      const gap = gapAt(server);
      const unsure = matches.filter(
        ({ state, undetermined }) => state === 'unknown' && undetermined !== true,
      );
      if (gap !== undefined || unsure.length > 0) {
        const [first] = unsure;
        return {
          status: 'unknown',
          missing: 'which advisories concern this version',
          why:
            gap === undefined
              ? `${first === undefined ? '' : publicName(first.advisory)}: ${first?.why ?? ''}`
              : `${gap} (data of ${ADVISORIES_AS_OF})`,
          look: 'read the release notes of the project, or update Wardis',
        };
      }
      return pass(
        `${server.product} ${server.version}: no reachable advisory in the data of ${ADVISORIES_AS_OF}`,
        from,
      );
    }),
  remedy:
    'Upgrade to the release named in the finding. Until then take the named commands from ordinary users and keep strangers from the port.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-04', 'AP-05', 'AP-07', 'AP-12'],
  examples: {
    bad: { server: 'redis-7.2.6', conf: '' },
    good: { server: 'redis-7.2.16', conf: '' },
  },
};

function reportFlaws(
  snapshot: Snapshot,
  { product, version }: { readonly product: 'redis' | 'valkey'; readonly version: string },
  open: readonly AdvisoryMatch[],
  from: Provenance,
): Verdict {
  const names = open.map(({ advisory }) => publicName(advisory));
  const mended = distributionPackage(snapshot);
  if (mended !== undefined) {
    return {
      status: 'unknown',
      missing: 'fixes that the distribution made',
      why: `by its version alone ${product} ${version} has ${names.slice(0, SHOWN_MAX).join(', ')}${names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : ''}; ${mended} may have them mended`,
      look: 'look the names up in the security tracker of the distribution, or read the changelog of the package',
    };
  }
  const [worst] = open;
  const shown = open
    .slice(0, SHOWN_MAX)
    .map(({ advisory, why }) =>
      evidence(
        `${publicName(advisory)} (${advisory.severity}${advisory.beforeLogin ? ', before login' : ''}): ${advisory.summary}; ${why}`,
        from,
      ),
    );
  const rest = open.length > SHOWN_MAX ? [evidence(`and ${open.length - SHOWN_MAX} more`)] : [];
  const verdict = fail(
    [
      evidence(`${product} ${version}, by its version (data of ${ADVISORIES_AS_OF})`, from),
      ...shown,
      ...rest,
    ],
    [{ kind: 'upgrade', product, to: upgradesFor(product, version) }],
  );
  if (verdict.status !== 'fail' || worst === undefined) return verdict;
  return {
    ...verdict,
    severity: { value: worst.advisory.severity, because: `the worst is ${publicName(worst.advisory)}` },
  };
}

function upgradesFor(product: 'redis' | 'valkey', version: string): readonly string[] {
  const branch = findBranch(product, branchOf(version));
  return branch?.state === 'maintained' && branch.newest !== undefined
    ? [branch.newest]
    : supportedReleases(product, branchOf(version));
}

function sortBySeverity(matches: readonly AdvisoryMatch[]): readonly AdvisoryMatch[] {
  return [...matches].sort(
    (a, b) => SEVERITIES.indexOf(a.advisory.severity) - SEVERITIES.indexOf(b.advisory.severity),
  );
}
