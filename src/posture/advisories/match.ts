/**
 * Which advisories concern a server, from its product and version, its settings and its users. Versions are compared
 * number by number (2.6.10 is newer than 2.6.8). What the data cannot tell is unknown, never fixed.
 */

import { compareVersions, parseVersion } from '../../conf/index.ts';
import type { ProductFact, Snapshot } from '../../fleet/index.ts';
import { branchOf, type Advisory } from './advisory.ts';
import { findBranch } from './branches.ts';
import { all, evaluateCondition, printCondition } from './condition.ts';
import { ADVISORIES } from './list.ts';

export type AdvisoryState =
  /** This version has it, and nothing that we know of keeps it from being reached. */
  | 'vulnerable'
  /** This version has it, and configuration or user rights keep it from being reached. */
  | 'mitigated'
  /** This version never had it, or what it needs is not in use. */
  | 'not-applicable'
  | 'fixed'
  /** Neither version nor data can tell. */
  | 'unknown';

export interface AdvisoryMatch {
  readonly advisory: Advisory;
  readonly state: AdvisoryState;
  /** One short phrase: `fixed in 7.2.11`, `replica-read-only is yes`. */
  readonly why: string;
  /** The release of the same branch that has the fix. */
  readonly fixedIn?: string;
  /** Unknown because the sources leave this branch open, not because a fact is missing. */
  readonly undetermined?: true;
}

/** Judge every advisory; pure. */
export function matchAdvisories(
  snapshot: Snapshot,
  advisories: readonly Advisory[] = ADVISORIES,
): readonly AdvisoryMatch[] {
  if (!snapshot.product.known) {
    return advisories.map((advisory) => ({ advisory, state: 'unknown', why: 'the version is not known' }));
  }
  const { value } = snapshot.product;
  return advisories.map((advisory) => matchOne(advisory, value, snapshot));
}

/** What the data cannot tell about this version; undefined when it reaches that far. */
export function gapAt({ product, version }: Pick<ProductFact, 'product' | 'version'>): string | undefined {
  const numbers = parseVersion(version);
  if (numbers === undefined) return `${version} is not a version`;
  const branch = findBranch(product, branchOf(version));
  if (branch === undefined) return `branch ${branchOf(version)} of ${product} is not in the data`;
  if (numbers.length < 3) return `the patch level of ${product} ${version} is not known`;
  if (branch.newest !== undefined && compareVersions(version, branch.newest) > 0) {
    return `${product} ${version} is newer than the data, which ends at ${branch.newest}`;
  }
  return undefined;
}

function matchOne(advisory: Advisory, server: ProductFact, snapshot: Snapshot): AdvisoryMatch {
  const { product, version } = server;
  const branch = branchOf(version);
  const concerned = advisory.ranges.filter((range) => range.product === product);
  if (concerned.length === 0) {
    return { advisory, state: 'not-applicable', why: `no release of ${product} had it` };
  }
  const gap = gapAt(server) ?? '';
  const range = concerned.find((each) => each.branch === branch);
  if (range === undefined) {
    if (findBranch(product, branch) === undefined) return { advisory, state: 'unknown', why: gap };
    const born = concerned.every((each) => compareVersions(each.branch, branch) < 0);
    return born
      ? { advisory, state: 'fixed', why: `${branch} was released with the fix` }
      : { advisory, state: 'not-applicable', why: `${branch} never had it` };
  }
  if (range.undetermined === true) {
    return {
      advisory,
      state: 'unknown',
      why: `the sources do not say whether ${branch} is affected`,
      undetermined: true,
    };
  }
  if ((parseVersion(version)?.length ?? 0) < 3) return { advisory, state: 'unknown', why: gap };
  if (compareVersions(version, range.introduced) < 0) {
    return { advisory, state: 'not-applicable', why: `came with ${range.introduced}` };
  }
  if (range.fixed !== undefined && compareVersions(version, range.fixed) >= 0) {
    return { advisory, state: 'fixed', why: `fixed in ${range.fixed}` };
  }
  return { ...judgeReach(advisory, snapshot, branch, range.fixed), ...withFix(range.fixed) };
}

/** The version has it: is it in use, and can it be reached? */
function judgeReach(
  advisory: Advisory,
  snapshot: Snapshot,
  branch: string,
  fixed: string | undefined,
): AdvisoryMatch {
  const applies = all(advisory.appliesWhen.map((condition) => evaluateCondition(condition, snapshot)));
  const needs = advisory.appliesWhen.map(printCondition).join(' and ');
  if (applies === 'no') return { advisory, state: 'not-applicable', why: `only when ${needs}` };
  if (applies === 'unknown') return { advisory, state: 'unknown', why: `not known whether ${needs}` };
  const held = advisory.mitigatedBy.find(
    (set) => all(set.map((condition) => evaluateCondition(condition, snapshot))) === 'yes',
  );
  if (held !== undefined) {
    return { advisory, state: 'mitigated', why: held.map(printCondition).join(' and ') };
  }
  const why = fixed === undefined ? `no release of ${branch} has the fix` : `fixed in ${fixed}`;
  return { advisory, state: 'vulnerable', why };
}

function withFix(fixed: string | undefined): { readonly fixedIn?: string } {
  return fixed === undefined ? {} : { fixedIn: fixed };
}
