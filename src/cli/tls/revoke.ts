/**
 * The work of `wardis tls revoke`: a mark, a list, and the truth about both: no version of Redis or Valkey reads a
 * revocation list, so what ends the use of a certificate there is told instead.
 */

import { existsSync, statSync } from 'node:fs';
import {
  namesOf,
  PkiError,
  readDescent,
  readInventory,
  readTrust,
  renewRevocationList,
  revokeCertificates,
  type InventoryEntry,
  type RevocationList,
  type RevocationReason,
} from '../../pki/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import { readCertificates } from '../../tls/index.ts';
import type { TlsRevokeFlags } from '../commands/tls/revoke.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';
import { shownPath } from './ca-words.ts';
import { counted, inColumns, untilWords } from './certificate-words.ts';
import { describePkiError, enterState, explainPki, withPassphrase } from './pki-access.ts';

const REASONS: readonly RevocationReason[] = [
  'unspecified',
  'key-compromise',
  'ca-compromise',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
];
const PEM_BYTES_MAX = 1024 * 1024;
const SHOWN_MAX = 8;

/** The list, or why it could not be signed; `foreign`: another authority's certificates are not in a list of ours. */
type Listing =
  | { readonly kind: 'signed'; readonly list: RevocationList }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unsigned'; readonly failure: CommandFailure['text'] };

export async function runTlsRevoke(
  wanted: string,
  flags: TlsRevokeFlags,
  context: CommandContext,
): Promise<void> {
  const reason = readReason(flags.reason);
  const stateFolder = enterState(flags, 'read');
  const found = await find(wanted, stateFolder, flags, context.now());
  const fingerprints = found.map(({ fingerprintSha256 }) => fingerprintSha256);
  const entries = await explainPki(() =>
    revokeCertificates(stateFolder, fingerprints, reason, context.now()),
  );
  const listing = await renewList(stateFolder, entries, flags, context);
  context.finish(listing.kind === 'unsigned' ? EXIT.incomplete : EXIT.ok);
  context.terminal.out(
    flags.json === true
      ? `${printSafeJson(dataOf(entries, listing), 2)}\n`
      : wordsOf(entries, listing, stateFolder, context),
  );
}

