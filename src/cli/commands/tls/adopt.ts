/** `wardis tls adopt`: certificates that another authority made get into the inventory; its root can be trusted. */

import type { Command } from 'commander';
import { collect } from '../../repeatable.ts';
import type { CommandContext } from '../../context.ts';
import { addPlaceOptions, type PkiFlags } from '../../tls/pki-options.ts';

export interface TlsAdoptFlags extends PkiFlags {
  readonly key?: string;
  readonly ca: readonly string[];
  readonly passphraseFile?: string;
  readonly passphraseFd?: string;
  readonly json?: boolean;
}

export function addTlsAdopt(group: Command, context: CommandContext): void {
  const command = group
    .command('adopt')
    .argument('<file...>', 'certificates, PEM; one that begins with a root makes it trusted')
    .description('take certificates from cert-manager, step-ca, Vault or openssl into the inventory')
    .optionsGroup('What belongs to them:')
    .option('--key <file>', 'private key of the certificate; it stays where it is and is only compared')
    .option(
      '--ca <file>',
      'root that the chain is checked against, besides the trusted ones; repeatable',
      collect,
      [],
    )
    .option('--passphrase-file <path>', 'passphrase of the key; - is standard input')
    .option('--passphrase-fd <number>', 'passphrase of the key, from a file descriptor')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON');
  addPlaceOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (files: readonly string[], flags: TlsAdoptFlags) => {
    const { runTlsAdopt } = await import('../../tls/adopt.ts');
    await runTlsAdopt(files, flags, context);
  });
}

const EXAMPLES = `
What is wrong with a certificate is told and does not keep it out: servers serve it all the same.
An authority to issue from is adopted with its key: wardis tls ca adopt --cert FILE --key FILE

Examples:
  wardis tls adopt ca.crt
  wardis tls adopt server.crt --key server.key --ca ca.crt
`;
