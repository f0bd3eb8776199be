/** The work of `wardis tls adopt`: each file is looked at, told about, and recorded; roots become trusted. */

import { resolve } from 'node:path';
import {
  adoptTrust,
  examineAdoption,
  readInventory,
  readTrust,
  recordCertificates,
  type Adoption,
  type AdoptionFile,
} from '../../pki/index.ts';
import { printSafeJson } from '../../text/index.ts';
import { readCertificates } from '../../tls/index.ts';
import type { TlsAdoptFlags } from '../commands/tls/adopt.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';
import { shownPath } from './ca-words.ts';
import { inColumns, keyWords, untilWords } from './certificate-words.ts';
import { enterState, explainPki, readPassphrase } from './pki-access.ts';

const PEM_BYTES_MAX = 4 * 1024 * 1024;
const PAIR_WORDS = {
  mismatch: 'the key does not belong to the certificate',
  'unreadable-certificate': 'the certificate cannot be read',
  'unreadable-key': 'the key cannot be read',
  'encrypted-key': 'the key is under a passphrase: pass --passphrase-file FILE',
} as const;

/** A certificate that was taken in. */
interface Taken {
  readonly adoption: Adoption;
  readonly path: string;
  /** It was in the inventory, or trusted, before. */
  readonly known: boolean;
}

export async function runTlsAdopt(
  paths: readonly string[],
  flags: TlsAdoptFlags,
  context: CommandContext,
): Promise<void> {
  if (flags.key !== undefined && paths.length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--key belongs to one certificate, and more than one file is named',
      next: 'adopt them one after the other',
    });
  }
  const files = await readFiles(paths, flags, context);
  const extra = await Promise.all(flags.ca.map((path) => readInput(path, 'the root', PEM_BYTES_MAX)));
  const stateFolder = enterState(flags, 'write');
  const roots = [
    ...readTrust(stateFolder).roots.map(({ fact }) => fact.pem),
    ...extra,
    ...files.flatMap(({ pem }) => rootsIn(pem)),
  ];
  const examined = files.map((file) => ({ file, ...examineAdoption(file, roots, context.now()) }));
  for (const { file, adoptions, unread } of examined) refuseUnusable(file, adoptions, unread[0]?.message);
  const taken = await explainPki(() => record(stateFolder, examined));
  context.finish(EXIT.ok);
  context.terminal.out(
    flags.json === true ? `${printSafeJson(dataOf(taken), 2)}\n` : wordsOf(taken, context.now()),
  );
}

/** A root that is adopted in the same breath counts. */
function rootsIn(pem: string): readonly string[] {
  const { certificates } = readCertificates(pem);
  return certificates.filter(({ isCa, selfSigned }) => isCa && selfSigned).map((fact) => fact.pem);
}

async function readFiles(
  paths: readonly string[],
  flags: TlsAdoptFlags,
  context: CommandContext,
): Promise<readonly AdoptionFile[]> {
  const passphrase = await readPassphrase(flags, context);
  const key =
    flags.key === undefined
      ? undefined
      : {
          pem: await readInput(flags.key, 'the private key', PEM_BYTES_MAX),
          path: resolve(flags.key),
          ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
        };
  return Promise.all(
    paths.map(async (path) => ({
      pem: await readInput(path, 'the certificate', PEM_BYTES_MAX),
      path: resolve(path),
      ...(key === undefined ? {} : { key }),
    })),
  );
}

/** Nothing of any file is recorded when one of them is no certificate, or is given the wrong key. */
function refuseUnusable(file: AdoptionFile, adoptions: readonly Adoption[], why: string | undefined): void {
  const pair = adoptions.flatMap((each) =>
    each.kind === 'leaf' && each.pair !== undefined ? [each.pair] : [],
  )[0];
  const wrong =
    adoptions.length === 0
      ? (why ?? 'there is no certificate in it')
      : pair === undefined || pair === 'match'
        ? undefined
        : PAIR_WORDS[pair];
  if (wrong === undefined) return;
  throw new CommandFailure({
    code: 'E_CERTIFICATE',
    what: `${wrong}; nothing was recorded`,
    target: shownPath(file.path),
    next:
      adoptions.length === 0
        ? 'a PEM certificate begins with -----BEGIN CERTIFICATE-----'
        : 'look which key belongs to it',
  });
}

async function record(
  stateFolder: string,
  examined: readonly { readonly file: AdoptionFile; readonly adoptions: readonly Adoption[] }[],
): Promise<readonly Taken[]> {
  const before = new Map(
    readInventory(stateFolder).certificates.map((entry) => [entry.fingerprintSha256, entry] as const),
  );
  const all = examined.flatMap(({ file, adoptions }) =>
    adoptions.map((adoption) => ({ adoption, path: file.path })),
  );
  // What we issued ourselves stays ours, and what was recorded first keeps its date.
  const entries = all.map(({ adoption: { entry } }) => {
    const old = before.get(entry.fingerprintSha256);
    return old === undefined
      ? entry
      : { ...entry, origin: old.origin, recordedAt: old.recordedAt, usage: old.usage };
  });
  await recordCertificates(stateFolder, entries);
  const taken: Taken[] = [];
  for (const { adoption, path } of all) {
    const { fact } = adoption;
    const root = adoption.kind === 'authority' && fact.selfSigned;
    const trust = root ? await adoptTrust(stateFolder, fact) : undefined;
    taken.push({ adoption, path, known: root ? trust === 'known' : before.has(fact.fingerprintSha256) });
  }
  return taken;
}

function wordsOf(taken: readonly Taken[], now: Date): string {
  const parts = taken.map(({ adoption, path, known }) => {
    const { fact, entry, problems } = adoption;
    const what = known ? 'known' : roleOf(adoption) === 'root' ? 'trusted' : 'adopted';
    return inColumns([
      [
        what,
        `${fact.subject}  ${roleOf(adoption)}, ${keyWords(fact)}, until ${untilWords(fact.notAfter, now)}`,
      ],
      ['from', `${shownPath(path)}, issued by ${entry.issuer}`],
      ...problems.flatMap(({ message, help }) => [
        ['problem', message] as const,
        ...(help === undefined ? [] : [['', help] as const]),
      ]),
    ]);
  });
  return `${parts.join('\n')}\n${nextOf(taken)}`;
}

function nextOf(taken: readonly Taken[]): string {
  const leaf = taken.some(({ adoption }) => adoption.kind === 'leaf');
  const untrusted = taken.some(({ adoption }) =>
    adoption.problems.some(({ code }) => code === 'issuer-not-found' || code === 'self-signed-untrusted'),
  );
  if (untrusted) return 'next   name the root of its issuer: wardis tls adopt ROOT\n';
  return leaf ? 'next   wardis tls list\n' : 'next   wardis tls bundle\n';
}

function roleOf({ kind, fact, entry }: Adoption): string {
  if (kind === 'leaf') return entry.usage;
  return fact.selfSigned ? 'root' : 'intermediate';
}

function dataOf(taken: readonly Taken[]): unknown {
  return {
    schemaVersion: '1',
    certificates: taken.map(({ adoption, path, known }) => ({
      file: path,
      role: roleOf(adoption),
      state: known ? 'known' : roleOf(adoption) === 'root' ? 'trusted' : 'adopted',
      subject: adoption.fact.subject,
      issuer: adoption.fact.issuer,
      serial: adoption.fact.serial,
      fingerprintSha256: adoption.fact.fingerprintSha256,
      notAfter: adoption.fact.notAfter,
      problems: adoption.problems,
    })),
  };
}
