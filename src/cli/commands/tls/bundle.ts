/** `wardis tls bundle`: the authorities that clients must trust, with fingerprints, and how each system takes them. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface TlsBundleFlags {
  readonly ca: readonly string[];
  readonly from?: string;
  readonly fingerprint: readonly string[];
  readonly for: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
  readonly policy?: string;
  readonly state?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addTlsBundle(group: Command, context: CommandContext): void {
  const command = group
    .command('bundle')
    .description(
      'the authorities that clients must trust: fingerprints to compare, files, how to install them',
    )
    .optionsGroup('Which authorities:')
    .option('--ca <file>', 'PEM file, instead of the trust of the state folder; repeatable', collect, [])
    .option('--from <target>', 'what a live server shows: proves nothing until it is compared')
    .option('--fingerprint <sha256>', 'refuse anything else than this; repeatable', collect, [])
    .option('--state <dir>', 'state folder (default: .wardis beside the policy)')
    .option('--policy <file>', 'policy document (default: ./wardis.yaml when it exists)')
    .optionsGroup('For whom:')
    .option(
      '--for <system>',
      'debian, ubuntu, alpine, rhel, fedora, java, node, python, go, redis-cli, kubernetes; repeatable',
      collect,
      [],
    )
    .option('--out <dir>', 'write the files there; - writes the file of one system to standard output')
    .option('--force', 'overwrite files that are there')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON')
    .option('--debug', 'show stack traces of faults');
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: TlsBundleFlags) => {
    const { runTlsBundle } = await import('../../tls/bundle.ts');
    await runTlsBundle(flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis tls bundle --ca ca.crt
  wardis tls bundle --ca ca.crt --for debian --for node --out trust
  wardis tls bundle --ca ca.crt --for kubernetes --out - > wardis-ca.yaml
  wardis tls bundle --from rediss://cache-1:6380 --for redis-cli
`;
