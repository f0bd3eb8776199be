/**
 * Settings that lock somebody out, stop writes or lose data when they are set before something else. Seen on real
 * servers: `port 0` without a TLS port leaves no way in, `bind` refuses whoever comes from elsewhere, `maxmemory` below
 * what is used refuses writes, and a restart with a fresh `appendonly yes` starts empty.
 */

import type { Snapshot } from '../fleet/index.ts';
import type { Change, HardeningRequest } from '../policy/index.ts';
import { bindReach, isLoopback } from './exposure.ts';
import { serverOf } from './conf-reading.ts';
import type { Guard } from './fitting-change.ts';
import { memoryShare } from './memory-share.ts';
import { settingValue } from './reading.ts';

type SetDirective = Extract<Change, { readonly kind: 'set-directive' }>;

/** What must come first, or undefined where the setting can be made as it stands. */
export function guardDirective(
  change: SetDirective,
  snapshot: Snapshot,
  request: HardeningRequest,
): Guard | undefined {
  const { name, value } = change;
  switch (name) {
    case 'port':
      return value === '0' ? guardPort(snapshot) : undefined;
    case 'bind':
      return guardBind(change, snapshot, request);
    case 'protected-mode':
      return value === 'yes' ? guardProtectedMode(snapshot, request) : undefined;
    case 'maxmemory':
      return guardMemory(snapshot);
    case 'maxclients':
      return guardClients(value, snapshot);
    case 'appendonly':
      return value === 'yes' && snapshot.origin === 'files'
        ? say(
            (line) =>
              `On the running server CONFIG SET appendonly yes, wait until INFO persistence says aof_rewrite_in_progress:0, and only then ${line}: a restart before that starts empty`,
          )
        : undefined;
    default:
      return AFTER[name] !== undefined && value !== 'no' && value !== '0'
        ? say(AFTER[name])
        : guardWrites(change, snapshot);
  }
}

/** What has to be true before these are set; no snapshot can show it. */
const AFTER: Readonly<Record<string, (command: string) => string>> = {
  'tls-replication': (command) =>
    `When every node serves TLS with certificates of the same CA (TLS-001) and replicaof names the TLS port of the primary: ${command}`,
  'tls-cluster': (command) =>
    `A bus half in TLS falls apart: give every node its certificates first (TLS-001), then on all nodes in one maintenance window: ${command}`,
  'tls-auth-clients': (command) =>
    `When every client, replica and Sentinel has a certificate of the CA in tls-ca-cert-file: ${command}`,
  'min-replicas-to-write': (command) =>
    `Writes stop while fewer replicas than this are in sync: have at least two, watch their lag in INFO replication, then ${command}`,
  logfile: (command) =>
    `When its directory exists and the account of the server may write there (or it does not start): ${command}`,
  dir: (command) =>
    `A server that starts in another directory starts empty: stop it, move its RDB and AOF files there, then ${command}`,
  masteruser: (command) =>
    `When every node has that user with the password of masterauth (ACL GETUSER): ${command}`,
  timeout: (command) =>
    `When you know that connection pools test and reopen idle connections (all users are cut alike): ${command}`,
  'client-query-buffer-limit': (command) =>
    `When you know that no client sends a larger request (it would be cut off): ${command}`,
  'proto-max-bulk-len': (command) =>
    `When you know that no client sends a longer value (it would be refused): ${command}`,
};

function guardPort(snapshot: Snapshot): Guard {
  const tlsPort = settingValue(snapshot, 'tls-port') ?? '0';
  return tlsPort === '0'
    ? say(
        (command) =>
          `Nobody can connect without a port: first serve TLS (TLS-001), then move clients, replicas and Sentinels there, and last ${command}`,
      )
    : say(
        (command) =>
          `When you are logged in on the TLS port ${tlsPort}, and clients, replicas and Sentinels use it too: ${command}`,
      );
}

