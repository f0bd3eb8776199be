/** `wardis audit`: judge live servers or files. Read-only. */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import type { CommandContext } from '../context.ts';
import { collect } from '../repeatable.ts';

export interface AuditFlags extends ConnectionFlags {
  readonly targets?: string;
  readonly config?: string;
  readonly aclfile?: string;
  readonly server?: string;
  readonly policy?: string;
  readonly state?: string;
  readonly level?: string;
  readonly exposure?: string;
  readonly require: readonly string[];
  readonly check: readonly string[];
  readonly skip: readonly string[];
  readonly severity?: string;
  readonly framework?: string;
  readonly failOn: string;
  readonly allowUnknown?: boolean;
  readonly baseline?: string;
  readonly output: readonly string[];
  readonly json?: boolean;
  readonly showAll?: boolean;
  readonly wide?: boolean;
  readonly quiet?: boolean;
  readonly concurrency: string;
  readonly tlsVersions?: boolean;
  readonly debug?: boolean;
}

export function addAudit(program: Command, context: CommandContext): void {
  const command = program
    .command('audit')
    .argument('[target...]', 'URI, host:port or socket path; several make a fleet')
    .description('judge live servers or files against a policy; changes nothing')
    .optionsGroup('Many live servers:')
    .option('--targets <file>', 'read targets from a file, one a line; - is standard input')
    .option('--concurrency <number>', 'servers asked at the same time', '16')
    .optionsGroup('Files instead of a live server:')
    .option('--config <file>', 'redis.conf, valkey.conf or sentinel.conf to judge')
    .option('--aclfile <file>', 'ACL file to judge with --config, instead of the one it names')
    .option('--server <name>', 'server version that the files are for, for example redis-7.2')
    .optionsGroup('What is expected:')
    .option('--policy <file>', 'policy document (default: ./wardis.yaml when it exists)')
    .option('--state <dir>', 'folder with the record of rotations (default: .wardis beside the policy)')
    .option('--level <level>', 'basic, standard, hardened or compliance (default: hardened)')
    .option('--exposure <exposure>', 'localhost, private_network or public (default: private_network)')
    .option('--require <name>', 'pci_dss, hipaa, sox or gdpr; repeatable', collect, [])
    .optionsGroup('Which checks:')
    .option('--check <id>', 'run only this check, area or prefix (AUTH*); repeatable', collect, [])
    .option('--skip <id>', 'leave out this check, area or prefix; repeatable', collect, [])
    .option('--severity <severity>', 'run only checks of at least this severity')
    .option('--framework <name>', 'run only checks that this framework maps, for example pci-dss')
    .optionsGroup('Answer:')
    .option('--fail-on <severity>', 'least severity that makes the exit code 1, or none', 'high')
    .option('--allow-unknown', 'exit 0 although some checks could not be answered')
    .option('--baseline <file>', 'earlier JSON report: mark findings new or unchanged')
    .option(
      '-o, --output <format[=file]>',
      'table, json, ndjson, sarif, junit, csv, markdown, html, oscal; repeatable',
      collect,
      [],
    )
    .option('--json', 'the same as -o json')
    .option('--show-all', 'list passed, waived and not applicable checks too')
    .option('--wide', 'do not cut lines')
    .option('-q, --quiet', 'no progress on standard error')
    .option('--tls-versions', 'also try old TLS versions and weak ciphers, one handshake each')
    .option('--debug', 'show stack traces of faults');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (targets: readonly string[], flags: AuditFlags) => {
    const { runAudit } = await import('../audit.ts');
    await runAudit(targets, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis audit                                          the server on 127.0.0.1:6379
  wardis audit rediss://cache-1:6380 --cacert ca.crt --user wardis --password-file secret
  wardis audit --targets fleet.txt -o html=fleet.html -o ndjson=fleet.ndjson
  wardis audit --config redis.conf --aclfile users.acl --server redis-7.2
  wardis audit --level compliance --require pci_dss -o table -o sarif=audit.sarif
  wardis audit --check 'AUTH*' --fail-on critical
`;
