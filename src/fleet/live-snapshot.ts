/**
 * A snapshot of a running server, in at most three round trips after connecting: AUTH if there are credentials,
 * one pipeline of everything, and one of what the first showed to apply. It reads only, and knocks at the
 * server's ports as a stranger meanwhile.
 */

import type { CommandTable } from '../acl/index.ts';
import { AUDIT_COMMANDS } from './audit-command.ts';
import { openConnection, type Connection, type ConnectionLimits } from './connection.ts';
import { explainWrongTransport } from './dial-diagnosis.ts';
import { known, type Fact } from './fact.ts';
import { FleetError } from './fleet-error.ts';
import { readFirst, type FirstFacts } from './first-facts.ts';
import { askFollowUps } from './follow-up.ts';
import { probeListeners } from './listeners.ts';
import { readLocalServer, remoteHostFacts } from './local-server.ts';
import { provenanceOf, readAnswer, type Answer } from './reply-fact.ts';
import { isReplyError } from './resp.ts';
import { retryOnReset } from './retry.ts';
import { readClients, readModules, readRole, readTime } from './server-replies.ts';
import { createSharedFacts, type SharedFacts } from './shared-facts.ts';
import type { LoginFact, Snapshot } from './snapshot.ts';
import { printEndpoint, type Target } from './target.ts';
import { seal } from './unasked.ts';
import { readDenials, readUsers } from './user-reply.ts';
import { vantageOf } from './listener-probe.ts';

export interface LiveOptions {
  readonly limits?: ConnectionLimits;
  /** `versions`: also try old TLS versions and weak ciphers on TLS ports. Default `one` handshake. */
  readonly tls?: 'one' | 'versions';
  /** `server`: ask the server only, do not read this host's files. Default `host`, where the server is local. */
  readonly scope?: 'host' | 'server';
  /** What nodes have in common; give the same to every node of a run. */
  readonly shared?: SharedFacts;
  /** Waits between tries after a reset. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Throws a {@link FleetError} when there is no conversation; a command that is refused is an unknown fact. */
export async function snapshotLive(target: Target, options: LiveOptions = {}): Promise<Snapshot> {
  return retryOnReset(async () => {
    try {
      return await converse(target, options);
    } catch (error) {
      throw error instanceof FleetError ? await explainWrongTransport(error, target) : error;
    }
  }, options.sleep);
}

async function converse(target: Target, options: LiveOptions): Promise<Snapshot> {
  const takenAt = new Date();
  const started = performance.now();
  const connection = await openConnection(target, options.limits);
  try {
    const knocking = probeListeners(target, options);
    const replies = await connection.sendForBytes(Object.values(AUDIT_COMMANDS).map(({ argv }) => argv));
    const facts = readFirst(target, connection, replies, options.shared ?? createSharedFacts());
    const followUps = askFollowUps(connection, facts);
    const first = assemble(target, connection, facts, takenAt, options);
    const listeners = knocking(first);
    const snapshot = { ...first, ...(await followUps) };
    return seal({
      ...snapshot,
      listeners: known(await listeners, {
        kind: 'probe',
        address: connection.node,
        what: 'HELLO as a stranger',
      }),
      effort: { roundTrips: connection.roundTrips(), elapsedMs: performance.now() - started },
    });
  } finally {
    connection.close();
  }
}

function assemble(
  target: Target,
  connection: Connection,
  facts: FirstFacts,
  takenAt: Date,
  options: LiveOptions,
): Omit<Snapshot, 'listeners' | 'cluster' | 'sentinel'> {
  const { answers, table, server, info, exchange } = facts;
  const bundled: Fact<CommandTable> = known(table, { kind: 'default', of: table.server });
  const local =
    vantageOf(target.endpoint, connection.remoteAddress) === 'loopback' && options.scope !== 'server';
  const host =
    local && info.known
      ? readLocalServer({
          info: info.value,
          settings: facts.settings,
          server,
          table,
          atMs: exchange.firstReplyMs,
          shared: facts.shared,
        })
      : remoteHostFacts(
          local ? 'INFO is withheld, so the process is not known' : 'the server is not on this host',
        );
  return {
    subject: printEndpoint(target.endpoint),
    origin: 'live',
    takenAt: takenAt.toISOString(),
    product: facts.product,
    mode: facts.mode,
    role: readAnswer(answers.role, readRole),
    ...facts.settings,
    users: readUsers(answers.users, table, server),
    commands: isReplyError(answers.commands.reply) ? bundled : known(table, provenanceOf(answers.commands)),
    denials: readAnswer(answers.denials, readDenials),
    clients: readAnswer(answers.clients, readClients),
    modules: readAnswer(answers.modules, readModules),
    info,
    clock: readAnswer(answers.time, (reply) => {
      const serverMs = readTime(reply);
      const roundTripMs = exchange.firstReplyMs - exchange.sentMs;
      return serverMs === undefined
        ? undefined
        : { serverMs, localMs: exchange.sentMs + roundTripMs / 2, roundTripMs };
    }),
    login: readLogin(target, connection, answers.whoami),
    ...host,
    managed: facts.managed?.id,
  };
}

function readLogin(target: Target, connection: Connection, whoami: Answer): Fact<LoginFact> {
  return readAnswer(whoami, (reply) => {
    if (typeof reply !== 'string') return undefined;
    const byCertificate = target.tls?.certFile !== undefined && reply !== 'default';
    const how = connection.login === 'password' ? 'password' : byCertificate ? 'certificate' : 'none';
    return { user: reply, how, transport: target.transport };
  });
}
