/** Certificate files judged by themselves: what a file can tell, and whether a key belongs to it. */

import { readFileSync } from 'node:fs';
import {
  known,
  snapshotFromText,
  unknown,
  type CertificateFileFact,
  type Fact,
  type Snapshot,
  type TlsLookFact,
} from '../../fleet/index.ts';
import type { InventoryReading } from '../../pki/index.ts';
import { CATALOGUE, type Check } from '../../posture/index.ts';
import {
  checkCertificateOrder,
  checkPair,
  readCertificates,
  readPrivateKeyFact,
  type CertificateFact,
} from '../../tls/index.ts';
import { SERVER_FALLBACK } from '../audit-source.ts';
import type { InspectFlags } from '../commands/tls/inspect.ts';
import { CommandFailure } from '../failure.ts';
import { oneOf } from '../judgement-request.ts';
import { readInput } from '../text-input.ts';
import { readRecorded } from './inspect-gather.ts';
import { judgeSent, recordOf } from './inspect-look.ts';
import { showCertificate, type ShownFile } from './inspect-report.ts';

type Purpose = 'server' | 'client' | 'node';

export interface InspectedFile {
  readonly path: string;
  readonly certificates: readonly CertificateFact[];
  readonly snapshot: Snapshot;
  readonly shown: ShownFile;
  /** What the file has nothing to say about. */
  readonly skip: ReadonlySet<string>;
}

/** What can be told from a file. */
export const FILE_CHECKS: readonly Check[] = CATALOGUE.filter(({ id }) =>
  /^TLS-0(?:02|09|1[0-9]|20|3[34679]|42)$/.test(id),
);
const OF_SERVERS = ['TLS-002', 'TLS-013', 'TLS-014'];
const OF_KEYS = ['TLS-018', 'TLS-019'];
/** One PEM file. */
const PEM_BYTES_MAX = 4 * 1024 * 1024;
const PURPOSES: readonly Purpose[] = ['server', 'client', 'node'];

/** Reads and prepares every file. Throws a {@link CommandFailure} where one cannot be read or holds no certificate. */
export async function inspectFiles(
  paths: readonly string[],
  flags: InspectFlags,
  inventory: InventoryReading,
  now: Date,
): Promise<readonly InspectedFile[]> {
  const asked = flags.purpose === undefined ? undefined : oneOf('--purpose', flags.purpose, PURPOSES);
  const key =
    flags.key === undefined ? undefined : await readInput(flags.key, 'the private key', PEM_BYTES_MAX);
  const roots = [...(flags.cacert === undefined ? [] : readRoots(flags.cacert)), ...readRecorded(inventory)];
  const files: InspectedFile[] = [];
  for (const path of paths) {
    const pem = await readInput(path, 'the certificate file', PEM_BYTES_MAX);
    files.push(
      inspectFile(
        { path: path === '-' ? 'standard input' : path, pem, key, asked, roots },
        flags,
        inventory,
        now,
      ),
    );
  }
  return files;
}

interface Given {
  readonly path: string;
  readonly pem: string;
  readonly key: string | undefined;
  readonly asked: Purpose | undefined;
  readonly roots: readonly CertificateFact[];
}

function inspectFile(
  given: Given,
  flags: InspectFlags,
  inventory: InventoryReading,
  now: Date,
): InspectedFile {
  const { path, pem, key, roots } = given;
  const { certificates, problems } = readCertificates(pem);
  const [leaf] = certificates;
  if (leaf === undefined) throw noCertificate(path, problems[0]?.message);
  const purpose = leaf.isCa && given.asked === undefined ? 'authority' : (given.asked ?? purposeOf(leaf));
  const order = purpose === 'authority' ? [] : checkCertificateOrder(certificates);
  const port = {
    address: path,
    purpose: 'clients',
    leaf,
    sent: judgeSent(certificates, roots, { now }),
    record: recordOf(leaf, path, inventory),
    clientAuthentication: 'unknown',
  } as const;
  return {
    path,
    certificates,
    snapshot: snapshotOfFile({ path, pem, key, purpose, certificates, port }, flags, now),
    shown: {
      path,
      purpose,
      certificates: certificates.map((each) => showCertificate(each, now)),
      sent: port.sent,
      record: port.record,
      ...(key === undefined ? {} : { pair: checkPair(pem, key) }),
      problems: [...problems, ...order].map(({ message }) => message),
    },
    skip: new Set([
      ...(purpose === 'client' || purpose === 'authority' ? OF_SERVERS : []),
      ...(purpose === 'node' ? [] : ['TLS-017']),
      ...(flags.name.length > 0 ? [] : ['TLS-014']),
      ...(key === undefined ? OF_KEYS : []),
      ...(purpose === 'authority' ? [] : ['TLS-033']),
    ]),
  };
}

