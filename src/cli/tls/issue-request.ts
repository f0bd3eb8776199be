/** What `wardis tls issue` is asked for: names, life, key, and where the result goes. Nothing is made yet. */

import { isIP } from 'node:net';
import {
  isKubernetesName,
  kubernetesNameOf,
  LEAF_DAYS_MAX,
  type IssuerReference,
  type LeafRequest,
} from '../../pki/index.ts';
import { COMMON_NAME_CHARACTERS_MAX, isDnsName } from '../../tls/index.ts';
import type { TlsIssueFlags } from '../commands/tls/issue.ts';
import type { Look } from '../terminal.ts';
import { CommandFailure } from '../failure.ts';
import { KEY_TYPES, readDays, readKeyType } from './certificate-words.ts';

/** A leaf with all of its names. */
export type NamedRequest = LeafRequest & Required<Pick<LeafRequest, 'dnsNames' | 'ipAddresses' | 'uris'>>;

/** Where it goes. `files`: a folder. `print`: certificate and key to standard output. */
export type Destination =
  | { readonly kind: 'files'; readonly folder: string; readonly form: 'pair' | 'combined' }
  | { readonly kind: 'print' }
  | {
      readonly kind: 'secret' | 'cert-manager';
      readonly name: string;
      readonly namespace: string | undefined;
      readonly issuer: IssuerReference;
      /** Absent: standard output. */
      readonly path: string | undefined;
    };

const USAGES = ['server', 'client', 'node'] as const;
const FOLDER_DEFAULT = 'certs';

export function readLeafRequest(usage: string, name: string, flags: TlsIssueFlags): NamedRequest {
  const known = USAGES.find((each) => each === usage);
  if (known === undefined) {
    throw usageFailure(
      `${JSON.stringify(usage)} is not a usage`,
      'write server, client, or node: both in one',
    );
  }
  const days = readDays(flags.days, '--days', LEAF_DAYS_MAX);
  const keyType = readKeyType(flags.keyType, KEY_TYPES);
  const own = known === 'client' && !isUri(name) ? {} : namesFrom(name);
  const request: NamedRequest = {
    commonName: commonNameFrom(name, known),
    usage: known,
    dnsNames: unique([...(own.dns ?? []), ...flags.dns]),
    ipAddresses: unique([...(own.ip ?? []), ...flags.ip.map(bare)]),
    uris: unique([...(own.uri ?? []), ...flags.uri]),
    ...(days === undefined ? {} : { days }),
    ...(keyType === undefined ? {} : { keyType }),
  };
  refuseNames(request);
  return request;
}

export function readDestination(request: NamedRequest, flags: TlsIssueFlags, look: Look): Destination {
  refuseCombinations(flags);
  if (flags.kubernetes === undefined) {
    if (flags.out === '-') return { kind: 'print' };
    const form = flags.combined === true ? 'combined' : 'pair';
    return { kind: 'files', folder: flags.out ?? FOLDER_DEFAULT, form };
  }
  const kind = flags.kubernetes === 'certificate' ? 'cert-manager' : 'secret';
  if (kind === 'secret' && look.tty && flags.out === undefined) {
    throw usageFailure(
      'the Secret holds the private key, and standard output is a terminal',
      'pipe it: … | kubectl apply -f -; or write it to a file: --out secret.yaml; --out - prints it all the same',
    );
  }
  const name = flags.secretName ?? kubernetesNameOf(request.commonName);
  for (const [option, value] of [
    ['--secret-name', name],
    ['--namespace', flags.namespace ?? 'default'],
  ] as const) {
    if (!isKubernetesName(value)) {
      throw usageFailure(
        `${option} ${JSON.stringify(value)} is no name of Kubernetes`,
        'lower case, digits, - and .',
      );
    }
  }
  const path = flags.out === '-' ? undefined : flags.out;
  return { kind, name, namespace: flags.namespace, issuer: readIssuer(flags.issuer), path };
}

/** Names of files: what is no plain character becomes `_`. */
export function fileNameOf(name: string): string {
  const plain = name.replace(/^\*\./, 'wildcard.').replace(/[^A-Za-z0-9._-]/g, '_');
  const shown = plain.replace(/^[.-]+/, '_') || '_';
  // The root lies beside it under this name.
  return shown === 'ca' ? 'ca_' : shown;
}

