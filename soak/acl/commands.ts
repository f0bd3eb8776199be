/** Random argument lists for the commands of a theme: keys near the patterns, option words, odd counts. */
import type { Command } from '../../src/acl/index.ts';
import { nearString } from './patterns.ts';
import { anyBytes, mixCase } from './random.ts';
import type { Random } from './random.ts';
import type { Theme } from './rules.ts';

const COUNTS = [
  '0', '1', '1', '1', '2', '2', '3', '4', '-1', '+1', '01', ' 1', '1 ', '1x', '', '4294967297', '4294967298', '2147483647',
  '2147483648', '9223372036854775807', '9223372036854775808', '18446744073709551617', '-9223372036854775808', '1.0',
  '\t2', '\x0b1', '-0', '00', '1\0', '-9223372036854775807', '4294967295', '0x1', '99999999999999999999999', '2\0x',
]; // prettier-ignore
const DATABASES = [
  '0',
  '1',
  '2',
  '15',
  '16',
  '-1',
  '01',
  '+1',
  ' 1',
  'x',
  '',
  '99999999999',
  '3',
  '5',
  '7',
  '1\0',
  '-0',
];

/** Words that a command's options are made of; values are keys, numbers and the same words again. */
const OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['sort', ['by', 'get', 'limit', 'store', 'asc', 'desc', 'alpha', '#', 'nosort', 'store\0', 'store', 'by']],
  ['sort_ro', ['by', 'get', 'limit', 'store', 'asc', '#']],
  ['georadius', ['store', 'storedist', 'withcoord', 'count', 'asc', 'm', 'store', 'any']],
  ['georadiusbymember', ['store', 'storedist', 'withdist', 'count', 'asc', 'm', 'store']],
  ['xread', ['streams', 'block', 'count', '0', '$', 'streams', '+', 'noack', 'group', 'claim', 'maxcount', 'maxsize']],
  ['xreadgroup', ['group', 'streams', 'block', 'count', 'noack', '>', 'streams', 'claim', 'maxcount', '0']],
  ['migrate', ['', 'keys', 'auth', 'auth2', 'copy', 'replace', 'keys', '', '0']],
  ['set', ['get', 'nx', 'xx', 'ex', 'px', 'keepttl', 'ifeq', 'GET\0']],
  ['bitfield', ['get', 'set', 'incrby', 'overflow', 'wrap', 'sat', 'u8', 'i16', '#0', 'fail']],
  ['bitfield_ro', ['get', 'u8', 'overflow']],
  ['copy', ['db', 'replace', 'DB', 'Replace', '1', '0']],
  ['zunionstore', ['weights', 'aggregate', 'sum']],
  ['zinterstore', ['weights', 'aggregate', 'sum']],
  ['lmpop', ['left', 'right', 'count']],
  ['blmpop', ['left', 'right', 'count']],
  ['zmpop', ['min', 'max', 'count']],
  ['bitop', ['and', 'or', 'not', 'xor']],
  ['memory', ['usage', 'samples', 'doctor']],
  ['stralgo', ['lcs', 'keys', 'strings', 'len', 'idx']],
  ['msetex', ['ex', 'nx', 'xx', 'keepttl']],
  ['command', ['getkeys', 'info', 'get']],
  ['hello', ['2', '3', 'auth', 'setname']],
  ['geosearchstore', ['frommember', 'byradius', 'storedist']],
]); // prettier-ignore

/** One command line. */
export function randomArgv(random: Random, theme: Theme): readonly string[] {
  if (random.chance(1, 60)) return oddArgv(random, theme);
  const command = random.chance(1, 10) ? random.pick(theme.table.byIndex) : random.pick(theme.commands);
  const words = command.fullName.split('|').map((word) => mixCase(random, word));
  const least = Math.abs(command.arity) - words.length;
  const extra = command.arity < 0 ? random.below(random.chance(1, 5) ? 12 : 5) : 0;
  const wrong = random.chance(1, 25) ? random.pick([-1, 1, 2]) : 0;
  const count = Math.max(0, least + extra + wrong);
  const make = argumentsOf(random, theme, command);
  const args = Array.from({ length: count }, (_, i) => make(i + words.length));
  if (command.isContainer && words.length === 1 && args.length > 0)
    args[0] = args[0]?.replaceAll('\0', '') ?? '';
  return [...words, ...args];
}

/**
 * Unknown commands, containers alone, subcommands that are none, names with bytes in them. A known name with a NUL
 * behind it is left out: the servers find it or not by the chance of a hash table's buckets.
 */
function oddArgv(random: Random, theme: Theme): readonly string[] {
  const command = random.pick(theme.table.byIndex);
  const [head = '', sub = ''] = command.fullName.split('|');
  return random.pick([
    [head],
    [head, `${sub}x`],
    [head, ''],
    [head, ...(sub === '' ? [] : [sub]), 'a', 'b', 'c'],
    [command.fullName, 'a', 'b'],
    ['nosuch', 'a'],
    ['', 'a'],
    [anyBytes(random, 6), 'a'],
    [`${head}x`, anyBytes(random, 4)],
    [head, anyBytes(random, 4), 'a'],
    ['\r\n', 'a'],
  ]);
}

type Make = (at: number) => string;

function argumentsOf(random: Random, theme: Theme, command: Command): Make {
  const head = command.parent?.fullName ?? command.fullName;
  const options = OPTIONS.get(head) ?? ['get', 'store', 'streams', 'keys', 'count', 'db'];
  const counts = countPositions(command);
  const databases = command.databaseArgs !== undefined || head === 'select';
  const channels = /subscribe|publish/.test(head);
  return (at) => {
    if (counts.includes(at) && random.chance(9, 10)) return random.pick(COUNTS);
    if (head === 'migrate' && at === 3 && random.chance(1, 2)) return '';
    if (databases && random.chance(2, 5)) return random.pick(DATABASES);
    if (channels && random.chance(3, 4)) {
      const pattern = random.pick(theme.channels);
      return random.chance(1, 3) ? pattern : nearString(random, pattern);
    }
    switch (random.below(12)) {
      case 0:
        return random.pick(COUNTS);
      case 1:
        return random.chance(1, 2)
          ? anyBytes(random, 3)
          : `${random.pick(['a', 'ab', 'a\xe9', 'app:', 'app:1', '', 'k'])}${random.below(6)}${random.pick(['', 'b', ':x', '*'])}`;
      case 2:
      case 3:
      case 4:
      case 5:
        return at === 1 && random.chance(1, 3)
          ? random.pick(['0', '1', 'a', 'A', 'ab', '0\0', '', 'GET'])
          : mixCase(random, random.pick(options));
      default:
        return nearString(random, random.pick(theme.patterns));
    }
  };
}

/** Where the command's counts of keys stand. */
function countPositions(command: Command): readonly number[] {
  const at: number[] = [];
  for (const { begin, find } of command.keySpecs) {
    if (begin.type === 'index' && find.type === 'keynum') at.push(begin.index + find.countAt);
  }
  if (/^(?:eval|fcall)/.test(command.fullName)) at.push(2);
  return at;
}
