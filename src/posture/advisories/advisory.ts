/**
 * The shape of an advisory, after OSV: own id and aliases, ranges per product and branch, when it applies at all
 * and what keeps it from being reached. A published fix on one branch says nothing about another, so each branch
 * has a range of its own. Valkey left Redis at 7.2.4: flaws that were fixed before are in no Valkey release.
 */

import { compareVersions, type Product } from '../../conf/index.ts';
import type { Severity } from '../check.ts';
import { BRANCHES } from './branches.ts';
import type { Condition } from './condition.ts';

export interface Advisory {
  /** `WA-YYYY-NN`: own and stable, because many fixes carry no CVE. */
  readonly id: string;
  /** Public names, the best known first. */
  readonly aliases: readonly string[];
  readonly summary: string;
  /** ISO 8601 date, where it is certain. */
  readonly published?: string;
  readonly severity: Severity;
  /** Reached before any login. */
  readonly beforeLogin: boolean;
  readonly ranges: readonly AffectedRange[];
  /** All must hold; none means always. */
  readonly appliesWhen: readonly Condition[];
  /** Any one set, all of whose conditions hold, keeps it from being reached. */
  readonly mitigatedBy: readonly (readonly Condition[])[];
  readonly references: readonly { readonly title: string; readonly url: string }[];
  /** How the ranges are known: the project's release notes, an excerpt of them, or hearsay. */
  readonly confidence: 'release-notes' | 'excerpt' | 'unverified';
}

/** `[introduced, fixed)` on one branch. */
export interface AffectedRange {
  readonly product: Product;
  readonly branch: string;
  readonly introduced: string;
  /** Absent: no release of this branch has the fix. */
  readonly fixed?: string;
  /** The sources do not say whether this branch is affected. */
  readonly undetermined?: true;
}

/** One product's side of an advisory, in short. */
export interface AffectedProduct {
  readonly introduced: string;
  /** The first fixed release of each branch that got one; later branches were born with the fix. Empty: none is known. */
  readonly fixed: readonly string[];
  /** Branches that the sources do not mention. */
  readonly undetermined?: readonly string[];
}

/**
 * The ranges of one product: from the branch of `introduced` to the last branch with a fix. A branch between them
 * without a fix of its own stays affected.
 */
export function rangesOf(product: Product, affected: AffectedProduct): readonly AffectedRange[] {
  const fixes = new Map(affected.fixed.map((version) => [branchOf(version), version]));
  const first = branchOf(affected.introduced);
  const last = branchOf(affected.fixed.at(-1) ?? '0.0');
  const named = new Set(affected.undetermined);
  return BRANCHES.filter((entry) => entry.product === product).flatMap(({ branch }): AffectedRange[] => {
    const born = `${branch}.0`;
    const introduced = branch === first ? affected.introduced : born;
    if (compareVersions(branch, first) < 0) return [];
    if (named.has(branch)) return [{ product, branch, introduced, undetermined: true }];
    if (compareVersions(branch, last) > 0) return [];
    const fixed = fixes.get(branch);
    return [{ product, branch, introduced, ...(fixed === undefined ? {} : { fixed }) }];
  });
}

/** `7.2` of `7.2.11`. */
export function branchOf(version: string): string {
  const [major = '0', minor = '0'] = version.split('.');
  return `${major}.${minor}`;
}

/** The name that people know it by. */
export function publicName(advisory: Advisory): string {
  return advisory.aliases[0] ?? advisory.id;
}

/** An advisory as the tables of this folder write it. */
export interface AdvisoryRow {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly published?: string;
  readonly severity: Severity;
  readonly beforeLogin?: true;
  readonly redis?: AffectedProduct;
  readonly valkey?: AffectedProduct;
  readonly appliesWhen?: readonly Condition[];
  readonly mitigatedBy?: readonly (readonly Condition[])[];
  readonly confidence?: Advisory['confidence'];
}

export function advisory(row: AdvisoryRow): Advisory {
  const { redis, valkey, appliesWhen = [], mitigatedBy = [], confidence = 'release-notes', ...rest } = row;
  return {
    ...rest,
    beforeLogin: row.beforeLogin ?? false,
    ranges: [
      ...(redis === undefined ? [] : rangesOf('redis', redis)),
      ...(valkey === undefined ? [] : rangesOf('valkey', valkey)),
    ],
    appliesWhen,
    mitigatedBy,
    confidence,
    references: row.aliases.flatMap(referenceOf),
  };
}

/** Only addresses whose form is certain. */
function referenceOf(alias: string): readonly { readonly title: string; readonly url: string }[] {
  if (/^CVE-\d{4}-\d+$/.test(alias))
    return [{ title: alias, url: `https://nvd.nist.gov/vuln/detail/${alias}` }];
  if (alias.startsWith('GHSA-')) return [{ title: alias, url: `https://github.com/advisories/${alias}` }];
  const issue = /^(redis\/redis|valkey-io\/valkey)#(\d+)$/.exec(alias);
  if (issue === null) return [];
  return [{ title: alias, url: `https://github.com/${issue[1] ?? ''}/issues/${issue[2] ?? ''}` }];
}
