/** The users of a fleet for a terminal: one line each, then where nodes differ, then what could not be read. */

import type { RosterUser } from '../../change/index.ts';
import { cutTo, foldText, padTo, safeText, widthOf, wrapTo } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import { columnsFor } from './user-list-cells.ts';
import type { RosterReport } from './user-list.ts';

const GAP = '  ';
const CELL_COLUMNS_MAX = 40;
/** Lines about differences; JSON has all of them. */
const DIFFERENCES_SHOWN = 50;

export function* tableOfRoster(report: RosterReport, look: Look): Generator<string> {
  yield `${headOf(report, look)}\n`;
  for (const place of ['servers', 'sentinels'] as const) {
    const users = report.users.filter(({ on }) => on === place);
    if (users.length === 0) continue;
    yield `\n${place === 'sentinels' ? `${paint('2', 'on the Sentinels', look)}\n` : ''}`;
    yield* rowsOf(users, report, look);
  }
  yield* differencesOf(report.users, look);
  const unread = report.nodes.flatMap(({ id, unread: parts }) => parts.map((part) => ({ id, ...part })));
  if (unread.length > 0) yield `\n${paint('31', 'not read', look)}\n`;
  for (const { id, what, why } of unread)
    yield `${foldText(safeText(`${id}: ${what === 'node' ? '' : `${what}: `}${why}`), look.columns, '  ')}\n`;
  const notes = [...report.notes, ...sessionNotes(report)];
  for (const [at, note] of notes.entries())
    yield `${at === 0 ? '\n' : ''}${foldText(`note: ${safeText(note)}`, look.columns, '')}\n`;
}

function headOf({ fleet, kind, nodes }: RosterReport, look: Look): string {
  const sentinels = nodes.filter(({ role }) => role === 'sentinel').length;
  return [
    ...(fleet === undefined ? [] : [`fleet ${safeText(fleet)}`]),
    kind,
    counted(nodes.length - sentinels, 'server'),
    ...(sentinels === 0 ? [] : [counted(sentinels, 'Sentinel')]),
  ].join(look.unicode ? ' · ' : ', ');
}

function* rowsOf(users: readonly RosterUser[], report: RosterReport, look: Look): Generator<string> {
  const columns = columnsFor(report.policy);
  const ellipsis = look.unicode ? '…' : '~';
  const cells = users.map((user) =>
    columns.map(({ cell }) => cutTo(safeText(cell(user)), CELL_COLUMNS_MAX, ellipsis)),
  );
  const widths = fitWidths(
    columns.map(({ head }, at) => [head, ...cells.map((row) => row[at] ?? '')]),
    look.columns,
  );
  const heads = columns.map(({ head }) => head);
  yield* layOut(heads, widths, (text) => paint('2', text, look));
  for (const [row, user] of users.entries())
    yield* layOut(cells[row] ?? [], widths, (text, at) =>
      columns[at]?.alarm?.(user) === true ? paint('33', text, look) : text,
    );
}

/** Of each column: as wide as its texts; where that is more than the terminal has, narrower, down to the longest word. */
function fitWidths(columns: readonly (readonly string[])[], room: number): readonly number[] {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));
  const widths = columns.map(widest);
  const least = columns.map((texts) => widest(texts.flatMap((text) => text.split(' '))));
  const gaps = GAP.length * (columns.length - 1);
  for (let over = sum(widths) + gaps - room; over > 0; over -= 1) {
    const spare = widths.map((width, at) => width - (least[at] ?? 0));
    const most = Math.max(...spare);
    if (most <= 0) break;
    const at = spare.indexOf(most);
    widths[at] = (widths[at] ?? 1) - 1;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A row, on as many lines as its longest cell needs. */
function* layOut(
  cells: readonly string[],
  widths: readonly number[],
  dress: (text: string, at: number) => string,
): Generator<string> {
  const folded = cells.map((cell, at) => wrapTo(cell, widths[at] ?? 0));
  const height = Math.max(...folded.map(({ length }) => length));
  for (let line = 0; line < height; line += 1) {
    const last = folded.findLastIndex((lines) => (lines[line] ?? '') !== '');
    const parts = folded.slice(0, last + 1).map((lines, at) => {
      const text = lines[line] ?? '';
      return dress(at === last ? text : padTo(text, widths[at] ?? 0), at);
    });
    yield `${parts.join(GAP)}\n`;
  }
}

function* differencesOf(users: readonly RosterUser[], look: Look): Generator<string> {
  const lines = users.flatMap(({ name, on, present, missing, differing }) => {
    const who = on === 'sentinels' ? `${name} (Sentinels)` : name;
    return [
      // A user that is nowhere is missing nowhere in particular.
      ...(present.length === 0 ? [] : missing.map((node) => `${who}  ${node}  missing`)),
      ...differing.map((each) => `${who}  ${each.node}  other ${each.in.join(' and ')}`),
    ];
  });
  if (lines.length === 0) return;
  yield `\n${paint('33', 'not the same everywhere', look)}\n`;
  for (const line of lines.slice(0, DIFFERENCES_SHOWN)) yield `  ${safeText(line)}\n`;
  const more = lines.length - DIFFERENCES_SHOWN;
  if (more > 0) yield `  and ${more} more (--json has them)\n`;
}

function sessionNotes({ users }: RosterReport): readonly string[] {
  const loggedIn = users.some(({ name, sessions }) => name === 'default' && sessions > 0);
  return loggedIn ? ['sessions of default are also those of clients that never logged in'] : [];
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function paint(code: string, text: string, look: Look): string {
  return look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}
