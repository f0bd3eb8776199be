/** One step of the escalation graph: from what somebody holds to what that leads to. */
import type { Power } from './power.ts';
import type { Requirement } from './requirement.ts';

/** As the lint rules grade what they find. */
export type EscalationSeverity = 'critical' | 'high' | 'medium' | 'low' | 'info';

export interface EscalationEdge {
  /** `esc-acl-setuser`; never reused. */
  readonly id: string;
  /** The user's own rights, or a power that was gained before. */
  readonly from: 'own-rights' | Power;
  readonly to: Power;
  /** What must hold of the user and of the server. */
  readonly requires: Requirement;
  /** The step in a path of one line, where the commands alone do not tell it: `CONFIG SET requirepass`. */
  readonly step?: string;
  /** What happens, as a headline: `gives itself every right by ACL SETUSER`. */
  readonly title: string;
  /** The same in a few sentences. */
  readonly how: string;
  /** What ends it. */
  readonly end: string;
  readonly severity: EscalationSeverity;
  /** Servers on which it was done, `Redis 7.0.15`; empty: from advisories or the documentation only. */
  readonly seen: readonly string[];
  /** The advisory, for edges that rest on one. */
  readonly advisory?: string;
}
