/**
 * Real servers read the same files as we do: each snippet is given to every server that this machine can run; it
 * must start exactly when we say so, with our words when it refuses, and CONFIG GET must show our values.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import {
  decodeConf,
  diagnoseConf,
  effectiveSettings,
  encodeConf,
  formatDirective,
  listDirectives,
  parseConf,
  type EffectiveSettings,
  type ServerVersion,
} from '../../src/conf/index.ts';
import { forEachServer, SERVER_IDS } from '../servers/index.ts';

const START_TIMEOUT_MS = 15_000;

/** What a server did with a file. */
type Outcome =
  | { readonly started: true; readonly settings: ReadonlyMap<string, string> }
  | { readonly started: false; readonly said: string };

const SNIPPETS: readonly string[] = [
  // Quotes and escapes.
  'logfile "a b"',
  "logfile 'it\\'s'",
  'requirepass "a\\"b\\\\c\\x41\\n\\r\\t\\b\\a\\q"',
  'requirepass "\\xc3\\xa9"',
  'requirepass é',
  "requirepass 'a\\nb'",
  'requirepass a\\nb',
  'requirepass "\\xzz"',
  'requirepass ""',
  "requirepass ''",
  "requirepass ab'c'd",
  'requirepass ab"cd"',
  'requirepass "ab"cd',
  'requirepass "ab',
  "requirepass 'ab",
  'requirepass "ab\\"',
  'requirepass a\tb',
  '\trequirepass\t\tx \t ',
  'requirepass #x',
  '  # a comment',
  '#a\n\n \t \n',
  'REQUIREPASS x',
  'timeout 5\r\ntcp-keepalive 7\r\n',
  'timeout 5\rtcp-keepalive 7',
  '\v\f\n',
  'timeout\v7',
  'timeout 7\f',
  'proc-title-template "\\x00"',
  'proc-title-template "{title} {port}"',
  'proc-title-template "{nosuch}"',
  'oom-score-adj-values 1 2 5000',
  'nosuch',
  'include a b',
  'sentinel monitor m 127.0.0.1 6379 1',
  // Numbers of arguments and trailing comments.
  'timeout',
  'timeout 5 6',
  'timeout 5 # seconds',
  'protected-mode no  # dev only',
  'save 900 1 # often',
  'requirepass x # note',
  'requirepass',
  'dir',
  'rename-command CONFIG',
  'include',
  'user',
  'loadmodule',
  'bind',
  // Values.
  'timeout abc',
  'timeout -1',
  'timeout 007',
  'timeout 99999999999999999999',
  'timeout 2147483648',
  'maxmemory 1gb',
  'maxmemory 1GB',
  'maxmemory 1g',
  'maxmemory 5k',
  'maxmemory 5b',
  'maxmemory gb',
  'maxmemory 1.5gb',
  'maxmemory -1',
  'maxmemory ""',
  'maxmemory 1tb',
  'maxmemory-clients 5%',
  'maxmemory-clients 101%',
  'maxmemory-clients 1mb',
  'maxmemory-policy ALLKEYS-LRU',
  'maxmemory-policy foo',
  'appendfsync sometimes',
  'activerehashing NO',
  'activerehashing maybe',
  'loglevel nothing-special',
  'unixsocketperm 700',
  'unixsocketperm 0755',
  'unixsocketperm 1777',
  'unixsocketperm -5',
  'hz 1000',
  'prefetch-batch-max-size 129',
  'latency-tracking-info-percentiles 101',
  'proto-max-bulk-len 9223372036854775808',
  'oom-score-adj relative',
  'oom-score-adj absolute',
  'oom-score-adj-values 0 200 800',
  'oom-score-adj-values 1 2',
  'databases 0',
  'maxclients 0',
  'hash-max-listpack-entries 5',
  'hash-max-ziplist-entries 5',
  'slowlog-log-slower-than -1',
  'slowlog-log-slower-than -2',
  'proto-max-bulk-len 1',
  'dbfilename a/b',
  'appendfilename ""',
  'appendfilename a/b',
  'tls-auth-clients maybe',
  'tls-auth-clients optional',
  'shutdown-on-sigint "save now"',
  'shutdown-on-sigint save force',
  'io-threads 200',
  'io-threads 500',
  'maxmemory-samples 100',
  'notify-keyspace-events Q',
  'enable-debug-command local',
  'enable-debug-command maybe',
  'acl-pubsub-default resetchannels',
  'list-max-listpack-size -2',
  'active-defrag-cycle-max 100',
  'latency-tracking-info-percentiles 50 99',
  // Lines that add up.
  'save 60 1\nsave 30 5',
  'save 60 1\nsave ""',
  'save ""\nsave 60 1',
  'save ""',
  'save 3600 1 300 100 60 10000',
  'save "3600 1 300 100"',
  'save 60',
  'save 0 1',
  'save a b',
  'client-output-buffer-limit normal 1mb 1mb 5',
  'client-output-buffer-limit replica 1mb 1mb 5\nclient-output-buffer-limit pubsub 0 0 0',
  'client-output-buffer-limit normal 0 0 0 pubsub 1k 1k 1',
  'client-output-buffer-limit normal 0 0',
  'client-output-buffer-limit master 0 0 0',
  'client-output-buffer-limit normal a 0 0',
  // Names.
  'slave-read-only no',
  'replica-read-only no\nslave-read-only yes',
  'lua-time-limit 7',
  'busy-reply-threshold 7',
  'primaryauth x',
  'masterauth x',
  'gopher-enabled no',
  'io-threads-do-reads yes',
  'dynamic-hz yes',
  'lua-replicate-commands yes',
  'list-max-ziplist-entries 5',
  'sanitize-dump-payload clients',
  'events-per-io-thread 2',
  'hide-user-data-from-log yes',
  'set-max-listpack-value 5',
  'mptcp no',
  'nosuch 1',
  'active-rehashing yes',
  'search.timeout 5',
  'server_cpulist 0',
  'availability-zone a',
  'commandlog-execution-slower-than 77',
  'tls-cert-file-new x',
  'acl-log-max-len 5',
  // Whole files.
  'timeout 5\ntimeout 6',
  'user app on >x\nuser app on >y',
  'user app on >x\naclfile /nonexistent/users.acl',
  'rename-command CONFIG ""\nrename-command config x',
  'rename-command DEBUG ""\nrename-command KEYS zz',
  'cluster-enabled yes\nreplicaof 127.0.0.1 1',
  'replicaof no one',
  'tls-replication yes',
  'tls-replication yes\ntls-cert-file /nonexistent/c\ntls-key-file /nonexistent/k',
  '\uFEFF# hello',
  '\uFEFFtimeout 5',
  // Unrendered templates that start, literally.
  'requirepass ${PASSWORD}',
  'requirepass {{password}}',
  'requirepass CHANGE_ME',
  'timeout {{ t }}',
  '{% if x %}\ntimeout 5\n{% endif %}',
  'maxmemory ${M}',
];

