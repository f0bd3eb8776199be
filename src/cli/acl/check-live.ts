/**
 * What only the live server can add to a decision: the names that `rename-command` gave to its commands, and the answer
 * of its own ACL DRYRUN. Both are read-only.
 */

import type { Decision, Execution } from '../../acl/index.ts';
import { isReplyError, type Reply, type Target } from '../../fleet/index.ts';
import type { CheckFlags } from '../commands/acl/check.ts';
import type { Check } from './check.ts';
import { converse } from './subject-live.ts';

/** The server's own answer beside ours. */
export type ServerAnswer =
  | { readonly kind: 'agrees'; readonly text: string }
  | { readonly kind: 'disagrees'; readonly text: string }
  /** It would not say: its words. */
  | { readonly kind: 'unasked'; readonly text: string };

/** The command by the name that rules know, or the answer where the server has no such name. */
export interface AskedNames {
  readonly argv: readonly string[];
  readonly unknown?: Execution;
}

/** COMMAND lists original names; COMMAND INFO looks up the name that clients use. */
export async function askNames(
  target: Target,
  argv: readonly string[],
  flags: CheckFlags,
): Promise<AskedNames> {
  const [typed = ''] = argv;
  const [reply = null] = await converse(target, flags, (connection) =>
    connection.send([['COMMAND', 'INFO', typed]]),
  );
  if (!Array.isArray(reply)) return { argv };
  const [entry] = reply as readonly Reply[];
  if (entry === null) {
    const message = `ERR Command '${typed}' not found`;
    const dryRun: Decision = { allowed: false, denied: 'error', object: typed, message };
    return { argv, unknown: { dryRun, execution: 'same', differences: [], unchecked: [] } };
  }
  const name = Array.isArray(entry) ? (entry as readonly Reply[])[0] : undefined;
  if (typeof name !== 'string' || name.toLowerCase() === typed.toLowerCase()) return { argv };
  return { argv: [name, ...argv.slice(1)] };
}

/** ACL DRYRUN for each user, in the database that was asked about. */
export async function askServer(
  target: Target,
  checks: readonly Check[],
  argv: readonly string[],
  db: number,
  flags: CheckFlags,
): Promise<readonly ServerAnswer[]> {
  return converse(target, flags, async (connection) => {
    if (db !== 0) {
      const [selected = null] = await connection.send([['SELECT', String(db)]]);
      if (isReplyError(selected)) return checks.map(() => ({ kind: 'unasked', text: selected.error }));
    }
    const replies = await connection.send(checks.map(({ user }) => ['ACL', 'DRYRUN', user.name, ...argv]));
    return checks.map(({ execution }, at) => compareAnswers(execution.dryRun, replies[at] ?? null));
  });
}

/** Word for word: a verdict with another text is a disagreement too. */
export function compareAnswers(ours: Decision, reply: Reply): ServerAnswer {
  const text = isReplyError(reply) ? reply.error : typeof reply === 'string' ? reply : 'no text';
  if (text.startsWith('NOPERM') || text.startsWith('NOAUTH')) return { kind: 'unasked', text };
  return { kind: text === (ours.allowed ? 'OK' : ours.message) ? 'agrees' : 'disagrees', text };
}
