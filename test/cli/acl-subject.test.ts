/** Whose rules `wardis acl …` speaks of, and by which command table: files in every shape, and live servers. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  serverNamed,
  tableFor,
  tableFromCommandReply,
  type Command,
  type KeySpec,
} from '../../src/acl/index.ts';
import { readTableFile } from '../../src/cli/acl/table-file.ts';
import { CommandFailure } from '../../src/cli/failure.ts';
import { readCases, readRules, recordedTable } from '../acl/recorded.ts';
import { forEachServer, SERVER_IDS, startServer, talk } from '../servers/index.ts';
import { run, spawnWardis, type Answer } from './run.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'wardis-subject-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const REDIS_72 = { product: 'redis', version: '7.2.6' } as const;

describe('a server name', () => {
  it.each([
    ['redis-6.0', 'redis 6.0.16'],
    ['redis-6.2', 'redis 6.2.16'],
    ['redis-7.0', 'redis 7.0.15'],
    ['redis-7.2', 'redis 7.2.6'],
    ['redis-7.4', 'redis 7.4.1'],
    ['redis-8.0', 'redis 8.0.6'],
    ['valkey-7.2', 'valkey 7.2.7'],
    ['valkey-8.0', 'valkey 8.0.1'],
    ['valkey-8.1', 'valkey 8.1.1'],
    ['valkey-9.1', 'valkey 9.1.2'],
    ['redis-7.2.16', 'redis 7.2.16'],
    ['redis-8.4', 'redis 8.4'],
    ['Valkey-9.1.3', 'valkey 9.1.3'],
  ])('%s is %s', (name, expected) => {
    const server = serverNamed(name);
    expect(`${server?.product} ${server?.version}`).toBe(expected);
  });

  it.each(['redis', 'redis-', 'redis-7', 'dragonfly-1.2', 'redis-7.2-rc1', '7.2', ''])('%j is none', (name) =>
    expect(serverNamed(name)).toBeUndefined(),
  );
});

describe('a captured table', () => {
  /** A COMMAND reply of that server: nested lists. */
  function recordedReply(server: string): unknown {
    const path = join(import.meta.dirname, `../vectors/acl/${server}.command.json.gz`);
    return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
  }

  async function shapes(server: string): Promise<readonly (readonly [shape: string, path: string])[]> {
    const reply = recordedReply(server);
    return [
      ['nested lists', file('lists.json', JSON.stringify(reply))],
      ['maps as objects', file('maps.json', JSON.stringify(withMaps(reply)))],
      ['named fields', file('fields.json', JSON.stringify(withFields(server)))],
    ];
  }

  it.each(['redis-8.0', 'valkey-9.1'])(
    'of %s decides like the bundled one, in every shape',
    async (server) => {
      const vectors = readCases(server).slice(0, 2000);
      const questions = file(
        'cases.jsonl',
        vectors.map(({ rules, argv, db }) => `${JSON.stringify({ rules, argv, db: db ?? 0 })}\n`).join(''),
      );
      const bundled = await run(['acl', 'check', '--server', server, '--batch', questions]);
      expect(bundled.out.split('\n')).toHaveLength(vectors.length + 1);
      for (const [shape, path] of await shapes(server)) {
        const answer = await run(['acl', 'check', '--server', server, '--table', path, '--batch', questions]);
        expect(answer.exit, shape).toBe(0);
        expect(answer.out === bundled.out, shape).toBe(true);
      }
    },
  );

  it('of 6.2 refuses and shows rules like the bundled one', async () => {
    const questions = file(
      'rules.jsonl',
      readRules('redis-6.2')
        .map(({ rules }) => `${JSON.stringify({ rules })}\n`)
        .join(''),
    );
    const flags = ['acl', 'check', '--server', 'redis-6.2', '--batch', questions];
    const bundled = await run(flags);
    for (const [shape, path] of await shapes('redis-6.2')) {
      const { out } = await run([...flags, '--table', path]);
      expect(wordsOf(out) === wordsOf(bundled.out), shape).toBe(true);
    }
  });

  it('knows commands and categories of modules', async () => {
    const { commands, ...rest } = withFields('redis-7.2');
    const search = {
      name: 'ft.search',
      arity: -3,
      cats: ['read', 'search'],
      flags: ['readonly', 'module'],
      legacy: [0, 0, 0],
      subcommands: [],
    };
    const path = file('modules.json', JSON.stringify({ ...rest, commands: [...commands, search] }));
    const check = (rules: string, ...argv: readonly string[]): Promise<Answer> =>
      run(['acl', 'check', '--table', path, '--user-rules', rules, '-q', '--', ...argv]);
    expect((await check('+@search', 'FT.SEARCH', 'i', 'q')).exit).toBe(0);
    expect((await check('+@read', 'ft.search', 'i', 'q')).exit).toBe(0);
    expect((await check('+get', 'ft.search', 'i', 'q')).exit).toBe(1);
  });

  it('may name its server, and --server says it better', async () => {
    const table = withFields('valkey-9.1');
    const named = async (more: object, server?: string): Promise<string> => {
      const path = file('named.json', JSON.stringify({ ...table, ...more }));
      const read = await readTableFile(
        path,
        server === undefined ? undefined : serverNamed(server),
        REDIS_72,
      );
      return `${read.server.product}-${read.server.version}${read.serverKnown ? '' : ' assumed'}`;
    };
    expect(await named({ server: 'valkey-9.1' })).toBe('valkey-9.1.2');
    expect(await named({ server: 'valkey-9.1', version: '9.1.5' })).toBe('valkey-9.1.5');
    expect(await named({ server: 'valkey', version: '8.1' })).toBe('valkey-8.1.1');
    expect(await named({ server: 'valkey-9.1' }, 'redis-7.0')).toBe('redis-7.0.15');
    expect(await named({})).toBe('redis-7.2.6 assumed');
  });

  it.each([
    ['what is no JSON', 'acl|cat', 'it is no JSON'],
    ['nothing', '[]', 'neither a COMMAND reply'],
    ['an object', '{"a": 1}', 'neither a COMMAND reply'],
    ['a number', '7', 'neither a COMMAND reply'],
    ['a list of texts', '["get"]', 'command 1 is neither a list nor an object'],
    ['a command without arity', '[["get"]]', 'command 1 does not begin with a name and an arity'],
    ['an object without a name', '{"commands": [{"arity": 1}]}', 'command 1 has no "name"'],
    [
      'a strange field',
      '{"commands": [{"name": "x", "arity": 1, "cats": "read"}]}',
      '"cats" of x is no list',
    ],
    [
      'a strange subcommand',
      '{"commands": [{"name": "x", "arity": 1, "subcommands": [3]}]}',
      'subcommand 1 of x is neither',
    ],
    ['a command cut short', '[["get", 2]]', 'get has 2 fields, fewer than COMMAND gives'],
    [
      'of a server without key specifications, read by 7.2',
      '[["get", 2, ["readonly"], 1, 1, 1, ["@read"]]]',
      'get has keys but no key specifications',
    ],
  ])('that is %s is refused', async (_, text, message) => {
    const path = file('bad.json', text);
    const answer = await run(['acl', 'check', '--table', path, '--user-rules', '+get', '--', 'GET', 'x']);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_TABLE');
    expect(answer.err).toContain(message);
    await expect(readTableFile(path, undefined, REDIS_72)).rejects.toThrow(CommandFailure);
  });

  /** As `redis-cli --json` prints RESP3: the maps of key specs are objects. */
  function withMaps(value: unknown): unknown {
    if (!Array.isArray(value)) return value;
    const items = value as readonly unknown[];
    const names = items.filter((_, at) => at % 2 === 0);
    const isMap = items.length > 1 && names.every((name) => MAP_KEYS.has(String(name)));
    if (!isMap) return items.map(withMaps);
    return Object.fromEntries(names.map((name, at) => [name, withMaps(items[at * 2 + 1])]));
  }
});

