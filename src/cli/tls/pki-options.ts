/** The options of every verb that works with the authority: where it lies, and what opens its key. */

import type { Command } from 'commander';

/** The options as commander hands them over. */
export interface PkiFlags {
  readonly policy?: string;
  readonly state?: string;
  readonly passphraseFile?: string;
  readonly passphraseFd?: string;
  readonly debug?: boolean;
}

/** Where the inventory is. */
export function addPlaceOptions(command: Command): Command {
  return command
    .optionsGroup('Which authority:')
    .option(
      '--state <dir>',
      'state folder; the authority is its folder tls (default: .wardis beside the policy)',
    )
    .option('--policy <file>', 'policy document, beside which the state folder lies')
    .option('--debug', 'show stack traces of faults');
}

/** The same, and what opens its key. */
export function addPkiOptions(command: Command): Command {
  return addPlaceOptions(command)
    .option('--passphrase-file <path>', 'passphrase of the key; - is standard input')
    .option('--passphrase-fd <number>', 'passphrase of the key, from a file descriptor');
}
