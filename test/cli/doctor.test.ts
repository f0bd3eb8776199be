/** The judgement of the doctor, from observations alone: one cause, with proof and next commands, and no secret. */
import { describe, expect, it } from 'vitest';

import { parseUser, tableFor } from '../../src/acl/index.ts';
import { secret } from '../../src/conf/index.ts';
import { diagnose } from '../../src/cli/doctor/diagnosis.ts';
import { exitOf } from '../../src/cli/doctor/doctor.ts';
import { showCommand } from '../../src/cli/doctor/denied-command.ts';
import { findLeastGrant } from '../../src/cli/doctor/least-grant.ts';
import type { DeniedObservation, Observations } from '../../src/cli/doctor/observation.ts';
import { explainHint, findPasswordHints } from '../../src/cli/doctor/password-hint.ts';
import { printDiagnosis } from '../../src/cli/doctor/print.ts';
import { readShownUser, rebuildUser } from '../../src/cli/doctor/user-rules.ts';
import { recogniseManagedService } from '../../src/fleet/index.ts';

const table = tableFor({ product: 'redis', version: '7.2' });

const base: Observations = {
  subject: {
    node: 'cache-1:6379',
    endpoint: { kind: 'tcp', host: 'cache-1', port: 6379 },
    transport: 'plaintext',
    user: 'app',
    password: 'given',
    form: 'with-user',
    verify: 'full',
    serverName: undefined,
    words: 'redis://cache-1:6379',
    loginWords: 'redis://cache-1:6379 --user app --askpass',
    connectMs: 5000,
    commandMs: 10_000,
  },
  at: new Date('2026-11-22T00:00:00Z'),
  steps: [],
  traces: [],
  name: { kind: 'resolved', addresses: ['10.0.0.5'] },
  socket: { kind: 'open', address: '10.0.0.5' },
};

const inside: Partial<Observations> = {
  stranger: { kind: 'closed', text: 'NOAUTH Authentication required.' },
  login: { kind: 'ok', text: 'OK', hints: [] },
  session: { user: 'app', ping: { kind: 'answered', text: 'PONG' } },
};

function judge(change: Partial<Observations>): ReturnType<typeof diagnose> {
  return diagnose({ ...base, ...change });
}

function deny(change: Partial<DeniedObservation>): Partial<Observations> {
  const refused = { kind: 'refused', text: 'NOPERM no' } as const;
  return {
    ...inside,
    denied: {
      shown: 'GET k',
      name: 'get',
      dryrun: refused,
      rules: refused,
      concerns: [],
      writes: 'no',
      ...change,
    },
  };
}

describe('the way to a server', () => {
  it.each([
    ['refused', 'E611', 'refused'],
    ['timeout', 'E612', 'no-answer-to-dial'],
    ['unreachable', 'E615', 'no-route'],
    ['reset', 'E613', 'cut'],
  ] as const)('ends with %s', (code, published, fault) => {
    const found = judge({ socket: { kind: 'failed', code, message: 'it failed' } });
    expect(found).toMatchObject({ outcome: 'found', code: published, fault });
    expect(found.proof.join()).toContain('it failed');
    expect(found.next.length).toBeGreaterThan(0);
    expect(exitOf(found)).toBe(1);
  });

  it('tells a resolver that is silent from a name that is unknown', () => {
    expect(judge({ name: { kind: 'failed', code: 'EAI_AGAIN' } })).toMatchObject({
      code: 'E614',
      fault: 'resolver-silent',
    });
    expect(judge({ name: { kind: 'failed', code: 'ENOTFOUND' } })).toMatchObject({
      code: 'E614',
      fault: 'name-unknown',
    });
  });

  it('tells a socket that keeps us out from one that is not there', () => {
    const subject = {
      ...base.subject,
      endpoint: { kind: 'unix', path: '/run/redis.sock' },
      transport: 'unix',
    } as const;
    const failed = (code: 'refused' | 'unreachable') =>
      judge({ subject, socket: { kind: 'failed', code, message: 'no' } });
    expect(failed('unreachable')).toMatchObject({ code: 'E615', fault: 'socket-forbidden' });
    expect(failed('refused')).toMatchObject({ code: 'E611', fault: 'no-socket' });
  });

  it('gives up honestly where nothing explains what was seen', () => {
    const found = judge({ steps: [{ name: 'hello', result: 'failed', detail: 'something odd' }] });
    expect(found).toMatchObject({ outcome: 'undetermined', code: 'E699', proof: ['hello: something odd'] });
    expect(exitOf(found)).toBe(3);
  });
});

