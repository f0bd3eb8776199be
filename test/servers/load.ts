/**
 * Clients that work in the background as applications do, and count what they saw: commands that went well, commands
 * that failed, connections that had to be opened again. Real clients: ioredis, node-redis, the servers' own benchmark; and
 * one that does nothing but connect, ask and go.
 */
import type { CredentialSource } from './credentials.ts';
import { runBenchmark } from './load-benchmark.ts';
import { runChurn } from './load-churn.ts';
import { openIoredis } from './load-ioredis.ts';
import { openNodeRedis } from './load-node-redis.ts';
import type { Login, TopologyNode } from './node.ts';
import type { Topology } from './topology.ts';

/** `churn`: a new TLS connection each time, every second one asking to resume the session of the one before. */
export type LoadClient = 'ioredis' | 'node-redis' | 'benchmark' | 'churn';

export interface LoadOptions {
  readonly client: LoadClient;
  /** A Cluster and Sentinels are asked the way of the client; else the first data node is the target. */
  readonly topology: Topology;
  readonly credentials: CredentialSource;
  /** Who clients are on Sentinels. Default: who an application is at the start. */
  readonly sentinelLogin?: Login;
  /**
   * What happens when credentials are replaced. `swap` (default): a new client is opened, then the old one ends, as a
   * rolling restart does. `next-connection`: nothing until a connection is lost; the next one uses the new credentials.
   */
  readonly onReplaced?: 'swap' | 'next-connection';
  /** Clients at the same time. Default 4. */
  readonly clients?: number;
  /** Pause of each client between two commands, in milliseconds. Default 2; between two runs of the benchmark 20; of `churn` 50. */
  readonly pauseMs?: number;
  /** What ioredis and node-redis call their connections (CLIENT SETNAME); default: nothing. */
  readonly name?: string;
  /** Whom `churn` connects to, in turn; asked anew each time. Default: data nodes. */
  readonly visits?: () => readonly TopologyNode[];
}

export interface LoadResult {
  /** Commands answered as they should be. */
  readonly commands: number;
  /** Commands that failed, and refusals to log in or to run a command; at most 1,000 of them. */
  readonly errors: readonly string[];
  /** Connections opened again after one was lost; `swap` adds none. */
  readonly reconnects: number;
  /** Connections of `churn` whose session was resumed. */
  readonly resumed: number;
  /** What clients reported without a command failing, such as a lost connection. */
  readonly notices: readonly string[];
}

export interface Load {
  /** The counts so far. */
  readonly result: () => LoadResult;
  /** Resolves when this many more commands went well; throws when that takes longer than ten seconds. */
  readonly advance: (commands: number) => Promise<void>;
  /** Ends the clients; rejects nothing. */
  readonly stop: () => Promise<LoadResult>;
}

/** What a client module needs to open one client. */
export interface ClientRequest {
  readonly topology: Topology;
  readonly credentials: CredentialSource;
  readonly sentinelLogin: Login;
  readonly name?: string;
  readonly onError: (error: unknown) => void;
  readonly onReconnect: () => void;
}

