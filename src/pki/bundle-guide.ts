/**
 * How each system is told to trust an authority: the files that it wants, the commands that install them, and what to
 * know. Tried with ca-certificates 20230311, OpenJDK 17, Node 20 and Python 3.11; RHEL, Alpine and Go as their manuals say.
 */

import { stringify } from 'yaml';
import { printBundle, type TrustedAuthority } from './bundle.ts';

export const TRUST_SYSTEMS = [
  'debian',
  'alpine',
  'rhel',
  'java',
  'node',
  'python',
  'go',
  'redis-cli',
  'kubernetes',
] as const;
export type TrustSystem = (typeof TRUST_SYSTEMS)[number];

/** The whole trust in one file. */
export const BUNDLE_FILE = 'wardis-ca.pem';
export const TRUSTSTORE_FILE = 'truststore.p12';
export const CONFIG_MAP_FILE = 'wardis-ca.configmap.yaml';
/** What every Java expects of a truststore. It holds nothing secret: the password only guards against accidents. */
export const TRUSTSTORE_PASSWORD = 'changeit';

export interface BundleFile {
  readonly name: string;
  readonly content: string;
}

export interface TrustGuide {
  readonly system: TrustSystem;
  readonly title: string;
  readonly files: readonly BundleFile[];
  /** For a shell, in the folder with the files. */
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

/** Files and commands for one system. */
export function guideTrust(system: TrustSystem, authorities: readonly TrustedAuthority[]): TrustGuide {
  const bundle = { name: BUNDLE_FILE, content: printBundle(authorities) };
  const each = authorities.map(({ name, certificate }) => ({
    name: `${name}.crt`,
    content: `${certificate.pem.trim()}\n`,
  }));
  const names = each.map(({ name }) => name);
  switch (system) {
    case 'debian':
    case 'alpine':
    case 'rhel':
      return guideSystem(system, each, names);
    case 'java':
      return guideJava(each, authorities);
    case 'node':
    case 'python':
    case 'go':
    case 'redis-cli':
      return { ...guideProgram(system), system, files: [bundle] };
    case 'kubernetes':
      return guideKubernetes(bundle.content);
  }
}

/** One `keytool` call for each authority: it imports the first certificate of a file only. */
export function importCommand(keystore: string, name: string): readonly string[] {
  const store = ['-storetype', 'PKCS12', '-keystore', keystore, '-storepass', TRUSTSTORE_PASSWORD];
  return ['keytool', '-importcert', '-noprompt', ...store, '-alias', name, '-file', `${name}.crt`];
}

const SYSTEM_STORES = {
  debian: {
    title: 'Debian, Ubuntu',
    folder: '/usr/local/share/ca-certificates',
    update: 'update-ca-certificates',
    notes: [
      'One certificate in a file, and the name ends in .crt: others are left out of /etc/ssl/certs.',
      'To take one back: rm the file, then update-ca-certificates --fresh.',
    ],
  },
  alpine: {
    title: 'Alpine',
    folder: '/usr/local/share/ca-certificates',
    update: 'update-ca-certificates',
    notes: ['apk add ca-certificates first; one certificate in a file.'],
  },
  rhel: {
    title: 'RHEL, Fedora, Amazon Linux',
    folder: '/etc/pki/ca-trust/source/anchors',
    update: 'update-ca-trust',
    notes: ['To take one back: rm the file, then update-ca-trust.'],
  },
} as const;

function guideSystem(
  system: keyof typeof SYSTEM_STORES,
  files: readonly BundleFile[],
  names: readonly string[],
): TrustGuide {
  const { title, folder, update, notes } = SYSTEM_STORES[system];
  const commands = [`sudo install -m 0644 ${names.join(' ')} ${folder}/`, `sudo ${update}`];
  const whole =
    'Every program of the machine trusts it then; one program alone: --for java, node, python, go.';
  return { system, title, files, commands, notes: [...notes, whole] };
}

function guideJava(files: readonly BundleFile[], authorities: readonly TrustedAuthority[]): TrustGuide {
  return {
    system: 'java',
    title: 'Java',
    files,
    commands: [
      ...authorities.map(({ name }) => importCommand(TRUSTSTORE_FILE, name).join(' ')),
      `java -Djavax.net.ssl.trustStore=${TRUSTSTORE_FILE} -Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword=${TRUSTSTORE_PASSWORD} …`,
    ],
    notes: [
      `${TRUSTSTORE_PASSWORD} is the usual password of a truststore, and no secret: nothing in it is.`,
      'The store takes the place of the roots of Java, for that process. Jedis and Lettuce can be given it alone.',
      'openssl pkcs12 makes no truststore that Java trusts: before 3.2 it cannot mark the certificates.',
    ],
  };
}

const PROGRAMS: Readonly<
  Record<'node' | 'python' | 'go' | 'redis-cli', Pick<TrustGuide, 'title' | 'commands' | 'notes'>>
> = {
  node: {
    title: 'Node.js',
    commands: [`export NODE_EXTRA_CA_CERTS="$PWD/${BUNDLE_FILE}"`],
    notes: [
      'Beside the roots of Node; read once, when the process starts.',
      `A client that is given tls.ca looks at that alone: { tls: { ca: readFileSync('${BUNDLE_FILE}') } }.`,
    ],
  },
  python: {
    title: 'Python',
    commands: [`export SSL_CERT_FILE="$PWD/${BUNDLE_FILE}"`],
    notes: [
      'In place of the roots of the system, for ssl.create_default_context().',
      `redis-py alone: Redis(…, ssl=True, ssl_ca_certs='${BUNDLE_FILE}').`,
    ],
  },
  go: {
    title: 'Go',
    commands: [`export SSL_CERT_FILE="$PWD/${BUNDLE_FILE}"`],
    notes: [
      'In place of the bundle of the system; on Unix, and not on macOS.',
      'In code: pool.AppendCertsFromPEM(pem), then tls.Config{RootCAs: pool}.',
    ],
  },
  'redis-cli': {
    title: 'redis-cli, valkey-cli',
    commands: [`redis-cli --tls --cacert ${BUNDLE_FILE} -h HOST -p PORT PING`],
    notes: ['redis-cli checks the chain and no name: wardis doctor checks both.'],
  },
};

function guideProgram(system: keyof typeof PROGRAMS): Pick<TrustGuide, 'title' | 'commands' | 'notes'> {
  return PROGRAMS[system];
}

function guideKubernetes(content: string): TrustGuide {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'wardis-ca', labels: { 'app.kubernetes.io/managed-by': 'wardis' } },
    data: { 'ca.crt': content },
  };
  return {
    system: 'kubernetes',
    title: 'Kubernetes',
    files: [{ name: CONFIG_MAP_FILE, content: stringify(map, { lineWidth: 0 }) }],
    commands: [`kubectl apply -f ${CONFIG_MAP_FILE}`],
    notes: [
      'Mount it (volumes: configMap: name: wardis-ca) and point the program at /…/ca.crt as above.',
      'Pods see a change a minute later; a program that read the file when it started must be started anew.',
    ],
  };
}
