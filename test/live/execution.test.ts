/**
 * What running a command really does, on real servers, is what decideExecution says: verdict, words of the refusal, and
 * the keys that are touched without a check.
 */
import { expect, it } from 'vitest';
import { decideExecution, explainUser, parseUser, tableFor } from '../../src/acl/index.ts';
import type { Execution } from '../../src/acl/index.ts';
import { forEachServer, openConnection, startServer, talk } from '../servers/index.ts';
import type { Connection, Reply, RunningServer } from '../servers/index.ts';

const SERVERS = ['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'];

/** Data that the commands below find. */
const SETUP = [
  ['RPUSH', 'app:list', '2', '1'],
  ['RPUSH', 'b:list', '2', '1'],
  ['SET', 'weight_1', 'SECRET-1'],
  ['SET', 'weight_2', 'SECRET-2'],
  ['SET', 'app:k', 'v'],
  ['SET', 'victim', 'SECRET'],
  ['GEOADD', 'app:geo', '1', '1', 'a'],
  ['XADD', 's:x', '1-1', 'f', 'v'],
  ['XADD', 'stream:victim', '1-1', 'f', 'TOPSECRET'],
  ['XGROUP', 'CREATE', 'stream:victim', 'g', '0'],
  ['XGROUP', 'CREATE', 's:x', 'g', '0'],
];

/** Rules (`on nopass` besides) and a command; a rule that a version does not know skips the case there. */
const CASES: readonly (readonly [rules: string, ...argv: string[]])[] = [
  ['~app:* +get', 'GET', 'app:k'],
  ['~app:* +get', 'GET', 'victim'],
  ['~app:* +get', 'SET', 'app:k', 'x'],
  ['~app:* +get', 'CONFIG', 'GET', 'dir'],
  ['%R~app:* +set', 'SET', 'app:k', 'x'],
  ['+publish resetchannels &news', 'PUBLISH', 'news', 'x'],
  ['+publish resetchannels &news', 'PUBLISH', 'olds', 'x'],
  ['+psubscribe resetchannels &news:*', 'PSUBSCRIBE', 'news:a*'],
  ['~* +@all db=1', 'GET', 'app:k'],
  ['~* +@all db=0', 'SELECT', '1'],
  ['(~a* +get) (~app:* +set)', 'GET', 'app:k'],
  ['~app:* +get', 'NOSUCH', 'a', 'b'],
  ['~app:* +get', 'NOSUCH', ...Array.from({ length: 9 }, (_, i) => 'long-argument-'.repeat(i + 1))],
  ['~app:* +config', 'CONFIG', 'NOSUCH'],
  ['~app:* +get', 'GET'],
  ['~app:* +sort', 'SORT', 'app:list', 'BY', 'nosort'],
  ['~app:* +sort', 'SORT', 'app:list', 'BY', 'weight_*'],
  ['~app:* +sort', 'SORT', 'app:list', 'GET', '#'],
  ['~app:* +sort', 'SORT', 'app:list', 'GET', 'weight_*', 'BY', 'weight_*'],
  ['~app:* +sort', 'SORT', 'app:list', 'LIMIT', 'x', '1', 'GET', 'weight_*'],
  ['~app:* +sort', 'SORT', 'app:list', 'LIMIT', '0', '1', 'GET', '#', 'JUNK'],
  ['~app:* +sort %R~*', 'SORT', 'app:list', 'GET', 'weight_*'],
  ['~app:* +sort %W~*', 'SORT', 'app:list', 'GET', 'weight_*'],
  ['~app:* +sort (~* +get)', 'SORT', 'app:list', 'GET', 'weight_*'],
  ['~app:* +sort (~* +sort)', 'SORT', 'app:list', 'GET', 'weight_*'],
  ['allkeys +sort', 'SORT', 'app:list', 'GET', 'weight_*'],
  ['~app:* +sort_ro', 'SORT_RO', 'app:list', 'GET', 'weight_*'],
  ['~app:* +@all', 'DEBUG', 'SLEEP', '0'],
  ['~app:* +get', 'DEBUG', 'SLEEP', '0'],
  ['~app:* +@all', 'MODULE', 'LOAD', '/nonexistent.so'],
  ['~app:* +@all', 'CONFIG', 'SET', 'dir', '/tmp'],
  ['~app:* +get', 'CONFIG', 'SET', 'dir', '/tmp'],
  ['+get', 'HELLO', '3'],
  ['+get', 'QUIT'],
];

