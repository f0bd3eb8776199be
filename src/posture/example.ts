/**
 * Facts for the examples of checks: what only a live server or its host shows, made up. The moment of every
 * example that depends on time is 21 November 2026, 12:00 UTC.
 */

import type { ClientFact, Fact, ListenerFact, PathFact, Snapshot, UnitFact } from '../fleet/index.ts';

/** The parts of a certificate that examples change. */
export type ExampleCertificate = NonNullable<ListenerFact['tls']>['chain'][number];

export function exampleFact<T>(value: T): Fact<T> {
  return { known: true, value, from: { kind: 'host', what: 'example' } };
}

/** The clock of the server in examples; `aheadMs` is how far it runs before ours. */
export function exampleClock(aheadMs = 0): Snapshot['clock'] {
  const localMs = Date.UTC(2026, 10, 21, 12);
  return exampleFact({ serverMs: localMs + aheadMs, localMs, roundTripMs: 1 });
}

/** A sound server certificate of a private authority, with changes. */
export function exampleCertificate(change: Partial<ExampleCertificate> = {}): ExampleCertificate {
  return {
    subject: 'CN=redis-1.example',
    subjectCommonName: 'redis-1.example',
    issuer: 'CN=Example private CA',
    serial: '0A01',
    fingerprintSha256: 'aa'.repeat(32),
    notBefore: '2026-11-01T00:00:00.000Z',
    notAfter: '2027-10-01T00:00:00.000Z',
    dnsNames: ['redis-1.example'],
    ipAddresses: ['10.0.0.5'],
    uris: [],
    keyType: 'ec',
    keyBits: 256,
    curve: 'prime256v1',
    signatureAlgorithm: 'ecdsa-with-SHA256',
    signatureHash: 'sha256',
    isCa: false,
    selfSigned: false,
    keyUsages: ['digitalSignature'],
    extendedKeyUsages: [
      { oid: '1.3.6.1.5.5.7.3.1', name: 'serverAuth' },
      { oid: '1.3.6.1.5.5.7.3.2', name: 'clientAuth' },
    ],
    pem: '',
    ...change,
  };
}

export function exampleAuthority(change: Partial<ExampleCertificate> = {}): ExampleCertificate {
  return exampleCertificate({
    subject: 'CN=Example private CA',
    subjectCommonName: 'Example private CA',
    fingerprintSha256: 'ca'.repeat(32),
    notAfter: '2034-11-01T00:00:00.000Z',
    dnsNames: [],
    ipAddresses: [],
    isCa: true,
    selfSigned: true,
    keyUsages: ['keyCertSign', 'cRLSign'],
    extendedKeyUsages: [],
    ...change,
  });
}

/** A TLS port that shows `leaf`, and the server's clock. */
export function exampleServed(
  leaf: ExampleCertificate,
  tls: Partial<NonNullable<ListenerFact['tls']>> = {},
): Partial<Snapshot> {
  const listener: ListenerFact = {
    address: '10.0.0.5:6379',
    transport: 'tls',
    vantage: 'remote',
    answer: 'authentication-required',
    tls: {
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      chain: [leaf],
      clientCertificate: 'required',
      trusted: true,
      ...tls,
    },
  };
  return { listeners: exampleFact([listener]), clock: exampleClock() };
}

/** Certificate and authority files as the settings of the examples name them. */
export function exampleFiles(
  entries: Readonly<Record<string, readonly ExampleCertificate[]>>,
): Partial<Snapshot> {
  return {
    certificateFiles: new Map(
      Object.entries(entries).map(([path, certificates]) => [
        path,
        exampleFact({
          kind: certificates[0]?.isCa === true ? ('ca' as const) : ('certificate' as const),
          certificates,
        }),
      ]),
    ),
    clock: exampleClock(),
  };
}

/** One path with its mode. */
export function examplePaths(entries: Readonly<Record<string, Partial<PathFact>>>): Partial<Snapshot> {
  return {
    paths: new Map(
      Object.entries(entries).map(([path, change]) => [
        path,
        exampleFact({
          kind: 'file' as const,
          mode: 0o600,
          owner: 'redis',
          group: 'redis',
          bytes: 100,
          ...change,
        }),
      ]),
    ),
  };
}

export function exampleInfo(fields: Readonly<Record<string, string>>): Partial<Snapshot> {
  return { info: exampleFact(new Map(Object.entries(fields))) };
}

export function exampleUnit(service: Readonly<Record<string, string>>): Partial<Snapshot> {
  const unit: UnitFact = { name: 'redis-server.service', service: new Map(Object.entries(service)) };
  return { unit: exampleFact(unit) };
}

export function exampleClient(change: Partial<ClientFact>): ClientFact {
  return {
    id: '7',
    address: '10.0.0.9:40000',
    user: 'app',
    name: '',
    library: '',
    ageSeconds: 60,
    idleSeconds: 1,
    lastCommand: 'get',
    flags: 'N',
    ...change,
  };
}

/** A TLS server as the policy compiler writes it, for examples that change one line of it. */
export const TLS_CONF = [
  'port 0',
  'tls-port 6379',
  'tls-cert-file /etc/redis/tls/redis.crt',
  'tls-key-file /etc/redis/tls/redis.key',
  'tls-ca-cert-file /etc/redis/tls/ca.crt',
  'tls-auth-clients yes',
  'tls-replication yes',
  'tls-protocols "TLSv1.2 TLSv1.3"',
  'tls-ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
  '',
].join('\n');

/** {@link TLS_CONF} with some directives changed; `undefined` leaves one out. */
export function tlsConf(change: Readonly<Record<string, string | undefined>> = {}): string {
  const lines = TLS_CONF.split('\n').filter(
    (line) => line !== '' && !Object.hasOwn(change, line.split(' ')[0] ?? ''),
  );
  const added = Object.entries(change).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return [...lines, ...added, ''].join('\n');
}

type ExampleLook = NonNullable<Snapshot['tlsLook']>;
type ExampleLookPort = ExampleLook['ports'][number];

/** One port of a sound server as a look at the fleet's TLS shows it, with changes. */
export function exampleLookPort(change: Partial<ExampleLookPort> = {}): ExampleLookPort {
  return {
    address: '10.0.0.5:6379',
    purpose: 'clients',
    leaf: exampleCertificate(),
    sent: { state: 'complete', root: 'CN=Example private CA' },
    record: { state: 'current' },
    clientAuthentication: 'required',
    ...change,
  };
}

/** A server beside one sound peer, both looked at, with changes. */
export function exampleLook(change: Partial<ExampleLook> = {}): Partial<Snapshot> {
  return {
    ...exampleServed(exampleCertificate()),
    tlsLook: {
      ports: [exampleLookPort()],
      told: [{ host: '10.0.0.5', port: 6379, by: 'cluster' }],
      peers: [{ node: '10.0.0.6:6379', leaf: exampleCertificate({ fingerprintSha256: 'bb'.repeat(32) }) }],
      distrusted: exampleFact([]),
      trustGroups: [
        { authorities: ['CN=Example private CA'], nodes: ['redis.conf', 'valkey.conf', '10.0.0.6:6379'] },
      ],
      ...change,
    },
  };
}
