/**
 * The timeline in a terminal: a bar a certificate, all on one axis. What is behind is light, what is left is full, the
 * last third is half: then it is due. The words at the right say the same without any picture.
 */

import { makePen, type Pen, type Style } from '../../posture/index.ts';
import { cutTo, padTo, safeText, widthOf } from '../../text/index.ts';
import type { Look } from '../terminal.ts';
import { day, sayLife } from './inspect-words.ts';
import { rangeOf, shareOfAxis, type TimelineEntry, type TimelineKind } from './timeline.ts';

const NAME_COLUMNS_MAX = 32;
const BAR_COLUMNS_MIN = 16;
const BAR_COLUMNS_MAX = 60;
/** For a pipe. */
const COLUMNS_DEFAULT = 120;
const PLACES_SHOWN = 3;

const KIND_WORDS: Readonly<Record<TimelineKind, string>> = {
  served: 'served',
  authority: 'authority',
  client: 'client',
  file: 'file',
  recorded: 'recorded',
};

export function* printTimeline(entries: readonly TimelineEntry[], now: Date, look: Look): Generator<string> {
  const pen = makePen(look);
  if (entries.length === 0) {
    yield 'no certificate was seen\n\n';
    return;
  }
  const columns = Number.isFinite(look.columns) ? look.columns : COLUMNS_DEFAULT;
  const rows = entries.map((entry) => ({
    entry,
    name: cutTo(safeText(nameOf(entry)), NAME_COLUMNS_MAX, pen.unicode ? '…' : '~'),
    kind: KIND_WORDS[entry.kind],
    life: entry.revoked ? `revoked, ${sayLife(entry, now)}` : sayLife(entry, now),
  }));
  const nameColumns = Math.max(...rows.map(({ name }) => widthOf(name)));
  const kindColumns = Math.max(...rows.map(({ kind }) => kind.length));
  const lifeColumns = Math.max(...rows.map(({ life }) => life.length));
  const room = columns - nameColumns - kindColumns - lifeColumns - 3 * 2;
  const bar = Math.max(BAR_COLUMNS_MIN, Math.min(BAR_COLUMNS_MAX, room));
  const range = rangeOf(entries, now.getTime());
  const indent = ' '.repeat(nameColumns + kindColumns + 2 * 2);
  yield `${indent}${pen.paint('dim', axisOf(range, now, bar))}\n`;
  for (const { entry, name, kind, life } of rows) {
    const style = STYLES[entry.state];
    yield `${padTo(name, nameColumns)}  ${pen.paint('dim', padTo(kind, kindColumns))}  ${drawBar(entry, range, now, bar, pen)}  ${style === 'good' ? life : pen.paint(style, life)}\n`;
    const places = placesOf(entry);
    if (places !== '') yield `${' '.repeat(2)}${pen.paint('dim', safeText(places))}\n`;
  }
  yield `${pen.paint('dim', legendOf(pen))}\n\n`;
}

const STYLES: Readonly<Record<TimelineEntry['state'], Style>> = {
  early: 'open',
  fine: 'good',
  due: 'medium',
  expired: 'high',
};

function nameOf({ subject }: TimelineEntry): string {
  return /(?:^|, ?)CN=((?:[^,\\]|\\.)+)/.exec(subject)?.[1] ?? subject;
}

function placesOf({ where }: TimelineEntry): string {
  const rest = where.length - PLACES_SHOWN;
  return `${where.slice(0, PLACES_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The first day at the left, the last one at the right, and `now` where there is room for it. */
function axisOf(
  { from, to }: { readonly from: number; readonly to: number },
  now: Date,
  columns: number,
): string {
  const left = day(new Date(from).toISOString());
  const right = day(new Date(to).toISOString());
  const line = padTo(left, columns - right.length) + right;
  const at = Math.min(columns - 1, Math.floor(shareOfAxis(now.getTime(), from, to) * columns));
  const start = at - 1;
  const free = start > left.length && start + NOW.length < columns - right.length;
  return free ? line.slice(0, start) + NOW + line.slice(start + NOW.length) : line;
}

const NOW = 'now';

const UNICODE_SIGNS = ['░', '█', '▒', '│', '→'] as const;
const ASCII_SIGNS = ['.', '#', '+', '|', '>'] as const;

function drawBar(
  entry: TimelineEntry,
  { from, to }: { readonly from: number; readonly to: number },
  now: Date,
  columns: number,
  pen: Pen,
): string {
  const [behind, left, due, line, on] = pen.unicode ? UNICODE_SIGNS : ASCII_SIGNS;
  const place = (iso: string): number => shareOfAxis(iso, from, to) * columns;
  const start = Math.min(Math.floor(place(entry.notBefore)), columns - 1);
  const end = Math.max(start + 1, Math.ceil(place(entry.notAfter)));
  const dueFrom = place(entry.dueAt);
  const nowAt = Math.min(columns - 1, Math.floor(shareOfAxis(now.getTime(), from, to) * columns));
  const cellAt = (at: number): Cell => {
    if (at === nowAt) return { sign: line };
    if (at < start || at >= end) return { sign: ' ' };
    if (at < nowAt) return { sign: behind, style: entry.state === 'expired' ? 'high' : 'dim' };
    if (at === columns - 1 && Date.parse(entry.notAfter) > to) return { sign: on };
    return at + 0.5 < dueFrom ? { sign: left, style: 'good' } : { sign: due, style: 'medium' };
  };
  return paintRuns(
    Array.from({ length: columns }, (_cell, at) => cellAt(at)),
    pen,
  );
}

interface Cell {
  readonly sign: string;
  readonly style?: Style;
}

/** Neighbours of one style are painted in one go. */
function paintRuns(cells: readonly Cell[], pen: Pen): string {
  let text = '';
  let run = '';
  for (const [at, { sign, style }] of cells.entries()) {
    run += sign;
    if (cells[at + 1]?.style === style && at + 1 < cells.length) continue;
    text += style === undefined ? run : pen.paint(style, run);
    run = '';
  }
  return text;
}

function legendOf(pen: Pen): string {
  return pen.unicode
    ? '░ behind   █ left   ▒ due: the last third   │ now   → goes on'
    : '. behind   # left   + due: the last third   | now   > goes on';
}
