/** Certificates of a small fleet, and surveys made of them. */

import {
  known,
  type CertificateFileFact,
  type Fact,
  type FleetNode,
  type NodeTls,
  type TlsSurvey,
} from '../../src/fleet/index.ts';
import {
  createAuthority,
  createIntermediate,
  issueCertificate,
  readCertificates,
  type Authority,
  type CertificateFact,
  type IssuedCertificate,
} from '../../src/tls/index.ts';

export const NOW = new Date('2026-11-22T12:00:00.000Z');
const AT = new Date('2026-11-01T00:00:00.000Z');
const FROM = { kind: 'host', what: 'sample' } as const;

export function factOf(pem: string): CertificateFact {
  const [fact] = readCertificates(pem).certificates;
  if (fact === undefined) throw new Error('no certificate in the sample');
  return fact;
}

export interface SampleAuthorities {
  readonly root: Authority;
  readonly issuer: Authority;
  readonly rootFact: CertificateFact;
  readonly issuerFact: CertificateFact;
}

export async function sampleAuthorities(name = 'Sample'): Promise<SampleAuthorities> {
  const root = await createAuthority({ name: `${name} Root`, days: 3650, at: AT, pathLength: 1 });
  const issuer = await createIntermediate(root, { name: `${name} Issuer`, days: 1800, at: AT });
  return { root, issuer, rootFact: factOf(root.certPem), issuerFact: factOf(issuer.certPem) };
}

export function sampleLeaf(
  authority: Authority,
  commonName: string,
  change: { readonly days?: number; readonly at?: Date; readonly usage?: 'server' | 'client' | 'node' } = {},
): Promise<IssuedCertificate> {
  return issueCertificate(authority, {
    commonName,
    usage: 'node',
    days: 90,
    at: AT,
    dnsNames: [`${commonName}.example`],
    ipAddresses: ['10.0.0.5'],
    ...change,
  });
}

export interface SampleNode {
  readonly id: string;
  /** As the server sends it. */
  readonly chain: readonly CertificateFact[];
  readonly trust?: readonly CertificateFact[];
  readonly disk?: CertificateFact;
  readonly change?: Partial<NodeTls>;
}

export function sampleNode({ id, chain, trust, disk, change }: SampleNode): NodeTls {
  const [host = '', port = '0'] = id.split(':');
  const target = { endpoint: { kind: 'tcp', host, port: Number(port) }, transport: 'tls' } as const;
  const node: FleetNode = { id, target, role: 'primary', flags: [], reachable: 'yes' };
  const settings = new Map(
    [
      ['tls-port', port],
      ['port', '0'],
      ['tls-cert-file', '/tls/node.crt'],
      ['tls-ca-cert-file', '/tls/ca.crt'],
      ['tls-auth-clients', 'yes'],
      ['tls-replication', 'yes'],
      ['tls-protocols', ''],
      ['tls-ciphers', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
      ['tls-ciphersuites', ''],
      ['tls-session-caching', 'yes'],
      ['tls-session-cache-timeout', '60'],
    ].map(([name, value]) => [name as string, known(value as string, FROM)]),
  );
  const files = new Map<string, Fact<CertificateFileFact>>();
  if (trust !== undefined) files.set('/tls/ca.crt', known({ kind: 'ca', certificates: trust }, FROM));
  if (disk !== undefined)
    files.set('/tls/node.crt', known({ kind: 'certificate', certificates: [disk] }, FROM));
  return {
    node,
    server: { product: 'redis', version: '7.2.6' },
    ports: [
      {
        purpose: 'clients',
        host,
        port: Number(port),
        clientAuthentication: 'required',
        handshake: {
          ok: true,
          stage: 'replied',
          agreed: true,
          protocol: 'TLSv1.3',
          cipher: 'TLS_AES_256_GCM_SHA384',
          askedForCertificate: true,
          sentCertificate: true,
          chain,
          authorized: true,
          sessionResumed: false,
          reply: '+OK',
          elapsedMs: 1,
        },
      },
    ],
    clock: known({ serverMs: NOW.getTime() + 400, localMs: NOW.getTime(), roundTripMs: 4 }, FROM),
    settings,
    files,
    told: [{ host, port: Number(port), by: 'cluster' }],
    links: [{ link: 'replication', transport: 'tls', shows: '/tls/node.crt' }],
    ...change,
  };
}

export function sampleSurvey(nodes: readonly NodeTls[]): TlsSurvey {
  return { takenAt: NOW.toISOString(), nodes, notes: [] };
}
