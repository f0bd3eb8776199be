import { describe, expect, it } from 'vitest';
import { parseAclFile, parseUserDirective, parseUserLine, printUser, tableFor } from '../../src/acl/index.ts';

const redis62 = tableFor({ product: 'redis', version: '6.2.16' });
const redis72 = tableFor({ product: 'redis', version: '7.2.6' });

describe('parseAclFile', () => {
  it('reads users with their lines', () => {
    const file = parseAclFile('\nuser a on >pw ~x +get \r\n\tuser default off\n', redis72);
    expect(file.problems).toEqual([]);
    expect(file.users.map(({ user, line }) => [user.name, line])).toEqual([
      ['a', 2],
      ['default', 3],
    ]);
    expect(file.users[0]?.tokens).toEqual(['on', '>pw', '~x', '+get']);
    expect(file.defaultUserDeclared).toBe(true);
    expect(file.refusal).toBeUndefined();
  });

  it('adds the open default user that a server adds', () => {
    const file = parseAclFile('user a on\n', redis72);
    expect(file.defaultUserDeclared).toBe(false);
    const added = file.users.at(-1);
    expect(added?.line).toBeUndefined();
    expect(added && printUser(added.user, redis72)).toBe(
      'user default on nopass sanitize-payload ~* &* +@all',
    );
  });

  it('reports every line at once, with the whole refusal', () => {
    const text = '# comment\nuser a +nosuch bad +nope\nuser a on\nuser\n';
    const file = parseAclFile(text, redis72, { file: '/etc/users.acl' });
    expect(file.problems.map(({ code, line }) => [code, line])).toEqual([
      ['user-keyword-missing', 1],
      ['unknown-command', 2],
      ['syntax', 2],
      ['unknown-command', 2],
      ['duplicate-user', 3],
      ['user-keyword-missing', 4],
    ]);
    expect(file.refusal).toBe(
      'ERR /etc/users.acl:1 should start with user keyword followed by the username. ' +
        "/etc/users.acl:2: Error in applying operation '+nosuch': Unknown command or category name in ACL. " +
        '/etc/users.acl:2: Syntax error. ' +
        "/etc/users.acl:2: Error in applying operation '+nope': Unknown command or category name in ACL. " +
        "WARNING: Duplicate user 'a' found on line 3. " +
        '/etc/users.acl:4 should start with user keyword followed by the username. ' +
        'WARNING: ACL errors detected, no change to the previously active ACL rules was performed',
    );
    const bad = file.problems[2]?.range ?? [0, 0];
    expect(text.slice(...bad)).toBe('bad');
  });

  it.each([
    ['# note', 'comments'],
    ['user a on # note', 'comments'],
    ['user a on // note', 'comments'],
    ['\uFEFFuser a on', 'byte order mark'],
    ['user\ta on', 'tab'],
    ['user a +get\t+set', 'tab'],
    ['USER a on', 'lower case'],
    ['user', 'name'],
    ['user  a on', 'Two blanks'],
    ['user a ">pw"', 'quotes'],
    ['user a on @all', '+@all'],
  ])('%j is explained', (line, word) => {
    const file = parseAclFile(line, redis72);
    expect(file.problems[0]?.help).toContain(word);
  });

  it('knows the parenthesis that crashes the server', () => {
    const file = parseAclFile('user a on (+get\n', redis72);
    expect(file.problems[0]).toMatchObject({ code: 'crashes-server', line: 1, token: '(+get' });
    expect(file.refusal).toBeUndefined();
    expect(parseAclFile('user a (+get\n', redis72).problems[0]?.code).toBe('unmatched-parenthesis');
  });

  it('takes the last of two users in 6.x', () => {
    const file = parseAclFile('user a on ~x\nuser a off ~y\n', redis62);
    expect(file.problems).toEqual([]);
    expect(file.users.map(({ user }) => printUser(user, redis62))).toEqual([
      'user a off sanitize-payload ~y &* -@all',
      'user default on nopass ~* &* +@all',
    ]);
  });

  it('keeps secrets out of its problems', () => {
    const text = 'user a <canary\nuser b (+get >canary)\nuser c on >canary (+get\nuser d #canary +bad\n';
    const file = parseAclFile(text, redis72);
    expect(file.problems.length).toBeGreaterThanOrEqual(5);
    expect(JSON.stringify(file.problems) + file.refusal).not.toContain('canary');
  });

  it('gives hazards their place', () => {
    const text = 'user b on\nuser a on +select|"x\n';
    const [hazard] = parseAclFile(text, redis72).hazards;
    expect(hazard).toMatchObject({ code: 'breaks-display', line: 2 });
    expect(text.slice(...(hazard?.range ?? [0, 0]))).toBe('+select|"x');
  });
});

describe('parseUserLine', () => {
  it('reads a line of ACL LIST', () => {
    const line = 'user a on sanitize-payload ~x resetchannels -@all +get (~y resetchannels &c -@all +set)';
    const { name, user } = parseUserLine(line, redis72);
    expect(name).toBe('a');
    expect(user && printUser(user, redis72)).toBe(line);
  });

  it('reads nothing as a problem', () => {
    expect(parseUserLine('', redis72)).toMatchObject({ name: undefined, user: undefined });
    expect(parseUserLine('', redis72).problems).toHaveLength(1);
  });
});

describe('parseUserDirective', () => {
  it('resets the default user first', () => {
    const { user } = parseUserDirective(['default', 'on', '+get'], redis62);
    expect(user && printUser(user, redis62)).toBe('user default on sanitize-payload &* -@all +get');
  });

  it('names the wrong word as the server does, and the right one as a token', () => {
    const { problems } = parseUserDirective(['a', 'on', '+get', 'bad'], redis72);
    expect(problems[0]).toMatchObject({
      message: "Error in user declaration 'on': Syntax error",
      token: 'bad',
      index: 2,
    });
  });

  it('reports unknown commands, which the server finds later', () => {
    const { problems } = parseUserDirective(['a', '+nosuch', '+nope'], redis72);
    expect(problems.map(({ message }) => message)).toEqual([
      "Error loading ACL rule '+nosuch' for the user named 'a': Unknown command or category name in ACL",
      "Error loading ACL rule '+nope' for the user named 'a': Unknown command or category name in ACL",
    ]);
  });

  it('keeps secrets out, though the server would print the word before', () => {
    expect(JSON.stringify(parseUserDirective(['a', '>canary', 'on', 'bad'], redis72))).not.toContain(
      'canary',
    );
  });
});
