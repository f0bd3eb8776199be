/**
 * A client's certificate and key, written over the files that a program reads: mode and owner stay, and links are
 * followed. Two files cannot change at one moment, so the new ones lie whole beside the old ones first; whoever comes
 * next, after a crash between the two renames, finishes it, and before them, removes what was left. Their folder may be
 * the program's own: names are never trusted to stand for the same file twice.
 */

import { linkSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Secret } from '../../conf/index.ts';
import {
  openHeldFolder,
  putInPlace,
  readHeld,
  refuseChanged,
  stageBeside,
  type HeldFile,
  type HeldFolder,
} from '../../disk/index.ts';
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

/** The two files as they were read: only they are replaced. */
export interface HeldPair {
  readonly certificate: HeldFile;
  readonly key: HeldFile;
  /** Where one file holds both: which comes first. */
  readonly order: 'apart' | 'certificate-first' | 'key-first';
}

/** What the files hold. */
export type PairReading =
  | { readonly kind: 'pair'; readonly leaf: CertificateFact; readonly held: HeldPair }
  /** One sentence: missing, not readable, no certificate, not belonging together, under a passphrase. */
  | { readonly kind: 'unusable'; readonly why: string };

const NEXT = '.wardis-next-';
const LAST = '.wardis-last-';
/** What follows them. */
const TAIL = /^[0-9a-f]{16}$/;
/** More than one is left only by several crashes. */
const LEFT_MAX = 16;
/** Certificates and keys are small; anything larger is something else. */
const PEM_BYTES_MAX = 1024 * 1024;

/** Finishes or clears what an earlier call left, then reads. Changes nothing where nothing was left. */
export function readPair(files: PairFiles): PairReading {
  try {
    settlePair(files);
    const { certificate, key } = read(files);
    const verdict = checkPair(certificate.content, key.content);
    const [leaf] = readCertificates(certificate.content).certificates;
    if (verdict === 'match' && leaf !== undefined) {
      const order = orderOf(certificate, key.file);
      return { kind: 'pair', leaf, held: { certificate: certificate.file, key: key.file, order } };
    }
    return { kind: 'unusable', why: WHY[verdict === 'match' ? 'unreadable-certificate' : verdict] };
  } catch (error) {
    return { kind: 'unusable', why: error instanceof Error ? error.message : 'unknown' };
  }
}

/**
 * Both or none, and only while they are the files that {@link readPair} read. Throws what the file system throws, and
 * then the old pair is in its place.
 */
export function replacePair(held: HeldPair, pair: Pair): void {
  withFolders(held, (folders) => {
    try {
      if (held.order === 'apart') replaceBoth(held, folders, pair);
      else replaceOne(held, folders.certificate, pair);
    } finally {
      clear(held, folders);
    }
  });
}

const WHY = {
  mismatch: 'certificate and key do not belong together',
  'unreadable-certificate': 'there is no certificate in it that can be read',
  'unreadable-key': 'there is no key in it that can be read',
  'encrypted-key': 'the key is under a passphrase, which programs that read it would have to know',
} as const;

interface Folders {
  readonly certificate: HeldFolder;
  readonly key: HeldFolder;
}

type Files = Pick<HeldPair, 'certificate' | 'key'>;

function replaceOne({ certificate: file, order }: HeldPair, folder: HeldFolder, pair: Pair): void {
  const key = pair.key.reveal();
  const content = order === 'key-first' ? key + pair.certificate : pair.certificate + key;
  const staged = stageBeside(folder, file, file.name + NEXT, content);
  refuseChanged(folder, file);
  putInPlace(folder, staged, file.name);
  folder.sync();
}

function replaceBoth({ certificate, key }: HeldPair, folders: Folders, pair: Pair): void {
  const nextKey = stageBeside(folders.key, key, key.name + NEXT, pair.key.reveal());
  const next = stageBeside(folders.certificate, certificate, certificate.name + NEXT, pair.certificate);
  refuseChanged(folders.certificate, certificate);
  refuseChanged(folders.key, key);
  const last = key.name + LAST + randomBytes(8).toString('hex');
  linkSync(folders.key.at(key.name), folders.key.at(last));
  for (const folder of [folders.key, folders.certificate]) folder.sync();
  try {
    putInPlace(folders.key, nextKey, key.name);
    putInPlace(folders.certificate, next, certificate.name);
  } catch (error) {
    renameSync(folders.key.at(last), folders.key.at(key.name));
    throw error;
  }
  for (const folder of [folders.key, folders.certificate]) folder.sync();
}

function read(files: PairFiles): Record<keyof PairFiles, ReturnType<typeof readHeld>> {
  return {
    certificate: readHeld(files.certificate, PEM_BYTES_MAX),
    key: readHeld(files.key, PEM_BYTES_MAX),
  };
}

function orderOf({ file, content }: ReturnType<typeof readHeld>, key: HeldFile): HeldPair['order'] {
  if (file.mark.file !== key.mark.file) return 'apart';
  const keyFirst = content.indexOf('PRIVATE KEY-----') < content.indexOf('CERTIFICATE-----');
  return keyFirst ? 'key-first' : 'certificate-first';
}

/** The key has its new name and the certificate has not: finished. Otherwise nothing was changed. */
function settlePair(files: PairFiles): void {
  const { certificate, key } = read(files);
  const held = { certificate: certificate.file, key: key.file };
  withFolders(held, (folders) => {
    const waiting = leftOf(folders.certificate, certificate.file.name, NEXT);
    if (waiting.length === 0 && leftOf(folders.key, key.file.name, NEXT, LAST).length === 0) return;
    if (checkPair(certificate.content, key.content) === 'mismatch') {
      finish(folders.certificate, certificate.file, waiting, key.content);
    }
    clear(held, folders);
  });
}

/** Only by a file of the same owner: where others may write too, they could leave one of such a name. */
function finish(folder: HeldFolder, file: HeldFile, waiting: readonly string[], key: string): void {
  for (const name of waiting) {
    const next = readWaiting(folder, name);
    if (next?.file.uid !== file.uid || checkPair(next.content, key) !== 'match') continue;
    refuseChanged(folder, file);
    putInPlace(folder, { name, mark: next.file.mark.file }, file.name);
    return folder.sync();
  }
}

function readWaiting(folder: HeldFolder, name: string): ReturnType<typeof readHeld> | undefined {
  if (!lstatSync(folder.at(name)).isFile()) return undefined;
  return readHeld(folder.at(name), PEM_BYTES_MAX);
}

function clear({ certificate, key }: Files, folders: Folders): void {
  for (const name of leftOf(folders.certificate, certificate.name, NEXT)) {
    rmSync(folders.certificate.at(name), { force: true });
  }
  for (const name of leftOf(folders.key, key.name, NEXT, LAST)) {
    rmSync(folders.key.at(name), { force: true });
  }
}

/** Names that an earlier call gave. */
function leftOf(folder: HeldFolder, name: string, ...marks: readonly string[]): readonly string[] {
  const prefixes = marks.map((mark) => name + mark);
  const names = readdirSync(folder.at('.'), { withFileTypes: true });
  return names
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .filter((each) =>
      prefixes.some((prefix) => each.startsWith(prefix) && TAIL.test(each.slice(prefix.length))),
    )
    .slice(0, LEFT_MAX);
}

function withFolders(held: Files, work: (folders: Folders) => void): void {
  const certificate = openHeldFolder(held.certificate);
  try {
    const key = openHeldFolder(held.key);
    try {
      work({ certificate, key });
    } finally {
      key.close();
    }
  } finally {
    certificate.close();
  }
}
