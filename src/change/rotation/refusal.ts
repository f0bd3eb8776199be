/** Why a rotation does not begin: it would lock somebody out, or nobody could tell whether it did. Pure. */

import { hashPassword } from '../../acl/index.ts';
import type { User } from '../../acl/index.ts';
import type { Secret } from '../../conf/index.ts';
import { isRead, isSentinel, type ReadNode, type RotationNode } from './rotation-node.ts';
import { findUnreachedSentinels } from './unreached-sentinel.ts';

export type RotationRefusalCode =
  | 'no-user'
  | 'unreadable'
  | 'user-off'
  | 'no-password'
  | 'missing-on-nodes'
  | 'not-persistent'
  | 'several-passwords'
  | 'same-secret'
  | 'unsafe-secret'
  | 'unsaved-users'
  | 'sentinels-unknown'
  | 'sentinels-unreached';

export interface RotationRefusal {
  readonly code: RotationRefusalCode;
  /** One sentence: what would happen, where. */
  readonly message: string;
  readonly next: string;
  /** `force`: `--force` lets it pass. */
  readonly override: 'never' | 'force';
}

/** Everything that speaks against it, at once; empty: nothing. */
export function refuseRotation(
  user: string,
  nodes: readonly RotationNode[],
  newSecret: Secret,
): readonly RotationRefusal[] {
  const read = nodes.filter(isRead);
  const holding = read.flatMap((node) => {
    const held = userOf(node, user);
    return held === undefined ? [] : [{ node, user: held }];
  });
  if (holding.length === 0) return [noUser(user, nodes)];
  return [
    ...unreadable(read),
    ...missing(user, read, holding),
    ...refuseWhere(holding, ({ user: held }) => !held.enabled, {
      code: 'user-off',
      message: `${user} is off, so that no login with the new password can be proved`,
      next: `switch it on first, or remove it: wardis user revoke ${user}`,
      override: 'never',
    }),
    // `>` and `#` take nopass away: whoever came in with any password would be locked out at once.
    ...refuseWhere(holding, ({ user: held }) => held.nopass || held.passwords.length === 0, {
      code: 'no-password',
      message: `${user} has no password there, so that there is none to replace and a new one would lock clients out`,
      next: 'give it a password by the policy first: wardis plan',
      override: 'never',
    }),
    ...refuseWhere(holding, ({ user: held }) => held.passwords.includes(hashPassword(newSecret.reveal())), {
      code: 'same-secret',
      message: `${user} has this password already`,
      next: 'give another one, or none for a new one of 256 bits',
      override: 'never',
    }),
    ...refuseWhere(holding, ({ user: held }) => held.passwords.length > 1, {
      code: 'several-passwords',
      message: `${user} has more than one password: a rotation is in progress, or two are in use; all of them would go`,
      next: `wardis user rotate ${user} --status, then --resume or --undo`,
      override: 'force',
    }),
    ...refuseWhere(holding, ({ node }) => keepsNothing(node), {
      code: 'not-persistent',
      message:
        'users do not outlast a restart there, which would bring the old password back and lock clients out',
      next: 'start it with a configuration file or an ACL file',
      override: 'force',
    }),
    ...unseenSentinels(read),
    ...unreachedSentinels(user, nodes),
  ];
}

/** What a person should know and what stops nothing. */
export function warnRotation(user: string, nodes: readonly RotationNode[]): readonly string[] {
  return nodes.filter(isRead).flatMap((node) => {
    const held = userOf(node, user);
    const auth = node.state.secrets.get('masterauth');
    const name = node.state.secrets.get('masteruser') ?? node.state.settings.get('masteruser');
    if (held === undefined || auth?.known !== true || auth.value.isEmpty() || name?.known !== true) return [];
    const as = typeof name.value === 'string' ? name.value : name.value.reveal();
    if ((as === '' ? 'default' : as) !== user) return [];
    if (held.passwords.includes(hashPassword(auth.value.reveal()))) return [];
    return [
      `${node.node.id}: masterauth is no password of ${user} there; it is set to the new one all the same.`,
    ];
  });
}

/** Hashes of the user's passwords on all nodes together, each once. */
export function passwordHashes(user: string, nodes: readonly RotationNode[]): readonly string[] {
  return [...new Set(nodes.filter(isRead).flatMap((node) => userOf(node, user)?.passwords ?? []))];
}

