/**
 * Decisions per second on one core against ACL DRYRUN of real servers, pipelined by 100 over one connection, in the
 * same run: the recorded mixed cases, and one pattern. Also loading a table in a fresh process, and the worst that a
 * glob can cost.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { findServers } from '../scripts/servers.mjs';
import { decide, globMatch, parseUser, tableFor } from '../src/acl/index.ts';
import type { CommandTable, User } from '../src/acl/index.ts';
import { toBytes } from '../src/acl/bytes.ts';
import { startServer } from '../test/servers/server.ts';
import { openConnection } from '../test/servers/talk.ts';
import { askAll, bufferOf, openPeer } from './peer/dryrun.ts';
import type { Question } from './peer/dryrun.ts';
import { median, printFigure, quick } from './record/line.ts';

/** Server, and whose recorded cases it is asked. */
const SERVERS = [
  ['redis-7.0', 'redis-7.0'],
  ['redis-8.0.6', 'redis-8.0'],
  ['valkey-8.1', 'valkey-8.1'],
  ['valkey-9.1', 'valkey-9.1'],
] as const;
const ROUNDS = quick ? 3 : 9;
/** How long each side of a round takes, about. */
const ROUND_SECONDS = quick ? 0.3 : 1;
const KEYS = 1000;
const LOADS = quick ? 5 : 21;
const MEBIBYTE = 1024 * 1024;
/** Cases that are asked before timing, so that code is compiled. */
const WARM_CASES = 400_000;
const FIRST_CASES = 20_000;

interface Vector {
  readonly rules: readonly string[];
  readonly argv: readonly string[];
  readonly db?: number;
}

/** A question with the parsed user that we ask ourselves. */
interface Case extends Question {
  readonly rules: readonly string[];
  readonly parsed: User;
}

function readVectors(name: string): readonly Vector[] {
  const path = join(process.cwd(), `test/vectors/acl/${name}.cases.jsonl.gz`);
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

/** Cases of the same rules share a user; cases of the same database stand together. */
function makeCases(vectors: readonly Vector[], table: CommandTable): readonly Case[] {
  const users = new Map<string, User | undefined>();
  const cases = vectors.flatMap(({ rules, argv, db = 0 }): Case[] => {
    const id = JSON.stringify(rules);
    if (!users.has(id)) users.set(id, parseUser(`u${users.size}`, rules, table).user);
    const parsed = users.get(id);
    return parsed === undefined ? [] : [{ user: parsed.name, rules, parsed, argv, db }];
  });
  return cases.toSorted((a, b) => a.db - b.db);
}

async function createUsers(port: number, cases: readonly Case[]): Promise<void> {
  const connection = await openConnection(port);
  for (const [user, rules] of new Map(cases.map((each) => [each.user, each.rules]))) {
    const reply = await connection.send(['ACL', 'SETUSER', user, ...rules].map(bufferOf));
    if (reply !== 'OK') throw new Error(`the server refused rules that we accept: ${JSON.stringify(reply)}`);
  }
  connection.close();
}

/** One pattern, the commonest question there is: GET of keys under `app:` by `~app:* +get`. */
function onePattern(table: CommandTable): readonly Case[] {
  const rules = ['~app:*', '+get'];
  const { user } = parseUser('one', rules, table);
  if (user === undefined) throw new Error('the rules of one pattern were refused');
  return Array.from({ length: KEYS }, (_, i) => ({
    user: user.name,
    rules,
    parsed: user,
    argv: ['GET', `app:${i}`],
    db: 0,
  }));
}

/** Seconds for every case, `passes` times. */
function timeOurs(cases: readonly Case[], table: CommandTable, passes: number): number {
  let allowed = 0;
  const started = performance.now();
  for (let pass = 0; pass < passes; pass += 1) {
    for (const question of cases) {
      // A question is what an application has at hand; its database goes in as the options.
      if (decide(question.parsed, question.argv, table, question).allowed) allowed += 1;
    }
  }
  if (allowed === 0) throw new Error('nothing was allowed');
  return (performance.now() - started) / 1000;
}

function answerOurs({ parsed, argv, db }: Case, table: CommandTable): string {
  const decision = decide(parsed, argv, table, { db });
  return decision.allowed ? 'OK' : Buffer.from(toBytes(decision.message), 'latin1').toString('utf8');
}

async function compare(
  name: string,
  cases: readonly Case[],
  table: CommandTable,
  port: number,
  against: string,
): Promise<void> {
  const theirs = await askAll(port, cases);
  const wrong = cases.filter((each, i) => answerOurs(each, table) !== theirs[i]);
  printFigure({
    bench: 'acl',
    metric: `${name}: answers that differ, of ${cases.length}`,
    value: wrong.length,
    unit: 'count',
    against,
  });
  const peer = await openPeer(port, cases);
  const first = Math.ceil(FIRST_CASES / cases.length);
  const theirPasses = Math.ceil((ROUND_SECONDS * first) / (await peer.time(first)));
  const warm = Math.ceil(WARM_CASES / cases.length);
  const ourPasses = Math.ceil((ROUND_SECONDS * warm) / timeOurs(cases, table, warm));
  const ours: number[] = [];
  const peers: number[] = [];
  const ofProcessor: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await peer.processorSeconds();
    peers.push((theirPasses * cases.length) / (await peer.time(theirPasses)));
    const theirSeconds = (await peer.processorSeconds()) - before;
    const started = process.cpuUsage();
    ours.push((ourPasses * cases.length) / timeOurs(cases, table, ourPasses));
    const { user, system } = process.cpuUsage(started);
    ofProcessor.push(theirSeconds / theirPasses / ((user + system) / 1e6 / ourPasses));
  }
  peer.close();
  printFigure({
    bench: 'acl',
    metric: `${name}: ACL DRYRUN`,
    value: median(peers),
    unit: 'decisions/s',
    against,
  });
  printFigure({ bench: 'acl', metric: `${name}: decide`, value: median(ours), unit: 'decisions/s' });
  printFigure({
    bench: 'acl',
    metric: `${name}: decide over ACL DRYRUN`,
    value: median(ours.map((each, i) => each / (peers[i] ?? Number.NaN))),
    unit: 'ratio',
    against,
  });
  // On a busy machine both wait for their turn, and not alike: what each used of a processor is the steadier figure.
  printFigure({
    bench: 'acl',
    metric: `${name}: decisions in the processor time of one ACL DRYRUN`,
    value: median(ofProcessor),
    unit: 'ratio',
    against,
  });
}