const REFUSAL =
  /^NOPERM|denied due to|command not allowed|protected config|^ERR unknown (?:sub)?command|wrong number/;

forEachServer(SERVERS, (server) => {
  const table = tableFor({ product: server.product, version: server.version });

  /** Our answer for a user with these rules; undefined when this version refuses them. */
  function predict(rules: string, argv: readonly string[]): Execution | undefined {
    const { user } = parseUser('u', tokensOf(rules), table);
    return user && decideExecution(user, argv, table);
  }

  it('refuses and runs commands as foretold, in the same words', async () => {
    const running = await startServer({ server });
    const asked = { allowed: 0, refused: 0, differing: 0 };
    for (const [rules, ...argv] of CASES) {
      const ours = predict(rules, argv);
      const context = `${argv.join(' ')} with ${rules}`;
      if (ours === undefined) continue;
      // 6.0 finds out about subcommands only after its check.
      if (!table.dialect.selectors && argv[1] === 'NOSUCH') continue;
      const reply = await runAs(running, rules, argv);
      const error = errorOf(reply);
      const expected = ours.dryRun.allowed && ours.execution === 'same' ? undefined : ours.executionMessage;
      if (expected === undefined) expect(error ?? '', context).not.toMatch(REFUSAL);
      else expect(error, context).toBe(expected);
      asked[expected === undefined ? 'allowed' : 'refused']++;
      if (ours.execution !== 'same') asked.differing++;
    }
    expect(asked.allowed).toBeGreaterThan(6);
    expect(asked.refused).toBeGreaterThan(6);
    if (table.dialect.selectors) expect(asked.differing).toBeGreaterThan(6);
    else expect(asked.differing).toBe(0);
  });

  it('touches the keys that are said to be unchecked, and only those', async () => {
    const running = await startServer({ server });
    const open = new Set<string>();
    for (const { rules, honest, argv, victim } of HOLES) {
      const ours = predict(rules, argv);
      if (ours === undefined || !table.commands.has(argv[0]?.toLowerCase() ?? '')) continue;
      await prepare(running, rules);
      const before = await stateOf(running, victim);
      const reply = await runAs(running, rules, argv);
      const touched = JSON.stringify(reply).includes('SECRET') || (await stateOf(running, victim)) !== before;
      expect(ours.dryRun.allowed && ours.unchecked.length > 0, argv.join(' ')).toBe(touched);
      const covered = ours.unchecked.some(({ key }) => key === victim || key === 'weight_*');
      expect(covered, argv.join(' ')).toBe(touched);
      if (touched) open.add(argv[0] ?? '');
      if (honest !== undefined) expect(errorOf(await runAs(running, rules, honest))).toMatch(/NOPERM/);
    }
    expect([...open].sort()).toEqual(OPEN[server.id]);
  });

  it('checks what scripts call with the rights of their caller', async () => {
    const running = await startServer({ server });
    const call = (key: string): string[] => ['EVAL', `return redis.call('get', '${key}')`, '0'];
    expect(predict('~app:* +eval +get', call('victim'))).toMatchObject({
      execution: 'depends',
      differences: [{ code: 'script-calls' }],
    });
    expect(await runAs(running, '~app:* +eval +get', call('app:k'))).toBe('v');
    expect(errorOf(await runAs(running, '~app:* +eval +get', call('victim')))).toMatch(
      /can't access at least one of the keys|ACL failure in script: No permissions to access a key/,
    );
    expect(errorOf(await runAs(running, '~app:* +eval', call('app:k')))).toMatch(
      /can't run this command or subcommand|ACL failure in script: User u has no permissions/,
    );
  });

  it('checks queued commands again at EXEC', async () => {
    const running = await startServer({ server });
    await prepare(running, '~app:* +get +multi +exec');
    await withLogin(running, async (connection) => {
      await connection.send(['MULTI']);
      await connection.send(['GET', 'app:k']);
      await talk(running.port, [['ACL', 'SETUSER', 'u', '-get']]);
      expect(JSON.stringify(await connection.send(['EXEC']))).toContain('ACLs rules changed');
    });
    const ours = predict('+exec', ['EXEC']);
    expect([ours?.execution, ours?.differences[0]?.code]).toEqual(['depends', 'exec-recheck']);
  });

  it('runs what stands behind a refused SELECT in the old database, where databases have rights', async () => {
    if (!table.dialect.databases) return;
    const running = await startServer({ server });
    await prepare(running, '~* +@all');
    await withLogin(running, async (connection) => {
      await connection.send(['MULTI']);
      await connection.send(['SELECT', '1']);
      await connection.send(['SET', 'meant-for-1', 'x']);
      await talk(running.port, [['ACL', 'SETUSER', 'u', 'db=0']]);
      expect(JSON.stringify(await connection.send(['EXEC']))).toContain('ACLs rules changed');
    });
    expect(await talk(running.port, [['GET', 'meant-for-1']])).toEqual(['x']);
    expect(predict('+exec', ['EXEC'])?.differences.map(({ code }) => code)).toContain('exec-keeps-database');
  });

  it('lets the example of every hole through, and refuses the same key asked for honestly', async () => {
    const running = await startServer({ server });
    const rules = '~b* ~STREAMS +sort +georadius +xreadgroup +get';
    const user = parseUser('u', tokensOf(rules), table).user;
    const holes = user === undefined ? [] : explainUser(user, table).holes;
    expect([...new Set(holes.map(({ code }) => code))].sort()).toEqual(HOLE_CODES[server.id]);
    for (const { example } of holes) {
      await prepare(running, rules);
      await talk(running.port, [
        ['DEL', 'victim'],
        ['XADD', 'victim', '1-1', 'f', 'SECRET'],
        ['XGROUP', 'CREATE', 'victim', 'g', '0'],
        ['SET', 'victim1', 'SECRET'],
        ['RPUSH', 'b1', '1'],
      ]);
      let reply: Reply = null;
      await withLogin(running, async (connection) => {
        expect(errorOf(await connection.send(['GET', 'victim']))).toMatch(/^NOPERM/);
        if (example[0] === 'GEORADIUS') await talk(running.port, [['DEL', 'b1']]);
        reply = await connection.send(example);
      });
      const after = await stateOf(running, 'victim');
      const touched = after !== JSON.stringify(['stream', 1]) || JSON.stringify(reply).includes('SECRET');
      expect([example.join(' '), touched]).toEqual([example.join(' '), true]);
    }
  });

  it('checks blocked commands again when they wake, or not, as the version does', async () => {
    const running = await startServer({ server });
    await prepare(running, '~app:* +blpop');
    const code = predict('~app:* +blpop', ['BLPOP', 'app:q', '5'])?.differences[0]?.code;
    await withLogin(running, async (connection) => {
      const waiting = connection.send(['BLPOP', 'app:q', '5']);
      await blockedClients(running);
      await talk(running.port, [
        ['ACL', 'SETUSER', 'u', '-blpop'],
        ['RPUSH', 'app:q', 'x'],
      ]);
      const reply = await waiting;
      if (code === 'blocked-recheck') expect(errorOf(reply)).toMatch(/^NOPERM/);
      else expect([code, reply]).toEqual(['blocked-not-rechecked', ['app:q', 'x']]);
    });
  });

  it('lets sessions of a user that is off go on, and no one log in', async () => {
    const running = await startServer({ server });
    await prepare(running, '~app:* +get');
    await withLogin(running, async (connection) => {
      await talk(running.port, [['ACL', 'SETUSER', 'u', 'off']]);
      expect(await connection.send(['GET', 'app:k'])).toBe('v');
      expect(errorOf((await talk(running.port, [['AUTH', 'u', 'x']]))[0] ?? null)).toMatch(/WRONGPASS/);
    });
    expect(predict('off ~app:* +get', ['GET', 'app:k'])?.differences[0]?.code).toBe('user-off');
  });

  it('writes another database through MIGRATE to itself', async () => {
    const running = await startServer({ server });
    const argv = ['MIGRATE', '127.0.0.1', String(running.port), 'app:k', '1', '50', 'COPY'];
    expect(predict('~app:* +migrate', argv)).toMatchObject({
      execution: 'same',
      differences: [{ code: 'migrate-to-itself' }],
    });
    expect(errorOf(await runAs(running, '~app:* +migrate', argv))).toMatch(/^IOERR/);
    expect(
      await talk(running.port, [
        ['SELECT', '1'],
        ['GET', 'app:k'],
      ]),
    ).toEqual(['OK', 'v']);
  });
});

