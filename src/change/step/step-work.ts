/**
 * What every kind of step can do at a node: look whether it is as before or as after, perform, verify by reading back,
 * and revert. The run decides when; here is only how.
 */

import type { CommandTable } from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import type { Connection, FleetNode, Reply } from '../../fleet/index.ts';
import type { HostAccess } from '../host/host-access.ts';

/** How a node stands to a step. */
export type Standing =
  | { readonly kind: 'before' }
  | { readonly kind: 'after'; readonly detail?: string }
  /** Some parts are as before, the others as after: it was cut short. */
  | { readonly kind: 'between' }
  /** Neither: somebody else changed it. `detail` says what, without secrets. */
  | { readonly kind: 'other'; readonly detail: string }
  /** No reply of the node tells. */
  | { readonly kind: 'unseen' };

/** What came of doing something. */
export type Result =
  | { readonly ok: true; readonly detail?: string }
  | { readonly ok: false; readonly detail: string }
  /** A person must do something first; to be asked again later. */
  | { readonly ok: 'later'; readonly detail: string };

/** A step at its node. Each method throws a `FleetError` or a `HostError` when the node or its host is away. */
export interface StepWork {
  /** Changes nothing. */
  readonly look: () => Promise<Standing>;
  readonly perform: () => Promise<Result>;
  /** After `perform` was answered well; reads back. */
  readonly verify: () => Promise<Result>;
  /** Absent: there is nothing to take back. */
  readonly revert?: () => Promise<Result>;
}

/** A node as steps see it. */
export interface StepNode {
  readonly id: string;
  readonly role: 'primary' | 'replica' | 'sentinel' | 'unknown';
  readonly runId: string;
  /** One pipeline on the node's connection. */
  readonly send: (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>;
  /** Another connection, logged in as ourselves; the caller closes it. */
  readonly probe: () => Promise<Connection>;
  readonly server: () => Promise<ServerVersion>;
  readonly table: () => Promise<CommandTable>;
  readonly host: HostAccess | undefined;
  /** The other nodes of the run. */
  readonly others: readonly Pick<FleetNode, 'id' | 'role'>[];
  /** A connection to one of them, logged in as ourselves; the caller closes it. */
  readonly dial: (other: string) => Promise<Connection>;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** The usual verification: what `look` finds must be what was wanted. */
export async function verifyByLooking(look: StepWork['look']): Promise<Result> {
  const standing = await look();
  switch (standing.kind) {
    case 'after':
      return { ok: true, ...(standing.detail === undefined ? {} : { detail: standing.detail }) };
    case 'unseen':
      return { ok: true, detail: 'the server does not show it; it answered OK' };
    case 'before':
      return { ok: false, detail: 'read back: the server answered OK and is as it was before' };
    case 'between':
      return { ok: false, detail: 'read back: only a part of it took effect' };
    case 'other':
      return { ok: false, detail: `read back: not what was sent: ${standing.detail}` };
  }
}