export function userOf(node: ReadNode, name: string): User | undefined {
  const { users } = node.state;
  return users.known ? users.value.find(({ user }) => user.name === name)?.user : undefined;
}

interface Holding {
  readonly node: ReadNode;
  readonly user: User;
}

function refuseWhere(
  holding: readonly Holding[],
  isSo: (each: Holding) => boolean,
  refusal: RotationRefusal,
): readonly RotationRefusal[] {
  const where = holding.filter(isSo).map(({ node }) => node.node.id);
  return where.length === 0 ? [] : [{ ...refusal, message: `${listNodes(where)}: ${refusal.message}.` }];
}

function noUser(user: string, nodes: readonly RotationNode[]): RotationRefusal {
  const blind = nodes.filter((node) => !isRead(node)).length;
  const unseen = blind === 0 ? '' : ` of the ${nodes.length - blind} that answered`;
  return {
    code: 'no-user',
    message: `No node${unseen} has a user ${user}.`,
    next: 'wardis user list',
    override: 'never',
  };
}

function unreadable(read: readonly ReadNode[]): readonly RotationRefusal[] {
  // A Sentinel of 6.0 has no users at all.
  const blind = read
    .filter((node) => !node.state.users.known && !isSentinel(node))
    .map(({ node }) => node.id);
  if (blind.length === 0) return [];
  return [
    {
      code: 'unreadable',
      message: `${listNodes(blind)}: the users cannot be read.`,
      next: 'wardis needs +acl there',
      override: 'never',
    },
  ];
}

/** Data nodes and Sentinels have users of their own, but within a kind all must have it. */
function missing(
  user: string,
  read: readonly ReadNode[],
  holding: readonly Holding[],
): readonly RotationRefusal[] {
  const kinds = new Set(holding.map(({ node }) => isSentinel(node)));
  const has = new Set(holding.map(({ node }) => node));
  const lacking = read.filter(
    (node) => kinds.has(isSentinel(node)) && node.state.users.known && !has.has(node),
  );
  // An application may be known to one Sentinel only by mistake, but no client is locked out by that.
  const where = lacking.filter((node) => !isSentinel(node)).map(({ node }) => node.id);
  if (where.length === 0) return [];
  return [
    {
      code: 'missing-on-nodes',
      message: `${listNodes(where)}: there is no user ${user}, though other nodes have it.`,
      next: 'make the nodes agree first: wardis plan',
      override: 'never',
    },
  ];
}

function keepsNothing({ state }: ReadNode): boolean {
  return state.persistence.by === 'nothing' || state.persistence.by === 'unknown';
}

/** What Sentinels log in as shows in their sessions only. */
function unseenSentinels(read: readonly ReadNode[]): readonly RotationRefusal[] {
  const data = read.filter((node) => !isSentinel(node));
  if (!read.some(isSentinel) || data.some((node) => node.state.clients.known)) return [];
  return [
    {
      code: 'sentinels-unknown',
      message:
        'There are Sentinels, and without CLIENT LIST nobody can tell whether they log in as this user.',
      next: 'wardis needs +client|list on the servers',
      override: 'never',
    },
  ];
}

/** They would go on with the old secret, and take every server for down once it is gone. */
function unreachedSentinels(user: string, nodes: readonly RotationNode[]): readonly RotationRefusal[] {
  const found = findUnreachedSentinels(user, nodes);
  if (found === undefined) return [];
  const { watching, told, seenAt } = found;
  const who = watching === 1 ? 'A Sentinel logs in' : `${watching} Sentinels log in`;
  const few =
    told === 0 ? 'none of them takes part' : `only ${told} Sentinel${told === 1 ? ' takes' : 's take'} part`;
  return [
    {
      code: 'sentinels-unreached',
      message: `${who} as ${user} at ${listNodes(seenAt)}, and ${few}: they would not be told the new secret, and would take the servers for down.`,
      next: 'add sentinel.seeds and sentinel.auth to the fleet in the policy, or name one Sentinel as a target',
      override: 'force',
    },
  ];
}

const NODES_SHOWN = 4;

function listNodes(nodes: readonly string[]): string {
  const more = nodes.length > NODES_SHOWN ? ` and ${nodes.length - NODES_SHOWN} more` : '';
  return `${nodes.slice(0, NODES_SHOWN).join(', ')}${more}`;
}