describe('the login', () => {
  it('reads the same AUTH error as two causes, by what a stranger is told', () => {
    const login = {
      kind: 'not-wanted',
      text: 'ERR AUTH <password> called without any password',
      hints: [],
    } as const;
    const off = judge({ login, stranger: { kind: 'closed', text: 'NOAUTH x' } });
    expect(off).toMatchObject({ code: 'E601', fault: 'default-off-without-password' });
    const session = { user: 'default', ping: { kind: 'answered', text: 'PONG' } } as const;
    expect(judge({ login, session, stranger: { kind: 'open' } })).toMatchObject({ outcome: 'healthy' });
  });

  it('says that the server does not tell why, unless it could be looked up', () => {
    const wrong = { kind: 'wrong', text: 'WRONGPASS', hints: [] } as const;
    const stranger = { kind: 'open' } as const;
    expect(judge({ stranger, login: wrong })).toMatchObject({ code: 'E603', fault: 'wrong-or-off' });
    const account = { kind: 'present', state: 'off', nopass: 'no', passwords: 1, ours: 'yes' } as const;
    const looked = judge({ stranger, login: { ...wrong, account } });
    expect(looked).toMatchObject({ code: 'E603', fault: 'user-off' });
    expect(looked.cause).toContain('The password is right');
    expect(exitOf(looked)).toBe(4);
  });

  it('sees the slips that make a right password wrong', () => {
    const cases = {
      '': ['empty'],
      'pw\n': ['line-break'],
      'pw ': ['blank-at-end'],
      '"pw"': ['quoted'],
      [`#${'a'.repeat(64)}`]: ['looks-like-hash'],
      '>pw': ['looks-like-rule'],
      '${REDIS_PASSWORD}': ['template'],
      'p%40w': ['percent-escapes'],
      'app:pw': ['user-and-password'],
      'Tr0ub4dor&3': [],
    };
    for (const [password, hints] of Object.entries(cases)) {
      expect(findPasswordHints(secret(password)), password).toEqual(hints);
    }
    expect(explainHint('line-break')).toMatch(/^The password /);
  });
});

