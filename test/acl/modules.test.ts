/** Commands of modules, as COMMAND shows them: dots and capitals, subcommands, no category, specs that say too little. */
import { describe, expect, it } from 'vitest';
import {
  canRun,
  decide,
  parseUser,
  printUser,
  tableFor,
  tableFromCommandReply,
} from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';

type Flags = readonly string[];

function range(flags: Flags, index: number, last: number): unknown {
  return [
    'flags', flags, 'begin_search', ['type', 'index', 'spec', ['index', index]],
    'find_keys', ['type', 'range', 'spec', ['lastkey', last, 'keystep', 1, 'limit', 0]],
  ]; // prettier-ignore
}

const UNKNOWN = [
  'flags', ['RW', 'access', 'update'], 'begin_search', ['type', 'unknown', 'spec', []],
  'find_keys', ['type', 'unknown', 'spec', []],
]; // prettier-ignore

function command(
  name: string,
  arity: number,
  categories: Flags,
  specs: readonly unknown[] = [],
  subcommands: readonly unknown[] = [],
): unknown {
  return [
    name,
    arity,
    ['module'],
    0,
    0,
    0,
    categories.map((category) => `@${category}`),
    [],
    specs,
    subcommands,
  ];
}

const REPLY = [
  ['get', 2, ['readonly', 'fast'], 1, 1, 1, ['@read', '@string', '@fast'], [], [range(['RO', 'access'], 1, 0)], []],
  command('FT.SEARCH', -3, ['read', 'search']),
  command('JSON.SET', -4, ['write', 'json'], [range(['RW', 'access', 'update'], 1, 0)]),
  command('plain.pair', -3, [], [range(['RO', 'access'], 1, 0), range(['OW', 'update'], 2, 0)]),
  command('odd.keys', -2, [], [UNKNOWN]),
  command('half.told', -3, ['read'], [range(['RO', 'access', 'incomplete'], 1, 0)]),
  command('bits', -2, [], [], [
    command('bits|get', -2, ['read'], [range(['RO', 'access'], 2, 0)]),
    command('set', -2, [], [range(['RW', 'update'], 2, 0)]),
  ]),
]; // prettier-ignore

function tableOf(version: string): CommandTable {
  return tableFromCommandReply(REPLY, { product: 'redis', version });
}

function ask(rules: string, line: string, table = tableOf('8.0.6')): string {
  const { user, problems } = parseUser('u', rules.split(' '), table);
  if (user === undefined) return `refused: ${problems[0]?.code}`;
  const decision = decide(user, line.split(' '), table);
  return decision.allowed ? 'OK' : `${decision.denied} ${decision.object}`;
}

describe('names', () => {
  it('are found in any case and shown in their own', () => {
    expect(ask('+ft.search', 'ft.search idx q')).toBe('OK');
    expect(ask('-@all', 'Ft.Search idx q')).toBe('command FT.SEARCH');
    const table = tableOf('8.0.6');
    const { user } = parseUser('u', ['+FT.search'], table);
    expect(user && printUser(user, table)).toContain('+ft.search');
  });

  it('are unknown to a table without the module, as the server refuses them before it is loaded', () => {
    expect(ask('+ft.search', 'GET k', tableFor({ product: 'redis', version: '8.0.6' }))).toBe(
      'refused: unknown-command',
    );
  });
});

describe('categories', () => {
  it('of the module are categories', () => {
    expect(ask('+@search', 'FT.SEARCH idx q')).toBe('OK');
    expect(ask('+@json ~k', 'JSON.SET k $ 1')).toBe('OK');
    expect(ask('+@nosuch', 'GET k')).toBe('refused: unknown-command');
  });

  it('take modules along from 7.2 on, not in 7.0', () => {
    expect(ask('+@read', 'FT.SEARCH idx q')).toBe('OK');
    expect(ask('+@read', 'FT.SEARCH idx q', tableOf('7.0.15'))).toBe('command FT.SEARCH');
    expect(ask('+@all -@read', 'FT.SEARCH idx q', tableOf('7.0.15'))).toBe('OK');
  });

  it('are none for some: only +@all or the name gives them', () => {
    expect(ask('+@all -@read -@write -@dangerous ~*', 'plain.pair a b')).toBe('OK');
    expect(ask('+@read +@write ~*', 'plain.pair a b')).toBe('command plain.pair');
  });
});

describe('keys', () => {
  it('are those of the specs', () => {
    expect(ask('+@all %R~a %W~b', 'plain.pair a b')).toBe('OK');
    expect(ask('+@all %R~a %W~b', 'plain.pair b a')).toBe('key b');
    expect(ask('+@all ~k', 'JSON.SET other $ 1')).toBe('key other');
  });

  it('are not checked where no spec and no finder tells them', () => {
    expect(ask('+@all ~none', 'FT.SEARCH idx q')).toBe('OK');
    expect(ask('+@all ~none', 'odd.keys k')).toBe('OK');
    // An incomplete spec voids the result, and a module without a finder has no other.
    expect(ask('+@all ~none', 'half.told k x')).toBe('OK');
  });
});

describe('subcommands', () => {
  it('are rights of their own, with the keys of their own specs', () => {
    expect(ask('+bits|get %R~k', 'BITS GET k')).toBe('OK');
    expect(ask('+bits|get ~k', 'bits set k')).toBe('command bits|set');
    expect(ask('+bits ~k', 'bits set other')).toBe('key other');
    expect(ask('+bits ~k', 'bits nosuch k')).toBe('error bits');
    expect(ask('+bits|nosuch', 'GET k')).toBe('refused: unknown-command');
    const table = tableOf('8.0.6');
    const { user } = parseUser('u', ['+bits', '-bits|set'], table);
    expect(user && canRun(user, 'bits|get', table)).toBe('yes');
    expect(user && canRun(user, 'bits', table)).toBe('no');
  });
});

it('+@all is for modules loaded later as well, until the text starts with -@all', () => {
  const table = tableOf('8.0.6');
  const future = (rules: string): boolean | undefined =>
    parseUser('u', rules.split(' '), table).user?.selectors[0].futureCommands;
  expect(future('+@all -@dangerous')).toBe(true);
  expect(future('+@all -@all +@read')).toBe(false);
});