/** Their default is not a value that a file may give, or is the machine's. */
const UNSETTABLE: ReadonlySet<string> = new Set([
  'port',
  'unixsocket',
  'bind',
  'dir',
  'save',
  'watchdog-period',
  'rdma-bind',
  'replicaof',
]);

forEachServer(SERVER_IDS, (server) => {
  it(`reads ${SNIPPETS.length} configuration files as we do`, { timeout: 300_000 }, async () => {
    const version: ServerVersion = { product: server.product, version: server.version };
    const differences: string[] = [];
    for (const snippet of SNIPPETS) {
      const effective = read(snippet, version);
      const password = effective.settings.get('requirepass')?.secret?.reveal();
      differences.push(...compare(snippet, effective, await run(server.command, snippet, password)));
    }
    expect(differences).toEqual([]);
  });

  it('starts with every directive of the catalogue at its default', { timeout: 60_000 }, async () => {
    const version: ServerVersion = { product: server.product, version: server.version };
    const file = [...listDirectives(version).values()]
      .filter((directive) => directive.default !== undefined && !UNSETTABLE.has(directive.name))
      .flatMap(({ names, default: value }) => names.map((name) => formatDirective(name, [value ?? ''])))
      .join('\n');
    expect(compare('all', read(file, version), await run(server.command, file, undefined))).toEqual([]);
  });
});

function read(snippet: string, server: ServerVersion): EffectiveSettings {
  return effectiveSettings(parseConf(encodeConf(`${snippet}\n`), { path: 'redis.conf', server }), server);
}

