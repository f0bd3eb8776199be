/**
 * Which certificates the policy needs, for whom, and how they are made and checked. Seen on real servers: an expired
 * certificate loads without a word, no version checks revocation, replicas check no host name, and extended key usage
 * is checked, so a node's certificate needs both server and client authentication.
 */

import { isIP } from 'node:net';
import { productName, type Artefact, type Blueprint } from '../blueprint.ts';
import { shellWord } from './runbooks/command-line.ts';

export interface TlsPlan {
  readonly required: boolean;
  readonly clientCertificates: 'yes' | 'optional' | 'no';
  readonly directory: string;
  readonly files: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** Names and addresses that the node certificates must cover. */
  readonly names: readonly string[];
  readonly clients: readonly string[];
  readonly lifetimeDaysMax: number;
}

export function tlsPlan(blueprint: Blueprint): TlsPlan {
  const { tls } = blueprint.expected;
  const { paths, choices, fleets, users } = blueprint;
  const hosts = fleets.flatMap((fleet) => fleet.seeds.map(hostOf)).filter((host) => host !== undefined);
  const bound = choices.bind
    .map((address) => address.replace(/^-/, ''))
    .filter((address) => isIP(address) !== 0);
  return {
    required: tls.required,
    clientCertificates: tls.clientCertificates,
    directory: paths.tls,
    files: {
      ca: `${paths.tls}/ca.crt`,
      certificate: `${paths.tls}/server.crt`,
      key: `${paths.tls}/server.key`,
    },
    names: [...new Set([...hosts, ...bound, 'localhost', '127.0.0.1'])],
    clients: users.map((each) => each.user.name),
    lifetimeDaysMax: tls.lifetimeDaysMax,
  };
}

export function tlsPlanFile(blueprint: Blueprint): Artefact {
  const plan = tlsPlan(blueprint);
  return {
    path: 'tls/PLAN.md',
    content: plan.required ? planText(plan, blueprint) : plaintextText(blueprint),
    mode: 0o644,
    about: 'certificates that are needed, and how to make them',
  };
}

function plaintextText(blueprint: Blueprint): string {
  return `# TLS plan

Level ${blueprint.request.level} on ${blueprint.request.exposure} asks for no TLS: credentials and data are readable to
whoever sees the wire. Ask for level hardened before the server leaves this host.
`;
}

function planText(plan: TlsPlan, blueprint: Blueprint): string {
  const product = productName(blueprint);
  const san = plan.names.map((name) => (isIP(name) === 0 ? `DNS:${name}` : `IP:${name}`)).join(',');
  const mutual =
    plan.clientCertificates === 'yes'
      ? `Every client, replica and Sentinel shows a certificate of this CA; without one it does not reach AUTH.`
      : `Clients may show a certificate; if they do, it is checked.`;
  // The first one stands for all; it may hold what a shell would read.
  const client = plan.clients[0] ?? 'client';
  const [key, certificate] = [shellWord(`${client}.key`), shellWord(`${client}.crt`)];
  return `# TLS plan

${mutual} Use a CA of your own for this fleet only: whatever it signs can connect.

| file | for | mode |
| --- | --- | --- |
| ${plan.files.ca} | the CA certificate, on every node and client | 0644 |
| ${plan.files.certificate} | each node, with these names: ${plan.names.join(', ')} | 0644 |
| ${plan.files.key} | its private key, owner ${product} | 0600 |
${plan.clients.map((name) => `| ${name}.crt, ${name}.key | client ${name}, where that client runs | 0600 |`).join('\n')}

## Making them

    openssl ecparam -name prime256v1 -genkey -noout -out ca.key
    openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj "/CN=${product} CA" -out ca.crt \\
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign

    # A node: it serves, and it connects to other nodes, so it needs both usages.
    openssl ecparam -name prime256v1 -genkey -noout -out server.key
    openssl req -new -key server.key -subj "/CN=${plan.names[0] ?? 'localhost'}" -out server.csr
    printf 'subjectAltName=${san}\\nextendedKeyUsage=serverAuth,clientAuth\\nkeyUsage=digitalSignature\\n' > server.ext
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 \\
      -days ${plan.lifetimeDaysMax} -extfile server.ext -out server.crt

    # A client: only clientAuth.
    openssl ecparam -name prime256v1 -genkey -noout -out ${key}
    openssl req -new -key ${key} -subj ${shellWord(`/CN=${client}`)} -out client.csr
    printf 'extendedKeyUsage=clientAuth\\nkeyUsage=digitalSignature\\n' > client.ext
    openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 \\
      -days ${plan.lifetimeDaysMax} -extfile client.ext -out ${certificate}

Keep ca.key off the servers. Certificates live at most ${plan.lifetimeDaysMax} days and are replaced
${blueprint.expected.tls.expiryWarningDays} days before they end: see runbooks/certificate-rotation.md.
`;
}

function hostOf(seed: string): string | undefined {
  const host = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#]+)/i.exec(seed)?.[1];
  return host === undefined || seed.startsWith('unix:') ? undefined : host.replace(/^\[|\]$/g, '');
}
