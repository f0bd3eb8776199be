/** `wardis tls ca …`: the authority itself: make it, look at it, sign its revocation list, bring one from elsewhere. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { addPkiOptions, addPlaceOptions, type PkiFlags } from '../../tls/pki-options.ts';

export interface CaInitFlags extends PkiFlags {
  readonly name: string;
  readonly days?: string;
  readonly keyType?: string;
  readonly intermediate?: boolean;
  readonly intermediateDays?: string;
  readonly json?: boolean;
}

export interface CaShowFlags extends PkiFlags {
  readonly json?: boolean;
}

export interface CaCrlFlags extends PkiFlags {
  readonly out?: string;
  readonly json?: boolean;
}

export interface CaAdoptFlags extends PkiFlags {
  readonly cert: string;
  readonly key: string;
  readonly root?: string;
  readonly json?: boolean;
}

export function addTlsCa(group: Command, context: CommandContext): void {
  const ca = group
    .command('ca')
    .description('the authority that issues certificates: make, show, revocation list, adopt')
    .helpCommand(false)
    .helpOption('--help', 'show help');
  addInit(ca, context);
  addShow(ca, context);
  addCrl(ca, context);
  addAdopt(ca, context);
}

function addInit(ca: Command, context: CommandContext): void {
  const command = ca
    .command('init')
    .description('make an authority: a root, and on request an intermediate that signs in its place')
    .optionsGroup('What it is:')
    .option('--name <cn>', 'common name of the root', 'Wardis CA')
    .option('--days <number>', 'life of the root (default: 3650)')
    .option('--key-type <type>', 'ec-p256, ec-p384, rsa-3072, rsa-4096, ed25519 (default: ec-p256)')
    .option('--intermediate', 'an intermediate signs; the root’s key can then be taken away from here')
    .option('--intermediate-days <number>', 'life of the intermediate (default: 1825)')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON');
  addPkiOptions(command).addHelpText('after', INIT_EXAMPLES);
  command.action(async (flags: CaInitFlags) => {
    const { runCaInit } = await import('../../tls/ca-init.ts');
    await runCaInit(flags, context);
  });
}

function addShow(ca: Command, context: CommandContext): void {
  const command = ca
    .command('show')
    .description('the authority: until when, fingerprints, where its keys are, whom it trusts')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON');
  addPlaceOptions(command).addHelpText('after', SHOW_EXAMPLES);
  command.action(async (flags: CaShowFlags) => {
    const { runCaShow } = await import('../../tls/ca-show.ts');
    await runCaShow(flags, context);
  });
}

function addCrl(ca: Command, context: CommandContext): void {
  const command = ca
    .command('crl')
    .description('sign a fresh revocation list; no Redis or Valkey reads one, gateways and libraries do')
    .optionsGroup('Answer:')
    .option('--out <file>', 'write a copy there; - prints the list')
    .option('--json', 'the answer as JSON');
  addPkiOptions(command).addHelpText('after', CRL_EXAMPLES);
  command.action(async (flags: CaCrlFlags) => {
    const { runCaCrl } = await import('../../tls/ca-crl.ts');
    await runCaCrl(flags, context);
  });
}

function addAdopt(ca: Command, context: CommandContext): void {
  const command = ca
    .command('adopt')
    .description('issue from an authority that was made elsewhere: openssl, cert-manager, step-ca, Vault')
    .optionsGroup('The authority:')
    .requiredOption('--cert <file>', 'its certificate')
    .requiredOption('--key <file>', 'its private key; a passphrase that protects it protects the copy too')
    .option('--root <file>', 'the root, where the certificate is an intermediate')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON');
  addPkiOptions(command).addHelpText('after', ADOPT_EXAMPLES);
  command.action(async (flags: CaAdoptFlags) => {
    const { runCaAdopt } = await import('../../tls/ca-adopt.ts');
    await runCaAdopt(flags, context);
  });
}

const INIT_EXAMPLES = `
What is there is never overwritten: a new root beside an old one is made by: wardis tls rotate ca

Examples:
  wardis tls ca init
  wardis tls ca init --name 'Shop CA' --intermediate --passphrase-file passphrase
`;
const SHOW_EXAMPLES = `
Examples:
  wardis tls ca show
  wardis tls ca show --json
`;
const CRL_EXAMPLES = `
Examples:
  wardis tls ca crl
  wardis tls ca crl --out - > crl.pem
`;
const ADOPT_EXAMPLES = `
Examples:
  wardis tls ca adopt --cert their-ca.crt --key their-ca.key
`;
