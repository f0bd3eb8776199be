/**
 * The question before a change. Moderate changes want `yes`; severe ones (sessions end, more than a fifth of the users
 * goes) want the name of what is changed. Without a person at the terminal only a flag answers, and its lack is an
 * error at once, not a hang.
 */

import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { openPrompt } from '../prompt.ts';

export interface Confirmation {
  /** `--yes`. */
  readonly yes: boolean;
  /** `--confirm NAME`. */
  readonly confirm?: string | undefined;
  /** What will happen, in one line: `This changes 3 users on 6 nodes.` */
  readonly about: string;
  /** Severe: this name must be typed, or given by --confirm. Absent: `yes` will do. */
  readonly name?: string | undefined;
  /** The command line that a script would use, for the error. */
  readonly scriptForm: string;
}

/** Returns when the operator agreed; otherwise throws a {@link CommandFailure}, and nothing was done. */
export async function confirmChange(wanted: Confirmation, context: CommandContext): Promise<void> {
  const { name } = wanted;
  if (name === undefined ? wanted.yes : wanted.confirm === name) return;
  if (name !== undefined && wanted.confirm !== undefined) {
    throw refusal(`--confirm ${wanted.confirm} is not ${name}`, wanted);
  }
  if (!context.terminal.interactive || (wanted.yes && name !== undefined)) {
    throw refusal(
      name === undefined
        ? 'this changes servers, and nobody is at the terminal to agree'
        : 'this ends sessions or removes many users: --yes is not enough',
      wanted,
    );
  }
  context.terminal.err(`${wanted.about}\n`);
  const prompt = openPrompt('shown');
  try {
    const question = name === undefined ? 'Go on? Only yes is taken: ' : `Type ${name} to go on: `;
    const answer = (await prompt.ask(question)).trim();
    if (answer === (name ?? 'yes')) return;
  } finally {
    prompt.close();
  }
  throw new CommandFailure({
    code: 'E_DECLINED',
    what: 'not agreed; nothing was changed',
    next: wanted.scriptForm,
    exit: EXIT.error,
  });
}

function refusal(what: string, wanted: Confirmation): CommandFailure {
  return new CommandFailure({
    code: 'E_CONFIRM',
    what: `${what}; nothing was changed`,
    cause: wanted.about,
    next: wanted.scriptForm,
  });
}
