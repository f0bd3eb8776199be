/** `wardis tls rotate ca`: from one authority to the next, phase by phase, with nobody locked out. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface TlsRotateCaFlags extends FleetFlags {
  readonly status?: boolean;
  readonly next?: boolean;
  readonly finish?: boolean;
  readonly undo?: boolean;
  readonly abandon?: boolean;
  readonly newCa?: string;
  readonly oldCa?: string;
  readonly allow: readonly string[];
  readonly updateLocal?: boolean;
  readonly canary?: string;
  readonly days?: string;
  readonly passphraseFile?: string;
  readonly yes?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addTlsRotateCa(group: Command, context: CommandContext): void {
  const command = group
    .command('ca')
    .argument('[target...]', 'a server of the fleet, where the policy names no seeds')
    .description('bring another authority in and the old one out, with no connection dropped')
    .optionsGroup('What to do (without any of these: show how far the fleet is):')
    .option('--status', 'show how far the fleet is')
    .option('--next', 'do the next phase, or go on with the one that was cut short, after a question')
    .option('--undo', 'take back the last phase')
    .option('--finish', 'once the old authority is dropped everywhere: remove it and its key here')
    .option('--abandon', 'give up a new authority of ours that nothing uses yet')
    .option('--yes', 'do not ask')
    .optionsGroup('From which authority to which (default: ours and its successor):')
    .option('--new-ca <file>', 'certificate of an authority that is kept elsewhere')
    .option('--old-ca <file>', 'certificate of the one that goes, where it is not ours')
    .option('--passphrase-file <path>', 'passphrase of the authority’s keys')
    .optionsGroup('How:')
    .option(
      '--allow <client>',
      'a client, or a node of another fleet, that a person knows to be gone or safe; repeatable',
      collect,
      [],
    )
    .option('--update-local', 'write our own CA file (of the policy, or --cacert) too')
    .option('--canary <node>', 'the node that goes first (default: the first replica)')
    .option('--days <number>', 'life of the new node certificates (default: as the old ones)')
    .optionsGroup('Answer:')
    .option('-q, --quiet', 'no progress on standard error')
    .option('--json', 'machine-readable');
  addFleetOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (targets: readonly string[], flags: TlsRotateCaFlags) => {
      const { runTlsRotateCa } = await import('../../tls/rotate-ca.ts');
      await runTlsRotateCa(targets, flags, context);
    });
}

const EXAMPLES = `
Examples:
  wardis tls rotate ca                                   how far the fleet of the policy is
  wardis tls rotate ca --next                            the next phase, after a question
  wardis tls rotate ca --next --new-ca new-ca.crt        to an authority that is kept elsewhere
  wardis tls rotate ca --next --allow old-batch          drop; old-batch is known to be gone
  wardis tls rotate ca --finish                          when it is over

Phases: trust (the new authority beside the old one everywhere), leaves (certificates of the new one on every
node), clients, drop (the old one out of every trust). How far a fleet is comes from what it trusts, serves and
shows, so that another machine can go on. Nothing is dropped that a served certificate or a known client needs.
Exit: 0 done or shown, 1 somebody still needs the old authority, 2 it cannot be done, 3 stopped or incomplete.
`;