/** One client as the load sees it. */
export interface LoadedClient {
  readonly set: (key: string, value: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<unknown>;
  /** Lets connections that open from now on use the current credentials, where the client keeps a copy. */
  readonly refresh: () => void;
  readonly close: () => Promise<void>;
}

/** Where counts go. */
export interface LoadTally {
  readonly succeed: (commands: number) => void;
  readonly fail: (error: unknown) => void;
  readonly notice: (error: unknown) => void;
  readonly reconnect: () => void;
  readonly resume: () => void;
  readonly isStopping: () => boolean;
}

const CLIENTS = 4;
const PAUSE_MS = 2;
const MESSAGES_MAX = 1000;
const ADVANCE_TIMEOUT_MS = 10_000;
const ADVANCE_POLL_MS = 10;
const CLOSE_TIMEOUT_MS = 3000;
const REFUSAL = /WRONGPASS|NOAUTH|NOPERM|invalid password|invalid username-password/i;

/** Starts a load and resolves when each of its clients has had its first answer. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const counts = { commands: 0, reconnects: 0, resumed: 0, stopping: false };
  const errors: string[] = [];
  const notices: string[] = [];
  const keep = (list: string[], error: unknown): void => {
    if (list.length < MESSAGES_MAX) list.push(error instanceof Error ? describeError(error) : String(error));
  };
  const tally: LoadTally = {
    succeed: (commands) => void (counts.commands += commands),
    fail: (error) => keep(errors, error),
    notice: (error) => keep(REFUSAL.test(String(error)) ? errors : notices, error),
    reconnect: () => void (counts.reconnects += 1),
    resume: () => void (counts.resumed += 1),
    isStopping: () => counts.stopping,
  };
  const workers = await startWorkers(options, tally);
  const result = (): LoadResult => ({
    commands: counts.commands,
    errors: [...errors],
    reconnects: counts.reconnects,
    resumed: counts.resumed,
    notices: [...notices],
  });
  return {
    result,
    advance: async (commands) => {
      const goal = counts.commands + commands;
      const deadline = Date.now() + ADVANCE_TIMEOUT_MS;
      while (counts.commands < goal) {
        if (Date.now() > deadline) {
          throw new Error(
            `the load stands still at ${counts.commands} of ${goal}: ${JSON.stringify(result())}`,
          );
        }
        await sleep(ADVANCE_POLL_MS);
      }
    },
    stop: async () => {
      counts.stopping = true;
      await Promise.all(workers.map((worker) => worker.ended));
      return result();
    },
  };
}

/** Something that runs until the tally says stop. */
export interface Worker {
  readonly ended: Promise<void>;
}

async function startWorkers(options: LoadOptions, tally: LoadTally): Promise<readonly Worker[]> {
  if (options.client === 'benchmark') return [await runBenchmark(options, tally)];
  if (options.client === 'churn') return [await runChurn(options, tally)];
  const open = options.client === 'ioredis' ? openIoredis : openNodeRedis;
  return Promise.all(
    Array.from({ length: options.clients ?? CLIENTS }, (_, index) => runClient(options, open, index, tally)),
  );
}

/** Loads at the same time must not write one another's keys. */
let loads = 0;

async function runClient(
  options: LoadOptions,
  open: (request: ClientRequest) => Promise<LoadedClient>,
  index: number,
  tally: LoadTally,
): Promise<Worker> {
  const { credentials, topology, onReplaced = 'swap', pauseMs = PAUSE_MS } = options;
  const request: ClientRequest = {
    topology,
    credentials,
    sentinelLogin: options.sentinelLogin ?? topology.app,
    ...(options.name === undefined ? {} : { name: options.name }),
    onError: tally.notice,
    onReconnect: () => {
      if (!tally.isStopping()) tally.reconnect();
    },
  };
  let client = await open(request);
  const keys = `load:${(loads += 1)}:${index}`;
  await client.set(keys, '0');
  let replaced = false;
  const forget = credentials.onReplaced(() => {
    if (onReplaced === 'swap') replaced = true;
    else client.refresh();
  });
  const work = async (): Promise<void> => {
    for (let i = 0; !tally.isStopping(); i += 1) {
      if (replaced) {
        replaced = false;
        client = await swap(client, () => open(request), tally);
      }
      await runPair(client, `${keys}:${i % 100}`, String(i), tally);
      await sleep(pauseMs);
    }
    forget();
    await close(client);
  };
  return { ended: work() };
}

async function runPair(client: LoadedClient, key: string, value: string, tally: LoadTally): Promise<void> {
  try {
    await client.set(key, value);
    tally.succeed(1);
    const read = await client.get(key);
    if (read === value) tally.succeed(1);
    else tally.fail(`GET ${key} gave ${JSON.stringify(read)}, not ${JSON.stringify(value)}`);
  } catch (error) {
    tally.fail(error);
  }
}

async function swap(
  old: LoadedClient,
  open: () => Promise<LoadedClient>,
  tally: LoadTally,
): Promise<LoadedClient> {
  try {
    const next = await open();
    await close(old);
    return next;
  } catch (error) {
    tally.fail(error);
    return old;
  }
}

/** A client whose server is gone may never end by itself. */
async function close(client: LoadedClient): Promise<void> {
  await Promise.race([client.close().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS)]);
}

function describeError(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors.map(String).join('; ') : '';
  return `${error.name}: ${error.message}${inner === '' ? '' : ` (${inner})`}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