interface ReadFile {
  readonly path: string;
  readonly pem: string;
  readonly key: string | undefined;
  readonly purpose: Purpose | 'authority';
  readonly certificates: readonly CertificateFact[];
  readonly port: TlsLookFact['ports'][number];
}

function snapshotOfFile(
  { path, pem, key, purpose, certificates, port }: ReadFile,
  flags: InspectFlags,
  now: Date,
): Snapshot {
  const authority = purpose === 'authority';
  const from = { kind: 'file', path } as const;
  const snapshot = snapshotFromText({
    server: SERVER_FALLBACK,
    conf: authority ? `tls-port 6379\ntls-ca-cert-file ${PLACE}\n` : confFor(purpose, key),
    subject: path,
    takenAt: now.toISOString(),
  });
  const files = new Map<string, Fact<CertificateFileFact>>([
    [path, known({ kind: authority ? 'ca' : 'certificate', certificates }, from)],
  ]);
  if (key !== undefined)
    files.set(KEY_PLACE, known(keyFact(pem, key), { kind: 'file', path: flags.key ?? '' }));
  return {
    ...snapshot,
    settings: renamed(snapshot, path),
    clock: unknown('not-asked', 'a file has no clock', 'inspect the server that serves it'),
    certificateFiles: files,
    tlsLook: {
      ports: authority ? [] : [port],
      told: flags.name.map((host) => ({ host, port: 0, by: 'seed' as const })),
      peers: [],
      distrusted: known([], from),
      trustGroups: [],
    },
  };
}

/** Placeholders: paths of people may hold anything, and the text of a conf file is no place for that. */
const PLACE = '/certificate';
const KEY_PLACE = '/key';

function confFor(purpose: Purpose, key: string | undefined): string {
  return [
    'tls-port 6379',
    `tls-cert-file ${PLACE}`,
    ...(key === undefined ? [] : [`tls-key-file ${KEY_PLACE}`]),
    `tls-replication ${purpose === 'node' ? 'yes' : 'no'}`,
    '',
  ].join('\n');
}

function renamed({ settings }: Snapshot, path: string): Snapshot['settings'] {
  return new Map(
    [...settings].map(([name, fact]) => [
      name,
      fact.known && fact.value === PLACE ? { ...fact, value: path } : fact,
    ]),
  );
}

/** A certificate for clients only is judged as one; any other as a server's. */
function purposeOf({ extendedKeyUsages }: CertificateFact): Purpose {
  const uses = new Set(extendedKeyUsages.map(({ name }) => name));
  if (!uses.has('clientAuth')) return 'server';
  return uses.has('serverAuth') ? 'node' : 'client';
}

function keyFact(pem: string, key: string): CertificateFileFact {
  const fact = readPrivateKeyFact(key);
  const pair = checkPair(pem, key);
  return {
    kind: 'key',
    certificates: [],
    ...(fact.kind === 'readable'
      ? { key: { type: fact.type, bits: fact.bits, encrypted: fact.encrypted } }
      : {}),
    ...(fact.kind === 'encrypted' ? { key: { type: 'unknown', bits: undefined, encrypted: true } } : {}),
    ...(pair === 'match' || pair === 'mismatch' ? { matchesCertificate: pair === 'match' } : {}),
  };
}

function readRoots(path: string): readonly CertificateFact[] {
  try {
    return readCertificates(readFileSync(path, 'utf8')).certificates;
  } catch (error) {
    throw new CommandFailure({
      code: 'E_READ',
      what: 'the CA file could not be read',
      target: path,
      cause: error instanceof Error ? error.message : 'unknown',
      next: 'check the name and your permission to read it',
    });
  }
}

function noCertificate(path: string, why: string | undefined): CommandFailure {
  return new CommandFailure({
    code: 'E_READ',
    what: 'there is no certificate in this file',
    target: path,
    ...(why === undefined ? {} : { cause: why }),
    next: 'name a PEM file with a CERTIFICATE block; a key goes with --key',
  });
}
