/** Ending connections at a pace: it waits while handshakes of our own are slow, and stops when they stay slow. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executeRun, type RunPorts, type RunReport, type StepAction } from '../../src/change/index.ts';
import { makePorts, makeRun, memoryJournal, type SceneNode } from '../change/run-scene.ts';
import {
  forEachServer,
  openConnection,
  startServer,
  talk,
  type Connection,
  type RunningServer,
} from '../servers/index.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('ending connections', () => {
  forEachServer(['redis-7.0'], (server) => {
    let running: RunningServer;
    let node: SceneNode;
    let clients: Connection[];

    beforeEach(async () => {
      running = await startServer({ server, conf: 'save ""' });
      node = { port: running.port };
      clients = await Promise.all(Array.from({ length: 20 }, () => openConnection(running.port)));
      await Promise.all(clients.map((client) => client.send(['PING'])));
    });
    afterEach(async () => {
      for (const client of clients) client.close();
      await running.stop();
    });

    const idsOf = (): Promise<readonly string[]> =>
      Promise.all(clients.map(async (client) => JSON.stringify(await client.send(['CLIENT', 'ID']))));
    const countAlive = async (): Promise<number> => {
      const answers = await Promise.allSettled(clients.map((client) => client.send(['PING'])));
      return answers.filter(({ status }) => status === 'fulfilled').length;
    };
    /** Handshakes of ours take as long as `delayOf` says, by their number; the first is the run's own connection. */
    const conduct = async (
      action: StepAction,
      delayOf: (dial: number) => number = () => 0,
      more: Partial<RunPorts> = {},
    ): Promise<RunReport> => {
      const run = makeRun({ only: [[node, [action]]] });
      const { ports } = makePorts([node], memoryJournal(run), more);
      let dials = 0;
      const connect: RunPorts['connect'] = async (id) => {
        dials += 1;
        await sleep(delayOf(dials));
        return ports.connect(id);
      };
      return executeRun(run, { ...ports, connect });
    };

    it('leaves everybody else connected, and counts who came back', async () => {
      const ids = (await idsOf()).slice(0, 8);
      const action = { kind: 'reconnect-clients', ids, perSecond: 40, handshakeMsMax: 500 } as const;
      const begun = Date.now();
      const report = await conduct(action);
      expect(report.steps.map(({ state }) => state)).toEqual(['done']);
      expect(report.steps[0]?.detail).toBe('8 ended, 0 left; 0 came back so far');
      expect(Date.now() - begun).toBeGreaterThanOrEqual(150);
      expect(await countAlive()).toBe(12);
    });

    it('takes every client but ourselves where none is named', async () => {
      const report = await conduct({ kind: 'reconnect-clients', perSecond: 200, handshakeMsMax: 500 });
      expect(report.outcome).toBe('done');
      expect(await countAlive()).toBe(0);
    });

    it('has nothing to do where they are gone already', async () => {
      const ids = await idsOf();
      for (const client of clients) client.close();
      await sleep(100);
      const report = await conduct({ kind: 'reconnect-clients', ids, perSecond: 20, handshakeMsMax: 500 });
      expect(report.steps[0]).toMatchObject({ state: 'unneeded', detail: 'none of them is connected' });
    });

    it('stops when handshakes of ours stay slow, and leaves the rest connected', async () => {
      const action = { kind: 'reconnect-clients', perSecond: 10, handshakeMsMax: 100 } as const;
      const report = await conduct(action, (dial) => (dial > 2 ? 160 : 0));
      expect(report.outcome).toBe('stopped');
      expect(report.steps[0]?.detail).toMatch(
        /^stopped after \d+ of 20: handshakes of ours take \d+ ms, 3 times in a row more than 100 ms; \d+ stay connected$/,
      );
      const left = Number(/(\d+) stay connected/.exec(report.steps[0]?.detail ?? '')?.[1]);
      expect(left).toBeGreaterThan(5);
      expect(await countAlive()).toBe(left);
    });

    it('waits while one is slow, and goes on when the next one is not', async () => {
      const action = { kind: 'reconnect-clients', perSecond: 20, handshakeMsMax: 100 } as const;
      const report = await conduct(action, (dial) => (dial === 2 || dial === 3 ? 160 : 0));
      expect(report.outcome).toBe('done');
      expect(await countAlive()).toBe(0);
    });

    it('stops where no handshake of ours comes about any more', async () => {
      // Ours, and those of twenty clients: the next one is refused.
      await talk(running.port, [['CONFIG', 'SET', 'maxclients', '21']]);
      const extra: Connection[] = [];
      const refill = setInterval(() => {
        void openConnection(running.port)
          .then((connection) => extra.push(connection))
          .catch(() => undefined);
      }, 5);
      try {
        const action = { kind: 'reconnect-clients', perSecond: 10, handshakeMsMax: 500 } as const;
        const report = await conduct(action);
        expect(report.outcome).toBe('stopped');
        expect(report.steps[0]?.detail).toContain('a handshake of ours failed');
      } finally {
        clearInterval(refill);
        for (const connection of extra) connection.close();
      }
    });

    it('does not end the connections of others where the server was started anew meanwhile', async () => {
      const ids = await idsOf();
      const strangers: Connection[] = [];
      let restarted = false;
      const { port, dir } = running;
      const report = await conduct(
        { kind: 'reconnect-clients', ids, perSecond: 10, handshakeMsMax: 500 },
        () => 0,
        {
          sleep: async (ms) => {
            if (!restarted) {
              restarted = true;
              await running.stop();
              running = await startServer({ server, conf: 'save ""', args: ['--port', String(port)] });
              // They have the ids of those before them.
              for (let at = 0; at < 30; at += 1) strangers.push(await openConnection(port));
            }
            await sleep(ms);
          },
        },
      );
      expect(dir).not.toBe(running.dir);
      expect(report.steps[0]).toMatchObject({
        state: 'done',
        detail: 'the server was started anew, which ended every connection',
      });
      for (const stranger of strangers) expect(await stranger.send(['PING'])).toBe('PONG');
      for (const stranger of strangers) stranger.close();
    });
  });
});
