/** A conversation with one node while discovering it: what was asked, and what came. */

import type { AuditCommand } from '../audit-command.ts';
import type { Connection } from '../connection.ts';
import { explainErrorReply } from '../fleet-error.ts';
import { vantageOf } from '../listener-probe.ts';
import { isReplyError, type Reply } from '../resp.ts';
import type { Target } from '../target.ts';
import { show } from './announced-address.ts';
import type { Replication } from './replication-info.ts';
import type { NodeMode, Witness } from './sighting.ts';

export interface Hearing {
  readonly connection: Connection;
  readonly target: Target;
  readonly vantage: 'loopback' | 'remote';
  /** Entries of one reply that are read. */
  readonly entriesMax: number;
  /** Sends what was not sent before, in one pipeline. */
  readonly pose: (commands: readonly AuditCommand[]) => Promise<void>;
  readonly answerTo: (command: AuditCommand) => Reply | undefined;
}

/** What a node of any mode says of itself. */
export interface Statement {
  readonly hearing: Hearing;
  readonly mode: NodeMode;
  readonly role: Witness['role'];
  readonly runId: string | undefined;
  readonly replication: Replication;
  readonly notes: readonly string[];
}

export function createHearing(connection: Connection, target: Target, entriesMax: number): Hearing {
  const answers = new Map<string, Reply>();
  const keyOf = (command: AuditCommand): string => command.argv.join('\0');
  return {
    connection,
    target,
    vantage: vantageOf(target.endpoint, connection.remoteAddress),
    entriesMax,
    pose: async (commands) => {
      const open = commands.filter((command) => !answers.has(keyOf(command)));
      const replies = await connection.send(open.map(({ argv }) => argv));
      for (const [place, command] of open.entries()) {
        const reply = replies[place] ?? null;
        const refused = isReplyError(reply) ? explainErrorReply(reply.error, connection.node) : undefined;
        if (refused !== undefined) throw refused;
        answers.set(keyOf(command), reply);
      }
    },
    answerTo: (command) => answers.get(keyOf(command)),
  };
}

/** Sentences about commands that the node did not answer, each once. */
export function refusals(hearing: Hearing, commands: readonly AuditCommand[]): readonly string[] {
  return commands.flatMap((command) => {
    const reply = hearing.answerTo(command);
    if (!isReplyError(reply)) return [];
    const rule = reply.error.startsWith('NOPERM') ? `: allow it (${command.rule ?? ''})` : '';
    const what = `${hearing.connection.node} does not answer ${show(command.name)}`;
    return [`${what} (${show(reply.error)}), so that nodes may be missing here${rule}`];
  });
}
