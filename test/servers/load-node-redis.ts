/** node-redis (@redis/client) as a load: one server, Sentinels, or a Cluster. It asks for credentials at each login. */
import { createClient, createCluster, createSentinel } from '@redis/client';

import type { ClientRequest, LoadedClient } from './load.ts';
import type { Login } from './node.ts';

const RETRY_MS = 100;
const SCAN_INTERVAL_MS = 1000;

/** Opens one client and waits until it can be used. */
export function openNodeRedis(request: ClientRequest): Promise<LoadedClient> {
  if (request.topology.kind === 'cluster') return openCluster(request);
  return request.topology.kind === 'sentinel' ? openSentinel(request) : openSingle(request);
}

async function openSingle(request: ClientRequest): Promise<LoadedClient> {
  const { host = '', port = 0 } = request.topology.data[0]?.target ?? {};
  const client = createClient({ ...provide(request), socket: { host, port, ...describeSocket(request) } });
  client.on('error', request.onError);
  client.on('reconnecting', request.onReconnect);
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    refresh: () => undefined,
    close: () => client.close(),
  };
}

async function openSentinel(request: ClientRequest): Promise<LoadedClient> {
  const { topology, sentinelLogin } = request;
  const socket = describeSocket(request);
  const client = createSentinel({
    name: topology.primaryName,
    sentinelRootNodes: topology.sentinels.map(({ host, target }) => ({ host, port: target.port ?? 0 })),
    nodeClientOptions: { ...provide(request), socket },
    sentinelClientOptions: { ...readLogin(sentinelLogin), socket },
    scanInterval: SCAN_INTERVAL_MS,
    passthroughClientErrorEvents: true,
  });
  client.on('error', request.onError);
  client.on('client-error', ({ type, error }: { readonly type: string; readonly error: Error }) => {
    request.onError(error);
    if (type === 'MASTER' && error.message.includes('closed')) request.onReconnect();
  });
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    refresh: () => undefined,
    close: () => client.close(),
  };
}

async function openCluster(request: ClientRequest): Promise<LoadedClient> {
  const client = createCluster({
    rootNodes: request.topology.data.map(({ host, target }) => ({
      socket: { host, port: target.port ?? 0 },
    })),
    defaults: { ...provide(request), socket: describeSocket(request) },
  });
  client.on('error', request.onError);
  client.on('node-error', request.onError);
  client.on('node-reconnecting', request.onReconnect);
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    refresh: () => undefined,
    close: () => client.close(),
  };
}

function provide({ credentials, name }: ClientRequest): {
  readonly name?: string;
  readonly credentialsProvider: {
    readonly type: 'async-credentials-provider';
    readonly credentials: () => Promise<{ readonly username?: string; readonly password?: string }>;
  };
} {
  return {
    ...(name === undefined ? {} : { name }),
    credentialsProvider: {
      type: 'async-credentials-provider',
      credentials: () => Promise.resolve(readLogin(credentials.current())),
    },
  };
}

function describeSocket({ topology }: ClientRequest): {
  readonly reconnectStrategy: () => number;
  readonly tls?: true;
} {
  const { tls, data } = topology;
  const socket = { reconnectStrategy: () => RETRY_MS };
  if (tls === undefined || data[0]?.port !== 0) return socket;
  // Not copied: with Sentinels every new connection takes the fields, and so the files, anew.
  return Object.defineProperties(
    { ...socket, tls: true as const },
    Object.getOwnPropertyDescriptors(tls.followingClient),
  );
}

function readLogin({ user, password }: Login): { readonly username?: string; readonly password?: string } {
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
  };
}
