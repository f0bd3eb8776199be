/** The batch contract of `wardis acl check --batch`: what every recorded server said, line by line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseUser, serverNamed, tableFor } from '../../src/acl/index.ts';
import { LINE_BYTES_MAX, splitLines } from '../../src/cli/acl/batch-input.ts';
import { readCases, readRules, recordedServers, type CaseVector, type RuleVector } from '../acl/recorded.ts';
import { randomCommand, randomRules } from '../acl/random-rules.ts';
import { forEachServer, openConnection, startServer, type Connection, type Reply } from '../servers/index.ts';
import { run, spawnWardis, type Answer } from './run.ts';

let folder: string;

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'wardis-batch-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runBatch(server: string, text: string | Buffer, ...more: readonly string[]): Promise<Answer> {
  const path = join(folder, `${server}.jsonl`);
  writeFileSync(path, text);
  return run(['acl', 'check', '--server', server, '--batch', path, ...more]);
}

/** Questions in, answers out. */
async function ask(server: string, questions: readonly unknown[]): Promise<readonly unknown[]> {
  const { out } = await runBatch(
    server,
    questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
  );
  return linesOf(out).map((line) => JSON.parse(line) as unknown);
}

function linesOf(out: string): readonly string[] {
  expect(out.endsWith('\n')).toBe(true);
  return out.slice(0, -1).split('\n');
}

describe('a recorded decision is answered as the server answered it', () => {
  it.each(recordedServers('cases'))('by the name %s', async (server) => {
    const vectors = readCases(server);
    const questions = vectors.map(({ rules, argv, db }) =>
      JSON.stringify({ rules, argv, ...(db !== undefined && { db }) }),
    );
    const { exit, out, err } = await runBatch(server, questions.join('\n'));
    const lines = linesOf(out);
    const wrong = vectors.map((vector, at) => ({ vector, line: lines[at], expected: expectedCase(vector) }));
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(lines).toHaveLength(vectors.length);
    expect(wrong.filter(({ line, expected }) => line !== expected).slice(0, 3)).toEqual([]);
  });
});

/** The answer as text, blanks included. */
function expectedCase({ verdict, message }: CaseVector): string {
  const text = JSON.stringify(message);
  if (verdict === 'allow') return '{"allowed": true}';
  if (verdict === 'error') return `{"allowed": false, "denied": "error", "message": ${text}}`;
  if (verdict === 'setuser-error') return `{"error": ${text}, "token": ${JSON.stringify(offender(message))}}`;
  const [, object = ''] =
    /(?:access the|run the) '([^]*)' (?:key|channel|command)$/.exec(message) ??
    /database ([^]*)$/.exec(message) ??
    [];
  const denied = verdict.replace('deny-', '');
  return `{"allowed": false, "denied": "${denied}", "object": ${JSON.stringify(object)}, "message": ${text}}`;
}

/** The rule that the server names: what stands between the quotes. */
function offender(message: string): string {
  return /^ERR .*? (?:modifier|at) '([^]*)'(?:: |\.$)/.exec(message)?.[1] ?? '';
}

