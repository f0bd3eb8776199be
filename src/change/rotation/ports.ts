/** What a rotation is given from outside: the fleet, the state folder, the places of secrets, clock and progress. */

import type { Secret } from '../../conf/index.ts';
import type { Connection } from '../../fleet/index.ts';
import type { Sink } from '../delivery/sink.ts';
import type { Surroundings } from '../delivery/surroundings.ts';
import type { StateLock } from '../journal/lock.ts';
import type { RunReport } from '../run.ts';
import type { RunEvent, RunOptions, RunPorts } from '../run/ports.ts';
import type { RotationNode } from './rotation-node.ts';
import type { SessionCount } from './sessions.ts';

export interface RotationPorts extends Pick<
  RunPorts,
  'host' | 'known' | 'now' | 'sleep' | 'random' | 'signal'
> {
  readonly lock: StateLock;
  /** `deploy@bastion`. */
  readonly actor: string;
  /** Dials a node as ourselves; with `password` instead of our own. Throws a `FleetError`. */
  readonly connect: (node: string, password?: Secret) => Promise<Connection>;
  /** The name that we log in as; `default` where none is given. */
  readonly login: string;
  /** Every node of the fleet as it is now; `own` gets us in where the password that we were given does not any more. */
  readonly readNodes: (own?: Secret) => Promise<readonly RotationNode[]>;
  readonly surroundings: Surroundings;
  readonly onEvent?: (event: RotationEvent) => void;
  readonly options?: RunOptions;
}

/** Progress, as it happens. */
export type RotationEvent =
  | { readonly kind: 'run'; readonly event: RunEvent }
  /** The first run ended, well or not. */
  | { readonly kind: 'extended'; readonly report: RunReport }
  | { readonly kind: 'delivered'; readonly sink: Sink; readonly detail: string }
  | {
      readonly kind: 'waiting';
      readonly old: number;
      readonly unseen: readonly string[];
      readonly leftMs: number;
    }
  | { readonly kind: 'waited'; readonly wait: WaitOutcome };

export interface WaitOutcome {
  /** `clear`: no session of before the switch is left. `skipped`: nobody wanted to wait. */
  readonly ended: 'clear' | 'deadline' | 'interrupted' | 'skipped';
  /** The last count of every node that could be asked. */
  readonly counts: readonly SessionCount[];
  /** Nodes whose sessions could not be counted: there may be old ones. */
  readonly unseen: readonly string[];
}
