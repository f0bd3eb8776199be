import { describe, expect, it } from 'vitest';
import {
  defaultUser,
  getUserView,
  hashPassword,
  parseUser,
  printUser,
  ruleText,
  tableFor,
} from '../../src/acl/index.ts';

const redis60 = tableFor({ product: 'redis', version: '6.0.16' });
const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis70 = tableFor({ product: 'redis', version: '7.0.15' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });
const redis74 = tableFor({ product: 'redis', version: '7.4.2' });
const valkey91 = tableFor({ product: 'valkey', version: '9.1.2' });
const HASH = 'a1c8e6a1f0a2a4d2cbb3a4e2f0d7f6e5a1c8e6a1f0a2a4d2cbb3a4e2f0d7f6e5';

describe('parseUser', () => {
  it('starts with nothing and applies rules left to right', () => {
    const { user } = parseUser('u', ['on', '>pw', '~app:*', '+get', '-@all', '+set'], redis72);
    expect(user && printUser(user, redis72)).toBe(
      `user u on sanitize-payload #${hashPassword('pw')} ~app:* resetchannels -@all +set`,
    );
  });

  it('goes on from a base, as ACL SETUSER does', () => {
    const base = parseUser('u', ['on', '~a', '%R~b', '+get', '(~c +set)'], redis72).user;
    const { user } = parseUser('u', ['%W~b', '+del'], redis72, base ? { base } : {});
    expect(user && printUser(user, redis72)).toBe(
      'user u on sanitize-payload ~a ~b resetchannels -@all +get +del (~c resetchannels -@all +set)',
    );
    expect(base && printUser(base, redis72)).toContain('%R~b');
  });

  it('changes nothing when a rule is refused, and says which one', () => {
    const { user, problems } = parseUser('u', ['on', '+get', '+nosuch', 'bad'], redis72);
    expect(user).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: 'unknown-command',
      message: "ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL",
      token: '+nosuch',
      index: 2,
    });
  });

  it('knows which new user may use channels', () => {
    expect(parseUser('u', [], redis62).user?.selectors[0].allChannels).toBe(true);
    expect(parseUser('u', [], redis70).user?.selectors[0].allChannels).toBe(false);
    const open = parseUser('u', ['(+get)'], redis70, { pubsubDefault: 'allchannels' }).user;
    expect(open?.selectors.map((selector) => selector.allChannels)).toEqual([true, true]);
  });

  it.each([
    [redis60, ['&x'], 'Syntax error'],
    [
      redis60,
      ['+get', '+get|a'],
      'Adding a subcommand of a command already fully added is not allowed. Remove the command to start. Example: -DEBUG +DEBUG|DIGEST',
    ],
    [redis62, ['(+get)'], 'Syntax error'],
    [redis62, ['%R~x'], 'Syntax error'],
    [redis72, ['db=1'], 'Syntax error'],
    [valkey91, ['db=2147483648'], 'The provided database ID is out of range'],
    [redis72, ['+config|get|x'], 'Allowing first-arg of a subcommand is not supported'],
    [redis72, ['-select|0'], 'Unknown command or category name in ACL'],
  ])('%# refuses in the words of the version', (table, rules, reason) => {
    const { problems } = parseUser('u', rules, table);
    expect(problems[0]?.message).toBe(`ERR Error in ACL SETUSER modifier '${rules.at(-1)}': ${reason}`);
  });

  it('refuses names that the server refuses', () => {
    for (const name of ['a b', 'a\0', 'a\tb']) {
      expect(parseUser(name, [], redis72).problems[0]?.code).toBe('bad-user-name');
    }
  });

  it('gives the command that was probably meant', () => {
    expect(parseUser('u', ['+flushal'], redis72).problems[0]?.help).toContain('flushall');
    expect(parseUser('u', ['get'], redis72).problems[0]?.help).toContain('+get');
    expect(parseUser('u', ['+@nosuch'], redis72).problems[0]?.help).toContain('dangerous');
  });

  it('keeps secrets out of what it says, unless asked', () => {
    for (const rules of [
      ['<canary'],
      ['!canary'],
      ['#canary'],
      ['(+get >canary ~x)'],
      ['(+get', '>canary'],
    ]) {
      const parsed = parseUser('u', rules, redis72);
      expect(parsed.problems).toHaveLength(1);
      expect(JSON.stringify(parsed)).not.toContain('canary');
    }
    const { problems } = parseUser('u', ['<canary'], redis72, { secrets: 'verbatim' });
    expect(problems[0]?.message).toContain("modifier '<canary'");
  });

  it('names rules that end the server at its next display', () => {
    expect(parseUser('u', ['%'], redis72).hazards[0]?.code).toBe('breaks-display');
    expect(parseUser('u', ['%'], redis74).problems[0]?.code).toBe('syntax');
    expect(parseUser('u', ['%~x'], redis70).hazards[0]?.code).toBe('breaks-display');
    expect(parseUser('u', ['+select|a b'], redis72).hazards[0]?.code).toBe('breaks-display');
    expect(parseUser('u', ['(~bar))'], redis72).hazards[0]?.code).toBe('breaks-display');
    expect(parseUser('u', ['~bar)', '+select|0'], redis72).hazards).toEqual([]);
  });

  it('takes %R without a tilde for the empty pattern', () => {
    expect(parseUser('u', ['%R'], redis72).user?.selectors[0].keys).toEqual([
      { pattern: '', read: true, write: false },
    ]);
  });

  it('holds bytes that are not UTF-8 without loss', () => {
    const { user } = parseUser('u', ['~\udcff*é'], redis72);
    expect(user?.selectors[0].keys[0]?.pattern).toBe('\udcff*é');
    expect(user?.selectors[0].engine.keys[0]?.pattern).toBe('\xff*\xc3\xa9');
  });
});

describe('printUser', () => {
  it('can leave the hashes out', () => {
    const { user } = parseUser('u', ['on', '>pw', `#${HASH}`], redis72);
    expect(user?.passwords).toEqual([hashPassword('pw'), HASH]);
    expect(user && printUser(user, redis72, { redact: 'hashes' })).toBe(
      'user u on sanitize-payload #… #… resetchannels -@all',
    );
    expect(user && getUserView(user, redis72, { redact: 'hashes' }).passwords).toEqual(['…', '…']);
  });

  it('shows the default user of a new server', () => {
    expect(printUser(defaultUser(redis60), redis60)).toBe('user default on nopass ~* +@all');
    expect(printUser(defaultUser(valkey91), valkey91)).toBe('user default on nopass ~* &* +@all');
  });

  it('shows a selector without its parentheses', () => {
    const { user } = parseUser('u', ['(~a &b +get db=1,0)'], valkey91);
    const selector = user?.selectors[1];
    expect(selector && ruleText(selector, valkey91)).toBe('~a resetchannels &b db=0,1 -@all +get');
  });
});

it('hashes a password as the server does', () => {
  expect(hashPassword('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(hashPassword('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});
