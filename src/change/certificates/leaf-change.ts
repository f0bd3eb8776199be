/** From what a node is and the pair that it gets to what a run does there. */

import { Secret } from '../../conf/index.ts';
import { checkPair, readCertificates } from '../../tls/index.ts';
import { ABSENT } from '../host/host-access.ts';
import type { ClientPair, ServedCertificate, SettingChange } from '../step.ts';
import type { LeafPair } from './leaf-check.ts';
import { keyForFile, openLeafKey } from './leaf-key.ts';
import { fileGroupOf, servedBy, type LeafFile, type LeafSight } from './leaf-sight.ts';
import type { LeafChange } from './leaf-stages.ts';

/** How a change is made. */
export interface LeafWay {
  /** `placed`: another system has placed the files; they are only read and proved. */
  readonly files: 'place' | 'placed';
  /** Program and arguments that restart a Sentinel; `{host}` and `{port}` stand for its address. */
  readonly restartSentinel?: readonly string[];
}

/** Of a key that nobody had before. */
const KEY_MODE = 0o600;

/** Undefined: the node serves it already, and its files hold it. */
export function changeLeaf(sight: LeafSight, pair: LeafPair, way: LeafWay): LeafChange | undefined {
  const [leaf] = readCertificates(pair.certificate).certificates;
  if (leaf === undefined) throw new TypeError('a pair that was not checked');
  const seen = sight.ports.filter(({ chain }) => chain.length > 0);
  const isServed = seen.every(({ chain }) => chain[0]?.fingerprintSha256 === leaf.fingerprintSha256);
  const files = way.files === 'placed' ? [] : filesOf(sight, pair);
  if (isServed && (way.files === 'placed' || holds(sight, pair))) return undefined;
  const before = servedBy(sight)?.fingerprintSha256;
  const serves: ServedCertificate = {
    ports: seen.map(({ host, port }) => ({ host, port })),
    // What ports serve that differ among themselves could not be told apart.
    before: seen.every(({ chain }) => chain[0]?.fingerprintSha256 === before) ? before : undefined,
    after: leaf.fingerprintSha256,
  };
  const shows = shownWhereItDials(sight, pair);
  return {
    node: sight.node,
    fileGroup: fileGroupOf(sight),
    files,
    reread: rereadOf(sight, way),
    serves,
    ...(shows === undefined ? {} : { shows }),
  };
}

/** What its peers will judge: they see it as a client. Undefined: it dials nobody with it, or its key is not to be had. */
function shownWhereItDials(sight: LeafSight, { certificate, key }: LeafPair): ClientPair | undefined {
  if (!sight.isDialling || sight.node.role === 'sentinel' || key === undefined) return undefined;
  const opened = openLeafKey(sight, key);
  return opened === undefined ? undefined : { certificate, key: opened };
}

function filesOf(sight: LeafSight, pair: LeafPair): LeafChange['files'] {
  if (pair.key === undefined) throw new TypeError('a key is needed to place one');
  const { certificate, key } = sight;
  const chain = endLine(pair.certificate);
  const secretKey = endLine(keyForFile(sight, pair.key).reveal());
  if (certificate.path === key.path) {
    return [placementOf(certificate, new Secret(`${chain}${secretKey}`), KEY_MODE)];
  }
  return [placementOf(certificate, new Secret(chain)), placementOf(key, new Secret(secretKey), KEY_MODE)];
}

function placementOf(file: LeafFile, after: Secret, mode?: number): LeafChange['files'][number] {
  if (file.kind === 'file') return { path: file.path, beforeSha256: file.file.sha256, after };
  return { path: file.path, beforeSha256: ABSENT, after, ...(mode === undefined ? {} : { mode }) };
}

function holds({ certificate, key, passphrase }: LeafSight, pair: LeafPair): boolean {
  const isIn = (file: LeafFile, text: string): boolean =>
    file.kind === 'file' && file.file.content.reveal().includes(text.trim());
  if (!isIn(certificate, pair.certificate)) return false;
  // By what it is: under a passphrase the same key never looks the same.
  const held = key.kind === 'file' ? key.file.content.reveal() : '';
  return pair.key === undefined || checkPair(pair.certificate, held, passphrase?.reveal()) === 'match';
}

/** To the same paths: enough for every version to read certificate, key and authorities anew. */
function rereadOf({ node, settings, ports }: LeafSight, way: LeafWay): LeafChange['reread'] {
  if (node.role !== 'sentinel') {
    const same = (name: string, path: string): SettingChange => ({ name, before: path, after: path });
    const { certificate, key } = settings;
    return { by: 'reload', settings: [same('tls-cert-file', certificate), same('tls-key-file', key)] };
  }
  const [first] = ports;
  const command = way.restartSentinel?.map((word) =>
    word.replaceAll('{host}', first?.host ?? '').replaceAll('{port}', String(first?.port ?? '')),
  );
  return { by: 'restart', ...(command === undefined ? {} : { command }) };
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