/** The same every time: a multiplicative generator, as good as this needs. */
function shuffle<T>(items: readonly T[]): readonly T[] {
  let state = 7;
  const keyed = items.map((item) => {
    state = (state * 48_271) % 2_147_483_647;
    return { item, key: state };
  });
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** The first `tableFor` of a process that has imported the door, in milliseconds. */
function timeLoading(version: string): number {
  const door = new URL('../src/acl/index.js', import.meta.url).href;
  const program = `import { tableFor } from ${JSON.stringify(door)};
    const started = performance.now();
    tableFor({ product: 'valkey', version: ${JSON.stringify(version)} });
    console.log(performance.now() - started);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(run.stdout);
}

/** The dearest patterns there are, against a mebibyte that nearly matches. */
function timeGlobs(): void {
  const text = 'a'.repeat(MEBIBYTE);
  const literal = 'a'.repeat(100_000);
  const globs: Readonly<Record<string, string>> = {
    'a*a*…b, 900 stars': `${'a*'.repeat(900)}b`,
    '*a*a…*b*, 900 stars': `${'*a'.repeat(900)}*b*`,
    '*a…ab*, literal of 100 kB': `*${literal}b*`,
    '*a?a?…b*, 100 items': `*${'a?'.repeat(50)}b*`,
    '*a?a?…b*, given up at the limit of work': `*${'a?'.repeat(5000)}b*`,
  };
  for (const [name, pattern] of Object.entries(globs)) {
    const started = performance.now();
    if (globMatch(pattern, text)) throw new Error(`${name} matched`);
    const value = performance.now() - started;
    printFigure({ bench: 'acl', metric: `glob ${name}, against 1 MiB`, value, unit: 'ms' });
  }
}

async function compareWith(id: string, vectors: string): Promise<void> {
  const server = findServers().find((each) => each.id === id);
  if (server === undefined) return;
  const table = tableFor({ product: server.product, version: server.version });
  const mixed = makeCases(readVectors(vectors), table);
  const one = onePattern(table);
  const running = await startServer({ server });
  await createUsers(running.port, [...mixed, ...one]);
  const against = `ACL DRYRUN of ${id} ${server.version}, batches of 100 over one connection`;
  await compare(`${vectors} mixed`, mixed, table, running.port, against);
  const random = shuffle(mixed).toSorted((a, b) => a.db - b.db);
  await compare(`${vectors} mixed in random order`, random, table, running.port, against);
  await compare(`${vectors} one pattern`, one, table, running.port, against);
  await running.stop();
}

/** Each server in a process of its own: an application has one kind of server, and code compiled for that. */
const asked = process.argv.indexOf('--server');
if (asked === -1) {
  const loads = Array.from({ length: LOADS }, () => timeLoading('9.1.2'));
  printFigure({
    bench: 'acl',
    metric: 'loading a table in a fresh process',
    value: median(loads),
    unit: 'ms',
    against: 'limit 5 ms',
  });
  timeGlobs();
  for (const [id] of SERVERS) {
    const argv = [fileURLToPath(import.meta.url), '--server', id, ...(quick ? ['--quick'] : [])];
    const run = spawnSync(process.execPath, argv, { stdio: 'inherit' });
    if (run.status !== 0) process.exit(run.status ?? 1);
  }
} else {
  const id = process.argv[asked + 1] ?? '';
  await compareWith(id, new Map<string, string>(SERVERS).get(id) ?? id);
}