// prettier-ignore
const MAP_KEYS = new Set(['notes', 'flags', 'begin_search', 'find_keys', 'type', 'spec', 'index', 'keyword', 'startfrom', 'lastkey', 'keystep', 'limit', 'keynumidx', 'firstkey']);

/** The bundled table as `{"categories", "commands": [{"name", …}]}`. */
function withFields(server: string): {
  readonly categories: readonly string[];
  readonly commands: readonly object[];
} {
  const table = recordedTable(server);
  const describe = (command: Command): object => ({
    name: command.fullName,
    arity: command.arity,
    cats: [...command.categories],
    flags: [...command.flags],
    legacy: command.legacy,
    key_specs: command.keySpecs.map(specFields),
    subcommands: command.subcommands.map(describe),
  });
  const top = table.byIndex.filter(({ parent }) => parent === undefined);
  return { categories: table.categories, commands: top.map(describe) };
}

function specFields(spec: KeySpec): object {
  const flags = [
    spec.read ? 'access' : '',
    spec.write ? 'update' : '',
    spec.notKey ? 'not_key' : '',
    spec.incomplete ? 'incomplete' : '',
    spec.variable ? 'variable_flags' : '',
  ].filter((flag) => flag !== '');
  const { begin, find } = spec;
  const from =
    begin.type === 'index'
      ? { index: begin.index }
      : begin.type === 'keyword'
        ? { keyword: begin.keyword, startfrom: begin.startFrom }
        : {};
  const run =
    find.type === 'range'
      ? { lastkey: find.last, keystep: find.step, limit: find.limit }
      : find.type === 'keynum'
        ? { keynumidx: find.countAt, firstkey: find.first, keystep: find.step }
        : {};
  return { flags, begin_search: { type: begin.type, spec: from }, find_keys: { type: find.type, spec: run } };
}

