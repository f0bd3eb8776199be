/**
 * The escalation graph: every known way from a right to more. Edges were run on the servers that they name; the others
 * say that they come from advisories or were not run. No edge here is a recipe: they name commands, not payloads.
 */
import { ADVISORY_EDGES } from './advisory-edges.ts';
import { CONTROL_EDGES } from './control-edges.ts';
import { DATA_EDGES } from './data-edges.ts';
import { DISRUPTION_EDGES } from './disruption-edges.ts';
import type { EscalationEdge } from './edge.ts';
import { ONWARD_EDGES } from './onward-edges.ts';

/** The worst ways first: of two equally short ones the first is shown. */
export const ESCALATION_EDGES: readonly EscalationEdge[] = [
  ...CONTROL_EDGES,
  ...DATA_EDGES,
  ...DISRUPTION_EDGES,
  ...ONWARD_EDGES,
  ...ADVISORY_EDGES,
];
