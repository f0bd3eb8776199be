/**
 * Frameworks as data: clause, our own paraphrase, how the checks relate to it, and which checks. Nothing here
 * decides anything. A tool shows technical evidence for a clause; it cannot declare compliance.
 */

import type { ComplianceRequirement } from '../../policy/index.ts';
import { THEMES, type Theme } from './theme.ts';

/**
 * `evidences`: a pass shows what the clause asks of this server. `supports`: it shows a part of it, or something
 * that the clause needs. `process-only`: people and papers must show it; checks at most point to the place.
 */
export type Relation = 'evidences' | 'supports' | 'process-only';

export interface Clause {
  /** As the framework numbers it. */
  readonly clause: string;
  /** In our words; the text of the framework is not quoted. */
  readonly paraphrase: string;
  readonly relation: Relation;
  readonly checks: readonly string[];
  /** What the server itself cannot do, and what makes up for it. */
  readonly note?: string;
}

export interface Framework {
  readonly id: string;
  readonly title: string;
  /** The name by which a policy asks for it, where it can. */
  readonly requirement?: ComplianceRequirement;
  /** To be printed wherever results are shown by this framework. */
  readonly cautions: readonly string[];
  readonly clauses: readonly Clause[];
}

/** Printed with every framework. */
export const CAUTION =
  'These results are technical evidence for the clauses named. They do not declare compliance: scope, procedures and people are not seen by a tool.';

/** A clause whose checks are those of the themes, each once. */
export function clause(
  number: string,
  relation: Relation,
  paraphrase: string,
  themes: readonly Theme[] = [],
  note?: string,
): Clause {
  const checks = [...new Set(themes.flatMap((theme) => THEMES[theme]))];
  return { clause: number, paraphrase, relation, checks, ...(note === undefined ? {} : { note }) };
}