describe('recorded rules are shown and refused as the server did', () => {
  it.each(recordedServers('rules'))('by the name %s', async (server) => {
    const vectors = readRules(server);
    const questions = vectors.map(({ rules }) => `${JSON.stringify({ rules })}\n`);
    const { exit, out, err } = await runBatch(server, questions.join(''));
    const lines = linesOf(out);
    const exact =
      tableFor(serverNamed(server) ?? { product: 'redis', version: server }).dialect.display === 'kept-rules';
    const wrong = vectors
      .map((vector, at) => ({
        vector,
        ours: comparable(lines[at] ?? '', exact),
        theirs: comparable(expectedRules(vector), exact),
      }))
      .filter(({ ours, theirs }) => ours !== theirs);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(lines).toHaveLength(vectors.length);
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});

function expectedRules(vector: RuleVector): string {
  if (!vector.ok) return spaced({ error: vector.error, token: offender(vector.error ?? '') });
  return spaced({ line: vector.list, getuser: vector.getuser });
}

/** As Python's json.dumps writes it. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}: ${spaced(field)}`)
    .join(', ')}}`;
}

/** 6.x and 7.0 show single commands in a random order: their words are compared as a multiset. */
function comparable(line: string, exact: boolean): string {
  if (exact) return line;
  return spaced(
    JSON.parse(line, (key, value: unknown) =>
      (key === 'line' || key === 'commands') && typeof value === 'string'
        ? value.split(/[ ()]/).sort().join(' ')
        : value,
    ),
  );
}

describe('a question', () => {
  it('is about user f and database 0 unless it says otherwise', async () => {
    expect(
      await ask('valkey-9.1', [
        { rules: ['+get', '~*', 'db=1'], argv: ['GET', 'x'] },
        { rules: ['+get', '~*', 'db=1'], argv: ['GET', 'x'], db: 1 },
        { rules: ['~a*'], argv: ['GET', 'x'], username: 'bob' },
        { rules: null, argv: ['GET', 'x'], db: null, username: null },
      ]),
    ).toEqual([
      {
        allowed: false,
        denied: 'db',
        object: 'GET',
        message: 'User f has no permissions to access database GET',
      },
      { allowed: true },
      {
        allowed: false,
        denied: 'command',
        object: 'get',
        message: "User bob has no permissions to run the 'get' command",
      },
      {
        allowed: false,
        denied: 'command',
        object: 'get',
        message: "User f has no permissions to run the 'get' command",
      },
    ]);
  });

  it('may be decided for a user that is off and has no password, as ACL DRYRUN does', async () => {
    expect(await ask('redis-7.2', [{ rules: ['off', 'resetpass', '+ping'], argv: ['PING'] }])).toEqual([
      { allowed: true },
    ]);
  });

  it('may spread parentheses over several rules', async () => {
    const rules = ['on', '(~a*', '+get', ')', '(~b*', '+set'];
    expect(await ask('redis-8.0', [{ rules: rules.slice(0, 4), argv: ['get', 'a'] }, { rules }])).toEqual([
      { allowed: true },
      { error: "ERR Unmatched parenthesis in acl selector starting at '(~b*'.", token: '(~b*' },
    ]);
  });

  it('names a refused rule word for word, the password of a rule included', async () => {
    const hash = 'a'.repeat(63);
    const [removed, bad] = await ask('redis-7.2', [{ rules: ['<secret'] }, { rules: [`#${hash}`] }]);
    expect(removed).toEqual({
      error:
        "ERR Error in ACL SETUSER modifier '<secret': The password you are trying to remove from the user does not exist",
      token: '<secret',
    });
    expect(bad).toMatchObject({ token: `#${hash}` });
  });

  it('names the whole selector of a refused rule inside it', async () => {
    expect(await ask('redis-7.2', [{ rules: ['(+get', '+nope)'] }])).toEqual([
      {
        error: "ERR Error in ACL SETUSER modifier '(+get +nope)': Unknown command or category name in ACL",
        token: '(+get +nope)',
      },
    ]);
  });

  it('is refused for a user name with a blank', async () => {
    expect(await ask('redis-7.2', [{ username: 'a b', argv: ['PING'] }])).toEqual([
      { error: "ERR Usernames can't contain spaces or null characters", token: 'a b' },
    ]);
  });

  it('without any command is refused by the arity of ACL DRYRUN', async () => {
    expect(await ask('redis-7.2', [{ rules: ['+@all'], argv: [] }])).toEqual([
      { allowed: false, denied: 'error', message: "ERR wrong number of arguments for 'acl|dryrun' command" },
    ]);
  });

  it('is decided by the build that a bare branch means, and by the patch level of a full version', async () => {
    const hole = {
      rules: ['~streams', '~ok', '+sort'],
      argv: ['SORT', 'ok', 'STORE', 'by', 'STORE', 'victim'],
    };
    const percent = { rules: ['%'] };
    const by = { ...hole, rules: ['~by', '~ok', '+sort'] };
    expect(await ask('redis-7.2', [by])).toEqual([{ allowed: true }]);
    expect(await ask('redis-7.2.16', [by])).toMatchObject([
      { allowed: false, denied: 'key', object: 'victim' },
    ]);
    expect(await ask('redis-7.2', [percent])).toMatchObject([
      { line: expect.stringContaining('user f') as string },
    ]);
    expect(await ask('redis-7.2.7', [percent])).toMatchObject([{ token: '%' }]);
    // 7.2.0 would check no key here at all.
    const sorted = { rules: ['~x', '+sort_ro'], argv: ['SORT_RO', 'y'] };
    expect(await ask('redis-7.2', [sorted])).toMatchObject([{ denied: 'key' }]);
    expect(await ask('redis-7.2.0', [sorted])).toEqual([{ allowed: true }]);
  });

  it('keeps every byte: NUL, and bytes that are not UTF-8', async () => {
    const line = String.raw`{"rules": ["~a\u0000", "+get", "+set", "~\udcff*"], "argv": ["GET", "k\u0000\udcfe"]}`;
    const { out } = await runBatch('redis-7.2', `${line.replace(String.raw`"~a\u0000", `, '')}\n`);
    expect(out).toBe(
      String.raw`{"allowed": false, "denied": "key", "object": "k\u0000\udcfe", "message": "User f has no permissions to access the 'k\u0000\udcfe' key"}` +
        '\n',
    );
    const refused = await runBatch('redis-7.2', `${line}\n`);
    expect(refused.out).toBe(
      String.raw`{"error": "ERR Error in ACL SETUSER modifier '~a': Syntax error", "token": "~a"}` + '\n',
    );
    const raw = Buffer.from('{"rules": ["~\xff*", "+get"], "argv": ["GET", "\xffx"]}\n', 'latin1');
    expect((await runBatch('redis-7.2', raw)).out).toBe('{"allowed": true}\n');
  });
});

describe('a line that is no question', () => {
  const GOOD = '{"rules": ["+ping"], "argv": ["PING"]}';

  it('is answered with what is wrong, keeps its place, and makes the exit code 2', async () => {
    const bad = [
      '{"rules": ["+get"',
      '[]',
      '7',
      '{"rules": "on +get"}',
      '{"rules": [1]}',
      '{"argv": ["GET", 1]}',
      '{"db": 1.5, "argv": ["PING"]}',
      '{"db": "0"}',
      '{"username": 3}',
    ];
    const { exit, out, err } = await runBatch(
      'redis-7.2',
      [GOOD, ...bad.flatMap((line) => [line, GOOD])].join('\n'),
    );
    const answers = linesOf(out).map((line) => JSON.parse(line) as { readonly error?: string });
    expect(exit).toBe(2);
    expect(err).toBe('9 of 19 lines could not be read; each answer names its line\n');
    expect(answers.map(({ error }) => error?.replace(/ \(position.*/, ''))).toEqual([
      undefined,
      ...[
        'line 2: this is no JSON',
        'line 4: this is no JSON object',
        'line 6: this is no JSON object',
        'line 8: "rules" must be a list of strings',
        'line 10: "rules" must be a list of strings',
        'line 12: "argv" must be a list of strings',
        'line 14: "db" must be a whole number',
        'line 16: "db" must be a whole number',
        'line 18: "username" must be a string',
      ].flatMap((error) => [error, undefined]),
    ]);
  });

  it('never repeats its text, in which there may be a password', async () => {
    const { out, err } = await runBatch('redis-7.2', '{"rules": [">hunter2" "on"]}\n>hunter2\n');
    expect(out + err).not.toContain('hunter2');
  });

  it('that is blank is passed over, and still counts', async () => {
    const { exit, out } = await runBatch('redis-7.2', `\uFEFF${GOOD}\r\n\n  \t\r\nx\n${GOOD}`);
    expect(exit).toBe(2);
    expect(linesOf(out)).toEqual([
      '{"allowed": true}',
      expect.stringMatching(/^\{"error": "line 4: /),
      '{"allowed": true}',
    ]);
  });

  it('of too many bytes is passed over in bounded memory', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x78);
    const parts = [
      `${GOOD}\n`,
      ...Array<Buffer>(LINE_BYTES_MAX / megabyte.length + 1).fill(megabyte),
      `\n${GOOD}\n`,
    ];
    const { exit, out } = await runBatch('redis-7.2', Buffer.concat(parts.map((part) => Buffer.from(part))));
    expect(exit).toBe(2);
    expect(linesOf(out)).toEqual([
      '{"allowed": true}',
      `{"error": "line 2: it is longer than ${LINE_BYTES_MAX} bytes"}`,
      '{"allowed": true}',
    ]);
  });
});

describe('the input', () => {
  it('gives the same lines however it is cut', async () => {
    const text = Buffer.from('é\n\nab\n"ü"\nlast é');
    for (let size = 1; size <= text.length; size++) {
      const parts = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.subarray(at * size, (at + 1) * size),
      );
      const lines: unknown[] = [];
      for await (const group of splitLines(Readable.from(parts))) lines.push(...group);
      expect(lines, `pieces of ${size}`).toEqual(['é', '', 'ab', '"ü"', 'last é']);
    }
  });

  it('may be standard input', async () => {
    const answer = await spawnWardis(['acl', 'check', '--server', 'redis-7.2', '--batch', '-'], {
      input: '{"rules": ["+get", "~*"], "argv": ["GET", "é"]}\n{"rules": ["on"]}',
    });
    expect(answer.exit).toBe(0);
    expect(linesOf(answer.out)).toEqual([
      '{"allowed": true}',
      expect.stringMatching(
        /^\{"line": "user f on sanitize-payload resetchannels -@all", "getuser": \{"flags": \["on", "san/,
      ),
    ]);
  });

  it('is empty: there is nothing to answer', async () => {
    expect(await runBatch('redis-7.2', '')).toEqual({ exit: 0, out: '', err: '' });
  });

  it('that is not there is named', async () => {
    const answer = await run(['acl', 'check', '--batch', join(folder, 'none')]);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_READ');
  });

  it('does not go with a user of its own or a command', async () => {
    for (const more of [
      ['--user-rules', '+get'],
      ['--as', 'x'],
      ['--aclfile', 'x'],
      ['--', 'GET', 'x'],
    ]) {
      const answer = await runBatch('redis-7.2', '', ...more);
      expect(answer, more.join(' ')).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toContain('E_USAGE');
    }
  });

  it('is read as an assumed server that is named, when nobody names one', async () => {
    const path = join(folder, 'assumed.jsonl');
    writeFileSync(path, '{"rules": ["+ping"], "argv": ["PING"]}');
    const answer = await run(['acl', 'check', '--batch', path]);
    expect(answer).toMatchObject({ exit: 0, out: '{"allowed": true}\n' });
    expect(answer.err).toContain('redis-7.2.6');
  });
});

it('a server name that is none ends it before any answer', async () => {
  const answer = await runBatch('redis-x', '{}');
  expect(answer).toMatchObject({ exit: 2, out: '' });
});

const SEED = 20_261_122;
const USERS = 250;

/** Servers that have ACL DRYRUN, by the names of the contract where this machine has that build. */
forEachServer(
  ['redis-7.0', 'redis-8.0', 'redis-8.0.6', 'valkey-8.0', 'valkey-8.1', 'valkey-9.1'],
  (server) => {
    it('answers whole lines as the server itself would', async () => {
      const name = `${server.product}-${server.version}`;
      const table = tableFor({ product: server.product, version: server.version });
      const running = await startServer({ server });
      const connection = await openConnection(running.port);
      const odd = fc.constantFrom(
        '+get\nx',
        '~a b',
        '>p w',
        '',
        '+GET|',
        '(+get',
        '&',
        '~',
        '%R~',
        'é',
        '-@é',
        '+@all\0',
      );
      const users = fc.sample(fc.tuple(randomRules(table), fc.array(odd, { maxLength: 1 })), {
        seed: SEED,
        numRuns: USERS,
      });
      const commands = fc.sample(randomCommand(table), { seed: SEED, numRuns: USERS });
      const questions: unknown[] = [];
      const answers: string[] = [];
      for (const [at, [rules, more]] of users.entries()) {
        const all = [...rules, ...more];
        // What ends a server at the next ACL LIST is not sent.
        if (parseUser('bob', all, table).hazards.length > 0) continue;
        const argv = commands[at] ?? ['PING'];
        questions.push({ rules: all, username: 'bob' }, { rules: all, username: 'bob', argv });
        answers.push(...(await askServer(connection, all, argv)));
      }
      connection.close();
      await running.stop();
      const { exit, out } = await runBatch(
        name,
        questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
      );
      const exact = table.dialect.display === 'kept-rules';
      const lines = linesOf(out).map((line) => comparable(line, exact));
      const theirs = answers.map((line) => comparable(line, exact));
      expect(exit).toBe(0);
      expect(questions.length).toBeGreaterThan(USERS);
      expect(lines.map((line, at) => ({ question: questions[at], line }))).toEqual(
        theirs.map((line, at) => ({ question: questions[at], line })),
      );
    });
  },
);

/** The two lines of the contract, made of nothing but the server's replies. */
async function askServer(
  connection: Connection,
  rules: readonly string[],
  argv: readonly string[],
): Promise<readonly [shown: string, decided: string]> {
  await connection.send(['ACL', 'DELUSER', 'bob']);
  const set = await connection.send(['ACL', 'SETUSER', 'bob', ...rules]);
  if (set !== 'OK') {
    const error = errorOf(set);
    const line = spaced({ error, token: offender(error) });
    return [line, line];
  }
  const list = (await connection.send(['ACL', 'LIST'])) as readonly string[];
  const getuser = fieldsOf(await connection.send(['ACL', 'GETUSER', 'bob']));
  const shown = spaced({ line: list.find((line) => line.startsWith('user bob ')), getuser });
  const reply = await connection.send(['ACL', 'DRYRUN', 'bob', ...argv]);
  if (reply === 'OK') return [shown, '{"allowed": true}'];
  if (typeof reply !== 'string') return [shown, expectedCase(caseOf('error', errorOf(reply)))];
  const kind = /the '[^]*' (key|channel|command)$/.exec(reply)?.[1] ?? 'db';
  return [shown, expectedCase(caseOf(`deny-${kind}`, reply))];
}

function caseOf(verdict: string, message: string): CaseVector {
  return { server: '', rules: [], argv: [], verdict, message };
}

function errorOf(reply: Reply): string {
  return typeof reply === 'object' && reply !== null && 'error' in reply
    ? reply.error
    : JSON.stringify(reply);
}

/** GETUSER's flat list as an object, its selectors too. */
function fieldsOf(reply: Reply): Readonly<Record<string, unknown>> {
  const list = reply as readonly Reply[];
  const fields: Record<string, unknown> = {};
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = list[at];
    if (typeof name !== 'string') continue;
    const value = list[at + 1];
    fields[name] = name === 'selectors' ? (value as readonly Reply[]).map(fieldsOf) : value;
  }
  return fields;
}
