/** A user for a person: its rules with their effects, what they add up to, and what that leads to. */

import {
  describeEffect,
  describeLogin,
  describeSelector,
  explainUser,
  grantedCommands,
  printPath,
  type TokenEffect,
} from '../../acl/index.ts';
import type { Look } from '../terminal.ts';
import type { ExplainedUser } from './explain.ts';
import { paint, printField, serverOf, wrap } from './explain-page.ts';
import type { Subject, SubjectUser } from './subject.ts';
import { padTo, safeText, widthOf } from '../../text/index.ts';

const TOKEN_COLUMNS_MAX = 28;
const NAMES_MAX = 8;
const PATHS_MAX = 4;

/** One user in full. `names`: how many commands are named where there are many. */
export function printUserInFull(
  subject: Subject,
  explained: ExplainedUser,
  look: Look,
  names: 'all' | 'first',
): string {
  const { user, explanation } = explained;
  const namesMax = names === 'all' ? Number.POSITIVE_INFINITY : NAMES_MAX;
  const place = user.line === undefined ? subject.from : `${subject.from}:${user.line}`;
  const dot = look.unicode ? ' · ' : ' - ';
  const head = [describeLogin(explanation.login), serverOf(user.user), place].join(dot);
  const lines = [
    `${paint('bold', safeText(user.name), look)}  ${safeText(head)}`,
    '',
    ...printRules(explanation.rules ?? [], explained, look, namesMax),
    '',
    ...printSelectors(explained, look, namesMax),
    ...printField('may not', listMissing(user), look),
    ...printField('always', `${explanation.alwaysAllowed.join(' ').toUpperCase()} need no right`, look),
    ...printHoles(explained, look),
    ...printEscalations(explained, look),
    ...printSuggestion(explained, look),
    ...subject.notes.flatMap((note) => printField('note', note, look)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each rule and its effect; neighbours with the same fate share a line. */
function printRules(
  rules: readonly TokenEffect[],
  { user }: ExplainedUser,
  look: Look,
  namesMax: number,
): readonly string[] {
  if (rules.length === 0) return [paint('dim', 'no rule: a new user may do nothing', look)];
  const rows = rules.flatMap((rule) => [
    { rule, text: describeEffect(rule, rules, user.user, { namesMax }), depth: 0 },
    ...rule.children.map((child) => ({
      rule: child,
      text: describeEffect(child, rule.children, user.user, { namesMax }),
      depth: 1,
    })),
  ]);
  const merged: { tokens: string; text: string; rule: TokenEffect; depth: number }[] = [];
  for (const { rule, text, depth } of rows) {
    const token = safeText(rule.token);
    const last = merged.at(-1);
    const idle = rule.status === 'none' || rule.status === 'lost';
    if (last !== undefined && idle && last.text === text && last.depth === depth) {
      const joined = `${last.tokens} ${token}`;
      if (widthOf(joined) <= TOKEN_COLUMNS_MAX) {
        last.tokens = joined;
        continue;
      }
    }
    merged.push({ tokens: token, text, rule, depth });
  }
  const width = Math.min(
    TOKEN_COLUMNS_MAX,
    Math.max(...merged.map(({ tokens, depth }) => widthOf(tokens) + depth * 2)),
  );
  return [
    paint('dim', `${padTo('rule', width)}  effect`, look),
    ...merged.flatMap(({ tokens, text, rule, depth }) => {
      const style = rule.status === 'lost' ? 'warn' : rule.status === 'none' ? 'dim' : undefined;
      const label = `${' '.repeat(depth * 2)}${tokens}`;
      const indent = width + 2;
      const folded = wrap(text, look, indent).map((line) =>
        style === undefined ? line : paint(style, line, look),
      );
      if (widthOf(label) > width) {
        const start = ' '.repeat(depth * 2);
        const above = wrap(tokens, look, depth * 2).map((line) => start + line);
        return [...above, ...folded.map((line) => `${' '.repeat(indent)}${line}`)];
      }
      return folded.map((line, at) => `${padTo(at === 0 ? label : '', width)}  ${line}`);
    }),
  ];
}

function printSelectors({ explanation }: ExplainedUser, look: Look, namesMax: number): readonly string[] {
  const { selectors, commandTotal, rules = [] } = explanation;
  const made = rules.filter(({ token, status }) => token.startsWith('(') && status !== 'refused');
  return selectors.flatMap((selector, at) => {
    const token = made[made.length - selectors.length + at]?.token;
    const title = at === 0 ? 'outside parentheses' : (token ?? `selector ${at}`);
    return [
      ...(selectors.length === 1 ? [] : [paint('bold', safeText(title), look)]),
      ...describeSelector(selector, commandTotal, { namesMax }).flatMap(({ about, text }, i, all) =>
        printField(
          about === all[i - 1]?.about ? '' : about,
          text,
          look,
          about === 'never run' ? 'warn' : undefined,
        ),
      ),
      ...(selectors.length === 1 ? [] : ['']),
    ];
  });
}

/** Commands that people look for first. */
const WELL_KNOWN =
  'get set del ping select info keys scan config|get eval publish subscribe multi client|setinfo flushall'.split(
    ' ',
  );
const MISSING_MAX = 12;

/** Commands that no selector gives: all of them when they are few, else the well-known ones. */
function listMissing({ user }: SubjectUser): string {
  const granted = grantedCommands(user, user.table);
  const missing = [...user.table.byIndex]
    .filter(({ isContainer, arity }) => !isContainer || Math.abs(arity) === 1)
    .map(({ fullName }) => fullName)
    .filter((name) => !granted.has(name) && !user.selectors.some(({ firstArgs }) => firstArgs.has(name)));
  if (missing.length === 0) return 'nothing of this server is withheld';
  const show = (names: readonly string[]): string =>
    names.map((name) => name.toUpperCase().replace('|', ' ')).join(', ');
  if (missing.length <= MISSING_MAX) return show(missing);
  const known = WELL_KNOWN.filter((name) => missing.includes(name));
  if (known.length === 0) return `${missing.length} commands, all of them rare`;
  return `${show(known)} and ${missing.length - known.length} more`;
}

/** What is certain comes first; the greatest power first of each. */
function printEscalations({ escalations }: ExplainedUser, look: Look): readonly string[] {
  const { held, paths } = escalations;
  if (held.includes('full-control')) return printField('could become', 'it is an administrator', look);
  const certain = paths.filter(({ certainty }) => certainty === 'certain');
  const ordered = [...certain, ...paths.filter((path) => !certain.includes(path))];
  const more = paths.length - PATHS_MAX;
  const fields = ordered
    .slice(0, PATHS_MAX)
    .flatMap((path, at) =>
      printField(
        at === 0 ? 'could become' : '',
        printPath(path),
        look,
        path.certainty === 'certain' ? 'bad' : undefined,
      ),
    );
  return more > 0 ? [...fields, ...printField('', `and ${more} more: --json`, look)] : fields;
}

/** Whoever can set users needs no crash. */
function printHoles({ explanation, escalations }: ExplainedUser, look: Look): readonly string[] {
  const master =
    escalations.held.includes('full-control') || escalations.fullControl?.certainty === 'certain';
  return explanation.holes
    .filter(({ code }) => !master || code !== 'acl-rule-abort')
    .flatMap(({ sentence, example, versions }) =>
      printField('hole', `${sentence} Open here: ${example.map(quote).join(' ')} (${versions})`, look, 'bad'),
    );
}

function printSuggestion({ suggestion }: ExplainedUser, look: Look): readonly string[] {
  if (suggestion === undefined) return [];
  const { shown, gains, loses } = suggestion;
  const effect = [
    ...(gains.length === 0 ? [] : [`gives ${listSome(gains)} besides`]),
    ...(loses.length === 0 ? [] : [`takes ${listSome(loses)} away`]),
  ].join(' and ');
  return printField(
    'probably meant',
    `${shown.join(' ')}${effect === '' ? '' : `   (${effect})`}`,
    look,
    'good',
  );
}

function listSome(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).map((name) => name.toUpperCase().replace('|', ' '));
  return shown.join(' ') + (names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '');
}

/** Every user in a line. */
export function printUsers(subject: Subject, look: Look): string {
  const width = Math.min(32, Math.max(4, ...subject.users.map(({ name }) => widthOf(safeText(name)))));
  const indent = width + 2;
  const lines = subject.users.flatMap((user) => {
    const name = safeText(user.name);
    const folded = wrap(summarise(user), look, indent);
    if (widthOf(name) > width) return [name, ...folded.map((line) => ' '.repeat(indent) + line)];
    return folded.map((line, at) => `${padTo(at === 0 ? name : '', width)}  ${line}`);
  });
  const count = `${subject.users.length} ${subject.users.length === 1 ? 'user' : 'users'}`;
  return [
    `${count} of ${safeText(subject.from)}, ${safeText(subject.table.server)}`,
    '',
    ...lines,
    '',
    paint('dim', '--as USER explains one in full', look),
    ...subject.notes.flatMap((note) => printField('note', note, look)),
    '',
  ].join('\n');
}

function summarise({ user }: SubjectUser): string {
  const { login, selectors, commandTotal } = explainUser(user, user.table);
  const rights = selectors
    .map((selector) => {
      const keys = describeSelector(selector, commandTotal, { namesMax: 3 }).find(
        ({ about }) => about === 'keys',
      );
      const count =
        selector.commands.length === commandTotal ? 'every command' : countCommands(selector.commands.length);
      return keys === undefined
        ? count
        : `${count}, ${keys.text === 'none' ? 'no key' : keys.text.replace('every key, read and write', 'every key')}`;
    })
    .join('; or ');
  const crosses = selectors.some(({ keyless, keys }) => keys === 'some' && keyless.length > 0);
  return `${describeLogin(login)}; ${rights}${crosses ? '; some ignore key patterns' : ''}`;
}

function countCommands(count: number): string {
  return count === 1 ? '1 command' : `${count} commands`;
}

/** An argument as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
