/** Random rules for one user: mostly right, about few commands, so that commands of these meet them. */
import type { Command, CommandTable } from '../../src/acl/index.ts';
import { randomPattern } from './patterns.ts';
import { anyBytes, mixCase } from './random.ts';
import type { Random } from './random.ts';

/** What the rules and the commands of a case have in common. */
export interface Theme {
  readonly table: CommandTable;
  readonly commands: readonly Command[];
  readonly patterns: readonly string[];
  readonly channels: readonly string[];
}

const FIRST_ARGS = [
  '0',
  '1',
  'a',
  'A',
  'ab',
  'get',
  'STREAMS',
  '\xe9',
  'x:y',
  '2',
  '',
  '0\0',
  '(',
  'a)',
  '#',
  '&',
];
const USER_WORDS = [
  'on', 'off', 'nopass', 'resetpass', 'reset', 'clearselectors', 'sanitize-payload', 'skip-sanitize-payload',
  '>pw', '<pw', '>', '>a b', '>\xff\0', '<', '!00', '#00', '', 'on\0x', 'o', 'reset\0', '>pw', '>other',
  `#${'a'.repeat(64)}`, `!${'a'.repeat(64)}`, `#${'A'.repeat(64)}`, `#${'a'.repeat(63)}g`, `#${'1'.repeat(64)}`,
]; // prettier-ignore
const DATABASES = [
  'db=0', 'db=1', 'db=15', 'db=0,1', 'db=3,3,0', 'DB=1', 'db=16', 'db=2147483647', 'db=2147483648', 'db=-1', 'db=',
  'db=1,', 'db=,1', 'db=1,,2', 'db= 1', 'db=+1', 'db=01', 'db=1 ', 'db=x', 'db=0x1', 'db=9223372036854775808', 'alldbs',
  'resetdbs', 'AllDbs', 'db=1\x002', 'db', 'db=-0', 'db=0,5,7', 'db=\t2', 'db=4294967296', 'db=-9223372036854775809',
]; // prettier-ignore
const ODD = [
  '+', '-', '+@', '-@', '+|', '+|a', '-|', '%', '%~', '%R', '%W', '%RW', '%rw', '%RR~a', '%RWR~a', '%X~a', '%R a', '~',
  '&', '~a b', '&a b', '~a\0b', '&a\0b', '~\x0b', '@all', 'allkey', 'resetkeyss', '(', ')', '()', '( )', '(+get',
  '+get)', '(on)', '(nopass)', '(reset)', '(>pw)', '((+get))', '(clearselectors)', '+@nosuch', '+@all\0x', '~*\0', '&*\0x',
  '+nosuch', '-nosuch', '+get|', '+get|a|b', '-get|a', '+config|nosuch', '-config|nosuch', '+config|get|a', '+config|',
  '%R~*', '%RW~*', '%W~*', '~**', '&**', 'ALLKEYS', 'AllChannels', 'allcommands', 'nocommands', 'NoCommands', '+@ALL',
  '-@All', '+get\0x', '-get\0', '+@read\0x', '+\xe9', 'user', '>', '+get ', ' +get', '+ get', '\t', '+@ read', '%r~', '(\0)',
]; // prettier-ignore

export function randomTheme(random: Random, table: CommandTable): Theme {
  const commands: Command[] = [];
  const special = specialCommands(table);
  for (let n = 1 + random.below(3); n > 0; n--) {
    commands.push(random.chance(2, 5) ? random.pick(special) : random.pick(table.byIndex));
  }
  const patterns = Array.from({ length: 1 + random.below(3) }, () => randomPattern(random));
  const channels = Array.from({ length: 1 + random.below(2) }, () => randomPattern(random));
  return { table, commands, patterns, channels };
}

/** The rules of one ACL SETUSER call. */
export function randomRules(random: Random, theme: Theme): readonly string[] {
  const rules: string[] = [];
  for (let n = random.below(random.chance(1, 8) ? 20 : 7); n > 0; n--)
    rules.push(...randomRule(random, theme));
  if (random.chance(1, 12)) rules.push(...manyPatterns(random));
  return rules;
}

/** Dozens of patterns with common beginnings, as users of many tenants have them. */
function manyPatterns(random: Random): readonly string[] {
  const rules: string[] = [];
  for (let n = 5 + random.below(60); n > 0; n--) {
    const start = random.pick(['a', 'ab', 'a\xe9', 'app:', 'app:1', '', 'k']);
    const end = random.pick(['*', '*', '*', '', ':*', '?', '*b', '[ab]*', '\\**']);
    const sign = random.pick(['~', '~', '~', '%R~', '%W~', '&']);
    rules.push(`${sign}${start}${random.below(5)}${end}`);
  }
  return rules;
}

const special = new WeakMap<CommandTable, readonly Command[]>();

