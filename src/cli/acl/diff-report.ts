/** The answer of `acl diff` as a table with marks, as markdown, or as JSON. */

import {
  explainUser,
  grantedCommands,
  reach,
  type CommandLine,
  type LoginChange,
  type Right,
  type UserDiff,
} from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import type { DiffReport, UserChange } from './diff.ts';
import { printLine, type Mark } from './diff-line.ts';
import { printSafeJson, safeText } from '../../text/index.ts';

export const DIFF_FORMATS = ['table', 'markdown', 'json'] as const;
export type DiffFormat = (typeof DIFF_FORMATS)[number];

export interface DiffLook extends Look {
  /** Lists of commands: their beginning, or all of them. */
  readonly detail: 'first' | 'all';
}

export function renderDiff(format: DiffFormat, report: DiffReport, look: DiffLook): string {
  switch (format) {
    case 'table': {
      const text = printTable(report, look);
      return look.unicode ? text : text.replaceAll('→', '->').replaceAll('·', '-');
    }
    case 'markdown':
      return printMarkdown(report, look);
    case 'json':
      return `${printSafeJson(toJson(report), 2)}\n`;
  }
}

/** One line of a user: a mark, what it is about, the words, and an example. */
export interface DiffLine {
  readonly mark: Mark;
  readonly topic: string;
  readonly text: string;
  readonly example?: string;
}

function printTable(report: DiffReport, look: DiffLook): string {
  const lines = [headOf(report), ''];
  for (const user of report.users) {
    if (user.change === 'same') continue;
    const [head, ...rest] = linesOf(user, look);
    if (head === undefined) continue;
    lines.push(printLine(head, 0, look), ...rest.map((line) => printLine(line, 2, look)), '');
  }
  const notes = report.notes.map((note) => `note: ${note}`);
  return `${[...lines, summaryOf(report), ...notes].join('\n')}\n`;
}

function printMarkdown(report: DiffReport, look: DiffLook): string {
  const rows = report.users.flatMap((user) => {
    if (user.change === 'same') return [];
    const [, ...rest] = linesOf(user, look);
    const shown: readonly DiffLine[] = rest.length === 0 ? linesOf(user, look) : rest;
    return shown.map(({ mark, topic, text, example }) => {
      const code = example === undefined ? '' : ` e.g. ${example}`;
      return `| ${[user.name, mark, topic, `${text}${code}`].map(cellOf).join(' | ')} |`;
    });
  });
  const table = rows.length === 0 ? [] : ['| user | | what | |', '| --- | --- | --- | --- |', ...rows, ''];
  return `${[`### ${headOf(report)}`, '', ...table, summaryOf(report)].join('\n')}\n`;
}

