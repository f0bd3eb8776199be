/**
 * The users that a topology starts with, and how its servers log in to one another: named users in an ACL file or in
 * the configuration, the old single password, or nothing at all.
 */
import { createHash } from 'node:crypto';

import type { Login } from './node.ts';
import type { Server } from './server.ts';

/**
 * - `aclfile`: named users in `users.acl`, `default` off.
 * - `conf`: the same users as lines of the configuration.
 * - `requirepass`: one password for everybody, as before 6.0.
 * - `open`: no password.
 */
export type Access = 'aclfile' | 'conf' | 'requirepass' | 'open';

/** The users of `aclfile` and `conf`, and their passwords at the start. */
export const TOPOLOGY_LOGINS = {
  /** Everything, on data nodes and Sentinels. */
  admin: { user: 'admin', password: 'admin-secret-1' },
  /** An application: reads and writes every key. */
  app: { user: 'app', password: 'app-secret-1' },
  /** What replicas log in to their primary as, named by `masteruser`. */
  replication: { user: 'replication', password: 'replication-secret-1' },
  /** What Sentinels log in to the servers as, named by `sentinel auth-user`. */
  sentinel: { user: 'sentinel', password: 'sentinel-secret-1' },
  /** What Sentinels log in to one another as, named by `sentinel sentinel-user`; exists on Sentinels only. */
  peer: { user: 'peer', password: 'peer-secret-1' },
} as const;

/** The one password of `requirepass`. */
export const TOPOLOGY_REQUIREPASS = 'legacy-secret-1';

const APP =
  '~* &* +@all -@admin -@dangerous +info +role +keys +cluster|slots +cluster|shards +cluster|nodes +cluster|info';
const REPLICATION = '+ping +psync +replconf';
const SENTINEL =
  '&* +multi +exec +ping +info +role +publish +subscribe +slaveof +replicaof +config|rewrite +client|setname +client|kill +script|kill';
const PEER = '&* +ping +publish +info +sentinel +client +hello';
/** What discovery by clients needs of a Sentinel. */
const SENTINEL_APP = '&* +ping +info +role +subscribe +unsubscribe +psubscribe +sentinel +client +hello';

export interface NodeAccess {
  /** Lines of the configuration. */
  readonly conf: readonly string[];
  readonly aclfile?: string;
}

export function adminOf(access: Access): Login {
  return loginOf(access, TOPOLOGY_LOGINS.admin);
}

/** Who an application is. */
export function appOf(access: Access): Login {
  return loginOf(access, TOPOLOGY_LOGINS.app);
}

/** Users of a data node and what it logs in to its primary with. `extra` are whole lines `user NAME …`. */
export function describeDataAccess(server: Server, access: Access, extra: readonly string[]): NodeAccess {
  if (access === 'open') return { conf: [] };
  if (access === 'requirepass') {
    const password = TOPOLOGY_REQUIREPASS;
    return { conf: [`requirepass ${password}`, `masterauth ${password}`] };
  }
  const { admin, app, replication, sentinel } = TOPOLOGY_LOGINS;
  const users = [
    'user default off',
    formatUser(admin, '~* &* +@all'),
    formatUser(app, clientRights(server)),
    formatUser(replication, REPLICATION),
    formatUser(sentinel, `${SENTINEL}${isOlder(server, 7, 0) ? '' : ' +failover'}`),
    ...extra,
  ].map((line) => forServer(line, server));
  const login = [`masteruser ${replication.user}`, `masterauth ${replication.password}`];
  if (access === 'conf') return { conf: [...login, ...users] };
  return { conf: login, aclfile: `${users.join('\n')}\n` };
}

/** Users of a Sentinel itself, and what it logs in with to servers and to other Sentinels. */
export function describeSentinelAccess(
  server: Server,
  access: Access,
  master: string,
  extra: readonly string[],
): NodeAccess {
  if (access === 'open') return { conf: [] };
  if (access === 'requirepass') {
    const password = TOPOLOGY_REQUIREPASS;
    return { conf: [`requirepass ${password}`, `sentinel auth-pass ${master} ${password}`] };
  }
  const { admin, app, peer, sentinel } = TOPOLOGY_LOGINS;
  const login = [
    `sentinel auth-user ${master} ${sentinel.user}`,
    `sentinel auth-pass ${master} ${sentinel.password}`,
  ];
  // A Sentinel of 6.0 knows no users.
  if (isOlder(server, 6, 2)) return { conf: [...login, `requirepass ${admin.password}`] };
  const users = [
    'user default off',
    formatUser(admin, '~* &* +@all'),
    formatUser(peer, PEER),
    formatUser(app, SENTINEL_APP),
    ...extra,
  ];
  const peers = [`sentinel sentinel-user ${peer.user}`, `sentinel sentinel-pass ${peer.password}`];
  if (access === 'conf') return { conf: [...login, ...peers, ...users] };
  return { conf: [...login, ...peers], aclfile: `${users.join('\n')}\n` };
}

/** A Sentinel of 6.0 has one password and no users. */
export function adminOfSentinel(server: Server, access: Access): Login {
  const named = access === 'aclfile' || access === 'conf';
  return named && isOlder(server, 6, 2) ? { password: TOPOLOGY_LOGINS.admin.password } : adminOf(access);
}

/** A line `user NAME on #hash RULES`. */
export function formatUser({ user, password }: Required<Login>, rules: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  return `user ${user} on #${hash} ${rules}`;
}

/** Whether a server is older than a version. */
export function isOlder(server: Server, major: number, minor: number): boolean {
  const [a = 0, b = 0] = server.version.split('.').map(Number);
  return a < major || (a === major && b < minor);
}

function loginOf(access: Access, named: Login): Login {
  if (access === 'open') return {};
  return access === 'requirepass' ? { password: TOPOLOGY_REQUIREPASS } : named;
}

function clientRights(server: Server): string {
  return isOlder(server, 7, 0) ? APP.replace(' +cluster|shards', '') : APP;
}

/** 6.0 has no channels. */
function forServer(line: string, server: Server): string {
  return isOlder(server, 6, 2) ? line.replaceAll(/ (?:&\S+|resetchannels|allchannels)(?= |$)/g, '') : line;
}
