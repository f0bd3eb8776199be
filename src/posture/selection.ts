/** Selection: which checks run. A name that selects nothing is an error of the caller, never a silent pass. */

import { SEVERITIES, type Check, type Severity } from './check.ts';
import { matchWildcard } from './wildcard.ts';

export interface Selection {
  /** Ids, aliases, areas, or ids with `*` and `?`, in any letter case; empty: all. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Least severity to run. */
  readonly severity?: Severity;
  /** Ids that a framework maps; absent: no restriction. */
  readonly framework?: ReadonlySet<string>;
}

export interface SelectedChecks {
  readonly checks: readonly Check[];
  /** Names given that match no check. */
  readonly unmatched: readonly string[];
}

/** Choose checks from the catalogue, in catalogue order. */
export function selectChecks(catalogue: readonly Check[], selection: Selection): SelectedChecks {
  const unmatched = [...selection.only, ...selection.skip].filter(
    (name) => !catalogue.some((check) => matchesName(check, name)),
  );
  const checks = catalogue.filter(
    (check) =>
      (selection.only.length === 0 || selection.only.some((name) => matchesName(check, name))) &&
      !selection.skip.some((name) => matchesName(check, name)) &&
      (selection.severity === undefined || severityAtLeast(check.severity, selection.severity)) &&
      (selection.framework === undefined || selection.framework.has(check.id)),
  );
  return { checks, unmatched };
}

/** `critical` is at least `high`. */
export function severityAtLeast(severity: Severity, floor: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(floor);
}

function matchesName(check: Check, name: string): boolean {
  const wanted = name.toUpperCase();
  if (check.area.toUpperCase() === wanted) return true;
  const ids = [check.id, ...(check.aliases ?? [])].map((id) => id.toUpperCase());
  return ids.some((id) => matchWildcard(wanted, id));
}
