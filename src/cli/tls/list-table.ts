/** The inventory as a table for a terminal, cut to its width. */

import { cutTo, padTo, safeText, widthOf } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import { shownPath } from './ca-words.ts';
import { inDays } from './certificate-words.ts';
import type { ListedCertificate } from './list.ts';

const GAP = '  ';
const NAME_COLUMNS_MAX = 44;
const YIELDING_COLUMNS_MIN = 4;

interface Column {
  readonly head: string;
  readonly cell: (certificate: ListedCertificate, now: Date) => string;
  /** It may be cut where the terminal is narrow. */
  readonly yields?: boolean;
}

export function* tableOfList(
  certificates: readonly ListedCertificate[],
  hidden: number,
  now: Date,
  look: Look,
): Generator<string> {
  if (certificates.length > 0) yield* rowsOf(certificates, now, look);
  else yield hidden === 0 ? 'no certificate was issued or adopted yet\n' : 'no certificate is in use\n';
  if (hidden > 0) yield `\n${hidden} more that ended or ${hidden === 1 ? 'was' : 'were'} replaced: --all\n`;
  yield `\n${nextOf(certificates)}\n`;
}

const COLUMNS: readonly Column[] = [
  { head: 'name', cell: nameOf, yields: true },
  { head: 'usage', cell: ({ entry }) => entry.usage },
  { head: 'state', cell: ({ state }) => state },
  { head: 'until', cell: ({ entry }, now) => untilOf(entry.notAfter, now) },
  { head: 'due', cell: ({ due, state }) => (state === 'valid' ? due.slice(0, 10) : '') },
  { head: 'issued by', cell: ({ entry }) => entry.issuer.replace(/^CN=/, ''), yields: true },
  { head: 'where', cell: whereOf, yields: true },
];

function nextOf(certificates: readonly ListedCertificate[]): string {
  const due = certificates.some(
    ({ state, entry }) => (state === 'due' || state === 'expired') && entry.usage !== 'authority',
  );
  if (due) return 'next   wardis tls renew --check';
  return certificates.length === 0
    ? 'next   wardis tls ca init, then wardis tls issue; or wardis tls adopt FILE'
    : 'next   wardis tls inspect HOST:PORT   what servers really serve';
}

function* rowsOf(certificates: readonly ListedCertificate[], now: Date, look: Look): Generator<string> {
  const rows = certificates.map((each) => COLUMNS.map(({ cell }) => safeText(cell(each, now))));
  // A pipe is never cut.
  const cuts = Number.isFinite(look.columns);
  const filled = COLUMNS.map(({ head, yields = false }, at) => {
    const width = Math.max(widthOf(head), ...rows.map((row) => widthOf(row[at] ?? '')));
    return { head, at, yields, width: yields && cuts ? Math.min(width, NAME_COLUMNS_MAX) : width };
  }).filter(({ at }) => rows.some((row) => row[at] !== ''));
  const used = leaveOut(filled, look.columns);
  const widths = fit(used, look.columns);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => padTo(cutTo(cell, widths[at] ?? 0, look.unicode ? '…' : '~'), widths[at] ?? 0))
      .join(GAP)
      .trimEnd();
  yield `${paint('2', line(used.map(({ head }) => head)), look)}\n`;
  for (const [index, row] of rows.entries()) {
    const alarming = certificates[index]?.state !== 'valid';
    const text = line(used.map(({ at }) => row[at] ?? ''));
    yield `${alarming ? paint('33', text, look) : text}\n`;
  }
}

/** A name in full says more than where it lies in part; JSON and CSV have everything. */
function leaveOut<T extends { readonly head: string; readonly width: number }>(
  columns: readonly T[],
  room: number,
): readonly T[] {
  let kept = columns;
  for (const head of ['issued by', 'where']) {
    if (totalOf(kept.map(({ width }) => width)) <= room) return kept;
    kept = kept.filter((column) => column.head !== head);
  }
  return kept;
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

/** Columns that may yield share what is missing, the widest first. */
function fit(
  columns: readonly { readonly width: number; readonly yields: boolean }[],
  room: number,
): readonly number[] {
  const widths = columns.map(({ width }) => width);
  while (totalOf(widths) > room) {
    const widest = columns.reduce(
      (best, { yields }, at) => (yields && (widths[at] ?? 0) > (widths[best] ?? 0) ? at : best),
      columns.findIndex(({ yields }) => yields),
    );
    if ((widths[widest] ?? 0) <= YIELDING_COLUMNS_MIN) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function nameOf({ entry }: ListedCertificate): string {
  return entry.commonName ?? entry.dnsNames[0] ?? entry.ipAddresses[0] ?? entry.uris[0] ?? entry.subject;
}

function untilOf(notAfter: string, now: Date): string {
  return `${notAfter.slice(0, 10)} ${inDays(Date.parse(notAfter) - now.getTime())}`;
}

function whereOf({ entry }: ListedCertificate): string {
  return entry.node ?? (entry.files === undefined ? '' : shownPath(entry.files.certificate));
}

function paint(code: string, text: string, look: Look): string {
  return look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}
