/** `wardis tls issue`: a certificate and its key from the authority, as files, one PEM, or what Kubernetes takes. */

import type { Command } from 'commander';
import { collect } from '../../repeatable.ts';
import type { CommandContext } from '../../context.ts';
import { addPkiOptions, type PkiFlags } from '../../tls/pki-options.ts';

export interface TlsIssueFlags extends PkiFlags {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly uri: readonly string[];
  readonly days?: string;
  readonly keyType?: string;
  readonly out?: string;
  readonly csr?: string;
  readonly request?: boolean;
  readonly combined?: boolean;
  readonly kubernetes?: string;
  readonly secretName?: string;
  readonly namespace?: string;
  readonly issuer?: string;
  readonly output?: string;
  readonly json?: boolean;
}

export function addTlsIssue(group: Command, context: CommandContext): void {
  const command = group
    .command('issue')
    .argument(
      '<usage>',
      'server, client, or node: server and client in one, as replicas and Cluster nodes need',
    )
    .argument('<name>', 'common name; of a server or node its host name or address, which goes in as one too')
    .description('issue a certificate: key, certificate with its chain, and the root to trust')
    .optionsGroup('What is in it:')
    .option('--dns <name>', 'host name; repeatable', collect, [])
    .option('--ip <address>', 'address; repeatable', collect, [])
    .option('--uri <uri>', 'URI, such as spiffe://shop/orders; repeatable', collect, [])
    .option('--days <number>', 'life, at most 398 (default: 90)')
    .option('--key-type <type>', 'ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096, ed25519 (default: ec-p256)')
    .option('--csr <file>', 'sign this request: the key is its maker’s, the names are the ones given here')
    .option('--request', 'only make a key and a request, for another authority to sign')
    .optionsGroup('Where it goes:')
    .option('--out <dir>', 'folder for the files (default: certs); - prints certificate and key')
    .option('--combined', 'certificate and key in one file: renewing it is then one rename')
    .option(
      '--kubernetes <kind>',
      'print YAML: secret (kubernetes.io/tls), or certificate (for cert-manager)',
    )
    .option('--secret-name <name>', 'name of the Secret (default: NAME-tls)')
    .option('--namespace <name>', 'namespace of the Secret')
    .option('--issuer <name>', 'with certificate: [Issuer/|ClusterIssuer/]NAME (default: Issuer/wardis-ca)')
    .optionsGroup('Answer:')
    .option('-o, --output <format>', 'table or json; neither holds the key')
    .option('--json', 'the same as -o json');
  addPkiOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (usage: string, name: string, flags: TlsIssueFlags) => {
    const { runTlsIssue } = await import('../../tls/issue.ts');
    await runTlsIssue(usage, name, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis tls issue node cache-1.example.com --ip 10.0.0.5
  wardis tls issue client orders-api --uri spiffe://shop/orders-api --days 30
  wardis tls issue server cache-2.example.com --csr cache-2.csr
  wardis tls issue node cache-1 --kubernetes certificate --namespace shop
`;
