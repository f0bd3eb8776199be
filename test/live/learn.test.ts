/** MONITOR on real servers: what a client does is learnt, told apart by user, and enough for it to go on. */
import { afterEach, expect, it } from 'vitest';
import { run } from '../cli/run.ts';
import {
  forEachServer,
  openConnection,
  SERVER_IDS,
  startServer,
  talk,
  type RunningServer,
} from '../servers/index.ts';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

interface Answer {
  readonly users: readonly {
    readonly name: string;
    readonly rules: readonly string[];
    readonly refused: readonly unknown[];
    readonly leftOut: readonly { readonly name: string }[];
  }[];
  readonly notes: readonly string[];
}

const WORK: readonly (readonly string[])[] = [
  ['SET', 'order:1', 'secret-value'],
  ['GET', 'order:2'],
  ['EVAL', "return redis.call('HSET', KEYS[1], 'f', 'v')", '1', 'cart:1'],
  ['PUBLISH', 'news', 'x'],
  ['MULTI'],
  ['INCR', 'count:1'],
  ['EXEC'],
];

forEachServer(SERVER_IDS, (kind) => {
  it('learns what each user does, and the user needs no more', async () => {
    server = await startServer({ server: kind });
    const { port } = server;
    const channels = kind.id === 'redis-6.0' ? [] : ['&*'];
    await talk(port, [['ACL', 'SETUSER', 'shop', 'on', '>pw', '~*', ...channels, '+@all']]);
    const shop = await openConnection(port);
    try {
      await shop.send(['AUTH', 'shop', 'pw']);
      const answered = run(['acl', 'learn', `127.0.0.1:${port}`, '--monitor', '2', '--yes', '--json']);
      await monitorRuns(port);
      for (const argv of WORK) await shop.send(argv);
      const { out, err, exit } = await answered;
      expect({ exit, err }).toEqual({ exit: 0, err: expect.stringContaining('warning: MONITOR') });
      expect(out).not.toContain('secret-value');
      const learned = (JSON.parse(out) as Answer).users.find(({ name }) => name === 'shop');
      expect(learned?.refused).toEqual([]);
      expect(learned?.rules.join(' ')).toContain('+hset');
      expect(learned?.rules).not.toContain('+@all');
      const made = await talk(port, [['ACL', 'SETUSER', 'least', 'on', '>pw', ...(learned?.rules ?? [])]]);
      expect(made).toEqual(['OK']);
      const [, ...replies] = await talk(port, [['AUTH', 'least', 'pw'], ...WORK, ['GET', 'elsewhere']]);
      expect(JSON.stringify(replies.slice(0, -1))).not.toContain('NOPERM');
      expect(JSON.stringify(replies.at(-1))).toContain('NOPERM');
    } finally {
      shop.close();
    }
  });
});

it('says what is missing when MONITOR is not granted, and needs a yes', async () => {
  server = await startServer({ server: 'redis-7.0' });
  const url = `redis://weak:pw@127.0.0.1:${server.port}`;
  await talk(server.port, [['ACL', 'SETUSER', 'weak', 'on', '>pw', '+ping']]);
  const refused = await run(['acl', 'learn', url, '--monitor', '1', '--yes', '--server', 'redis-7.0']);
  expect(refused.exit).not.toBe(0);
  expect(refused.err).toContain('NOPERM');
  const unasked = await run(['acl', 'learn', url, '--monitor', '1']);
  expect(unasked).toMatchObject({ exit: 2, err: expect.stringContaining('--yes') });
});

it('never proposes what others did for the user of --of', async () => {
  server = await startServer({ server: 'redis-7.0' });
  await talk(server.port, [['ACL', 'SETUSER', 'watcher', 'on', '>pw', '+monitor', '+command', '+info']]);
  const url = `redis://watcher:pw@127.0.0.1:${server.port}`;
  const blind = await run(['acl', 'learn', url, '--monitor', '1', '--yes', '--of', 'shop']);
  expect(blind).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('+client|list') });
});

/** Resolves once the server has a client that watches. */
async function monitorRuns(port: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const [list] = await talk(port, [['CLIENT', 'LIST']]);
    if (/cmd=monitor/.test(JSON.stringify(list))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nobody watches');
}
