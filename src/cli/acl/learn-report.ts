/** A proposal as a person reads it: the rules, and for each of them what it was inferred from. */

import type { Proposal, ProposedPattern } from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import { foldText, safeText } from '../../text/index.ts';

export interface Learned {
  /** The file, or the server and how long. */
  readonly from: string;
  readonly server: string;
  readonly users: readonly LearnedUser[];
  readonly notes: readonly string[];
}

export interface LearnedUser {
  readonly name: string;
  /** Commands, repeats included. */
  readonly seen: number;
  /** Different keys. */
  readonly keys: number;
  readonly proposal: Proposal;
}

/** The whole answer as text. */
export function printLearned(learned: Learned, look: Look): string {
  const users = learned.users.map((user) => printUser(user, look));
  const notes = learned.notes.map((note) => foldText(`note: ${note}`, look.columns, ''));
  return `${[`${learned.from}  ${learned.server}`, '', ...users, ...notes].join('\n').trimEnd()}\n`;
}

function printUser({ name, seen, keys, proposal }: LearnedUser, look: Look): string {
  const fold = (text: string) => foldText(text, look.columns, '  ');
  const patterns = [...proposal.keys, ...proposal.channels];
  const width = Math.max(0, ...patterns.map(({ rule }) => rule.length));
  return [
    `${name}  ${seen} commands seen, ${keys} keys`,
    '',
    `  user ${name} off resetpass ${proposal.rules.join(' ')}`,
    '',
    ...patterns.map((pattern) => `  ${pattern.rule.padEnd(width)}  ${describe(pattern)}`),
    ...(patterns.length === 0 ? [] : ['']),
    fold(
      `commands: ${proposal.commands.map(({ name: command, count }) => `${command} ${count}`).join(', ') || 'none'}`,
    ),
    ...(proposal.leftOut.length === 0
      ? []
      : [
          fold(
            `left out: ${proposal.leftOut.map(({ name: command, count }) => `${command} ${count}`).join(', ')} (administrative or dangerous: --include-dangerous grants them)`,
          ),
        ]),
    fold(
      proposal.refused.length === 0
        ? `checked: ${proposal.checked} different commands, all allowed${proposal.leftOut.length === 0 ? '' : ' but those left out'}`
        : `checked: ${proposal.refused.length} of ${proposal.checked} different commands are refused: ${proposal.refused[0]?.message ?? ''}`,
    ),
    ...proposal.warnings.map((warning) => fold(`warning: ${warning}`)),
    '',
  ].join('\n');
}

function describe({ from, examples, commands }: ProposedPattern): string {
  const names = examples.map((name) => safeText(JSON.stringify(name))).join(' ');
  const more = from > examples.length ? ` and ${from - examples.length} more` : '';
  return `from ${names}${more}, by ${commands.join(' ')}`;
}
