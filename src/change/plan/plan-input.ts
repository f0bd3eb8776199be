/** What a plan is made from. Everything was read before: planning itself asks nobody and changes nothing. */

import type { Recording } from '../../acl/index.ts';
import type { NodeState, Topology } from '../../fleet/index.ts';
import type { Credential, FleetPolicy, PolicyDocument } from '../../policy/index.ts';
import type { Plan, RefusalCode } from '../plan.ts';

export interface PlanInput {
  readonly policy: PolicyDocument;
  /** Whose ownership holds; absent: only declared users are touched. */
  readonly fleet?: FleetPolicy | undefined;
  readonly topology: Topology;
  /** One for every node that was read. */
  readonly states: readonly NodeState[];
  readonly unreadable: Plan['unreadable'];
  /** Of users whose secret is known. The others keep the passwords that they have. */
  readonly secrets: ReadonlyMap<string, Credential>;
  readonly now: Date;
  /** Users that an earlier revision declared: without a declaration they are removed. */
  readonly owned?: ReadonlySet<string>;
  /** Users with an open rotation: their passwords are left alone. */
  readonly rotating?: ReadonlySet<string>;
  /** What clients were seen to run, by user. */
  readonly recording?: ReadonlyMap<string, Recording>;
  /** Where users are kept on disk, by node, as far as the files could be read. */
  readonly files?: ReadonlyMap<string, UserFile>;
  /** Refusals that the operator insists on passing. */
  readonly allow?: ReadonlySet<RefusalCode>;
}

/** An ACL file, or a conf file with `user` lines. Secret: password hashes are in it. */
export interface UserFile {
  readonly kind: 'aclfile' | 'conf';
  readonly path: string;
  readonly text: string;
}
