/**
 * What one node says of its own TLS and of the addresses of others: one connection, one pipeline, and a second one where
 * the first showed what else applies.
 */

import type { ServerVersion } from '../../conf/index.ts';
import { AUDIT_COMMANDS, type AuditCommand } from '../audit-command.ts';
import { readSettings, type LiveSettings } from '../config-reply.ts';
import { openConnection, type ConnectionLimits } from '../connection.ts';
import { known, unknown, type Fact } from '../fact.ts';
import { readInfo, readProduct, serverVersion } from '../info-reply.ts';
import { readAnswer, readPairs, textOf, type Answer } from '../reply-fact.ts';
import { isReplyError, type Reply } from '../resp.ts';
import { retryOnReset } from '../retry.ts';
import { readTime } from '../server-replies.ts';
import type { ClockFact } from '../snapshot.ts';
import type { Target } from '../target.ts';
import { show } from '../topology/announced-address.ts';
import { groupCommands } from '../topology/discovery-commands.ts';
import { createHearing, type Hearing } from '../topology/hearing.ts';
import { askSentinel } from '../topology/sentinel-visit.ts';
import { readClaims, type Claim } from './claim.ts';
import { isSurveyed, SETTING_COMMANDS, SURVEY_COMMANDS } from './survey-commands.ts';

export type NodeMode = 'data' | 'cluster' | 'sentinel';

export interface NodeAnswers {
  readonly server: ServerVersion | undefined;
  readonly mode: NodeMode;
  /** INFO server and INFO replication; empty where they are withheld. */
  readonly info: ReadonlyMap<string, string>;
  readonly clock: Fact<ClockFact>;
  /** Empty for a Sentinel, which has no CONFIG. */
  readonly settings: LiveSettings;
  /** Addresses of nodes that it tells. */
  readonly claims: readonly Claim[];
  readonly notes: readonly string[];
}

