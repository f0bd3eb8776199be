/**
 * The canonical form of one rule, and the part of a user that it changes. Rules of different parts never disturb each
 * other (acl.c ACLSetUser, Redis 7.2), so only the order within a part, and `reset`, which clears them all, matters.
 */
import { splitArguments } from '../language/argument-split.ts';
import { hashPassword } from '../language/password.ts';
import { toBytes, toLower, toText } from '../bytes.ts';

/** What a rule changes. */
export type Part =
  'reset' | 'state' | 'payload' | 'passwords' | 'keys' | 'channels' | 'databases' | 'commands' | 'selectors';

const WORDS: ReadonlyMap<string, readonly [part: Part, form: string]> = new Map([
  ['reset', ['reset', 'reset']],
  ['on', ['state', 'on']],
  ['off', ['state', 'off']],
  ['sanitize-payload', ['payload', 'sanitize-payload']],
  ['skip-sanitize-payload', ['payload', 'skip-sanitize-payload']],
  ['nopass', ['passwords', 'nopass']],
  ['resetpass', ['passwords', 'resetpass']],
  ['allkeys', ['keys', '~*']],
  ['~*', ['keys', '~*']],
  ['resetkeys', ['keys', 'resetkeys']],
  ['allchannels', ['channels', '&*']],
  ['&*', ['channels', '&*']],
  ['resetchannels', ['channels', 'resetchannels']],
  ['alldbs', ['databases', 'alldbs']],
  ['resetdbs', ['databases', 'resetdbs']],
  ['allcommands', ['commands', '+@all']],
  ['nocommands', ['commands', '-@all']],
  ['clearselectors', ['selectors', 'clearselectors']],
]);

/** The part that a rule changes. */
export function partOf(rule: string): Part {
  const word = WORDS.get(toLower(rule));
  if (word !== undefined) return word[0];
  switch (rule[0]) {
    case '>':
    case '<':
    case '#':
    case '!':
      return 'passwords';
    case '~':
    case '%':
      return 'keys';
    case '&':
      return 'channels';
    case '(':
      return 'selectors';
    case '+':
    case '-':
      return 'commands';
    default:
      return 'databases';
  }
}

/** One spelling for what means the same: `allkeys` is `~*`, `%WR~a` is `~a`, `+GET` is `+get`. */
export function spellRule(rule: string): string {
  // What stands behind a NUL counts for some rules and not for others.
  if (rule.includes('\0')) return rule;
  const word = WORDS.get(toLower(rule));
  if (word !== undefined) return word[1];
  if (rule.startsWith('%')) return spellKey(rule);
  if (/^[+-]/.test(rule)) return toLower(rule);
  if (/^db=/i.test(rule)) return spellDatabases(rule);
  return rule;
}

/** A password in clear as its hash, which is all that the server keeps. */
export function hashRule(rule: string): string {
  if (rule.startsWith('>')) return `#${hashPassword(rule.slice(1))}`;
  return rule.startsWith('<') ? `!${hashPassword(rule.slice(1))}` : rule;
}

/**
 * The rules inside parentheses; undefined where they cannot be written in another order without quotes: a quoted part,
 * a byte FF, which some servers drop there, or a parenthesis at the end of a rule.
 */
export function openSelector(rule: string): readonly string[] | undefined {
  if (!rule.startsWith('(') || !rule.endsWith(')') || /["'\0\udcff]/.test(rule)) return undefined;
  const rules = splitArguments(toBytes(rule.slice(1, -1)))?.map(toText);
  return rules === undefined || rules.some((inner) => /[()]$|^\(/.test(inner)) ? undefined : rules;
}

/** `%RW~*` stays: it is a pattern, while `~*` is every key, the empty one included. */
function spellKey(rule: string): string {
  const [, letters = '', rest = ''] = /^%([RWrw]*)(.*)$/s.exec(rule) ?? [];
  const pattern = rest.startsWith('~') ? rest.slice(1) : rest;
  if (letters === '' || (rest !== '' && !rest.startsWith('~'))) return rule;
  const read = /r/i.test(letters);
  const write = /w/i.test(letters);
  if (read && write) return pattern === '*' ? '%RW~*' : `~${pattern}`;
  return `%${read ? 'R' : 'W'}~${pattern}`;
}

function spellDatabases(rule: string): string {
  const numbers = rule.slice(3).split(',').map(Number);
  return `db=${[...new Set(numbers)].sort((a, b) => a - b).join(',')}`;
}
