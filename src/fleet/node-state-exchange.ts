/**
 * The conversation behind a node state: the pipeline, who the server is, and whose command table its users are read by.
 */

import { tableFor, type CommandTable } from '../acl/index.ts';
import type { ServerVersion } from '../conf/index.ts';
import type { AuditCommand } from './audit-command.ts';
import type { Connection } from './connection.ts';
import { unknown, type Fact } from './fact.ts';
import { explainErrorReply } from './fleet-error.ts';
import { readInfo, readProduct, serverVersion } from './info-reply.ts';
import { recogniseManagedService } from './managed.ts';
import { DATA_NODE_COMMANDS, SENTINEL_COMMANDS, TABLE_COMMAND } from './node-state-commands.ts';
import type { NodeState } from './node-state.ts';
import { classify, readAnswer, readPairs, textOf, type Answer } from './reply-fact.ts';
import { decodeReply, isErrorFrame, isReplyError, type Reply } from './resp.ts';
import { readModules } from './server-replies.ts';
import { sharedTable, shareWord, type SharedFacts } from './shared-facts.ts';
import type { ModuleFact } from './snapshot.ts';
import type { Target } from './target.ts';

type CommandName = keyof typeof DATA_NODE_COMMANDS | keyof typeof SENTINEL_COMMANDS;

/** One pipeline's answers by name; COMMAND stays bytes, because it is large and the same on most nodes. */
export interface Exchange {
  readonly answers: Readonly<Partial<Record<CommandName, Answer>>>;
  readonly tableFrame: Buffer | undefined;
}

/** Who answers, as far as the reading of everything else depends on it. */
export interface Basics {
  readonly info: Fact<ReadonlyMap<string, string>>;
  readonly server: ServerVersion;
  readonly mode: NodeState['mode'];
}

/** Modules that add no commands and are part of the server itself: Valkey 9.1 lists its Lua engine. */
const BUILT_IN_MODULES: ReadonlySet<string> = new Set(['lua']);
/** Tables that are kept by build and by content together. */
const BUILDS_MAX = 96;
/** When the server tells nothing of itself, not even by the form of its errors. */
const LIKELY_SERVER: ServerVersion = { product: 'redis', version: '7.2' };

/** Sends the one pipeline. Throws a `FleetError` when the server refuses us altogether. */
export async function exchange(
  connection: Connection,
  target: Target,
  expect: 'data' | 'sentinel',
  clients: 'ask' | 'leave-out',
): Promise<Exchange> {
  const all: Readonly<Partial<Record<CommandName, AuditCommand>>> =
    expect === 'sentinel' ? SENTINEL_COMMANDS : DATA_NODE_COMMANDS;
  const asked = Object.entries(all).filter(([name]) => clients === 'ask' || name !== 'clients');
  const frames = await connection.sendForBytes(asked.map(([, { argv }]) => argv));
  const replies = new Map<string, Reply>();
  let tableFrame: Buffer | undefined;
  for (const [place, [name]] of asked.entries()) {
    const frame = frames[place];
    if (frame === undefined) continue;
    if (name === 'commands') tableFrame = frame;
    const reply = name === 'commands' && !isErrorFrame(frame) ? [] : decodeReply(frame);
    const refused = isReplyError(reply) ? explainErrorReply(reply.error, connection.node) : undefined;
    if (refused !== undefined) throw refused;
    replies.set(name, reply);
  }
  const managed = recogniseFrom(target, replies, asked);
  const answers = asked.map(([name, command]): readonly [string, Answer] => [
    name,
    { node: connection.node, command, reply: replies.get(name), managed },
  ]);
  return { answers: Object.fromEntries(answers), tableFrame };
}

export function readBasics({ answers }: Exchange, shared: SharedFacts): Basics {
  const info = factOf(answers.info, (reply) =>
    typeof reply === 'string' ? readInfo(reply, (word) => shareWord(shared, word)) : undefined,
  );
  return { info, server: readServer(info, answers.hello), mode: readMode(info, answers.hello) };
}

/**
 * The bundled table where the server counts as many commands and no foreign module is loaded, else its own. Servers of
 * one build with the same modules and as many commands have the same table: the first of a run is asked for it.
 */
