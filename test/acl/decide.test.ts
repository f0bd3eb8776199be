import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decide,
  getUserView,
  parseUser,
  printUser,
  tableFor,
  tableFromCommandReply,
} from '../../src/acl/index.ts';
import type { Product } from '../../src/acl/index.ts';
import { randomCommand, randomRules } from './random-rules.ts';

/** `allow`, or the kind of refusal and what it is about. */
function ask(server: string, rules: string, command: string, db = 0): string {
  const [product, version] = server.split('-') as [Product, string];
  const table = tableFor({ product, version });
  const { user } = parseUser('u', rules.split(/ (?![^(]*\))/), table);
  if (user === undefined) return 'refused rules';
  const decision = decide(user, command.split(' '), table, { db });
  return decision.allowed ? `allow ${decision.selector}` : `${decision.denied} ${decision.object}`;
}

describe('decide', () => {
  it('needs one selector that allows the whole command', () => {
    const rules = '+get ~a (%R~src* +@all) (%W~dst* +@all) (~x* +copy)';
    expect(ask('redis-7.2.6', rules, 'get a')).toBe('allow 0');
    expect(ask('redis-7.2.6', rules, 'copy src1 dst1')).toBe('key dst1');
    expect(ask('redis-7.2.6', rules, 'copy x1 x2')).toBe('allow 3');
    expect(ask('redis-7.2.6', rules, 'flushall')).toBe('allow 1');
  });

  it('tells reading from writing', () => {
    expect(ask('redis-7.2.6', '%R~k +@all', 'set k v')).toBe('key k');
    expect(ask('redis-7.2.6', '%W~k +@all', 'set k v')).toBe('allow 0');
    expect(ask('redis-7.2.6', '%W~k +@all', 'set k v GET')).toBe('key k');
    expect(ask('redis-7.2.6', '%W~k +@all', 'exists k')).toBe('allow 0');
    expect(ask('redis-7.2.6', '%R~a* %W~* +@all', 'incr ab')).toBe('key ab');
  });

  it('does not let * match the empty key, but the flag does', () => {
    expect(ask('redis-7.2.6', '%RW~* +get', 'get ')).toBe('key ');
    expect(ask('redis-7.2.6', '~* +get', 'get ')).toBe('allow 0');
  });

  it('looks at the first argument where a rule says so', () => {
    expect(ask('redis-7.2.6', '+select|0', 'SELECT 0')).toBe('allow 0');
    expect(ask('redis-7.2.6', '+select|0', 'select 1')).toBe('command select');
    expect(ask('redis-6.2.16', '+config|get', 'config GET x')).toBe('allow 0');
    expect(ask('redis-6.2.16', '+config|get', 'config set x y')).toBe('command config');
  });

  it('checks channels, and subscription patterns by their text', () => {
    const rules = '+@pubsub &news:*';
    expect(ask('redis-7.2.6', rules, 'subscribe news:a other')).toBe('channel other');
    expect(ask('redis-7.2.6', rules, 'publish news:a hello')).toBe('allow 0');
    expect(ask('redis-7.2.6', rules, 'psubscribe news:a*')).toBe('channel news:a*');
    expect(ask('redis-7.2.6', rules, 'psubscribe news:*')).toBe('allow 0');
  });

  it('checks databases in Valkey 9.1', () => {
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'get a', 0)).toBe('allow 0');
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'get a', 1)).toBe('db get');
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'select 1')).toBe('db 1');
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'swapdb 0 3')).toBe('db 3');
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'copy a b DB 2')).toBe('db 2');
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'FLUSHALL')).toBe('db FLUSHALL');
    expect(ask('valkey-9.1.2', '~* +@all db=0', 'ping', 5)).toBe('allow 0');
  });

  it('always allows what needs no right', () => {
    expect(ask('redis-7.2.6', '-@all', 'auth x')).toBe('allow 0');
    expect(ask('redis-7.2.6', '-@all', 'reset')).toBe('allow 0');
    expect(ask('redis-6.2.16', '-@all', 'reset')).toBe('command reset');
    expect(ask('redis-6.2.16', '-@all', 'quit')).toBe('allow 0');
    expect(ask('redis-6.0.16', '-@all', 'hello 3')).toBe('command hello');
  });

  it('says when there is no such command, or too few words', () => {
    expect(ask('redis-7.2.6', '+@all', 'nosuch x')).toBe('error nosuch');
    expect(ask('redis-7.2.6', '+@all', 'config nosuch')).toBe('error config');
    expect(ask('redis-7.2.6', '+@all', 'config|get x')).toBe('error config|get');
    expect(ask('redis-7.2.6', '+@all', 'get')).toBe('error get');
    expect(ask('redis-7.2.6', '+@all', '')).toBe('error ');
  });

  it('is not fooled by letters that only look like ASCII ones', () => {
    expect(ask('redis-7.2.6', '~* +@all', '\u212Aeys *')).toBe('error \u212Aeys');
  });

  it.each([
    ['redis-7.0.15', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'allow 0'],
    ['redis-7.2.15', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'allow 0'],
    ['redis-7.2.16', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'key victim'],
    ['redis-8.0.6', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'allow 0'],
    ['redis-8.8.2', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'key victim'],
    ['redis-9.0.0', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'key victim'],
    ['valkey-8.1.1', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'allow 0'],
    ['valkey-9.1.2', 'georadius app:g 0 0 1 m STORE app:x STORE victim', 'key victim'],
    ['redis-7.2.15', 'sort app:l STORE by STORE victim', 'key by'],
    ['redis-7.2.16', 'sort app:l STORE by STORE victim', 'key victim'],
    ['redis-7.2.15', 'xreadgroup COUNT 1 GROUP g streams STREAMS victim >', 'key STREAMS'],
    ['redis-7.2.16', 'xreadgroup COUNT 1 GROUP g streams STREAMS victim >', 'key victim'],
    ['redis-7.0.12', 'sort_ro victim', 'allow 0'],
    ['redis-7.0.13', 'sort_ro victim', 'key victim'],
  ])('%s has the holes of its patch level: %s', (server, command, expected) => {
    expect(ask(server, '~app:* +@all', command)).toBe(expected);
  });

  it('refuses a user of another table as a bug', () => {
    const one = tableFor({ product: 'redis', version: '7.2.6' });
    const other = tableFor({ product: 'redis', version: '7.0.15' });
    const { user } = parseUser('u', ['+@all'], one);
    expect(() => user && decide(user, ['ping'], other)).toThrow(/bug/);
  });

  it('goes by the selectors that a user has now', () => {
    const table = tableFor({ product: 'redis', version: '7.2.6' });
    const { user } = parseUser('u', ['+get', '~a', '(+@all', '~*)'], table);
    if (user === undefined) throw new Error('refused');
    expect(decide(user, ['set', 'b', '1'], table).allowed).toBe(true);
    expect(decide({ ...user, selectors: [user.selectors[0]] }, ['set', 'b', '1'], table).allowed).toBe(false);
  });

  it('takes any spelling of a command, however many there were', () => {
    const table = tableFor({ product: 'redis', version: '7.2.6' });
    const { user } = parseUser('u', ['+zrangebyscore', '+config|resetstat', '~*'], table);
    if (user === undefined) throw new Error('refused');
    const spell = (word: string, n: number): string =>
      Array.from(word, (c, i) => (((n >> i) & 1) === 1 ? c.toUpperCase() : c)).join('');
    for (let n = 0; n < 5000; n++) {
      expect(decide(user, [spell('zrangebyscore', n), 'k', '0', '1'], table).allowed).toBe(true);
      expect(decide(user, [spell('config', n), spell('resetstat', n)], table).allowed).toBe(true);
      expect(decide(user, [spell('zrevrangebyscore', n), 'k', '0', '1'], table).allowed).toBe(false);
    }
  });
});

