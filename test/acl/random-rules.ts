/** Random users and commands, from a seed: what the live and fuzz tests feed to servers and to the engine. */
import * as fc from 'fast-check';
import type { CommandTable } from '../../src/acl/index.ts';

const PATTERNS = [
  '*',
  'app:*',
  'a?c',
  '[a-c]*',
  '[^x]y',
  'k\\*',
  'é*',
  'streams',
  'app_ab',
  '**b',
  '',
  'x*y*z',
];
const WORDS = [
  'a',
  'b',
  'app:x',
  'abc',
  'k*',
  'é1',
  'STREAMS',
  'store',
  'BY',
  'get',
  'KEYS',
  'LIMIT',
  'count',
  'GROUP',
];
const NUMBERS = ['0', '1', '2', '3', '-1', '+1', '01', ' 1', '4294967297', '9223372036854775807', '15', '16'];

/** Rules that are mostly right, with a mistake now and then. */
export function randomRules(table: CommandTable): fc.Arbitrary<readonly string[]> {
  const names = [...table.commands.keys()];
  const pattern = fc.constantFrom(...PATTERNS);
  const command = fc.constantFrom(...names);
  const category = fc.constantFrom(...table.categories);
  const sign = fc.constantFrom('+', '-');
  const commands = fc.oneof(
    fc.tuple(sign, command).map(([s, name]) => s + name),
    fc.tuple(sign, category).map(([s, name]) => `${s}@${name}`),
    fc.tuple(command, fc.constantFrom('a', 'GET', '0')).map(([name, arg]) => `+${name}|${arg}`),
    fc.constantFrom('+@all', '-@all', 'allcommands', 'nocommands', '+GET', '-Config|Set'),
  );
  const keys = fc.oneof(
    pattern.map((p) => `~${p}`),
    fc.tuple(fc.constantFrom('%R~', '%W~', '%rw~', '%R', '%RR~'), pattern).map(([p, q]) => p + q),
    fc.constantFrom('allkeys', 'resetkeys', '~*', 'resetkeys'),
  );
  const others = fc.oneof(
    pattern.map((p) => `&${p}`),
    fc.constantFrom('allchannels', 'resetchannels', '&*', 'db=0', 'db=1,15', 'db=7,', 'alldbs', 'resetdbs'),
  );
  const selectorRule = fc.oneof({ weight: 4, arbitrary: commands }, { weight: 2, arbitrary: keys }, others);
  const selector = fc.array(selectorRule, { maxLength: 4 }).map((rules) => `(${rules.join(' ')})`);
  const userRule = fc.oneof(
    { weight: 12, arbitrary: selectorRule },
    { weight: 2, arbitrary: selector },
    fc.constantFrom(
      'on',
      'off',
      'nopass',
      'resetpass',
      'reset',
      'clearselectors',
      '>pw',
      '<pw',
      '!00',
      '#00',
      '',
      '@x',
    ),
    fc.constantFrom(
      'sanitize-payload',
      'skip-sanitize-payload',
      '(+get',
      '~q*)',
      '( ~a "+set" )',
      "(+get 'x)",
      '()',
    ),
  );
  return fc.array(userRule, { maxLength: 7 });
}

/** A command of the table with arguments, its arity mostly right. */
export function randomCommand(table: CommandTable): fc.Arbitrary<readonly string[]> {
  const commands = table.byIndex.filter((command) => !command.isContainer);
  const argument = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.constantFrom(...WORDS),
    fc.constantFrom(...NUMBERS),
  );
  return fc
    .tuple(
      fc.constantFrom(...commands),
      fc.array(argument, { minLength: 8, maxLength: 8 }),
      fc.nat(8),
      fc.nat(9),
    )
    .map(([command, args, extra, odd]) => {
      const words = command.fullName.split('|');
      const least = Math.abs(command.arity) - words.length;
      const count = command.arity > 0 && odd > 0 ? least : Math.min(8, least + extra);
      return [...words, ...args.slice(0, Math.max(0, count))];
    });
}
