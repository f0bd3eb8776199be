/**
 * A client's certificate and key, written over the files that a program reads: mode and owner stay, and links are
 * followed. Two files cannot change at one moment, so the new ones lie whole beside the old ones first; whoever comes
 * next, after a crash between the two renames, finishes it, and before them, removes what was left.
 */

import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Secret } from '../../conf/index.ts';
import { syncFolder } from '../../disk/index.ts';
import { checkPair, readCertificates, type CertificateFact } from '../../tls/index.ts';

export interface PairFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Pair {
  /** With its intermediates, PEM. */
  readonly certificate: string;
  readonly key: Secret;
}

/** What the files hold. */
export type PairReading =
  | { readonly kind: 'pair'; readonly leaf: CertificateFact }
  /** One sentence: missing, not readable, no certificate, not belonging together, under a passphrase. */
  | { readonly kind: 'unusable'; readonly why: string };

const NEXT = '.wardis-next';
const LAST = '.wardis-last';
/** Certificates and keys are small; anything larger is something else. */
const PEM_BYTES_MAX = 1024 * 1024;

/** Finishes or clears what an earlier call left, then reads. Changes nothing where nothing was left. */
export function readPair(files: PairFiles): PairReading {
  try {
    const paths = realOf(files);
    settlePair(paths);
    const certificate = readSmall(paths.certificate);
    const key = readSmall(paths.key);
    const verdict = checkPair(certificate, key);
    const [leaf] = readCertificates(certificate).certificates;
    if (verdict === 'match' && leaf !== undefined) return { kind: 'pair', leaf };
    return { kind: 'unusable', why: WHY[verdict === 'match' ? 'unreadable-certificate' : verdict] };
  } catch (error) {
    return { kind: 'unusable', why: error instanceof Error ? error.message : 'unknown' };
  }
}

/** Both or none. Throws what the file system throws, and then the old pair is in its place. */
export function replacePair(files: PairFiles, pair: Pair): void {
  const paths = realOf(files);
  if (paths.certificate === paths.key) {
    stage(paths.certificate, combined(paths.certificate, pair));
    renameSync(paths.certificate + NEXT, paths.certificate);
    return syncFolder(dirname(paths.certificate));
  }
  try {
    stage(paths.key, pair.key.reveal());
    stage(paths.certificate, pair.certificate);
    rmSync(paths.key + LAST, { force: true });
    linkSync(paths.key, paths.key + LAST);
    for (const path of [paths.key, paths.certificate]) syncFolder(dirname(path));
    renameSync(paths.key + NEXT, paths.key);
  } catch (error) {
    clear(paths);
    throw error;
  }
  try {
    renameSync(paths.certificate + NEXT, paths.certificate);
  } catch (error) {
    renameSync(paths.key + LAST, paths.key);
    clear(paths);
    throw error;
  }
  for (const path of [paths.key, paths.certificate]) syncFolder(dirname(path));
  clear(paths);
}

const WHY = {
  mismatch: 'certificate and key do not belong together',
  'unreadable-certificate': 'there is no certificate in it that can be read',
  'unreadable-key': 'there is no key in it that can be read',
  'encrypted-key': 'the key is under a passphrase, which programs that read it would have to know',
} as const;

function realOf({ certificate, key }: PairFiles): PairFiles {
  return { certificate: realpathSync(certificate), key: realpathSync(key) };
}

/** The key has its new name and the certificate has not: finished. Otherwise nothing was changed. */
function settlePair(paths: PairFiles): void {
  const waiting = paths.certificate + NEXT;
  if (![waiting, paths.key + NEXT, paths.key + LAST].some((path) => existsSync(path))) return;
  if (existsSync(waiting) && paths.certificate !== paths.key) {
    if (checkPair(readSmall(waiting), readSmall(paths.key)) === 'match') {
      renameSync(waiting, paths.certificate);
      syncFolder(dirname(paths.certificate));
    }
  }
  clear(paths);
}

function clear({ certificate, key }: PairFiles): void {
  for (const path of [certificate + NEXT, key + NEXT, key + LAST]) rmSync(path, { force: true });
}

/** On disk beside its file, for the same owner and with the same mode before it holds anything. */
function stage(path: string, content: string): void {
  const { mode, uid, gid } = statSync(path);
  const staged = path + NEXT;
  rmSync(staged, { force: true });
  const file = openSync(staged, 'wx', 0o600);
  try {
    const own = statSync(staged);
    if (own.uid !== uid || own.gid !== gid) chownSync(staged, uid, gid);
    chmodSync(staged, mode & 0o7777);
    const bytes = Buffer.from(content, 'utf8');
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } catch (error) {
    rmSync(staged, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** One file with both, in the order in which it had them. */
function combined(path: string, { certificate, key }: Pair): string {
  const before = readSmall(path);
  const keyFirst = before.indexOf('PRIVATE KEY-----') < before.indexOf('CERTIFICATE-----');
  return keyFirst ? key.reveal() + certificate : certificate + key.reveal();
}

function readSmall(path: string): string {
  const { size } = statSync(path);
  if (size > PEM_BYTES_MAX) throw new Error(`${path} has ${size} bytes, too many for a certificate or a key`);
  return readFileSync(path, 'utf8');
}
