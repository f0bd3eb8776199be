/**
 * A user put into the text of a policy, and nothing else changed: comments, quotes and blanks stay as people wrote them.
 * What comes out is read back and compared, so that no layout can make it mean something else. Where the text has no
 * plain place for it, the document is written anew from its tree, which keeps comments but not every blank.
 */

import { isDeepStrictEqual } from 'node:util';
import { Document, isCollection, isMap, isPair, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import type { PolicyEntry } from './user-add-entry.ts';

const INDENT = '  ';
/** Lines are not folded: a list stays on the line of its key. */
const STYLE = { lineWidth: 0 } as const;

/** The new text; undefined where no way of writing it keeps the meaning of the rest. */
export function insertUser(text: string, entry: PolicyEntry): string | undefined {
  const before = meaningOf(text);
  if (before === undefined) return undefined;
  const users = before['users'] ?? [];
  const wanted = { ...before, users: [...(Array.isArray(users) ? (users as unknown[]) : []), entry] };
  for (const write of [asJson, spliced, rewritten]) {
    const after = write(text, entry);
    if (after !== undefined && isDeepStrictEqual(meaningOf(after), wanted)) return after;
  }
  return undefined;
}

/** A policy in JSON stays JSON. */
function asJson(text: string, entry: PolicyEntry): string | undefined {
  try {
    const data = JSON.parse(text) as { readonly users?: readonly unknown[] };
    return `${JSON.stringify({ ...data, users: [...(data.users ?? []), entry] }, null, 2)}\n`;
  } catch {
    return undefined;
  }
}

/** The text with a few characters more, at the end of the list of users. */
function spliced(text: string, entry: PolicyEntry): string | undefined {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const into = (at: number, addition: string, until = at): string =>
    text.slice(0, at) + addition.replaceAll('\n', newline) + text.slice(until);
  const { contents } = parseDocument(text, { version: '1.2' });
  if (!isMap(contents)) return undefined;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === 'users');
  if (pair === undefined) {
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    return into(text.length, `${gap}users:\n${inline(entry, INDENT)}\n`);
  }
  const list: unknown = pair.value;
  if (isSeq(list) && list.items.length > 0) {
    const last = list.items.at(-1);
    if (!isCollection(last) || last.range === null || last.range === undefined) return undefined;
    const [start, end] = last.range;
    if (list.flow === true) return into(end, `, ${flowOf(entry)}`);
    const [, indent] = /(?:^|\n)([ ]*)- *$/.exec(text.slice(0, start)) ?? [];
    if (indent === undefined) return undefined;
    const item = last.flow === true ? inline(entry, indent) : block(entry, indent);
    const at = endOfLine(text, end);
    return into(at, text[at - 1] === '\n' ? `${item}\n` : `\n${item}`);
  }
  if (!isPair(pair) || !(isSeq(list) || isScalar(list)) || list.range === null || list.range === undefined)
    return undefined;
  const [start, end] = list.range;
  const gap = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return into(start - gap, `\n${inline(entry, INDENT)}`, end);
}

function rewritten(text: string, entry: PolicyEntry): string | undefined {
  const document = parseDocument(text, { version: '1.2' });
  if (!isMap(document.contents)) return undefined;
  if (isSeq(document.contents.get('users', true))) document.addIn(['users'], document.createNode(entry));
  else document.setIn(['users'], document.createNode([entry]));
  return document.toString(STYLE);
}

/** `  - { name: a, role: admin }` */
function inline(entry: PolicyEntry, indent: string): string {
  return `${indent}- ${flowOf(entry)}`;
}

function flowOf(entry: PolicyEntry): string {
  const document = new Document(entry, { version: '1.2' });
  if (isCollection(document.contents)) document.contents.flow = true;
  return document.toString(STYLE).trimEnd();
}

/** One key a line, as the users before it. */
function block(entry: PolicyEntry, indent: string): string {
  const lines = stringify(entry, { ...STYLE, version: '1.2' })
    .trimEnd()
    .split('\n');
  return lines.map((line, at) => `${indent}${at === 0 ? '- ' : INDENT}${line}`).join('\n');
}

/** Behind the line that holds the character before `offset`; a comment at its end belongs to it. */
function endOfLine(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset;
  const next = text.indexOf('\n', offset);
  return next === -1 ? text.length : next + 1;
}

function meaningOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const document = parseDocument(text, { version: '1.2' });
  if (document.errors.length > 0) return undefined;
  const data: unknown = document.toJS({ maxAliasCount: 100 });
  return typeof data === 'object' && data !== null && !Array.isArray(data)
    ? (data as Readonly<Record<string, unknown>>)
    : undefined;
}
