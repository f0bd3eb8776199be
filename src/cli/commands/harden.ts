/** `wardis harden`: compile a policy into server files, firewall rules, a checklist and runbooks. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { collect } from '../repeatable.ts';

export interface HardenFlags {
  readonly input?: string;
  readonly policy?: string;
  readonly level?: string;
  readonly exposure?: string;
  readonly require: readonly string[];
  readonly server?: string;
  readonly out?: string;
  readonly secrets?: string;
  readonly printSecrets?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addHarden(program: Command, context: CommandContext): void {
  program
    .command('harden')
    .description('compile a policy into configuration, ACL, TLS, firewall, checklist and runbooks')
    .optionsGroup('What is wanted:')
    .option(
      '--input <file>',
      'bare request in JSON; - is standard input. The answer is JSON on standard output',
    )
    .option('--policy <file>', 'policy document (default: ./wardis.yaml when it exists)')
    .option('--level <level>', 'basic, standard, hardened or compliance (default: hardened)')
    .option('--exposure <exposure>', 'localhost, private_network or public (default: private_network)')
    .option('--require <name>', 'pci_dss, hipaa, sox or gdpr; repeatable', collect, [])
    .option('--server <name>', 'server version, for example redis-7.2 or valkey-8.1.1')
    .optionsGroup('Where it goes:')
    .option('--out <dir>', 'write the files here; without it they are listed and nothing is written')
    .option('--secrets <dir>', 'where generated secrets are written once, mode 0600 (default: DIR/secrets)')
    .option('--print-secrets', 'print generated secrets once on standard output instead of writing them')
    .option('--force', 'overwrite files that exist; secrets are kept')
    .option('--json', 'print the answer as JSON')
    .option('--debug', 'show stack traces of faults')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: HardenFlags) => {
      const { runHarden } = await import('../harden.ts');
      await runHarden(flags, context);
    });
}

const EXAMPLES = `
Examples:
  wardis harden --level hardened --exposure private_network --server redis-7.2 --out ./redis
  wardis harden --policy wardis.yaml --out ./redis
  echo '{"security_level":"standard","compliance_requirements":[],"network_exposure":"localhost"}' | wardis harden --input -
`;