function readReason(text: string): RevocationReason {
  const reason = REASONS.find((known) => known === text);
  if (reason !== undefined) return reason;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--reason ${JSON.stringify(text)} is not known`,
    cause: `reasons are ${REASONS.join(', ')}`,
    next: 'leave it out when there is none to give',
  });
}

/** By file, fingerprint, serial number, or name; of several with one name all, or none. */
async function find(
  wanted: string,
  stateFolder: string,
  flags: TlsRevokeFlags,
  now: Date,
): Promise<readonly InventoryEntry[]> {
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') {
    throw new CommandFailure({
      code: 'E_STATE',
      what: `the inventory cannot be read: ${reading.why}`,
      target: `${shownPath(stateFolder)}/tls/inventory.json`,
      next: 'put a good copy in its place',
    });
  }
  const leaves = reading.certificates.filter(({ usage }) => usage !== 'authority');
  const hex = wanted.replaceAll(':', '').toLowerCase();
  const file = await fingerprintOfFile(wanted);
  const matches =
    file === undefined
      ? firstOf(
          leaves.filter(({ fingerprintSha256 }) => fingerprintSha256 === hex),
          leaves.filter(({ serial }) => trimmed(serial) === trimmed(hex)),
          leaves.filter((entry) => namesOf(entry).includes(wanted)),
        )
      : leaves.filter(({ fingerprintSha256 }) => fingerprintSha256 === file);
  if (matches.length === 0) throw unknown(wanted);
  // An earlier certificate of the name that has its mark already is not in doubt.
  const open = matches.filter(({ revoked }) => revoked === undefined);
  const meant = open.length === 0 ? matches : open;
  if (meant.length === 1 || flags.all === true) return meant;
  throw ambiguous(wanted, meant, stateFolder, now);
}

async function fingerprintOfFile(path: string): Promise<string | undefined> {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  const text = await readInput(path, 'the certificate', PEM_BYTES_MAX);
  const { certificates, problems } = readCertificates(text);
  if (certificates[0] !== undefined) return certificates[0].fingerprintSha256;
  throw new CommandFailure({
    code: 'E_CERTIFICATE',
    what: problems[0]?.message ?? 'there is no certificate in the file',
    target: path,
    next: 'name the certificate by its serial number or its name: wardis tls list --all',
  });
}

async function renewList(
  stateFolder: string,
  entries: readonly InventoryEntry[],
  flags: TlsRevokeFlags,
  context: CommandContext,
): Promise<Listing> {
  if (entries.every(({ origin }) => origin.kind === 'adopted')) return { kind: 'foreign' };
  try {
    const list = await withPassphrase(flags, context, (passphrase) =>
      renewRevocationList(stateFolder, { passphrase, now: context.now }),
    );
    return { kind: 'signed', list };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { kind: 'unsigned', failure: describePkiError(error) };
  }
}

function wordsOf(
  entries: readonly InventoryEntry[],
  listing: Listing,
  stateFolder: string,
  context: CommandContext,
): string {
  const now = context.now();
  const { columns } = context.terminal.outLook;
  const rows = entries.map(
    ({ usage, subject, serial, revoked, notAfter }) =>
      [
        'revoked',
        `${usage} ${subject}, serial ${serial}, for: ${revoked?.reason ?? ''}, ends ${untilWords(notAfter, now)}`,
      ] as const,
  );
  return `${inColumns([...rows, listRow(listing)], columns)}\n${truthOf(entries, stateFolder)}`;
}

function listRow(listing: Listing): readonly [string, string] {
  switch (listing.kind) {
    case 'signed': {
      const { path, number, count } = listing.list;
      return ['list', `${shownPath(path)}  number ${number}, ${counted(count, 'certificate')}`];
    }
    case 'foreign':
      return [
        'list',
        'none: another authority issued it, and only that one can list it; revoke it there too',
      ];
    case 'unsigned': {
      const { what, next } = listing.failure;
      return [
        'list',
        `NOT signed: ${what}${next === undefined ? '' : ` (${next})`}; then: wardis tls ca crl`,
      ];
    }
  }
}

/** The next step for who must keep somebody out today. */
function truthOf(entries: readonly InventoryEntry[], stateFolder: string): string {
  const clients = entries.filter(({ usage }) => usage !== 'server');
  const first = clients[0];
  const name = safeText(first?.commonName ?? 'NAME');
  const lines = [
    `No version of Redis or Valkey reads a revocation list: ${trustWords(entries, stateFolder)}.`,
    ...(first === undefined
      ? ['next   give the server another one: wardis tls rotate leaf']
      : [
          `next   wardis user revoke ${name}     its user off, its sessions ended, proved`,
          '       wardis tls reconnect --of USER   where it logs in as another user: servers do not tell who',
          '         showed a certificate, so it is you who says whose connections end; --all: everybody’s, paced',
          '       and from now on: short lives (--days 30), and a root for these servers alone',
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether servers let it in is for their trust to say, and not for the list. */
function trustWords(entries: readonly InventoryEntry[], stateFolder: string): string {
  const descentOf = readDescent(readInventory(stateFolder).certificates, readTrust(stateFolder));
  const dropped = entries.filter((entry) => descentOf(entry) === 'dropped').length;
  if (dropped === 0) return 'servers accept the certificate until it ends';
  if (dropped === entries.length) {
    return 'its authority is trusted here no more, so a server that has the CA file of today refuses it already';
  }
  return `servers accept ${entries.length - dropped} of them until they end; the authority of the other ${dropped} is trusted here no more`;
}

function dataOf(entries: readonly InventoryEntry[], listing: Listing): unknown {
  return {
    schemaVersion: '1',
    revoked: entries.map(({ usage, subject, serial, fingerprintSha256, notAfter, revoked }) => ({
      usage,
      subject,
      serial,
      fingerprintSha256,
      notAfter,
      at: revoked?.at ?? null,
      reason: revoked?.reason ?? null,
    })),
    list:
      listing.kind === 'signed'
        ? {
            state: 'signed',
            file: listing.list.path,
            number: listing.list.number,
            nextUpdate: listing.list.nextUpdate,
          }
        : listing.kind === 'foreign'
          ? { state: 'foreign' }
          : { state: 'unsigned', why: listing.failure.what },
    heededByServers: false,
  };
}

function unknown(wanted: string): CommandFailure {
  return new CommandFailure({
    code: 'E_CERTIFICATE',
    what: `no certificate answers to ${JSON.stringify(wanted)}; nothing was revoked`,
    next: 'wardis tls list --all; one that is not in it: wardis tls adopt FILE',
  });
}

function ambiguous(
  wanted: string,
  entries: readonly InventoryEntry[],
  stateFolder: string,
  now: Date,
): CommandFailure {
  const descentOf = readDescent(readInventory(stateFolder).certificates, readTrust(stateFolder));
  const stateOf = (entry: InventoryEntry): string => {
    const states = [
      ...(entry.revoked === undefined ? [] : ['revoked']),
      ...(Date.parse(entry.notAfter) <= now.getTime() ? ['ended'] : []),
      ...(entry.supersededBy === undefined ? [] : ['superseded']),
      ...(descentOf(entry) === 'dropped' ? ['its authority trusted no more'] : []),
    ];
    return states.length === 0 ? 'in force' : states.join(', ');
  };
  const lines = entries
    .slice(0, SHOWN_MAX)
    .map(
      (entry) =>
        `${entry.serial}  ${entry.usage} ${entry.subject} by ${entry.issuer}, until ${entry.notAfter.slice(0, 16)}Z: ${stateOf(entry)}`,
    );
  const more = entries.length > SHOWN_MAX ? [`and ${entries.length - SHOWN_MAX} more`] : [];
  return new CommandFailure({
    code: 'E_CERTIFICATE',
    what: `${entries.length} certificates answer to ${JSON.stringify(wanted)}; nothing was revoked`,
    cause: [...lines, ...more].join('\n         '),
    next: 'name one by its serial number, or all of them: --all',
  });
}

function firstOf<T>(...lists: readonly (readonly T[])[]): readonly T[] {
  return lists.find(({ length }) => length > 0) ?? [];
}

/** Leading zeros are no part of a number. */
function trimmed(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}
