/**
 * What speaks against a revocation: it would lock the operator out, or cut the servers off from one another. Pure; a
 * person can insist on all but the login that is doing it, since nobody could look afterwards.
 */

import { canRun, parseUserLine, tableFor } from '../../acl/index.ts';
import { isOpen, type Account } from './account.ts';
import { isReplicaLink, isSentinelLink } from './session-list.ts';
import type { Standing } from './standing.ts';

export type ObjectionCode =
  /** We are logged in as the user. */
  | 'own-login'
  /** Nobody else who is on may change users. */
  | 'last-administrator'
  /** Replicas log in as it. */
  | 'replication-login'
  /** Sentinels log in as it. */
  | 'sentinel-login'
  /** The policy declares it: the next apply would bring it back. */
  | 'declared';

export interface Objection {
  readonly code: ObjectionCode;
  /** Undefined: it is about the whole fleet. */
  readonly node: string | undefined;
  readonly message: string;
  readonly next: string;
  readonly insist: 'never' | 'force';
}

/** What speaks against it at one node. `deputies` of the node itself count only: users are local. */
export function objectionsAt(node: string, user: string, standing: Standing): readonly Objection[] {
  if (standing.login === user) {
    return [
      {
        code: 'own-login',
        node,
        message: `we are logged in as ${user} at ${node}: our own connection would end before anything is proved`,
        next: 'log in as another administrator: --user NAME --password-file FILE',
        insist: 'never',
      },
    ];
  }
  const account = standing.accounts.find(({ name }) => name === user);
  if (account === undefined) return [];
  return [
    ...lastAdministrator(node, account, standing),
    ...replicationLogin(node, user, standing),
    ...sentinelLogin(node, user, standing),
  ];
}

function lastAdministrator(node: string, account: Account, standing: Standing): readonly Objection[] {
  if (!isOpen(account) || !isAdministrator(account, standing)) return [];
  const others = standing.accounts.filter((each) => each.name !== account.name && isOpen(each));
  if (others.some((each) => isAdministrator(each, standing))) return [];
  return [
    {
      code: 'last-administrator',
      node,
      message: `${account.name} is the last at ${node} who is on and may change users`,
      next: 'add another administrator first, or insist with --force',
      insist: 'force',
    },
  ];
}

function replicationLogin(node: string, user: string, standing: Standing): readonly Objection[] {
  const links = standing.sessions.filter((each) => each.user === user && isReplicaLink(each));
  const follows = standing.replication === 'up' || standing.replication === 'down';
  const used = follows && standing.primaryUser === user;
  if (links.length === 0 && !used) return [];
  const message = used
    ? `${node} logs in to its primary as ${user} (masteruser): its link would not come back`
    : `${links.length === 1 ? 'a replica is' : `${links.length} replicas are`} logged in at ${node} as ${user}: replication would stop`;
  const next =
    'give replicas another login first: CONFIG SET masteruser and masterauth; or insist with --force';
  return [{ code: 'replication-login', node, message, next, insist: 'force' }];
}

function sentinelLogin(node: string, user: string, standing: Standing): readonly Objection[] {
  if (!standing.sessions.some((each) => each.user === user && isSentinelLink(each))) return [];
  return [
    {
      code: 'sentinel-login',
      node,
      message: `Sentinels are logged in at ${node} as ${user}: they would take it for down`,
      next: 'give Sentinels another login first: SENTINEL SET NAME auth-user … auth-pass …; or insist with --force',
      insist: 'force',
    },
  ];
}

/** May change users. Rules that cannot be read count for nobody. */
function isAdministrator(account: Account, { server }: Standing): boolean {
  const table = tableFor(server);
  const { user } = parseUserLine(account.line.reveal(), table);
  return user !== undefined && canRun(user, 'acl|setuser', table) === 'yes';
}
