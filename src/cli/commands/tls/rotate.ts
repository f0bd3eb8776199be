/** `wardis tls rotate …`: certificates of servers replaced while clients stay connected. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';
import { addTlsRotateCa } from './rotate-ca.ts';

export interface RotateLeafFlags extends FleetFlags {
  readonly node: readonly string[];
  readonly newCert?: string;
  readonly newKey?: string;
  readonly issue?: boolean;
  readonly placed?: boolean;
  readonly days?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly addTold?: boolean;
  readonly passphraseFile?: string;
  readonly canary?: string;
  readonly byHand?: boolean;
  readonly plan?: boolean;
  readonly status?: boolean;
  readonly resume?: string | true;
  readonly undo?: string | true;
  readonly force?: boolean;
  readonly abandon?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addTlsRotate(group: Command, context: CommandContext): void {
  const rotate = group
    .command('rotate')
    .description('replace certificates while clients stay connected')
    .helpCommand(false);
  addRotateLeaf(rotate, context);
  addTlsRotateCa(rotate, context);
}

function addRotateLeaf(group: Command, context: CommandContext): void {
  const command = group
    .command('leaf')
    .argument('[target...]', 'one server of the fleet; the others are found from it')
    .description('give nodes new certificates: checked first, proved by handshake, taken back on failure')
    .optionsGroup('Which certificate (default: issued now, where there is an authority):')
    .option(
      '--issue',
      'a fresh one for each node, for the names that were certified before and the address we dial',
    )
    .option('--days <number>', 'days that an issued one lives (default: 90)')
    .option('--dns <name>', 'issue it for this host name too; repeatable', collect, [])
    .option('--ip <address>', 'issue it for this address too; repeatable', collect, [])
    .option(
      '--add-told',
      'issue it for every host under which nodes send clients to it too: the plan names them',
    )
    .option('--passphrase-file <path>', 'passphrase of the authority’s key')
    .option('--new-cert <file>', 'this one, with its chain (PEM); {host} and {port} stand for the node')
    .option('--new-key <file>', 'its key (PEM)')
    .option('--placed', 'another system has placed the files: only let them be read, and prove it')
    .optionsGroup('Where:')
    .option('--node <id>', 'only this node; repeatable', collect, [])
    .option('--canary <id>', 'this node first, alone (default: the first replica)')
    .option('--by-hand', 'Sentinels are restarted by a person, whatever the policy says')
    .optionsGroup('What to do (without any of these: show the plan, ask, do it):')
    .option('--plan', 'show the plan; change nothing')
    .option('--status', 'show the last rotation, and what each node serves now')
    .option('--resume [run]', 'go on with a rotation that was cut short or waits (default: the last)')
    .option('--undo [run]', 'take a rotation back (default: the last)')
    .option('--force', 'with --undo: bring back a certificate that has ended, or was revoked, all the same')
    .option('--abandon <run>', 'give up a rotation that was not finished; no server is touched')
    .option('--yes', 'do not ask')
    .optionsGroup('Answer:')
    .option('--json', 'machine-readable')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (targets: readonly string[], flags: RotateLeafFlags) => {
      const { runRotateLeaf } = await import('../../tls/rotate-leaf.ts');
      await runRotateLeaf(targets, flags, context);
    });
}

const EXAMPLES = `
Examples:
  wardis tls rotate leaf --fleet prod                         a fresh certificate for every node; asks first
  wardis tls rotate leaf cache-1:6379 --user wardis --password-file secret --placed --new-cert server.crt --plan
  wardis tls rotate leaf --fleet prod --new-cert new/{host}.crt --new-key new/{host}.key
  wardis tls rotate leaf --fleet prod --placed --yes          after cert-manager or another system wrote the files
  wardis tls rotate leaf --fleet prod --resume                after a Sentinel was restarted by hand

--plan shows what would be done and changes nothing. Nothing is touched before the pair is known to fit: key, chain to
what nodes and clients trust, names, dates by every clock, usage. Existing connections stay. How files are reached, and
how Sentinels are restarted, is in the policy: files of the fleet.
Exit: 0 done, 2 refused or taken back, 3 something is left to do.
`;
