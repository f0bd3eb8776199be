/** What a rotation is asked to do, and what its run keeps of it to be resumed, undone and reported by. */

import type { Secret } from '../../conf/index.ts';
import type { Sink } from '../delivery/sink.ts';
import type { Stray } from './replica-links.ts';
import type { Moment } from './sessions.ts';

export interface RotationRequest {
  readonly user: string;
  readonly fleet?: string;
  readonly newSecret: Secret;
  /** The present password where it is known: it lets settings be put back, and proves that it is refused in the end. */
  readonly oldSecret?: Secret;
  readonly sinks: readonly Sink[];
  /** How long to wait for sessions of before the switch; 0: not at all. */
  readonly deadlineMs: number;
  /** Sessions that are ended in a second on each node. */
  readonly perSecond: number;
  /** What becomes of sessions when the old password is gone: ended, those that may be old too, or left. */
  readonly sessions: 'end-old' | 'end-all' | 'keep';
}

/** `facts` of the run that brings the new password. Plain data and secrets. */
export interface RotationFacts extends Omit<RotationRequest, 'fleet' | 'oldSecret'> {
  readonly phase: 'extend';
  readonly fleet: string | null;
  readonly oldSecret: Secret | null;
  /** Hashes that go in the end, of all nodes together. */
  readonly oldHashes: readonly Secret[];
  /** What each sink held before, in the order of `sinks`. */
  readonly previous: readonly (Secret | null)[];
}

/** `facts` of the run that takes the old passwords away. */
export interface RetirementFacts {
  readonly phase: 'retire';
  readonly user: string;
  /** The run that brought the new password. */
  readonly rotation: string;
  /** Links of no node of the fleet, which it ends. */
  readonly strays?: readonly Stray[];
}

/** Milestones in the journal of the first run, by their note. */
export const MILESTONES = {
  begun: 'sessions counted before the first step',
  marked: 'sessions counted before delivery',
  delivered: 'new secret delivered',
  waited: 'waited for old sessions',
  retiring: 'taking the old password away',
  removed: 'sessions counted after the old password was gone',
  undoing: 'taking the rotation back',
  takenBack: 'previous secret delivered again',
  /** Nothing is left to be done, or to be taken back. */
  finished: 'rotation finished',
} as const;

/** `facts` of the milestones `begun`, `marked` and `removed`. */
export interface MarkedFacts {
  readonly marks: readonly Moment[];
}
