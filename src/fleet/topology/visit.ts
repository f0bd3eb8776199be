/**
 * The conversation with one node while discovering: AUTH if there are credentials and one pipeline, when it is known
 * what the node is. A seed tells that first, which takes one round trip more, or two for a Sentinel.
 */

import type { AuditCommand } from '../audit-command.ts';
import { openConnection, type ConnectionLimits } from '../connection.ts';
import { explainWrongTransport } from '../dial-diagnosis.ts';
import { FleetError } from '../fleet-error.ts';
import { readInfo } from '../info-reply.ts';
import { isList, readPairs, textOf } from '../reply-fact.ts';
import type { Reply } from '../resp.ts';
import { retryOnReset } from '../retry.ts';
import type { Target } from '../target.ts';
import { printAddress } from './announced-address.ts';
import { witnessCluster } from './cluster-visit.ts';
import { DISCOVERY_COMMANDS, groupCommands } from './discovery-commands.ts';
import { createHearing, refusals, type Hearing, type Statement } from './hearing.ts';
import { readReplication } from './replication-info.ts';
import { askSentinel, witnessSentinel } from './sentinel-visit.ts';
import type { Call, NodeMode, Sighting, Visit, Witness } from './sighting.ts';

export interface VisitOptions {
  readonly limits?: ConnectionLimits;
  /** Entries of one reply that are read. */
  readonly entriesMax: number;
  /** Waits between tries after a reset. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Asks one node. Failures of the conversation are results; rejects only on a bug. */
export async function visitNode(call: Call, options: VisitOptions): Promise<Visit> {
  let first: FleetError | undefined;
  for (const target of call.targets) {
    try {
      return { call, ok: true, witness: await converse(target, call, options) };
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      first ??= await explainWrongTransport(error, target);
      if (!call.nextOn.has(error.code)) break;
    }
  }
  if (first === undefined) throw new Error('a call has a target');
  return { call, ok: false, error: first };
}

async function converse(target: Target, call: Call, options: VisitOptions): Promise<Witness> {
  return retryOnReset(async () => {
    const connection = await openConnection(target, options.limits);
    try {
      return await question(createHearing(connection, target, options.entriesMax), call);
    } finally {
      connection.close();
    }
  }, options.sleep);
}

async function question(hearing: Hearing, call: Call): Promise<Witness> {
  const { hello, server, replication } = DISCOVERY_COMMANDS;
  const expected = call.expect === 'unknown' ? [] : applicable(call.expect, call);
  await hearing.pose([hello, server, replication, ...expected]);
  const statement = readStatement(hearing);
  const { mode } = statement;
  await hearing.pose(applicable(mode, call));
  switch (mode) {
    case 'sentinel':
      return witnessSentinel(statement, await askSentinel(hearing));
    case 'cluster':
      return witnessCluster(statement, call.view);
    case 'data':
      return witnessData(statement, call);
  }
}

function applicable(mode: NodeMode, call: Call): readonly AuditCommand[] {
  const { clusterNodes, clusterId, sentinelId, sentinelMasters } = DISCOVERY_COMMANDS;
  switch (mode) {
    case 'data':
      return [];
    case 'cluster':
      return [call.view === 'whole' ? clusterNodes : clusterId];
    case 'sentinel':
      return [sentinelId, sentinelMasters, ...call.groups.flatMap(groupCommands)];
  }
}

function readStatement(hearing: Hearing): Statement {
  const { hello, server, replication } = DISCOVERY_COMMANDS;
  const greeting = readPairs(hearing.answerTo(hello) ?? null);
  const info = fieldsOf(hearing.answerTo(server));
  const said = info.get('redis_mode') ?? info.get('server_mode') ?? textOf(greeting?.get('mode'));
  const mode = said === 'sentinel' || said === 'cluster' ? said : 'data';
  const read = readReplication(fieldsOf(hearing.answerTo(replication)), hearing.entriesMax);
  const greeted = textOf(greeting?.get('role'));
  const role = read.role === 'unknown' ? roleOf(greeted) : read.role;
  const { node } = hearing.connection;
  const notes = [
    ...refusals(hearing, mode === 'sentinel' ? [server] : [server, replication]),
    ...(read.unread > 0 ? [`${node} names ${read.unread} replicas in a way that Wardis cannot read`] : []),
  ];
  return {
    hearing,
    mode,
    role: mode === 'sentinel' ? 'sentinel' : role,
    runId: info.get('run_id'),
    replication: read,
    notes: [...new Set(notes)],
  };
}

async function witnessData(statement: Statement, call: Call): Promise<Witness> {
  const { hearing, role, runId, replication, notes } = statement;
  const { watchers } = DISCOVERY_COMMANDS;
  if (role === 'primary' && call.watchers === 'ask') await hearing.pose([watchers]);
  const { primary, replicas } = replication;
  const self = hearing.connection.node;
  const sight = (seen: Pick<Sighting, 'addresses' | 'role' | 'follows'>): Sighting => ({
    by: self,
    vantage: hearing.vantage,
    mode: 'data',
    identity: undefined,
    group: undefined,
    flags: [],
    ...seen,
  });
  return {
    target: hearing.target,
    mode: 'data',
    role,
    runId,
    identity: runId,
    follows: primary === undefined ? undefined : printAddress(primary),
    sightings: [
      ...(primary === undefined
        ? []
        : [sight({ addresses: [primary], role: 'unknown', follows: undefined })]),
      ...replicas.map((address) => sight({ addresses: [address], role: 'replica', follows: self })),
    ],
    view: undefined,
    watchers: readWatchers(hearing.answerTo(watchers)),
    roundTrips: hearing.connection.roundTrips(),
    notes: [...notes, ...refusals(hearing, [watchers])],
  };
}

/** PUBSUB NUMSUB answers the channel and the number of those who listen. */
function readWatchers(reply: Reply | undefined): number | undefined {
  const count = isList(reply) ? reply[1] : undefined;
  return typeof count === 'number' ? count : undefined;
}

function roleOf(greeted: string): Witness['role'] {
  if (greeted === 'master' || greeted === 'primary') return 'primary';
  return greeted === 'slave' || greeted === 'replica' ? 'replica' : 'unknown';
}

function fieldsOf(reply: Reply | undefined): ReadonlyMap<string, string> {
  return typeof reply === 'string' ? readInfo(reply, (word) => word) : new Map<string, string>();
}