function cellOf(text: string): string {
  return safeText(text).replace(/[\\|`*_<>[\]]/g, (character) => `\\${character}`);
}

function headOf({ from, to }: DiffReport): string {
  const side = (each: DiffReport['from']): string => `${safeText(each.from)} (${each.server})`;
  if (from.from === to.from && from.server !== to.server)
    return `${safeText(from.from)}  ${from.server} → ${to.server}`;
  return `${side(from)} → ${side(to)}`;
}

function summaryOf({ users }: DiffReport): string {
  const count = (change: UserChange['change']): number =>
    users.filter((user) => user.change === change).length;
  const parts = (['changed', 'added', 'removed', 'refused', 'same'] as const)
    .filter((change) => change === 'same' || count(change) > 0)
    .map((change) => `${count(change)} ${change}`);
  const unknown = users.filter((user) => user.change === 'changed' && user.diff.unknown.length > 0).length;
  return [...parts, ...(unknown === 0 ? [] : [`${unknown} not fully compared`])].join(', ');
}

function linesOf(user: UserChange, look: DiffLook): readonly DiffLine[] {
  switch (user.change) {
    case 'same':
      return [];
    case 'added':
    case 'removed':
      return [headLine(user.change === 'added' ? '+' : '-', user.name, describeUser(user))];
    case 'refused':
      return [
        headLine('!', user.name, ''),
        ...user.refusals.map(({ by, problem }): DiffLine => ({
          mark: '!',
          topic: by === 'from' ? 'refused before' : 'refused',
          text: problem.message,
        })),
      ];
    case 'changed': {
      const name = user.otherName === undefined ? user.name : `${user.name} → ${user.otherName}`;
      return [headLine('~', name, ''), ...linesOfDiff(user.diff, look), ...linesOfVersions(user, look)];
    }
  }
}

function headLine(mark: Mark, name: string, text: string): DiffLine {
  return { mark, topic: name, text };
}

function describeUser({ user }: Extract<UserChange, { change: 'added' | 'removed' }>): string {
  const { keys, keyPatterns } = reach(user);
  const patterns = keyPatterns.map(({ pattern, read, write }) => {
    const sign = read && write ? '~' : read ? '%R~' : '%W~';
    return sign + pattern;
  });
  const free = explainUser(user, user.table).alwaysAllowed;
  const commands = [...grantedCommands(user, user.table)].filter((name) => !free.includes(name)).length;
  const where = keys === 'all' ? '~*' : keys === 'none' ? 'no keys' : firstOf(patterns, 6);
  return `${user.enabled ? 'on' : 'off'}${user.nopass ? ' nopass' : ''} · ${where} · ${commands} commands`;
}

/** What a user gains, loses and logs in by; `same` is not looked at. */
export function linesOfDiff(
  { login, gained, lost, unknown }: Omit<UserDiff, 'same'>,
  look: DiffLook,
): readonly DiffLine[] {
  return [
    ...login.map((change): DiffLine => ({ mark: '~', topic: 'login', text: describeLogin(change) })),
    ...gained.map((right) => lineOfRight('+', right, look)),
    ...lost.map((right) => lineOfRight('-', right, look)),
    ...(unknown.length === 0
      ? []
      : [{ mark: '?' as const, topic: 'not compared', text: listCommands(unknown, look) }]),
  ];
}

function linesOfVersions(
  { newCommands, goneCommands }: Extract<UserChange, { change: 'changed' }>,
  look: DiffLook,
): readonly DiffLine[] {
  return [
    ...(newCommands.length === 0
      ? []
      : [{ mark: '+' as const, topic: 'new in TO', text: listCommands(newCommands, look) }]),
    ...(goneCommands.length === 0
      ? []
      : [{ mark: '-' as const, topic: 'not in TO', text: listCommands(goneCommands, look) }]),
  ];
}

function describeLogin(change: LoginChange): string {
  switch (change.fact) {
    case 'enabled':
      return change.to ? 'off → on' : 'on → off';
    case 'nopass':
      return change.to ? 'a password → any password works (nopass)' : 'any password worked → nopass is gone';
    case 'passwords': {
      const parts = [
        ...(change.added > 0 ? [`${change.added} added`] : []),
        ...(change.removed > 0 ? [`${change.removed} removed`] : []),
      ];
      return `passwords ${parts.join(', ')}`;
    }
    case 'sanitize-payload':
      return `RESTORE payloads ${change.from} → ${change.to}`;
  }
}

function lineOfRight(mark: '+' | '-', right: Right, look: DiffLook): DiffLine {
  if (right.kind === 'future-commands')
    return { mark, topic: 'modules', text: 'commands of modules that are loaded later' };
  const example = right.example === undefined ? {} : { example: printExample(right.example, right.commands) };
  const commands = listCommands(right.commands, look);
  switch (right.kind) {
    case 'command': {
      const on = right.keys.length === 0 ? '' : ` on ${right.keys.map(printPattern).join(' ')}`;
      return { mark, topic: 'commands', text: `${commands}${on}`, ...example };
    }
    case 'keys': {
      const patterns = right.reached.map(({ pattern }) => printPattern(pattern)).join(' ');
      const where = right.databases === undefined ? '' : ` in database ${right.databases.join(', ')}`;
      return {
        mark,
        topic: 'keys',
        text: `${patterns}${where} (${printAccess(right.access)}): ${commands}`,
        ...example,
      };
    }
    case 'channels': {
      const patterns = right.reached.map(({ pattern }) => (pattern === 'allchannels' ? '&*' : `&${pattern}`));
      return { mark, topic: 'channels', text: `${patterns.join(' ')}: ${commands}`, ...example };
    }
    case 'databases':
      return { mark, topic: 'databases', text: `${right.databases.join(', ')}: ${commands}`, ...example };
    case 'keys-together':
      return { mark, topic: 'keys', text: `of several patterns in one command: ${commands}`, ...example };
  }
}

function printPattern(pattern: string): string {
  if (pattern === 'allkeys') return '~*';
  return /^(?:~|%[RW]+~)/.test(pattern) ? pattern : `~${pattern}`;
}

/** `any` says nothing beside another one. */
function printAccess(access: readonly string[]): string {
  const named = access.filter((each) => each !== 'any');
  return named.length === 0 ? 'any access' : named.join(', ');
}

function printExample({ argv, db }: CommandLine, commands: readonly string[]): string {
  const [head = '', second] = argv;
  const container = second !== undefined && commands.includes(`${head}|${second}`);
  const words = argv.map((word, i) => {
    if (i === 0 || (i === 1 && container)) return word.toUpperCase();
    return /^[^\s"'\\]+$/.test(word) ? word : JSON.stringify(word);
  });
  return `${words.join(' ')}${db === undefined || db === 0 ? '' : ` in database ${db}`}`;
}

const COMMANDS_SHOWN = 12;

function listCommands(names: readonly string[], { detail }: DiffLook): string {
  const shown = names.map((name) => name.replace('|', ' ').toUpperCase());
  if (detail === 'all') return shown.join(', ');
  return firstOf(shown, COMMANDS_SHOWN, ', ');
}

function firstOf(words: readonly string[], most: number, between = ' '): string {
  if (words.length <= most) return words.join(between);
  return `${words.slice(0, most).join(between)} and ${words.length - most} more`;
}

function toJson({ from, to, users, notes }: DiffReport): unknown {
  const count = (change: UserChange['change']): number =>
    users.filter((user) => user.change === change).length;
  return {
    schemaVersion: '1',
    from,
    to,
    summary: {
      changed: count('changed'),
      added: count('added'),
      removed: count('removed'),
      refused: count('refused'),
      same: count('same'),
    },
    users: users.map((user) => {
      if (user.change === 'added' || user.change === 'removed') {
        const { keys, keyPatterns } = reach(user.user);
        const commands = [...grantedCommands(user.user, user.user.table)];
        return { name: user.name, change: user.change, keys, keyPatterns, commands };
      }
      if (user.change !== 'refused') return user;
      const refusals = user.refusals.map(({ by, problem }) => ({ by, message: problem.message }));
      return { name: user.name, change: user.change, refusals };
    }),
    notes,
  };
}
