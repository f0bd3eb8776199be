import { describe, expect, it } from 'vitest';
import {
  decide,
  getUserView,
  parseAclFile,
  parseUser,
  parseUserDirective,
  printUser,
  tableFor,
} from '../../src/acl/index.ts';
import type { Product, User } from '../../src/acl/index.ts';
import { isFor, PUBLISHED, rulesOf, wordsOf } from './published-cases.ts';

const SERVERS = [
  'redis-7.0.15',
  'redis-7.2.6',
  'redis-7.4.1',
  'redis-8.0.6',
  'valkey-7.2.7',
  'valkey-8.0.1',
  'valkey-8.1.1',
  'valkey-9.1.2',
];

describe.each(SERVERS)('on %s', (name) => {
  const [product, version] = name.split('-') as [Product, string];
  const table = tableFor({ product, version });

  it.each(
    PUBLISHED.filter((one) => isFor(one, product, version)).map((one) => [one.behaviour, one] as const),
  )('%s', (_, one) => {
    let user: User | undefined;
    let refusal: string | undefined;
    for (const step of one.steps) {
      const parsed = parseUser('f', rulesOf(step), table, {
        secrets: 'verbatim',
        ...(user && { base: user }),
      });
      refusal = parsed.problems[0]?.message;
      user = parsed.user ?? user;
    }
    expect(refusal).toBe(one.refusal);
    if (one.refusal !== undefined) return;
    if (user === undefined) throw new Error('no user');
    expect(getUserView(user, table)).toMatchObject(one.shows ?? {});
    for (const [line, refused] of one.asks ?? []) {
      const decision = decide(user, wordsOf(line), table);
      // Of errors, the object is the command as it was typed.
      const object = decision.allowed ? undefined : decision.object;
      expect(object, line).toBe(refused);
    }
  });
});

describe('an ACL file', () => {
  const table = tableFor({ product: 'redis', version: '7.2' });

  it('names a user twice: refused, for default as well', () => {
    const file = 'user ann on allkeys\nuser default on nopass\nuser ann on\nuser default off\n';
    expect(parseAclFile(file, table).refusal).toBe(
      "ERR WARNING: Duplicate user 'ann' found on line 3. WARNING: Duplicate user 'default' found on line 4. " +
        'WARNING: ACL errors detected, no change to the previously active ACL rules was performed',
    );
  });

  it('without a default user gets the open one, with every channel', () => {
    const { users, defaultUserDeclared } = parseAclFile('user ann on\n', table);
    expect(defaultUserDeclared).toBe(false);
    expect(users.map(({ user }) => [user.name, user.selectors[0].allChannels])).toEqual([
      ['ann', false],
      ['default', true],
    ]);
  });

  it('holds selectors, spread over the line or not', () => {
    const file = 'user ann on (+get ~rw*)\nuser bob on (+set %W~w* ) ( +get %R~r*)\n';
    const views = parseAclFile(file, table).users.map(({ user }) => getUserView(user, table).selectors);
    expect(views[0]).toMatchObject([{ commands: '-@all +get', keys: '~rw*' }]);
    expect(views[1]).toMatchObject([
      { commands: '-@all +set', keys: '%W~w*' },
      { commands: '-@all +get', keys: '%R~r*' },
    ]);
  });

  it('loses what stands behind a NUL, with the line end', () => {
    const lines = (text: string): readonly string[] =>
      parseAclFile(text, table).users.map(({ user }) => printUser(user, table));
    expect(lines('user ann on \0 junk\n +get\nuser bob off\n')).toEqual(
      lines('user ann on  +get\nuser bob off\n'),
    );
    // The server reads 1023 bytes at a time, and goes on behind the piece that held the NUL.
    const start = `user ann on ${'+get '.repeat(202)}`;
    const lost = '-'.repeat(1022 - start.length);
    expect(lines(`${start}\0${lost}+set\n`)).toEqual(lines(`${start}+set\n`));
    expect(lines('u\0s\0e\0r\0 \0a\0\n\0')).toEqual(lines(''));
  });

  it('may have comments from Redis 8.8 on, as whole lines', () => {
    const file = '# people\nuser ann on +get\n\n  # indented\nuser bob on\n#\n';
    const names = (version: string): readonly string[] =>
      parseAclFile(file, tableFor({ product: 'redis', version })).users.map(({ user }) => user.name);
    expect(names('8.8.0')).toEqual(['ann', 'bob', 'default']);
    expect(parseAclFile(file, tableFor({ product: 'redis', version: '8.6.6' })).problems).toHaveLength(3);
    expect(parseAclFile(file, tableFor({ product: 'valkey', version: '9.1' })).problems).toHaveLength(3);
    expect(
      parseAclFile('user ann on # why\n', tableFor({ product: 'redis', version: '8.8.2' })).problems[0]?.code,
    ).toBe('bad-password-hash');
  });
});

describe('acl-pubsub-default', () => {
  const table = tableFor({ product: 'redis', version: '7.0' });

  it('allchannels gives every channel to new users, selectors and after reset', () => {
    const { user } = parseUser('f', ['+get', '()'], table, { pubsubDefault: 'allchannels' });
    expect(user && getUserView(user, table)).toMatchObject({
      channels: '&*',
      selectors: [{ channels: '&*' }],
    });
    const again = parseUser('f', ['reset'], table, {
      pubsubDefault: 'resetchannels',
      ...(user && { base: user }),
    });
    expect(again.user && getUserView(again.user, table)).toMatchObject({ channels: '', selectors: [] });
  });

  it('allchannels refuses a channel, also in a selector', () => {
    for (const rule of ['&one', '(&one)']) {
      const { problems } = parseUser('f', [rule], table, { pubsubDefault: 'allchannels' });
      expect(problems[0]?.code).toBe('pattern-after-all-channels');
    }
  });

  it('a directive for default starts from a reset user', () => {
    const { user } = parseUserDirective(['default', 'on', 'nopass', '~*', '+@all'], table);
    expect(user && decide(user, ['SUBSCRIBE', 'x'], table)).toMatchObject({
      allowed: false,
      denied: 'channel',
    });
  });
});
