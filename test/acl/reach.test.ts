import { describe, expect, it } from 'vitest';
import {
  canRun,
  defaultUser,
  grantedCommands,
  holdsAll,
  isUnrestricted,
  parseUser,
  reach,
  tableFor,
} from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';

const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });

function userOf(rules: readonly string[], table: CommandTable = redis72): User {
  const { user, problems } = parseUser('u', rules, table);
  if (user === undefined) throw new Error(problems[0]?.message);
  return user;
}

describe('canRun', () => {
  it('asks every selector', () => {
    const user = userOf(['+get', '-@all', '+select|0', '(+config|get +set)']);
    expect(canRun(user, 'get', redis72)).toBe('no');
    expect(canRun(user, 'SET', redis72)).toBe('yes');
    expect(canRun(user, 'select', redis72)).toBe('first-arg');
    expect(canRun(user, 'config|get', redis72)).toBe('yes');
    expect(canRun(user, 'config', redis72)).toBe('no');
    expect(canRun(userOf(['+config']), 'config', redis72)).toBe('yes');
    expect(canRun(user, 'auth', redis72)).toBe('yes');
    expect(canRun(user, 'nosuch', redis72)).toBe('no');
  });

  it('answers for subcommands in 6.x too', () => {
    expect(canRun(userOf(['+config|GET'], redis62), 'config|get', redis62)).toBe('yes');
    expect(canRun(userOf(['+config|GET'], redis62), 'config|set', redis62)).toBe('no');
    expect(canRun(userOf(['+config|GET'], redis62), 'config', redis62)).toBe('first-arg');
    expect(canRun(userOf(['+@admin'], redis62), 'config|set', redis62)).toBe('yes');
  });

  it('sees through the order of rules', () => {
    expect(canRun(userOf(['-@dangerous', '+@all']), 'flushall', redis72)).toBe('yes');
    expect(canRun(userOf(['+@all', '-flushall', '+@write']), 'flushall', redis72)).toBe('yes');
    expect(canRun(userOf(['+@all', '-@dangerous']), 'flushall', redis72)).toBe('no');
  });
});

it('grantedCommands holds what runs, not containers', () => {
  const granted = grantedCommands(userOf(['+config|get', '+get', '+command']), redis72);
  expect(
    granted.has('config|get') && granted.has('get') && granted.has('auth') && granted.has('command'),
  ).toBe(true);
  expect(granted.has('config') || granted.has('config|set')).toBe(false);
});

it('reach sums up keys and channels', () => {
  expect(reach(userOf(['~a', '(%R~b ~a &c)']))).toEqual({
    keys: 'some',
    keyPatterns: [
      { pattern: 'a', read: true, write: true },
      { pattern: 'b', read: true, write: false },
    ],
    channels: 'some',
    channelPatterns: ['c'],
    databases: 'all',
  });
  expect(reach(userOf(['(~*)'])).keys).toBe('all');
  expect(reach(userOf([]))).toMatchObject({ keys: 'none', channels: 'none' });
  expect(reach(userOf(['db=3,1'], valkey91)).databases).toEqual([1, 3]);
});

it('isUnrestricted needs everything in one selector', () => {
  expect(isUnrestricted(defaultUser(redis72), redis72)).toBe(true);
  expect(isUnrestricted(defaultUser(redis62), redis62)).toBe(true);
  expect(isUnrestricted(userOf(['~*', '&*', '+@all', '-get', '+get']), redis72)).toBe(true);
  expect(isUnrestricted(userOf(['~*', '&*', '+@all', '-get']), redis72)).toBe(false);
  expect(isUnrestricted(userOf(['~*', '+@all', '(&* +@all)']), redis72)).toBe(false);
  expect(isUnrestricted(userOf(['(~* &* +@all)']), redis72)).toBe(true);
  expect(isUnrestricted(userOf(['~*', '&*', '+@all', 'db=0'], valkey91), valkey91)).toBe(false);
});

it('holdsAll asks one selector for everything', () => {
  const user = userOf(['+@read', '(+set)']);
  expect(holdsAll(user, ['@read', 'get'], redis72)).toBe(true);
  expect(holdsAll(user, ['get', 'set'], redis72)).toBe(false);
  expect(holdsAll(user, ['@nosuch'], redis72)).toBe(false);
  expect(holdsAll(userOf(['+@all']), ['@all', '@dangerous', 'config'], redis72)).toBe(true);
});
