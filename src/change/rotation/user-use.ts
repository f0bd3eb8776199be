/**
 * Who logs in as a user besides applications: replicas (`masteruser`, `masterauth`), Sentinels on the servers
 * (`sentinel auth-user`), Sentinels on one another (`sentinel sentinel-user`), and we ourselves. A change of the
 * password must reach each of them before the old one goes. No command shows what a Sentinel logs in to servers with,
 * but its sessions do: it names them `sentinel-<8 digits>-cmd` and `-pubsub` (sentinel.c sentinelSetClientName).
 */

import { isSentinels } from './sessions.ts';
import { isRead, isSentinel, type ReadNode, type RotationNode } from './rotation-node.ts';

export interface UserUse {
  /** Nodes whose `masteruser` is the user. */
  readonly replication: readonly ReadNode[];
  /** Nodes where a Sentinel is logged in as the user; where there is one, every Sentinel is to be told. */
  readonly watchedAs: readonly string[];
  /** Sentinels that log in to other Sentinels as the user. */
  readonly peers: readonly ReadNode[];
  /** Nodes where our own connection is the user. */
  readonly ours: readonly string[];
}

export function findUse(user: string, nodes: readonly RotationNode[]): UserUse {
  const read = nodes.filter(isRead);
  const data = read.filter((node) => !isSentinel(node));
  const sentinels = read.filter(isSentinel);
  return {
    replication: data.filter((node) => replicatesAs(node) === user),
    watchedAs: data.filter((node) => hasSentinelSession(node, user)).map(({ node }) => node.id),
    peers: sentinels.filter((node) => greetsAs(node) === user),
    ours: read
      .filter(({ state }) => state.login.known && state.login.value === user)
      .map(({ node }) => node.id),
  };
}

/** The user that the node logs in to its primary as; undefined: without a password, or not known. */
function replicatesAs({ state }: ReadNode): string | undefined {
  const password = state.secrets.get('masterauth');
  if (password?.known !== true || password.value.isEmpty()) return undefined;
  const secret = state.secrets.get('masteruser');
  const plain = state.settings.get('masteruser');
  const name = secret?.known === true ? secret.value.reveal() : plain?.known === true ? plain.value : '';
  return name === '' ? 'default' : name;
}

function hasSentinelSession({ state }: ReadNode, user: string): boolean {
  return (
    state.clients.known &&
    state.clients.value.some((session) => session.user === user && isSentinels(session))
  );
}

/**
 * Without `sentinel-pass` a Sentinel says its own `requirepass` to the others (sentinel.c sentinelSendAuthIfNeeded),
 * which no command shows or changes: then every Sentinel that has a password for `default` counts.
 */
function greetsAs({ state, sentinel }: ReadNode): string | undefined {
  if (sentinel?.peer === undefined) return undefined;
  const { user, password } = sentinel.peer;
  if (!password.isEmpty()) return user === '' ? 'default' : user;
  const own = state.users.known ? state.users.value.find((each) => each.user.name === 'default') : undefined;
  return own !== undefined && !own.user.nopass && own.user.passwords.length > 0 ? 'default' : undefined;
}
