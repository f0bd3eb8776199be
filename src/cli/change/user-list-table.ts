/** The users of a fleet for a terminal: one line each, then where nodes differ, then what could not be read. */

import type { RosterUser } from '../../change/index.ts';
import { cutTo, foldText, padTo, safeText, widthOf } from '../../text/index.ts';
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
  const widths = columns.map(({ head }, at) =>
    cells.reduce((width, row) => Math.max(width, widthOf(row[at] ?? '')), head.length),
  );
  yield `${paint(
    '2',
    columns
      .map(({ head }, at) => padTo(head, widths[at] ?? 0))
      .join(GAP)
      .trimEnd(),
    look,
  )}\n`;
  for (const [row, user] of users.entries()) {
    const line = columns.map(({ alarm }, at) => {
      const text = padTo(cells[row]?.[at] ?? '', widths[at] ?? 0);
      return alarm?.(user) === true ? paint('33', text, look) : text;
    });
    yield `${line.join(GAP).trimEnd()}\n`;
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