function refuseCombinations(flags: TlsIssueFlags): void {
  const { kubernetes, csr, request, combined, out, keyType } = flags;
  const json = flags.json === true || flags.output === 'json';
  if (flags.output !== undefined && flags.output !== 'json' && flags.output !== 'table') {
    throw usageFailure(`unknown output format ${JSON.stringify(flags.output)}`, 'write -o table or -o json');
  }
  if (kubernetes !== undefined && kubernetes !== 'secret' && kubernetes !== 'certificate') {
    throw usageFailure(
      `--kubernetes ${JSON.stringify(kubernetes)} is not known`,
      'write secret or certificate',
    );
  }
  const pairs: readonly (readonly [boolean, string])[] = [
    [csr !== undefined && request === true, '--csr signs a request and --request makes one'],
    [
      csr !== undefined && keyType !== undefined,
      'with --csr the key is the one of the request: --key-type does not fit',
    ],
    [
      csr !== undefined && combined === true,
      'with --csr there is no key here to combine: --combined does not fit',
    ],
    [csr !== undefined && kubernetes !== undefined, 'with --csr there is no key here for Kubernetes'],
    [request === true && kubernetes !== undefined, '--request and --kubernetes do not fit together'],
    [request === true && combined === true, '--request and --combined do not fit together'],
    [request === true && out === '-', '--request writes files: name a folder by --out'],
    [kubernetes !== undefined && combined === true, '--kubernetes and --combined do not fit together'],
    [json && kubernetes !== undefined, '--kubernetes prints YAML: JSON does not fit'],
    [json && out === '-', '--out - prints certificate and key: JSON does not fit'],
  ];
  const found = pairs.find(([wrong]) => wrong);
  if (found !== undefined) throw usageFailure(found[1], 'leave one of them out; wardis help tls issue');
}

function readIssuer(text = 'Issuer/wardis-ca'): IssuerReference {
  const [first = '', second] = text.split('/', 2);
  const kind = second === undefined ? 'Issuer' : first;
  const name = second ?? first;
  if ((kind === 'Issuer' || kind === 'ClusterIssuer') && isKubernetesName(name)) return { kind, name };
  throw usageFailure(
    `--issuer ${JSON.stringify(text)} is not one`,
    'write Issuer/NAME or ClusterIssuer/NAME',
  );
}

/** A host name that is too long for a common name is there in full as an alternative name; its first label stands for it. */
function commonNameFrom(name: string, usage: NamedRequest['usage']): string {
  const tooLong = Array.from(name).length > COMMON_NAME_CHARACTERS_MAX;
  return tooLong && usage !== 'client' && isDnsName(name) ? String(name.split('.')[0]) : bare(name);
}

function namesFrom(name: string): {
  dns?: readonly string[];
  ip?: readonly string[];
  uri?: readonly string[];
} {
  if (isIP(bare(name)) !== 0) return { ip: [bare(name)] };
  if (isDnsName(name)) return { dns: [name] };
  return isUri(name) ? { uri: [name] } : {};
}

/** All that is wrong at once. */
function refuseNames({ commonName, usage, dnsNames, ipAddresses, uris }: NamedRequest): void {
  const wrong = [
    ...(/\p{Cc}/u.test(commonName)
      ? ['the name holds a control character: a server could read another name than people do']
      : []),
    ...dnsNames
      .filter((each) => !isDnsName(each))
      .map((each) => `--dns ${JSON.stringify(each)} is no host name`),
    ...ipAddresses
      .filter((each) => isIP(each) === 0)
      .map((each) => `--ip ${JSON.stringify(each)} is no address`),
    ...uris.filter((each) => !isUri(each)).map((each) => `--uri ${JSON.stringify(each)} is no URI`),
    ...(usage !== 'client' && dnsNames.length + ipAddresses.length === 0
      ? [
          `a ${usage} needs a host name or an address that clients find in it: ${JSON.stringify(commonName)} is neither`,
        ]
      : []),
  ];
  if (wrong.length === 0) return;
  throw new CommandFailure({
    code: 'E_CERTIFICATE',
    what: 'the certificate cannot be made as asked; nothing was issued',
    cause: wrong.join('\n         '),
    next: 'name them by --dns, --ip and --uri',
  });
}

function isUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[\u0021-\u007e]+$/i.test(text) && URL.canParse(text);
}

function bare(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function usageFailure(what: string, next: string): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next });
}