describe('users with the same rights share them', () => {
  it.each(['redis-6.2.16', 'redis-7.0.15', 'redis-8.0.6', 'valkey-9.1.2'])(
    'and those of %s who differ in anything do not',
    (server) => {
      const [product, version] = server.split('-') as [Product, string];
      const table = tableFor({ product, version });
      const rules = randomRules(table);
      fc.assert(
        fc.property(
          fc.array(rules, { maxLength: 3 }),
          rules,
          randomCommand(table),
          (before, tokens, argv) => {
            // Prefixes are what differs in one thing only.
            for (const other of [...before, tokens.slice(0, -1), tokens.slice(1)])
              parseUser('u', other, table);
            const fresh = tableFromCommandReply(undefined, { product, version });
            const shared = parseUser('u', tokens, table).user;
            const alone = parseUser('u', tokens, fresh).user;
            expect(shared === undefined).toBe(alone === undefined);
            if (shared === undefined || alone === undefined) return;
            expect(printUser(shared, table)).toBe(printUser(alone, fresh));
            expect(getUserView(shared, table)).toEqual(getUserView(alone, fresh));
            expect(decide(shared, argv, table)).toEqual(decide(alone, argv, fresh));
          },
        ),
        { numRuns: 1_000 },
      );
    },
  );

  it('and changing one of them leaves the others', () => {
    const table = tableFor({ product: 'redis', version: '7.2.6' });
    const of = (base: Parameters<typeof parseUser>[3], ...rules: string[]) => {
      const { user } = parseUser('u', rules, table, base);
      if (user === undefined) throw new Error('refused');
      return user;
    };
    const a = of({}, '+get', '~k', '&c', '+select|0');
    const b = of({}, '+get', '~k', '&c', '+select|0');
    const more = of({ base: a }, '+set', '~l', '&d', '+select|1');
    expect(a.selectors).toBe(b.selectors);
    expect(decide(more, ['set', 'l', '1'], table).allowed).toBe(true);
    for (const user of [a, b]) {
      expect(printUser(user, table)).toBe(
        'user u off sanitize-payload ~k resetchannels &c -@all +get +select|0',
      );
      expect(decide(user, ['set', 'k', '1'], table).allowed).toBe(false);
      expect(decide(user, ['select', '1'], table).allowed).toBe(false);
    }
  });
});