/** Commands that touch `victim` although the user has no right to it, where the build has the hole. */
const HOLES: readonly {
  readonly rules: string;
  readonly argv: readonly string[];
  readonly honest?: readonly string[];
  readonly victim: string;
}[] = [
  {
    rules: '~app:* +georadius',
    argv: 'GEORADIUS app:geo 1 1 100 km STORE app:out STORE victim'.split(' '),
    honest: 'GEORADIUS app:geo 1 1 100 km STORE victim'.split(' '),
    victim: 'victim',
  },
  {
    rules: '~app:* +georadiusbymember',
    argv: 'GEORADIUSBYMEMBER app:geo a 100 km STORE app:out STOREDIST app:x STORE victim'.split(' '),
    victim: 'victim',
  },
  {
    rules: '~b* +sort',
    argv: 'SORT b:list STORE by STORE victim'.split(' '),
    honest: 'SORT b:list STORE victim'.split(' '),
    victim: 'victim',
  },
  {
    rules: '~app:* +sort',
    argv: 'SORT app:list STORE app:out'.split(' '),
    victim: 'victim',
  },
  {
    rules: '~s:* ~STREAMS +xreadgroup',
    argv: 'XREADGROUP COUNT 1 GROUP g streams STREAMS stream:victim >'.split(' '),
    honest: 'XREADGROUP COUNT 1 GROUP g me STREAMS stream:victim >'.split(' '),
    victim: 'stream:victim',
  },
  {
    rules: '~app:* +sort',
    argv: 'SORT app:list BY nosort GET weight_*'.split(' '),
    victim: 'nothing',
  },
  {
    rules: '~app:* +sort_ro',
    argv: 'SORT_RO b:list'.split(' '),
    victim: 'nothing',
  },
];