function guardBind(change: SetDirective, snapshot: Snapshot, request: HardeningRequest): Guard | undefined {
  const now = settingValue(snapshot, 'bind');
  const named = change.value.split(' ').map((address) => address.replace(/^-/, ''));
  const kept = (now ?? '').split(/\s+/).filter((address) => address !== '');
  const narrows =
    now === undefined ||
    bindReach(now, serverOf(snapshot)) === 'everywhere' ||
    kept.some((address) => !isLoopback(address) && !named.includes(address.replace(/^-/, '')));
  if (!narrows) return undefined;
  if (request.exposure !== 'localhost') {
    const address =
      request.exposure === 'public' ? 'the one address that clients use' : 'the private address';
    return {
      change: { ...change, value: '10.0.0.5 127.0.0.1' },
      sentence: (command) =>
        `Listen on ${address} of this host and on loopback (ip addr shows them); with 10.0.0.5, for example: ${command}`,
    };
  }
  const strangers = remoteClients(snapshot);
  return strangers.length === 0
    ? undefined
    : say(
        (command) =>
          `Clients come from other hosts (${strangers.slice(0, 3).join(', ')}): move them, and log in on this host; then ${command}`,
      );
}

function guardProtectedMode(snapshot: Snapshot, request: HardeningRequest): Guard | undefined {
  const users = snapshot.users.known ? snapshot.users.value : [];
  const open = users.some(({ user }) => user.name === 'default' && user.nopass);
  if (!open || (request.exposure === 'localhost' && remoteClients(snapshot).length === 0)) return undefined;
  return say(
    (command) =>
      `While the default user is nopass this refuses every client from another host, you included: mend the users first (AUTH-001), or keep a session on the host; then ${command}`,
  );
}

function guardMemory(snapshot: Snapshot): Guard | undefined {
  const share = memoryShare(snapshot);
  if (share !== undefined && share !== 'full') return undefined;
  const why =
    share === 'full'
      ? 'More than half of the memory of the host is in use already'
      : 'Only the running host knows how much it has and how much is used';
  return {
    change: undefined,
    sentence: () =>
      `Set maxmemory to about three quarters of the memory that the server may have, and well above used_memory (INFO memory): below that writes are refused. ${why}`,
  };
}

function guardClients(value: string, snapshot: Snapshot): Guard | undefined {
  const connected = Number(fieldOf(snapshot, 'connected_clients') ?? Number.NaN);
  if (snapshot.origin === 'live' && connected * 2 <= Number(value)) return undefined;
  return say(
    (command) =>
      `New clients are refused above this number: compare it with the highest connected_clients in INFO clients, then ${command}`,
  );
}

/** Settings that refuse writes in a state that the server may be in. */
function guardWrites({ name, value }: SetDirective, snapshot: Snapshot): Guard | undefined {
  if (name === 'stop-writes-on-bgsave-error' && value === 'yes') {
    return fieldOf(snapshot, 'rdb_last_bgsave_status') === 'ok'
      ? undefined
      : say(
          (command) =>
            `While the last save has failed this refuses every write: run BGSAVE, see rdb_last_bgsave_status:ok in INFO persistence, then ${command}`,
        );
  }
  if (name === 'maxmemory-policy' && value === 'noeviction') {
    return say(
      (command) =>
        `With no eviction a full server refuses writes: raise maxmemory above what the data needs, then ${command}`,
    );
  }
  if (name === 'replica-read-only' && value === 'yes') {
    return snapshot.role.known && snapshot.role.value.kind === 'primary'
      ? undefined
      : say((command) => `When you know that no client writes to this replica: ${command}`);
  }
  return undefined;
}

/** Who is connected from another host, and where we ourselves came to. */
function remoteClients(snapshot: Snapshot): readonly string[] {
  if (snapshot.origin === 'files') return [];
  const asked = snapshot.login.known && snapshot.login.value.transport === 'unix' ? '' : snapshot.subject;
  const hostOf = (address: string) => address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const clients = snapshot.clients.known ? snapshot.clients.value : [];
  const tried = snapshot.listeners.known ? snapshot.listeners.value : [];
  const hosts = [
    ...clients.map(({ address }) => hostOf(address)),
    ...tried.flatMap(({ vantage, address }) => (vantage === 'remote' ? [hostOf(address)] : [])),
    // Where we ourselves came to.
    hostOf(asked),
  ];
  return [...new Set(hosts.filter((host) => host !== '' && !host.startsWith('/') && !isLoopback(host)))];
}

function fieldOf(snapshot: Snapshot, name: string): string | undefined {
  return snapshot.info.known ? snapshot.info.value.get(name) : undefined;
}

function say(sentence: (command: string) => string): Guard {
  return { sentence };
}