describe('a denied command', () => {
  it('takes the word of DRYRUN, and names the object', () => {
    const answers = {
      "User app has no permissions to run the 'config|get' command": ['command-denied', '+config|get'],
      "This user has no permissions to access the 'it's' key": ['key-denied', "~it's"],
      "User app has no permissions to access the 'news' channel": ['channel-denied', '&news'],
    } as const;
    for (const [text, [fault, rule]] of Object.entries(answers)) {
      const found = judge(deny({ dryrun: { kind: 'answered', text } }));
      expect(found).toMatchObject({ code: 'E602', fault });
      expect(found.next.map(({ command }) => command).join('\n')).toContain(
        rule.includes("'") ? JSON.stringify(rule) : rule,
      );
      expect(found.proof).toContain('the command itself was not run');
    }
  });

  it('falls back on the rules, and then on an administrator', () => {
    const denied = { allowed: false, denied: 'key', object: 'k', message: 'no' } as const;
    expect(judge(deny({ decision: denied }))).toMatchObject({ code: 'E602', fault: 'key-denied' });
    const hidden = judge(deny({}));
    expect(hidden).toMatchObject({ outcome: 'undetermined', code: 'E602', fault: 'rules-hidden' });
    expect(hidden.next.map(({ command }) => command)).toContain('ACL DRYRUN app GET k');
  });

  it('knows that a managed service withholds commands from everybody', () => {
    const managed = recogniseManagedService({
      host: 'x.abc.0001.use1.cache.amazonaws.com',
      info: new Map(),
      missing: new Set(),
      sentinel: 'no',
    });
    if (managed === undefined) throw new Error('the host name is that of a service');
    const config = deny({ name: 'config|get', shown: 'CONFIG GET …' });
    const seen = { ...config, managed };
    const text = "User app has no permissions to run the 'config|get' command";
    const answered = { kind: 'answered', text } as const;
    const found = judge({ ...seen, ...(seen.denied && { denied: { ...seen.denied, dryrun: answered } }) });
    expect(found.cause).toContain('withheld from everybody');
    expect(found.next.map(({ command }) => command ?? '').join()).not.toContain('SETUSER');
    expect(found.next[0]?.words).toContain('aws elasticache');
    const fine = { kind: 'answered', text: 'OK' } as const;
    expect(
      judge({ ...seen, ...(seen.denied && { denied: { ...seen.denied, dryrun: fine } }) }),
    ).toMatchObject({
      fault: 'withheld-by-service',
      certainty: 'likely',
    });
  });

  it('grants the least, found by trying', () => {
    const least = (rules: string, argv: readonly string[]) => {
      const { user } = parseUser('app', rules.split(' '), table);
      return user === undefined ? 'bad rules' : findLeastGrant(user, argv, table);
    };
    expect(least('~app:* +get', ['GET', 'other:1'])).toEqual({
      rules: ['%R~other:1'],
      byPrefix: ['%R~other:*'],
    });
    expect(least('~app:* +@all', ['SET', 'other:1', 'v'])).toMatchObject({ rules: ['%W~other:1'] });
    expect(least('~app:* +@all', ['SET', 'other:1', 'v', 'GET'])).toMatchObject({ rules: ['~other:1'] });
    expect(least('~app:* +@all', ['INCR', 'n'])).toEqual({ rules: ['~n'] });
    expect(least('-@all', ['CONFIG', 'GET', 'x'])).toEqual({ rules: ['+config|get'] });
    expect(least('-@all', ['SET', 'a*b', 'v'])).toEqual({ rules: ['+set', '%W~a\\*b'] });
    expect(least('+@all ~*', ['PSUBSCRIBE', 'n.*'])).toEqual({ rules: ['&n.*'] });
    expect(least('+@all ~* &*', ['GET', 'x'])).toBeUndefined();
    expect(least('+@all ~*', ['NO.SUCH', 'x'])).toBeUndefined();
    // Rights of selectors do not add up: the root gets all that it lacks.
    expect(least('-@all (~a:* +get)', ['GET', 'b:1'])).toMatchObject({ rules: ['+get', '%R~b:1'] });
  });

  it('reads GETUSER of every shape back into rules', () => {
    const later = readShownUser(
      [
        'flags',
        ['on'],
        'passwords',
        ['00'],
        'commands',
        '-@all +get',
        'keys',
        '~a %R~b',
        'channels',
        '&c',
        'selectors',
        [['commands', '-@all +set', 'keys', '~d', 'channels', '']],
      ],
      table,
    );
    expect(later?.rules).toEqual([
      '~a',
      '%R~b',
      'resetchannels',
      '&c',
      '-@all',
      '+get',
      '(~d resetchannels -@all +set)',
    ]);
    const user = later && rebuildUser('app', later, table);
    expect(user?.selectors).toHaveLength(2);
    const six = tableFor({ product: 'redis', version: '6.0' });
    const early = readShownUser(
      ['flags', ['off', 'nopass'], 'passwords', [], 'commands', '-@all +get', 'keys', ['a*', 'b']],
      six,
    );
    expect(early).toEqual({
      enabled: false,
      nopass: true,
      passwords: [],
      rules: ['~a*', '~b', '-@all', '+get'],
    });
    expect(readShownUser(null, table)).toBeUndefined();
    expect(readShownUser(['flags'], table)).toBeUndefined();
  });

  it('shows a command without its values', () => {
    expect(showCommand(['SET', 'k', 'value'], table)).toBe('SET k …');
    expect(showCommand(['CONFIG', 'SET', 'requirepass', 'value'], table)).toBe('CONFIG SET …');
    expect(showCommand(['AUTH', 'value'], table)).toBe('AUTH …');
    expect(showCommand(['EVAL', 'return 1', '0'], table)).toBe('EVAL …');
    expect(showCommand(['NO.SUCH', 'value'], table)).toBe('NO.SUCH …');
    expect(showCommand(['PING'], table)).toBe('PING');
  });
});

describe('the report', () => {
  const look = { tty: true, colour: false, unicode: true, columns: 80 };

  it('fits 80 columns, has one line for each try, and works without Unicode and colour', () => {
    const seen: Observations = {
      ...base,
      ...deny({
        dryrun: {
          kind: 'answered',
          text: `User app has no permissions to access the '${'k'.repeat(20)}' key`,
        },
      }),
      steps: [
        { name: 'connect', result: 'ok', detail: 'TCP to 10.0.0.5 opened', tookMs: 1.25 },
        {
          name: 'dryrun',
          result: 'failed',
          detail: 'a long text that is folded at the width, '.repeat(4),
          tookMs: 3,
        },
      ],
      traces: ['denied PING'],
    };
    const text = printDiagnosis(seen, diagnose(seen), look);
    const prose = text
      .split('\n')
      .filter((line) => !/^ {13}\S/.test(line) || line.startsWith(' '.repeat(14)));
    for (const line of prose) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(text).toContain('1 line in ACL LOG (denied PING)');
    const plain = printDiagnosis(seen, diagnose(seen), { ...look, unicode: false });
    expect(plain).toContain('x E602');
    expect(printDiagnosis(seen, diagnose(seen), { ...look, colour: true })).toContain('\u001b[31m');
  });

  it('disarms what a server says', () => {
    const seen: Observations = {
      ...base,
      ...deny({
        dryrun: {
          kind: 'answered',
          text: "User app has no permissions to access the '\u001b[2Jk\u202e' key",
        },
      }),
      steps: [{ name: 'dryrun', result: 'failed', detail: '\u001b[2J\u0007' }],
    };
    const text = printDiagnosis(seen, diagnose(seen), look);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});
