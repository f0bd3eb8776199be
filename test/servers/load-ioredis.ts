/** ioredis as a load: one server, Sentinels, or a Cluster. It reads its TLS files anew for each connection. */
import type { ConnectionOptions } from 'node:tls';

import { Cluster, Redis } from 'ioredis';

import type { ClientRequest, LoadedClient } from './load.ts';
import type { Login } from './node.ts';

const RETRY_MS = 100;

/** Opens one client and waits until it can be used. */
export async function openIoredis(request: ClientRequest): Promise<LoadedClient> {
  if (request.topology.kind === 'cluster') return openCluster(request);
  const client = new Redis({
    ...chooseTarget(request),
    ...shareOptions(request),
    retryStrategy: () => RETRY_MS,
    lazyConnect: true,
  });
  client.on('error', request.onError);
  await client.connect();
  client.on('reconnecting', request.onReconnect);
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    refresh: () => void Object.assign(client.options, readLogin(request.credentials.current())),
    close: async () => void (await client.quit()),
  };
}

async function openCluster(request: ClientRequest): Promise<LoadedClient> {
  const { topology, credentials } = request;
  const redisOptions = shareOptions(request);
  const nodes = topology.data.map(({ host, port, tlsPort }) => ({ host, port: port === 0 ? tlsPort : port }));
  const client = new Cluster(
    nodes.map(({ host, port }) => ({ host, port: port ?? 0 })),
    { redisOptions, lazyConnect: true, clusterRetryStrategy: () => RETRY_MS },
  );
  client.on('error', request.onError);
  client.on('node error', request.onError);
  await client.connect();
  client.on('+node', request.onReconnect);
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    refresh: () => {
      const login = readLogin(credentials.current());
      for (const node of client.nodes('all')) Object.assign(node.options, login);
      // The pool copies what it makes new connections from, and offers no other way to change it.
      const { connectionPool } = client as unknown as { connectionPool: { redisOptions: SharedOptions } };
      for (const options of [client.options.redisOptions, connectionPool.redisOptions])
        Object.assign(options ?? {}, login);
    },
    close: async () => void (await client.quit()),
  };
}

interface TargetOptions {
  readonly host?: string;
  readonly port?: number;
  readonly name?: string;
  readonly sentinels?: { readonly host: string; readonly port: number }[];
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly enableTLSForSentinelMode?: true;
  readonly sentinelTLS?: ConnectionOptions;
}

function chooseTarget({ topology, sentinelLogin }: ClientRequest): TargetOptions {
  const { sentinels, data, primaryName, tls } = topology;
  if (sentinels.length === 0) {
    const { host, port = 0 } = data[0]?.target ?? {};
    return { ...(host === undefined ? {} : { host }), port };
  }
  return {
    name: primaryName,
    sentinels: sentinels.map(({ host, target }) => ({ host, port: target.port ?? 0 })),
    ...(sentinelLogin.user === undefined ? {} : { sentinelUsername: sentinelLogin.user }),
    ...(sentinelLogin.password === undefined ? {} : { sentinelPassword: sentinelLogin.password }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls.followingClient }),
  };
}

interface SharedOptions {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  readonly connectionName?: string;
}

function shareOptions({ topology, credentials, name }: ClientRequest): SharedOptions {
  return {
    ...readLogin(credentials.current()),
    ...(name === undefined ? {} : { connectionName: name }),
    ...(topology.tls === undefined || topology.data[0]?.port !== 0
      ? {}
      : { tls: topology.tls.followingClient }),
  };
}

function readLogin({ user, password }: Login): { readonly username?: string; readonly password?: string } {
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
  };
}
