/** The work of `wardis tls list`: the inventory with what its dates mean today. */

import { dueAt, readInventory, type InventoryEntry } from '../../pki/index.ts';
import { printCsvRow, printSafeJson } from '../../text/index.ts';
import type { TlsListFlags } from '../commands/tls/list.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeParts } from '../file-output.ts';
import { parseOutputs } from '../format-option.ts';
import { shownPath } from './ca-words.ts';
import { tableOfList } from './list-table.ts';
import { enterState } from './pki-access.ts';

/** `due`: past two thirds of its life. The gravest counts. */
export type CertificateState = 'revoked' | 'expired' | 'superseded' | 'not yet valid' | 'due' | 'valid';

export interface ListedCertificate {
  readonly entry: InventoryEntry;
  readonly state: CertificateState;
  /** ISO 8601, UTC. */
  readonly due: string;
}

const FORMATS = ['table', 'json', 'csv'] as const;

export async function runTlsList(flags: TlsListFlags, context: CommandContext): Promise<void> {
  const asked = flags.json === true ? ['json', ...flags.output] : flags.output;
  const outputs = parseOutputs(asked, FORMATS, 'table');
  const stateFolder = enterState(flags, 'read');
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') {
    throw new CommandFailure({
      code: 'E_STATE',
      what: `the inventory cannot be read: ${reading.why}`,
      target: `${shownPath(stateFolder)}/tls/inventory.json`,
      next: 'put a good copy in its place; or move it away and adopt certificates anew: wardis tls adopt FILE',
    });
  }
  const now = context.now();
  const all = reading.certificates.map((entry) => listed(entry, now)).toSorted(bySubjectThenEnd);
  const shown = flags.all === true ? all : all.filter(isInUse);
  const { terminal } = context;
  context.finish(EXIT.ok);
  for (const { format, path } of outputs) {
    const look =
      path === undefined ? terminal.outLook : { ...terminal.outLook, colour: false, columns: Infinity };
    const parts = render(format, shown, all.length - shown.length, now, look);
    if (path !== undefined) writeParts(path, parts, 0o600);
    else
      for (const part of parts) {
        terminal.out(part);
        await terminal.drained?.();
      }
  }
}

function render(
  format: (typeof FORMATS)[number],
  shown: readonly ListedCertificate[],
  hidden: number,
  now: Date,
  look: CommandContext['terminal']['outLook'],
): Iterable<string> {
  switch (format) {
    case 'table':
      return tableOfList(shown, hidden, now, look);
    case 'json':
      return [
        `${printSafeJson({ schemaVersion: '1', at: now.toISOString(), hidden, certificates: shown.map(dataOf) }, 2)}\n`,
      ];
    case 'csv':
      return csvOf(shown);
  }
}

function listed(entry: InventoryEntry, now: Date): ListedCertificate {
  const due = dueAt(entry);
  return { entry, state: stateOf(entry, due, now), due: due.toISOString() };
}

function stateOf(entry: InventoryEntry, due: Date, now: Date): CertificateState {
  if (entry.revoked !== undefined) return 'revoked';
  if (Date.parse(entry.notAfter) <= now.getTime()) return 'expired';
  if (entry.supersededBy !== undefined) return 'superseded';
  if (Date.parse(entry.notBefore) > now.getTime()) return 'not yet valid';
  return due.getTime() <= now.getTime() ? 'due' : 'valid';
}

/** One that was revoked is in use as far as servers care, until it ends; one that ended and was not replaced is missed. */
function isInUse({ entry, state }: ListedCertificate): boolean {
  if (state === 'superseded') return false;
  return state === 'expired' ? entry.supersededBy === undefined : true;
}

const USAGES: readonly InventoryEntry['usage'][] = ['authority', 'intermediate', 'node', 'server', 'client'];

function bySubjectThenEnd(a: ListedCertificate, b: ListedCertificate): number {
  return (
    USAGES.indexOf(a.entry.usage) - USAGES.indexOf(b.entry.usage) ||
    a.entry.subject.localeCompare(b.entry.subject, 'en', { numeric: true }) ||
    a.entry.notAfter.localeCompare(b.entry.notAfter)
  );
}

function dataOf({ entry, state, due }: ListedCertificate): unknown {
  const { pem: _pem, ...rest } = entry;
  return { ...rest, state, due };
}

const CSV: readonly (readonly [string, (certificate: ListedCertificate) => string | undefined])[] = [
  ['name', ({ entry }) => entry.commonName],
  ['usage', ({ entry }) => entry.usage],
  ['state', ({ state }) => state],
  ['not_before', ({ entry }) => entry.notBefore],
  ['not_after', ({ entry }) => entry.notAfter],
  ['due', ({ due }) => due],
  ['serial', ({ entry }) => entry.serial],
  ['sha256', ({ entry }) => entry.fingerprintSha256],
  ['subject', ({ entry }) => entry.subject],
  ['dns', ({ entry }) => entry.dnsNames.join(' ')],
  ['ip', ({ entry }) => entry.ipAddresses.join(' ')],
  ['uri', ({ entry }) => entry.uris.join(' ')],
  ['issuer', ({ entry }) => entry.issuer],
  ['origin', ({ entry }) => entry.origin.kind],
  ['node', ({ entry }) => entry.node],
  ['file', ({ entry }) => entry.files?.certificate],
  ['key_file', ({ entry }) => entry.files?.key],
  ['superseded_by', ({ entry }) => entry.supersededBy],
  ['revoked_at', ({ entry }) => entry.revoked?.at],
  ['revoked_for', ({ entry }) => entry.revoked?.reason],
];

function* csvOf(certificates: readonly ListedCertificate[]): Generator<string> {
  yield printCsvRow(CSV.map(([name]) => name));
  for (const each of certificates) yield printCsvRow(CSV.map(([, value]) => value(each) ?? ''));
}