const HOLE_CODES: Readonly<Record<string, readonly string[]>> = {
  'redis-6.0': ['sort-by-get', 'sort-store-keyword'],
  'redis-7.0': ['georadius-double-store', 'sort-store-keyword', 'xreadgroup-keyword'],
  'redis-8.0': ['georadius-double-store', 'sort-store-keyword', 'xreadgroup-keyword'],
  'valkey-8.1': ['georadius-double-store', 'sort-store-keyword', 'xreadgroup-keyword'],
  'valkey-9.1': ['sort-store-keyword', 'xreadgroup-keyword'],
};

/** Commands whose hole is open in each build. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  'redis-6.0': ['SORT'],
  'redis-7.0': ['GEORADIUS', 'GEORADIUSBYMEMBER', 'SORT', 'XREADGROUP'],
  'redis-8.0': ['GEORADIUS', 'GEORADIUSBYMEMBER', 'SORT', 'XREADGROUP'],
  'valkey-8.1': ['GEORADIUS', 'GEORADIUSBYMEMBER', 'SORT', 'XREADGROUP'],
  'valkey-9.1': ['SORT', 'XREADGROUP'],
};

function tokensOf(rules: string): readonly string[] {
  return ['on', 'nopass', ...rules.split(' ')];
}

async function prepare({ port }: RunningServer, rules: string): Promise<void> {
  const replies = await talk(port, [
    ['FLUSHALL'],
    ...SETUP,
    ['ACL', 'DELUSER', 'u'],
    ['ACL', 'SETUSER', 'u', ...tokensOf(rules)],
  ]);
  expect(replies.map(errorOf).filter((error) => error !== undefined)).toEqual([]);
}

/** The data anew, the user anew, one command by it. */
async function runAs(running: RunningServer, rules: string, argv: readonly string[]): Promise<Reply> {
  await prepare(running, rules);
  let reply: Reply = null;
  await withLogin(running, async (connection) => void (reply = await connection.send(argv)));
  return reply;
}

async function withLogin(
  { port }: RunningServer,
  body: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await openConnection(port);
  try {
    expect(await connection.send(['AUTH', 'u', 'x'])).toBe('OK');
    await body(connection);
  } finally {
    connection.close();
  }
}

/** All that a command could change of a key, after the data was made anew. */
async function stateOf({ port }: RunningServer, key: string): Promise<string> {
  const dumped = await talk(port, [
    ['TYPE', key],
    ['EXISTS', key],
  ]);
  return JSON.stringify(dumped);
}

async function blockedClients({ port }: RunningServer): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const [info] = await talk(port, [['INFO', 'clients']]);
    if (JSON.stringify(info).includes('blocked_clients:1')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the client did not block');
}

function errorOf(reply: Reply): string | undefined {
  return typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : undefined;
}