/** 6.x lists single commands in table order, which differs. */
function wordsOf(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split(/[ "]/).sort().join(' '))
    .join('\n');
}

describe('an ACL file', () => {
  const check = (...argv: readonly string[]): Promise<Answer> =>
    run(['acl', 'check', '--server', 'redis-7.2', ...argv]);

  it('may hold bytes that are not UTF-8', async () => {
    const path = file('bytes.acl', Buffer.from('user a on ~\xff* +get\nuser b on ~\xc3* +get\n', 'latin1'));
    // U+00E9 is the bytes C3 A9, U+FFFD is not the byte FF.
    expect((await check('--aclfile', path, '--as', 'b', '--', 'GET', 'é')).exit).toBe(0);
    expect((await check('--aclfile', path, '--as', 'a', '--', 'GET', 'é')).exit).toBe(1);
    expect((await check('--aclfile', path, '--as', 'a', '--', 'GET', '\ufffd')).exit).toBe(1);
  });

  it('may come from standard input', async () => {
    const answer = await spawnWardis(
      ['acl', 'check', '--server', 'redis-7.2', '--aclfile', '-', '--', 'GET', 'x'],
      {
        input: 'user a on ~x +get\nuser default off\n',
      },
    );
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toContain('GET x   standard input, redis-7.2.6');
  });

  it('that the server refuses is refused in its words, without what a terminal would act on', async () => {
    const path = file('bad.acl', 'user a on\nuser b +\u001b[31mx\nuser c ping\n');
    const answer = await check('--aclfile', path, '--', 'GET', 'x');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_RULES');
    expect(answer.err).toContain(`${path}:2:`);
    expect(answer.err).toContain('(and 1 more)');
    expect(answer.err).not.toContain('\u001b');
  });

  it('may stand in the place of the server', async () => {
    const path = file('place.acl', 'user a on ~x +get\n');
    expect(await check(path, '--as', 'a', '--', 'GET', 'x')).toEqual(
      await check('--aclfile', path, '--as', 'a', '--', 'GET', 'x'),
    );
    const conf = file('place.conf', 'user a on ~x +get\n');
    expect((await check(conf, '--as', 'a', '--', 'GET', 'y')).exit).toBe(1);
    expect((await check(path, path, '--', 'GET', 'x')).err).toContain('one file or server at a time');
  });

  it('is read under the acl-pubsub-default that is given', async () => {
    const path = file('pubsub.acl', 'user a on +publish\n');
    const publish = (...more: readonly string[]): Promise<Answer> =>
      check('--aclfile', path, '--as', 'a', '-q', ...more, '--', 'PUBLISH', 'c', 'm');
    expect((await publish()).exit).toBe(1);
    expect((await publish('--pubsub-default', 'allchannels')).exit).toBe(0);
    expect((await publish('--pubsub-default', 'yes')).err).toContain('E_USAGE');
  });

  it('without the user that is asked for names those that it has, not all of a thousand', async () => {
    const path = file('many.acl', Array.from({ length: 1000 }, (_, i) => `user u${i} on\n`).join(''));
    const { err } = await check('--aclfile', path, '--as', 'nobody', '--', 'GET', 'x');
    expect(err).toContain('u0, u1, ');
    expect(err).toContain('and 981 more');
    expect(err.length).toBeLessThan(500);
  });
});

describe('a configuration file', () => {
  const check = (path: string, ...argv: readonly string[]): Promise<Answer> =>
    run(['acl', 'check', '--server', 'redis-7.2', '--config', path, ...argv, '--', 'GET', 'app:1']);

  it('has users of its own, or names an ACL file beside it', async () => {
    file('beside.acl', 'user app on >secret ~app:* +get\n');
    for (const text of ['user app on >secret ~app:* +get\n', 'aclfile beside.acl\n']) {
      const { exit, out } = await check(file('redis.conf', text));
      expect(exit).toBe(0);
      expect(out).toContain('✓ allowed  app\n');
      expect(out).toContain('✓ allowed  default\n');
      expect(out).not.toContain('secret');
    }
  });

  it.each([
    [
      'both',
      'aclfile beside.acl\nuser x on\n',
      'E_RULES',
      'Configuring Redis with users defined in redis.conf',
    ],
    ['an unknown command', 'user x on +nosuch\n', 'E_RULES', 'Unknown command or category name in ACL'],
    ['an ACL file that is refused', 'aclfile refused.acl\n', 'E_RULES', 'Syntax error'],
    ['an ACL file that is gone', 'aclfile gone.acl\n', 'E_USERS', 'gone.acl cannot be read'],
  ])('with %s is refused', async (_, text, code, message) => {
    file('refused.acl', 'user a ping\n');
    const answer = await check(file('redis.conf', text));
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain(code);
    expect(answer.err).toContain(message);
  });

  it('does not go with --table, whose commands it could not be read by', async () => {
    expect((await check(file('redis.conf', ''), '--table', 'x')).err).toContain('E_USAGE');
  });
});

forEachServer(SERVER_IDS, (server) => {
  const cli = ['redis-cli', 'valkey-cli']
    .map((name) => join(dirname(server.program), name))
    .find((path) => existsSync(path));

  it.skipIf(cli === undefined || server.version.startsWith('6.'))(
    'gives a table by redis-cli --json COMMAND',
    async () => {
      const running = await startServer({ server });
      const { stdout } = await promisify(execFile)(
        cli ?? '',
        ['-p', String(running.port), '--json', 'COMMAND'],
        {
          maxBuffer: 64 * 1024 * 1024,
        },
      );
      await running.stop();
      const version = { product: server.product, version: server.version };
      const { table } = await readTableFile(file('cli.json', stdout), version, REDIS_72);
      const bundled = tableFor(version);
      expect([...table.commands.keys()].sort()).toEqual([...bundled.commands.keys()].sort());
      for (const [name, command] of table.commands)
        expect(shapeOf(command), name).toEqual(shapeOf(bundled.commands.get(name)));
    },
  );

  it('is asked for its users, a disabled command among their rules', async () => {
    const running = await startServer({ server, conf: 'rename-command FLUSHALL ""\n' });
    await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>x', '~a*', '+flushall', '+get', '-set']]);
    const { out } = await run(['acl', 'check', `127.0.0.1:${running.port}`, '--json', '--', 'GET', 'ab']);
    const [reply = null] = await talk(running.port, [['COMMAND']]);
    await running.stop();
    const answers = (
      JSON.parse(out) as { readonly answers: readonly { readonly user: string; readonly verdict: string }[] }
    ).answers;
    expect(answers.map(({ user, verdict }) => `${user} ${verdict}`)).toEqual([
      'app allowed',
      'default allowed',
    ]);
    expect(tableFromCommandReply(reply, { product: server.product, version: server.version }).exact).toBe(
      true,
    );
  });
});

function shapeOf(command: Command | undefined): unknown {
  if (command === undefined) return undefined;
  const { arity, legacy, keySpecs, nativeFinder } = command;
  return {
    arity,
    legacy,
    keySpecs,
    nativeFinder,
    categories: [...command.categories].sort(),
    flags: [...command.flags].sort(),
  };
}

it('tells who named no source what the sources are, where no server listens', async () => {
  const { exit, err } = await run(['acl', 'explain', '--as', 'x', '--', 'GET', 'x']);
  expect(exit).toBe(3);
  expect(err).toMatch(/next: .*--aclfile FILE, --user-rules RULES/);
});
