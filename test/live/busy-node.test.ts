/** A node that is late with what concerns all its users is asked once more: Redis 7.0 needs seconds for thousands of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession } from '../../src/change/run/node-session.ts';
import { FleetError, readNodeStates, type Target } from '../../src/fleet/index.ts';
import { idOf, makePorts, makeRun, memoryJournal } from '../change/run-scene.ts';
import { startServer, talk, type RunningServer } from '../servers/index.ts';

const PATIENCE_MS = 1000;
/** Later than one answer may be, sooner than two. */
const BUSY_SECONDS = '1.3';

let server: RunningServer;
let target: Target;
beforeAll(async () => {
  server = await startServer({ server: 'redis-7.0', conf: 'save ""\nenable-debug-command yes' });
  target = { endpoint: { kind: 'tcp', host: '127.0.0.1', port: server.port }, transport: 'plaintext' };
});
afterAll(() => server.stop());

async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  const sleeping = talk(server.port, [['DEBUG', 'SLEEP', BUSY_SECONDS]]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    return await work();
  } finally {
    await sleeping;
  }
}

it('reads a node that answered before and is late now, and no other', async () => {
  const read = async (reachable: 'yes' | FleetError) => {
    const node = { id: 'node', target, role: 'primary', reachable } as const;
    const [result] = await readNodeStates([node], { limits: { commandMs: PATIENCE_MS } });
    return result;
  };
  const late = await whileBusy(() => read('yes'));
  expect(late).toMatchObject({ ok: true, state: { server: { version: server.server.version } } });
  const away = await whileBusy(() => read(new FleetError('timeout', 'node', 'it did not answer before')));
  expect(away).toMatchObject({ ok: false, error: { code: 'timeout' } });
});

it('waits for a list of all users within a run, and for nothing else', async () => {
  const run = makeRun({ only: [[{ port: server.port }, []]] });
  const node = { port: server.port };
  const { ports } = makePorts([node], memoryJournal(run), { commandMs: PATIENCE_MS });
  const ask = async (...argv: readonly string[]) => {
    const session = openSession(run, idOf(node), ports);
    try {
      return await whileBusy(() => session.send([argv]));
    } finally {
      session.close();
    }
  };
  expect(await ask('ACL', 'LIST')).toEqual([[expect.stringContaining('user default')]]);
  await expect(ask('PING')).rejects.toMatchObject({ code: 'timeout', how: 'silent' });
});