function compare(snippet: string, effective: EffectiveSettings, outcome: Outcome): readonly string[] {
  const label = JSON.stringify(snippet);
  const problems = diagnoseConf(effective);
  const stops = problems.filter(({ stopsServer }) => stopsServer === 'yes');
  if (!outcome.started) {
    const refusals = problems.filter(({ stopsServer }) => stopsServer !== 'no');
    const ours = refusals.map(({ message }) => message);
    // A template and a byte order mark have no words of the server's own.
    const wordless = refusals.every(({ code }) => code === 'template' || code === 'byte-order-mark');
    if (ours.length > 0 && (wordless || ours.some((message) => sharesWords(message, outcome.said))))
      return [];
    return [
      `${label}: we say ${ours.join(' / ') || 'it starts'}, the server said ${lastLines(outcome.said)}`,
    ];
  }
  if (stops.length > 0) return [`${label}: the server starts, we say ${stops[0]?.message ?? ''}`];
  return [...effective.settings.values()].flatMap((setting) => {
    const ours = setting.secret?.reveal() ?? setting.text;
    const theirs = outcome.settings.get(setting.writtenAs);
    return theirs === undefined || theirs === ours
      ? []
      : [`${label}: ${setting.name} is ${JSON.stringify(theirs)} there, ${JSON.stringify(ours)} here`];
  });
}

function lastLines(said: string): string {
  return said.trim().split('\n').slice(-3).join(' | ').slice(-300);
}

/** Whether a phrase that the server said is in our message. */
function sharesWords(message: string, said: string): boolean {
  return said.split(/\n|: | # /).some((part) => part.trim().length > 12 && message.includes(part.trim()));
}

async function run(command: readonly string[], conf: string, password: string | undefined): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'wardis-conf-'));
  const socket = join(dir, 's');
  writeFileSync(join(dir, 'redis.conf'), encodeConf(`${conf}\n`));
  const [program = '', ...rest] = command;
  // The command line is read after the file: the test's socket wins, everything else is the snippet's.
  const child = spawn(program, [...rest, 'redis.conf', '--port', '0', '--unixsocket', socket], { cwd: dir });
  try {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const gone = new Promise<undefined>((resolve) => child.once('close', () => resolve(undefined)));
    const settings = await Promise.race([gone, askSettings(socket, password, child)]);
    return settings === undefined ? { started: false, said } : { started: true, settings };
  } finally {
    if (isRunning(child)) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await closed;
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

/** CONFIG GET * over the unix socket, as soon as the server listens. */
async function askSettings(
  path: string,
  password: string | undefined,
  child: ChildProcess,
): Promise<ReadonlyMap<string, string> | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && isRunning(child)) {
    const settings = existsSync(path) ? await exchange(path, password) : undefined;
    if (settings !== undefined) return settings;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (isRunning(child)) throw new Error('the server runs, and does not answer');
  // Stopped: the other half of the race says so.
  return new Promise(() => {});
}

/** A server that crashed has a signal instead of a code. */
function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Undefined when nobody listens yet, or no longer. */
function exchange(
  path: string,
  password: string | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  return new Promise((resolve) => {
    const connection = createConnection({ path });
    const chunks: Buffer[] = [];
    connection.setTimeout(START_TIMEOUT_MS, () => connection.destroy());
    connection.on('error', () => resolve(undefined));
    connection.on('close', () => resolve(undefined));
    connection.on('data', (chunk) => {
      chunks.push(chunk);
      const settings = readPairs(Buffer.concat(chunks));
      if (settings === undefined) return;
      connection.destroy();
      resolve(settings);
    });
    if (password !== undefined && password !== '') connection.write(request(['AUTH', password]));
    connection.write(request(['CONFIG', 'GET', '*']));
    connection.write(request(['PING']));
  });
}

function request(words: readonly string[]): Buffer {
  const parts = words.map((word) => {
    const bytes = Buffer.from(encodeConf(word));
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
  });
  return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
}

/** The pairs of the array in these replies once the PONG has come; none when CONFIG was refused or is renamed. */
function readPairs(buffer: Buffer): ReadonlyMap<string, string> | undefined {
  if (!/(?:^|\r\n)(?:\+PONG|-[^\r]*)\r\n$/.test(buffer.toString('latin1'))) return undefined;
  const values: string[] = [];
  let at = buffer.indexOf('*');
  if (at === -1) return new Map();
  at = buffer.indexOf('\r\n', at) + 2;
  while (buffer[at] === 0x24) {
    const end = buffer.indexOf('\r\n', at);
    const length = Number(buffer.subarray(at + 1, end).toString());
    values.push(decodeConf(buffer.subarray(end + 2, end + 2 + length)));
    at = end + 2 + length + 2;
  }
  const pairs = new Map<string, string>();
  for (let i = 0; i + 1 < values.length; i += 2) pairs.set(values[i] ?? '', values[i + 1] ?? '');
  return pairs;
}
