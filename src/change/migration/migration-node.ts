/** One node as a migration sees it: its ports, whether the users of the policy are there, and who uses the old way. */

import { versionAtLeast } from '../../conf/index.ts';
import type { FleetNode, NodeState, SessionFact } from '../../fleet/index.ts';
import type { PrimaryAddress } from '../step.ts';
import type { OldWay } from './phase.ts';

export interface MigrationNode {
  /** As reports call it. */
  readonly id: string;
  readonly host: string;
  readonly role: 'primary' | 'replica' | 'sentinel' | 'unknown';
  readonly mode: NodeState['mode'];
  /** `redis-7.0.15` */
  readonly server: string;
  /** The plaintext port; 0: closed. */
  readonly port: number;
  /** 0: none. */
  readonly tlsPort: number;
  /** Whether both ports can be changed while it runs. */
  readonly portsChange: 'runtime' | 'restart';
  /** Users of the policy that are not there, `default` aside. */
  readonly missingUsers: readonly string[];
  /** `open`: no password needed. */
  readonly defaultUser: 'open' | 'password' | 'off' | 'unknown';
  /** Where a replica finds its primary, and as whom. */
  readonly link: (PrimaryAddress & { readonly user: string; readonly up: boolean }) | undefined;
  readonly sessions: readonly MigrationSession[];
  /** Sessions that were too many to be looked at. */
  readonly sessionsCut: number;
  /** Why its sessions are not known. */
  readonly unseen: string | undefined;
}

/** One connection. */
export interface MigrationSession {
  readonly id: string;
  readonly who: 'client' | 'replica' | 'sentinel';
  readonly user: string;
  readonly name: string;
  readonly library: string;
  /** Without the port, which says nothing about who it is. */
  readonly address: string;
  readonly lastCommand: string;
  readonly idleSeconds: number;
  readonly oldWays: readonly OldWay[];
}

/** `wanted`: names of the users that the policy wants of this node. */
export function seeNode(node: FleetNode, state: NodeState, wanted: readonly string[]): MigrationNode {
  const endpoint = node.target.endpoint;
  const isSentinel = state.mode === 'sentinel';
  const dialled = endpoint.kind === 'tcp' && node.target.transport === 'plaintext' ? endpoint.port : 0;
  // A Sentinel shows no settings: it has the port that we came by.
  const port = isSentinel ? dialled : numberOf(state, 'port');
  const present = new Set(state.users.known ? state.users.value.map(({ user }) => user.name) : []);
  return {
    id: node.id,
    host: endpoint.kind === 'tcp' ? endpoint.host : '127.0.0.1',
    role: state.role.known ? state.role.value.kind : node.role,
    mode: state.mode,
    server: `${state.server.product}-${state.server.version}`,
    port,
    tlsPort: isSentinel ? 0 : numberOf(state, 'tls-port'),
    portsChange:
      !isSentinel && versionAtLeast(state.server, { redis: '7.0', valkey: '7.2' }) ? 'runtime' : 'restart',
    missingUsers: wanted.filter((name) => name !== 'default' && !present.has(name)),
    defaultUser: defaultUserOf(state),
    link: linkOf(state),
    sessions: state.clients.known
      ? state.clients.value.flatMap((session) => seeSession(session, state, port))
      : [],
    sessionsCut: state.clientsCut,
    unseen: state.clients.known ? undefined : state.clients.detail,
  };
}

function seeSession(session: SessionFact, state: NodeState, port: number): readonly MigrationSession[] {
  const own = state.clientId.known && state.clientId.value === session.id;
  // M: our own link to the primary, which no client sees.
  if (own || session.flags.includes('M')) return [];
  const oldWays: OldWay[] = [];
  if (session.user === 'default') oldWays.push('default');
  if (port !== 0 && isPlaintext(session, port)) oldWays.push('plaintext');
  const { id, user, name, library, lastCommand, idleSeconds } = session;
  const address = session.address.replace(/:\d+$/, '');
  return [{ id, who: whoIs(session), user, name, library, address, lastCommand, idleSeconds, oldWays }];
}

function whoIs({ flags, name }: SessionFact): MigrationSession['who'] {
  if (flags.includes('S')) return 'replica';
  return /^sentinel-[0-9a-f]{8}-(?:cmd|pubsub)$/.test(name) ? 'sentinel' : 'client';
}

/** CLIENT LIST has no mark for TLS; our side of the connection tells. Sockets of the machine use neither port. */
function isPlaintext({ localAddress, flags }: SessionFact, port: number): boolean {
  if (flags.includes('U')) return false;
  return localAddress === '' || localAddress.endsWith(`:${port}`);
}

function defaultUserOf({ users }: NodeState): MigrationNode['defaultUser'] {
  if (!users.known) return 'unknown';
  const user = users.value.find((each) => each.user.name === 'default')?.user;
  if (user === undefined) return 'unknown';
  if (!user.enabled) return 'off';
  return user.nopass ? 'open' : 'password';
}

function linkOf(state: NodeState): MigrationNode['link'] {
  const { info } = state;
  const host = info.get('master_host');
  if (info.get('role') !== 'slave' || host === undefined) return undefined;
  const user = state.settings.get('masteruser') ?? state.settings.get('primaryuser');
  const tls = state.settings.get('tls-replication');
  return {
    host,
    port: Number(info.get('master_port') ?? 0),
    transport: tls?.known === true && tls.value === 'yes' ? 'tls' : 'plaintext',
    user: user?.known === true && user.value !== '' ? user.value : 'default',
    up: info.get('master_link_status') === 'up',
  };
}

function numberOf({ settings }: NodeState, name: string): number {
  const fact = settings.get(name);
  const value = fact?.known === true ? Number(fact.value) : 0;
  return Number.isInteger(value) ? value : 0;
}