export async function learnTable(
  connection: Connection,
  first: Exchange,
  basics: Basics,
  shared: SharedFacts,
): Promise<CommandTable> {
  const { server, mode } = basics;
  const bundled = tableFor(server);
  if (first.tableFrame !== undefined) return sharedTable(shared, first.tableFrame, server) ?? bundled;
  if (mode !== 'sentinel' && isOwnTable(bundled, first)) return bundled;
  const build = buildOf(first, basics);
  const known = shared.tables.get(build);
  if (known !== undefined) return known;
  const [frame] = await connection.sendForBytes([TABLE_COMMAND.argv]);
  const table = sharedTable(shared, frame, server);
  if (table !== undefined && shared.tables.size < BUILDS_MAX) shared.tables.set(build, table);
  return table ?? bundled;
}

/** A reply as a fact; `unknown` where the command was not sent. */
export function factOf<T>(answer: Answer | undefined, read: (reply: Reply) => T | undefined): Fact<T> {
  if (answer !== undefined) return readAnswer(answer, read);
  return unknown('not-asked', 'the command was not sent', 'ask the server itself');
}

function recogniseFrom(
  target: Target,
  replies: ReadonlyMap<string, Reply>,
  asked: readonly (readonly [string, AuditCommand])[],
): Answer['managed'] {
  const info = replies.get('info');
  const fields = typeof info === 'string' ? readInfo(info, (word) => word) : new Map<string, string>();
  const gone = asked.filter(([name]) => {
    const reply = replies.get(name);
    return isReplyError(reply) && classify(reply.error) === 'missing';
  });
  const said = fields.get('redis_mode') ?? fields.get('server_mode');
  return recogniseManagedService({
    host: target.endpoint.kind === 'tcp' ? target.endpoint.host : '',
    info: fields,
    missing: new Set(gone.map(([, { name }]) => (name === 'COMMAND COUNT' ? 'COMMAND' : name))),
    sentinel: said === 'sentinel' ? 'yes' : 'no',
  });
}

/** Redis 6.0 is the only one that has HELLO and wants an argument for it. */
function readServer(info: Basics['info'], hello: Answer | undefined): ServerVersion {
  if (hello === undefined) return LIKELY_SERVER;
  const product = readProduct(info, hello);
  if (product.known) return serverVersion(product.value);
  const isOld = isReplyError(hello.reply) && hello.reply.error.includes('wrong number of arguments');
  return isOld ? { product: 'redis', version: '6.0' } : LIKELY_SERVER;
}

function readMode(info: Basics['info'], hello: Answer | undefined): NodeState['mode'] {
  const fields = info.known ? info.value : undefined;
  const greeting = hello?.reply === undefined ? undefined : readPairs(hello.reply);
  const said = fields?.get('redis_mode') ?? fields?.get('server_mode') ?? textOf(greeting?.get('mode'));
  return said === 'cluster' || said === 'sentinel' ? said : 'standalone';
}

function isOwnTable(bundled: CommandTable, { answers }: Exchange): boolean {
  const count = answers.count?.reply;
  // Without the right to count there is none to ask for the table either.
  if (typeof count !== 'number') return true;
  const foreign = modulesOf(answers.hello).some(({ name }) => !BUILT_IN_MODULES.has(name));
  const own = [...bundled.commands.keys()].filter((name) => !name.includes('|')).length;
  return !foreign && count === own;
}

function buildOf({ answers }: Exchange, { server, mode }: Basics): string {
  const modules = modulesOf(answers.hello).map(({ name, version }) => `${name} ${version}`);
  const count = textOf(answers.count?.reply);
  return JSON.stringify([server.product, server.version, mode, count, modules.toSorted()]);
}

/** HELLO tells them from 6.2 on and wants no right, other than MODULE LIST. */
function modulesOf(hello: Answer | undefined): readonly ModuleFact[] {
  const modules = hello?.reply === undefined ? undefined : readPairs(hello.reply)?.get('modules');
  return (modules === undefined ? undefined : readModules(modules)) ?? [];
}
