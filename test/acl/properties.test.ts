/**
 * Laws of the language, over the same random rules as are put to real servers: any bytes, quotes, selectors spread over
 * arguments, mistakes. Every failure names its seed and its rules.
 */
import { expect, it } from 'vitest';
import { decide, parseUser, parseUserLine, printUser, tableFor } from '../../src/acl/index.ts';
import type { CommandTable, Product, User } from '../../src/acl/index.ts';
import { toText } from '../../src/acl/bytes.ts';
import { hasBit } from '../../src/acl/table/command-bits.ts';
import { randomArgv } from '../../soak/acl/commands.ts';
import { randomFrom } from '../../soak/acl/random.ts';
import { randomRules, randomTheme } from '../../soak/acl/rules.ts';
import type { Theme } from '../../soak/acl/rules.ts';

const SERVERS = [
  'redis-6.0.16', 'redis-6.2.16', 'redis-7.0.15', 'redis-7.2.6', 'redis-7.4.1', 'redis-8.0.6', 'redis-8.8.2',
  'valkey-7.2.7', 'valkey-8.0.1', 'valkey-8.1.1', 'valkey-9.1.2',
]; // prettier-ignore
const CASES = 800;
const SEED = Number(process.env['WARDIS_SEED'] ?? 20_261_122);

interface Sample {
  readonly theme: Theme;
  readonly rules: readonly string[];
  readonly more: readonly string[];
  readonly argvs: readonly (readonly string[])[];
  readonly says: string;
}

function* samples(table: CommandTable): Generator<Sample> {
  const random = randomFrom(SEED);
  for (let i = 0; i < CASES; i++) {
    const theme = randomTheme(random, table);
    const rules = randomRules(random, theme).map(toText);
    const more = randomRules(random, theme).map(toText);
    const argvs = Array.from({ length: 4 }, () => randomArgv(random, theme).map(toText));
    yield { theme, rules, more, argvs, says: `seed ${SEED}, case ${i}: ${JSON.stringify(rules)}` };
  }
}

const each = SERVERS.map((name) => {
  const [product, version] = name.split('-') as [Product, string];
  return [name, tableFor({ product, version })] as const;
});

it.each(each)('%s: what is printed reads back as the same user, or is flagged', (_, table) => {
  let read = 0;
  for (const { rules, argvs, says } of samples(table)) {
    const { user, hazards } = parseUser('f', rules, table);
    if (user === undefined || hazards.length > 0) continue;
    const line = printUser(user, table);
    const again = parseUserLine(line, table);
    expect(again.problems, says).toEqual([]);
    if (again.user === undefined) continue;
    expect(printUser(again.user, table), says).toBe(line);
    expect(rightsOf(again.user), says).toEqual(rightsOf(user));
    for (const argv of argvs) {
      const [theirs, ours] = [again.user, user].map((each) => decide(each, argv, table));
      expect(theirs, `${says} ${JSON.stringify(argv)}`).toEqual(ours);
    }
    read++;
  }
  expect(read).toBeGreaterThan(CASES / 5);
});

it.each(each)('%s: two calls are as one', (_, table) => {
  let compared = 0;
  for (const { rules, more, says } of samples(table)) {
    const first = parseUser('f', rules, table);
    if (first.user === undefined) continue;
    const second = parseUser('f', more, table, { base: first.user });
    const whole = parseUser('f', [...rules, ...more], table);
    // A selector left open by one call is an error there, and may be closed by the other.
    if (second.problems[0]?.code === 'unmatched-parenthesis') continue;
    expect(whole.user === undefined, says).toBe(second.user === undefined);
    if (second.user === undefined || whole.user === undefined) continue;
    expect(printUser(second.user, table), says).toBe(printUser(whole.user, table));
    expect(rightsOf(second.user), says).toEqual(rightsOf(whole.user));
    compared++;
  }
  expect(compared).toBeGreaterThan(CASES / 20);
});

it.each(each)('%s: reset makes everybody alike, once and for all', (_, table) => {
  const fresh = parseUser('f', ['reset'], table).user;
  for (const { rules, says } of samples(table)) {
    const { user } = parseUser('f', rules, table);
    if (user === undefined) continue;
    const once = parseUser('f', ['reset'], table, { base: user }).user;
    const twice = parseUser('f', ['reset', 'reset'], table, { base: user }).user;
    expect(once && printUser(once, table), says).toBe(fresh && printUser(fresh, table));
    expect(once && rightsOf(once), says).toEqual(twice && rightsOf(twice));
  }
});

it.each(each)('%s: a refused rule changes nothing, an empty call neither', (_, table) => {
  for (const { rules, says } of samples(table)) {
    const { user, problems } = parseUser('f', rules, table);
    expect(user === undefined, says).toBe(problems.length > 0);
    if (user === undefined) continue;
    const same = parseUser('f', [], table, { base: user });
    expect(same.user && printUser(same.user, table), says).toBe(printUser(user, table));
    expect(same.user && rightsOf(same.user), says).toEqual(rightsOf(user));
  }
});

/** What a user may do, whatever way it is written. */
function rightsOf(user: User): unknown {
  return user.selectors.map((selector) => ({
    ...selector,
    // Worked out of the bits, `+@all -get +get` is shown as `+@all`: then only the flag differs.
    allCommands: selector.rules === '+@all',
    // Void where the whole command is allowed, and then not always shown.
    firstArgs: [...selector.firstArgs]
      // Kept in lower case, and compared without regard to it.
      .map(([name, args]) => [name, args.map((arg) => arg.toLowerCase())] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .filter(([name]) => !hasBit(selector.engine.bits, user.table.commands.get(name)?.index ?? 0)),
    engine: undefined,
    bits: [...selector.engine.bits].map((word) => word >>> 0),
  }));
}