export interface AskOptions {
  readonly limits?: ConnectionLimits;
  /** What the node is thought to be; a wrong one costs a second pipeline. */
  readonly expect: NodeMode;
  /** Ask a node of a cluster for its view of all of them, which grows with the cluster. */
  readonly view: 'whole' | 'none';
  /** Entries of one reply that are read. */
  readonly entriesMax: number;
  /** Waits between tries after a reset. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Throws a `FleetError` when there is no conversation; a command that is refused is an unknown fact and a note. */
export async function askNode(target: Target, options: AskOptions): Promise<NodeAnswers> {
  return retryOnReset(async () => {
    const connection = await openConnection(target, options.limits);
    try {
      return await question(createHearing(connection, target, options.entriesMax), options);
    } finally {
      connection.close();
    }
  }, options.sleep);
}

async function question(hearing: Hearing, options: AskOptions): Promise<NodeAnswers> {
  const { hello, server, replication, time } = SURVEY_COMMANDS;
  const asked = [server, hello, replication, ...commandsOf(options.expect, options)];
  await hearing.pose(asked);
  const exchange = hearing.connection.lastExchange();
  const info = new Map([...fieldsOf(hearing, server), ...fieldsOf(hearing, replication)]);
  const mode = readMode(info, hearing);
  const more = commandsOf(mode, options);
  await hearing.pose(more);
  const groups = mode === 'sentinel' ? await askSentinel(hearing) : [];
  const clock = readClock(hearing, info, exchange);
  const read = readServer(hearing, info);
  return {
    server: read,
    mode,
    info,
    clock: clock ?? (await askClock(hearing, mode)),
    settings: readLiveSettings(hearing, mode, read),
    claims: readClaims(hearing, info, groups),
    notes: noteRefusals(hearing, [...asked, ...more, ...groups.flatMap(groupCommands), time], mode),
  };
}

function commandsOf(mode: NodeMode, { view }: AskOptions): readonly AuditCommand[] {
  const { clusterNodes, sentinelMasters } = SURVEY_COMMANDS;
  switch (mode) {
    case 'data':
      return SETTING_COMMANDS;
    case 'cluster':
      return view === 'whole' ? [...SETTING_COMMANDS, clusterNodes] : SETTING_COMMANDS;
    case 'sentinel':
      return [sentinelMasters];
  }
}

function readMode(info: ReadonlyMap<string, string>, hearing: Hearing): NodeMode {
  const greeting = readPairs(hearing.answerTo(SURVEY_COMMANDS.hello) ?? null);
  const said = info.get('redis_mode') ?? info.get('server_mode') ?? textOf(greeting?.get('mode'));
  return said === 'sentinel' || said === 'cluster' ? said : 'data';
}

function readServer(hearing: Hearing, info: ReadonlyMap<string, string>): ServerVersion | undefined {
  const { server, hello } = SURVEY_COMMANDS;
  const from = { kind: 'command', node: hearing.connection.node, command: server.name } as const;
  const product = readProduct(known(info, from), answerOf(hearing, hello));
  return product.known ? serverVersion(product.value) : undefined;
}

/** `server_time_usec` of INFO (server.c genRedisInfoString), which every version from 6.2 on has, Sentinels too. */
function readClock(
  hearing: Hearing,
  info: ReadonlyMap<string, string>,
  exchange: Exchange,
): Fact<ClockFact> | undefined {
  const micros = info.get('server_time_usec');
  if (micros === undefined || !/^[0-9]{1,17}$/.test(micros)) return undefined;
  const { node } = hearing.connection;
  const from = { kind: 'command', node, command: SURVEY_COMMANDS.server.name } as const;
  return known(dateClock(Math.floor(Number(micros) / 1000), exchange), from);
}

async function askClock(hearing: Hearing, mode: NodeMode): Promise<Fact<ClockFact>> {
  const { time } = SURVEY_COMMANDS;
  if (mode === 'sentinel') {
    return unknown('missing', 'this Sentinel tells no time', 'compare `date -u` on its host');
  }
  await hearing.pose([time]);
  const exchange = hearing.connection.lastExchange();
  return readAnswer(answerOf(hearing, time), (reply) => {
    const serverMs = readTime(reply);
    return serverMs === undefined ? undefined : dateClock(serverMs, exchange);
  });
}

interface Exchange {
  readonly sentMs: number;
  readonly firstReplyMs: number;
}

/** The server looked at its clock about half-way. */
function dateClock(serverMs: number, { sentMs, firstReplyMs }: Exchange): ClockFact {
  const roundTripMs = firstReplyMs - sentMs;
  return { serverMs, localMs: sentMs + roundTripMs / 2, roundTripMs };
}

/** The patterns' answers as one; the first refusal stands for all. */
function readLiveSettings(hearing: Hearing, mode: NodeMode, server: ServerVersion | undefined): LiveSettings {
  if (mode === 'sentinel') return { settings: new Map(), secrets: new Map() };
  const replies = SETTING_COMMANDS.map((command) => hearing.answerTo(command) ?? null);
  const refusal = replies.find(isReplyError);
  const reply: Reply = refusal ?? replies.flatMap((each) => (Array.isArray(each) ? (each as Reply[]) : []));
  const answer = { node: hearing.connection.node, command: AUDIT_COMMANDS.config, reply, managed: undefined };
  const all = readSettings(answer, server ?? LIKELY_SERVER, (word) => word);
  const keep = <T>(facts: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...facts].filter(([name]) => isSurveyed(name)));
  return { settings: keep(all.settings), secrets: keep(all.secrets) };
}

/** When the server does not tell its version. */
export const LIKELY_SERVER: ServerVersion = { product: 'redis', version: '7.2' };

/** Each refused command once, and those of another kind of node, which the first pipeline may have held, not at all. */
function noteRefusals(
  hearing: Hearing,
  commands: readonly AuditCommand[],
  mode: NodeMode,
): readonly string[] {
  const isForeign = ({ argv }: AuditCommand): boolean => (argv[0] === 'SENTINEL') !== (mode === 'sentinel');
  const notes = commands.flatMap((command) => {
    const reply = hearing.answerTo(command);
    if (!isReplyError(reply) || (isForeign(command) && /^ERR unknown/i.test(reply.error))) return [];
    // Redis 6.0 wants a version with HELLO, and INFO tells the same.
    if (command.name === 'HELLO') return [];
    const rule = reply.error.startsWith('NOPERM') ? `: allow it (${command.rule ?? ''})` : '';
    const what = `${hearing.connection.node} does not answer ${show(commandWord(command))}`;
    return [`${what} (${show(reply.error)})${rule}`];
  });
  return [...new Set(notes)];
}

function commandWord({ argv }: AuditCommand): string {
  return argv.slice(0, 2).join(' ');
}

function fieldsOf(hearing: Hearing, command: AuditCommand): ReadonlyMap<string, string> {
  const reply = hearing.answerTo(command);
  return typeof reply === 'string' ? readInfo(reply, (word) => word) : new Map<string, string>();
}

function answerOf(hearing: Hearing, command: AuditCommand): Answer {
  return {
    node: hearing.connection.node,
    command,
    reply: hearing.answerTo(command),
    managed: undefined,
  };
}
