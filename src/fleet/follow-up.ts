/**
 * The last round trip: hidden settings by name, and what a cluster node or a Sentinel knows of the others. Only
 * asked where the first replies showed that it applies.
 */

import { FOLLOW_UP_COMMANDS, type AuditCommand } from './audit-command.ts';
import { hiddenSettings, readHidden } from './config-reply.ts';
import type { Connection } from './connection.ts';
import { known, unknown } from './fact.ts';
import type { FirstFacts } from './first-facts.ts';
import { readAnswer, refusalOf, type Answer } from './reply-fact.ts';
import type { Snapshot } from './snapshot.ts';
import { readCluster, readSentinelMasters } from './topology-replies.ts';

export type FollowUps = Pick<Snapshot, 'settings' | 'secrets' | 'cluster' | 'sentinel'>;

/** Sends at most one pipeline. */
export async function askFollowUps(connection: Connection, facts: FirstFacts): Promise<FollowUps> {
  const { mode, server, managed } = facts;
  const isCluster = mode.known && mode.value === 'cluster';
  const isSentinel = mode.known && mode.value === 'sentinel';
  const configAnswered = Array.isArray(facts.answers.config.reply);
  const hidden = configAnswered ? hiddenSettings(server) : [];
  const asked: AuditCommand[] = [];
  const ask = (command: AuditCommand): number => asked.push(command) - 1;
  const hiddenAt = hidden.length === 0 ? undefined : ask(hiddenCommand(hidden));
  const infoAt = isCluster ? ask(FOLLOW_UP_COMMANDS.clusterInfo) : undefined;
  const nodesAt = isCluster ? ask(FOLLOW_UP_COMMANDS.clusterNodes) : undefined;
  const mastersAt = isSentinel ? ask(FOLLOW_UP_COMMANDS.sentinelMasters) : undefined;
  const replies = await connection.send(asked.map(({ argv }) => argv));
  const answerAt = (index: number | undefined): Answer | undefined => {
    const command = index === undefined ? undefined : asked[index];
    if (index === undefined || command === undefined) return undefined;
    return { node: connection.node, command, reply: replies[index], managed };
  };
  const hiddenAnswer = answerAt(hiddenAt);
  return {
    ...(hiddenAnswer === undefined ? facts.settings : readHidden(facts.settings, hiddenAnswer, server)),
    cluster: clusterFact(answerAt(infoAt), answerAt(nodesAt), mode),
    sentinel: sentinelFact(answerAt(mastersAt), mode),
  };
}

function hiddenCommand(names: readonly string[]): AuditCommand {
  return {
    argv: ['CONFIG', 'GET', ...names],
    name: `CONFIG GET ${names.join(' ')}`,
    rule: '+config|get',
    look: 'read the configuration file: wardis audit --config FILE',
  };
}

function clusterFact(
  info: Answer | undefined,
  nodes: Answer | undefined,
  mode: Snapshot['mode'],
): Snapshot['cluster'] {
  if (nodes === undefined) {
    return mode.known ? unknown('missing', 'not a cluster node', 'nothing to look for') : mode;
  }
  // A node that shows its neighbours but not the state is still worth reading.
  return readAnswer(nodes, (reply) => readCluster(info === undefined ? undefined : info.reply, reply));
}

function sentinelFact(masters: Answer | undefined, mode: Snapshot['mode']): Snapshot['sentinel'] {
  if (masters === undefined) {
    return mode.known ? unknown('missing', 'not a Sentinel', 'nothing to look for') : mode;
  }
  const refusal = refusalOf(masters);
  if (refusal !== undefined) return refusal;
  const fact = readAnswer(masters, readSentinelMasters);
  return fact.known ? known(fact.value, fact.from) : fact;
}
