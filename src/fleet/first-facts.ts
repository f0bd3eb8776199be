/**
 * The first pipeline's replies, as far as the rest of a snapshot depends on them: product and version, mode,
 * settings, command table, and whether a managed service withholds commands from everybody.
 */

import { tableFor, type CommandTable } from '../acl/index.ts';
import type { ServerVersion } from '../conf/index.ts';
import { AUDIT_COMMANDS } from './audit-command.ts';
import { readSettings, type LiveSettings } from './config-reply.ts';
import type { Connection } from './connection.ts';
import { known, unknown } from './fact.ts';
import { explainErrorReply } from './fleet-error.ts';
import { readInfo, readProduct, serverVersion } from './info-reply.ts';
import { recogniseManagedService, type ManagedService } from './managed.ts';
import { classify, readAnswer, refusalOf, type Answer } from './reply-fact.ts';
import { decodeReply, isErrorFrame, isReplyError, type Reply } from './resp.ts';
import { sharedTable, shareWord, type SharedFacts } from './shared-facts.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target } from './target.ts';

type Answers = Readonly<Record<keyof typeof AUDIT_COMMANDS, Answer>>;

/** What the first pipeline brought, as far as the rest depends on it. */
export interface FirstFacts {
  readonly answers: Answers;
  readonly managed: ManagedService | undefined;
  readonly info: Snapshot['info'];
  readonly product: Snapshot['product'];
  /** The version to judge by: the server's own, or a likely one when it does not tell. */
  readonly server: ServerVersion;
  readonly mode: Snapshot['mode'];
  readonly settings: LiveSettings;
  readonly table: CommandTable;
  readonly shared: SharedFacts;
  /** Our clock, in ms: when the pipeline was sent, and when the first reply was there. */
  readonly exchange: { readonly sentMs: number; readonly firstReplyMs: number };
}

const LIKELY_SERVER: ServerVersion = { product: 'redis', version: '7.2' };

/** COMMAND is large and the same on most nodes: it is decoded only once for all of them. */
const COMMANDS_AT = Object.keys(AUDIT_COMMANDS).indexOf('commands');

/** Throws a `FleetError` when the server refuses us altogether. */
export function readFirst(
  target: Target,
  connection: Connection,
  frames: readonly Buffer[],
  shared: SharedFacts,
): FirstFacts {
  const replies = decodeAllButCommands(frames);
  const share = (word: string): string => shareWord(shared, word);
  for (const reply of replies) {
    const refused = isReplyError(reply) ? explainErrorReply(reply.error, connection.node) : undefined;
    if (refused !== undefined) throw refused;
  }
  const plain = answersOf(connection.node, replies, undefined);
  const fields = readAnswer(plain.info, (reply) =>
    typeof reply === 'string' ? readInfo(reply, share) : undefined,
  );
  const managed = recogniseManagedService({
    host: target.endpoint.kind === 'tcp' ? target.endpoint.host : '',
    info: fields.known ? fields.value : new Map(),
    missing: new Set(
      Object.values(plain)
        .filter(isMissing)
        .map(({ command }) => command.name),
    ),
    sentinel: fields.known && fields.value.get('redis_mode') === 'sentinel' ? 'yes' : 'no',
  });
  const answers = managed === undefined ? plain : answersOf(connection.node, replies, managed);
  const info = fields.known ? fields : (refusalOf(answers.info) ?? fields);
  const product = readProduct(info, answers.hello);
  const server = product.known ? serverVersion(product.value) : LIKELY_SERVER;
  const settings = readSettings(answers.config, server, share);
  return {
    answers,
    managed,
    info,
    product,
    server,
    mode: readMode(info, settings),
    settings,
    table: sharedTable(shared, frames[COMMANDS_AT], server) ?? tableFor(server),
    shared,
    exchange: connection.lastExchange(),
  };
}

function decodeAllButCommands(frames: readonly Buffer[]): readonly Reply[] {
  return frames.map((frame, index) =>
    index === COMMANDS_AT && !isErrorFrame(frame) ? [] : decodeReply(frame),
  );
}

function answersOf(node: string, replies: readonly Reply[], managed: ManagedService | undefined): Answers {
  const entries = Object.entries(AUDIT_COMMANDS).map(([name, command], index): [string, Answer] => [
    name,
    { node, command, reply: replies[index], managed },
  ]);
  // The keys are those of AUDIT_COMMANDS, one by one.
  return Object.fromEntries(entries) as unknown as Answers;
}

function isMissing({ reply }: Answer): boolean {
  return isReplyError(reply) && classify(reply.error) === 'missing';
}

function readMode(info: Snapshot['info'], settings: LiveSettings): Snapshot['mode'] {
  const said = info.known ? (info.value.get('redis_mode') ?? info.value.get('server_mode')) : undefined;
  if (info.known && (said === 'standalone' || said === 'cluster' || said === 'sentinel')) {
    return known(said, info.from);
  }
  const cluster = settings.settings.get('cluster-enabled');
  if (cluster?.known === true) return known(cluster.value === 'yes' ? 'cluster' : 'standalone', cluster.from);
  return info.known ? unknown('failed', 'INFO names no mode', 'run INFO server') : info;
}