/** Commands whose keys, channels or databases are found in a way of their own. */
function specialCommands(table: CommandTable): readonly Command[] {
  const known = special.get(table);
  if (known !== undefined) return known;
  const list = table.byIndex.filter(
    (c) =>
      c.nativeFinder !== undefined ||
      c.databaseArgs !== undefined ||
      c.allDatabases ||
      c.keySpecs.length > 1 ||
      c.keySpecs.some(
        (spec) => spec.begin.type !== 'index' || spec.find.type !== 'range' || spec.find.last !== 0,
      ) ||
      /^(?:p?s?(?:un)?subscribe|s?publish|auth|hello|quit|reset|config|select|command)(?:\||$)/.test(
        c.fullName,
      ),
  );
  special.set(table, list);
  return list;
}

function randomRule(random: Random, theme: Theme): readonly string[] {
  switch (random.below(20)) {
    case 0:
    case 1:
      return [random.pick(USER_WORDS)];
    case 2:
      return random.chance(1, 2) ? [mangle(random, selectorRule(random, theme))] : [random.pick(ODD)];
    case 3:
    case 4:
      return randomSelector(random, theme);
    case 5:
      return ['+@all'];
    case 6:
      return [random.pick(ODD)];
    default:
      return [selectorRule(random, theme)];
  }
}

function selectorRule(random: Random, theme: Theme): string {
  const { table } = theme;
  switch (random.below(14)) {
    case 0:
    case 1:
      return `~${random.pick(theme.patterns)}`;
    case 2:
      return `%${random.pick(['R', 'W', 'r', 'w', 'RW', 'WR', 'R', 'W'])}~${random.pick(theme.patterns)}`;
    case 3:
      return random.pick(['allkeys', '~*', 'resetkeys', 'allchannels', '&*', 'resetchannels', 'RESETKEYS']);
    case 4:
      return `&${random.pick(theme.channels)}`;
    case 5:
      return table.dialect.databases || random.chance(1, 8)
        ? random.pick(DATABASES)
        : `~${randomPattern(random)}`;
    case 6:
      return random.pick(['+', '-']) + mixCase(random, `@${random.pick(table.categories)}`);
    case 7: {
      const categories = [...random.pick(theme.commands).categories];
      return random.pick(['+', '+', '-']) + (categories.length > 0 ? `@${random.pick(categories)}` : '@read');
    }
    case 8:
      return `+${mixCase(random, headOf(random.pick(theme.commands)))}|${random.pick(FIRST_ARGS)}`;
    case 9:
      return random.pick(['+', '-']) + mixCase(random, random.pick(table.byIndex).fullName);
    case 10:
      return random.pick(['+', '-']) + mixCase(random, headOf(random.pick(theme.commands)));
    default:
      return random.pick(['+', '+', '+', '-']) + mixCase(random, random.pick(theme.commands).fullName);
  }
}

function headOf(command: Command): string {
  return command.parent?.fullName ?? command.fullName;
}

/** `( ... )`, in one token or in several, quoted now and then. */
function randomSelector(random: Random, theme: Theme): readonly string[] {
  const rules: string[] = [];
  for (let n = random.below(5); n > 0; n--) {
    const rule = random.chance(1, 12) ? random.pick([...ODD, ...USER_WORDS]) : selectorRule(random, theme);
    rules.push(random.chance(1, 4) ? quote(random, rule) : rule);
  }
  if (random.chance(1, 3)) {
    const [first = '', ...rest] = rules;
    return random.chance(1, 2) ? [`(${first}`, ...rest, ')'] : split(`(${[first, ...rest].join(' ')})`);
  }
  const blank = random.pick([' ', ' ', ' ', '  ', '\t', '\n', '\x0b', '\0']);
  const text = rules.join(blank);
  return [random.pick([`(${text})`, `(${text})`, `( ${text} )`, ` (${text})`, `(${text}) `, `(${text}`])];
}

function split(text: string): readonly string[] {
  return text.split(' ');
}

function quote(random: Random, rule: string): string {
  const sign = rule.slice(0, 1);
  const rest = rule.slice(1);
  switch (random.below(8)) {
    case 0:
      return `"${rule.replace(/[\\"]/g, '\\$&')}"`;
    case 1:
      return `'${rule.replace(/'/g, "\\'")}'`;
    case 2:
      return `${sign}"${rest.replace(/[\\"]/g, '\\$&')}"`;
    case 3:
      return `"${Array.from(rule, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"`;
    case 4:
      return `${sign}"${rest}"${random.pick(['', 'x', '"', "'", '\x0b'])}`;
    case 5:
      return `"${rule}\\${random.pick(['n', 'r', 't', 'b', 'a', '\\', '"', 'x4', 'x41', 'xZZ', 'q', ''])}"`;
    case 6:
      return `${rule}${random.pick(["'", '"', '\\', '\x0c'])}`;
    default:
      return `'${rule}'`;
  }
}

/** One byte more, less, or another. */
function mangle(random: Random, rule: string): string {
  const at = random.below(rule.length + 1);
  const byte = random.chance(1, 2)
    ? random.pick(['|', '@', '~', '(', ')', ' ', '\0', '"', '%', '&', '+', '#'])
    : anyBytes(random, 1);
  switch (random.below(3)) {
    case 0:
      return rule.slice(0, at) + byte + rule.slice(at);
    case 1:
      return rule.slice(0, at) + rule.slice(at + 1);
    default:
      return rule.slice(0, at) + byte + rule.slice(at + 1);
  }
}
