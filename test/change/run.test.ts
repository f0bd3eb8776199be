/** How an execution goes about its steps: order, canary, stops, cuts. On real servers, with the world in between. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  executeRun,
  reportRun,
  resumeRun,
  undoRun,
  type Run,
  type RunEvent,
  type RunPorts,
  type StepAction,
} from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import { FleetError, type Connection } from '../../src/fleet/index.ts';
import { availableServers, startServer, talk, type RunningServer } from '../servers/index.ts';
import { idOf, makePorts, makeRun, memoryJournal, type SceneNode } from './run-scene.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const IMAGE = secret(`on #${sha('x')} ~x:* resetchannels -@all +get`);
const ADD: StepAction = { kind: 'set-user', user: 'x', before: undefined, after: IMAGE };
const ADD_Y: StepAction = { kind: 'set-user', user: 'y', before: undefined, after: IMAGE };
const REFUSED: StepAction = {
  kind: 'set-user',
  user: 'z',
  before: undefined,
  after: secret('on +nosuchcommand'),
};

const server = availableServers().find(({ id }) => id === 'redis-7.0') ?? availableServers().at(-1);

describe.runIf(server !== undefined)('an execution', () => {
  let fleet: readonly RunningServer[];
  let nodes: readonly SceneNode[];
  const node = (at: number): SceneNode => nodes[at] ?? { port: 0 };
  const idAt = (at: number): string => idOf(node(at));

  beforeAll(async () => {
    if (server === undefined) return;
    fleet = await Promise.all([1, 2, 3, 4].map(() => startServer({ server, conf: 'save ""' })));
    nodes = fleet.map(({ port }, at) => ({ port, role: at === 0 ? 'primary' : 'replica' }));
  });
  afterAll(() => Promise.all(fleet.map((each) => each.stop())));
  beforeEach(async () => {
    for (const { port } of fleet) await talk(port, [['ACL', 'DELUSER', 'x', 'y', 'z']]);
  });

  const usersAt = async (at: number): Promise<string> =>
    JSON.stringify((await talk(node(at).port, [['ACL', 'USERS']]))[0]);
  const everywhere = (...actions: readonly StepAction[]): (readonly [SceneNode, readonly StepAction[]])[] =>
    nodes.map((each) => [each, actions]);
  const begunOrder = (events: readonly RunEvent[]): readonly string[] =>
    events.flatMap((event) =>
      event.kind === 'step' && event.state === 'begun' ? [`${event.step.stage} ${event.step.node}`] : [],
    );

  it('finishes a stage on all nodes before the next one begins, the first replica ahead of all', async () => {
    const run = makeRun({ first: everywhere(ADD), second: everywhere(ADD_Y) });
    const { ports, events } = makePorts(nodes, memoryJournal(run));
    const report = await executeRun(run, ports);
    expect(report.outcome).toBe('done');
    const order = begunOrder(events);
    expect(order.slice(0, 4).every((each) => each.startsWith('first'))).toBe(true);
    expect([order[0], order[4]]).toEqual([`first ${idAt(1)}`, `second ${idAt(1)}`]);
    expect(report.notes).toEqual(['canary passed', 'canary passed']);
  });

  it('lets another node go first, or none', async () => {
    const run = makeRun({ first: everywhere(ADD) });
    const asked = makePorts(nodes, memoryJournal(run));
    await executeRun(run, asked.ports, { canary: idAt(3) });
    expect(begunOrder(asked.events)[0]).toBe(`first ${idAt(3)}`);
    const without = makePorts(nodes, memoryJournal(run));
    const report = await executeRun(run, without.ports, { canary: 'none' });
    expect(report.notes).toEqual([]);
  });

  it('has no more nodes at work than it may', async () => {
    const run = makeRun({ first: everywhere(ADD, ADD_Y) });
    let busy = 0;
    let most = 0;
    const { ports } = makePorts(nodes, memoryJournal(run));
    const counted: RunPorts = {
      ...ports,
      connect: async (id) => {
        const connection = await ports.connect(id);
        return {
          ...connection,
          send: async (commands) => {
            busy += 1;
            most = Math.max(most, busy);
            await new Promise((resolve) => setTimeout(resolve, 5));
            try {
              return await connection.send(commands);
            } finally {
              busy -= 1;
            }
          },
        };
      },
    };
    await executeRun(run, counted, { canary: 'none', concurrency: 2 });
    expect(most).toBe(2);
  });

  it('begins nothing more after the first failure, and says what was not begun', async () => {
    const run = makeRun({ first: everywhere(ADD, REFUSED), second: everywhere(ADD_Y) });
    const { ports } = makePorts(nodes, memoryJournal(run));
    const report = await executeRun(run, ports);
    expect(report.outcome).toBe('stopped');
    const states = report.steps.map(({ state }) => state);
    expect(states.filter((state) => state === 'failed')).toHaveLength(1);
    // The canary alone was touched.
    expect(states.filter((state) => state === 'done')).toHaveLength(1);
    expect(states.filter((state) => state === 'skipped')).toHaveLength(10);
    expect(await usersAt(0)).not.toContain('"x"');
    expect(await usersAt(1)).toContain('"x"');
  });

  it('takes everything back after a failure when that was asked for', async () => {
    const run = makeRun({ first: everywhere(ADD), second: everywhere(REFUSED) });
    const { ports } = makePorts(nodes, memoryJournal(run));
    const report = await executeRun(run, ports, { onFailure: 'undo' });
    expect(report.outcome).toBe('undone');
    for (const at of [0, 1, 2, 3]) expect(await usersAt(at)).not.toContain('"x"');
  });

  it('leaves the steps of a node that cannot be reached pending, and finishes them later', async () => {
    const run = makeRun({ first: everywhere(ADD), second: everywhere(ADD_Y) });
    const journal = memoryJournal(run);
    const { ports, events } = makePorts(nodes, journal);
    let isAway = true;
    const cut: RunPorts = {
      ...ports,
      connect: (id) =>
        isAway && id === idAt(1)
          ? Promise.reject(new FleetError('refused', id, `nothing listens on ${id}`))
          : ports.connect(id),
    };
    const report = await executeRun(run, cut);
    expect(report.outcome).toBe('pending');
    expect(events.filter(({ kind }) => kind === 'unreachable')).toHaveLength(1);
    // Without the first replica the next one goes ahead.
    expect(begunOrder(events)[0]).toBe(`first ${idAt(2)}`);
    const away = report.steps.filter(({ step }) => step.node === idAt(1));
    expect(away.map(({ state }) => state)).toEqual(['pending', 'pending']);
    expect(away[1]?.detail).toContain('nothing listens');
    isAway = false;
    const resumed = await resumeRun(run, cut);
    expect(resumed.outcome).toBe('done');
    expect(await usersAt(1)).toContain('"y"');
  });

  it('waits for a node that cannot be reached, when nothing may go on without it', async () => {
    const run = makeRun({ first: everywhere(ADD), second: everywhere(ADD_Y) });
    const { ports } = makePorts(nodes, memoryJournal(run));
    const cut: RunPorts = {
      ...ports,
      connect: (id) =>
        id === idAt(3) ? Promise.reject(new FleetError('timeout', id, 'no answer')) : ports.connect(id),
    };
    const report = await executeRun(run, cut, { unreachable: 'stop' });
    expect(report.outcome).toBe('pending');
    expect(await usersAt(0)).toContain('"x"');
    expect(await usersAt(0)).not.toContain('"y"');
    expect(report.steps.at(-1)?.detail).toContain(`waits for ${idAt(3)}`);
  });

  /** A connection that is cut once: before the command is sent, or after it was and before its reply is read. */
  const cutOnce = (ports: RunPorts, word: string, when: 'before' | 'after'): RunPorts => {
    let left = 1;
    return {
      ...ports,
      connect: async (id): Promise<Connection> => {
        const connection = await ports.connect(id);
        return {
          ...connection,
          send: async (commands) => {
            const hit = left > 0 && commands.some((command) => command.includes(word));
            if (!hit) return connection.send(commands);
            left -= 1;
            if (when === 'after') await connection.send(commands);
            connection.close();
            throw new FleetError('closed', id, `${id} closed the connection`);
          },
        };
      },
    };
  };

  it.each(['before', 'after'] as const)(
    'asks the node which holds when the connection is cut %s the command took effect',
    async (when) => {
      const run = makeRun({ first: [[node(0), [ADD, ADD_Y]]] });
      const { ports } = makePorts(nodes, memoryJournal(run));
      const report = await executeRun(run, cutOnce(ports, 'SETUSER', when));
      expect(report.steps.map(({ state }) => state)).toEqual(['done', 'done']);
      expect(await usersAt(0)).toContain('"x"');
    },
  );

  it('does again what a node lost that was started anew in the middle', async () => {
    const run = makeRun({ first: [[node(0), [ADD]]], second: [[node(0), [ADD_Y]]] });
    const { ports } = makePorts(nodes, memoryJournal(run));
    let isLost = false;
    const restarting: RunPorts = {
      ...ports,
      connect: async (id) => {
        const connection = await ports.connect(id);
        return {
          ...connection,
          send: async (commands) => {
            if (isLost || !commands.some((command) => command.includes('y')))
              return connection.send(commands);
            isLost = true;
            await talk(node(0).port, [['ACL', 'DELUSER', 'x']]);
            throw new FleetError('reset', id, `${id} reset the connection`);
          },
        };
      },
    };
    const report = await executeRun(run, restarting);
    expect(report.outcome).toBe('done');
    expect(await usersAt(0)).toMatch(/"x".*"y"/);
  });

  it('dials again after a reset only, twice at most, after one second and two', async () => {
    const run = makeRun({ first: [[node(0), [ADD]]] });
    const trials = async (code: 'reset' | 'refused', failures: number): Promise<readonly unknown[]> => {
      const waits: number[] = [];
      const journal = memoryJournal(run);
      const { ports } = makePorts(nodes, journal, {
        sleep: (ms) => {
          waits.push(ms);
          return Promise.resolve();
        },
      });
      let left = failures;
      const report = await executeRun(run, {
        ...ports,
        connect: (id) =>
          left-- > 0 ? Promise.reject(new FleetError(code, id, `${id}: ${code}`)) : ports.connect(id),
      });
      return [report.outcome, waits];
    };
    expect(await trials('reset', 2)).toEqual(['done', [1000, 2000]]);
    await talk(node(0).port, [['ACL', 'DELUSER', 'x']]);
    expect(await trials('reset', 3)).toEqual(['pending', [1000, 2000]]);
    expect(await trials('refused', 1)).toEqual(['pending', []]);
  });

  it('reads what is under way to its end when it is interrupted, and begins nothing more', async () => {
    const run = makeRun({ first: everywhere(ADD), second: everywhere(ADD_Y) });
    const journal = memoryJournal(run);
    const controller = new AbortController();
    const { ports } = makePorts(nodes, journal, { signal: controller.signal });
    const report = await executeRun(run, {
      ...ports,
      onEvent: (event) => {
        if (event.kind === 'step' && event.state === 'begun') controller.abort();
      },
    });
    expect(report.outcome).toBe('stopped');
    expect(report.steps.filter(({ state }) => state === 'done')).toHaveLength(1);
    expect(report.steps.some(({ state }) => state === 'begun')).toBe(false);
    const resumed = await resumeRun(run, makePorts(nodes, journal).ports);
    expect(resumed.outcome).toBe('done');
  });

  it('refuses to go on where somebody changed what was done', async () => {
    const run = makeRun({ first: everywhere(ADD), second: everywhere(REFUSED) });
    const journal = memoryJournal(run);
    const { ports } = makePorts(nodes, journal);
    expect((await executeRun(run, ports)).outcome).toBe('stopped');
    await talk(node(2).port, [['ACL', 'SETUSER', 'x', '+set']]);
    const report = await resumeRun(run, ports);
    expect(report.outcome).toBe('stopped');
    const moved = report.steps.find(({ step, state }) => step.node === idAt(2) && state === 'failed');
    expect(moved?.detail).toBe('changed by somebody else since it was done');
    const undone = await undoRun(run, ports);
    expect(undone.outcome).toBe('undo-incomplete');
    expect(await usersAt(2)).toContain('"x"');
    expect(await usersAt(0)).not.toContain('"x"');
  });

  it('ends, and says why, when the journal cannot be written', async () => {
    const run = makeRun({ first: everywhere(ADD) });
    const { ports } = makePorts(nodes, {
      entries: [],
      append: () => Promise.reject(new Error('no space left')),
    });
    await expect(executeRun(run, ports)).rejects.toThrow('no space left');
    for (const at of [0, 1, 2, 3]) expect(await usersAt(at)).not.toContain('"x"');
  });

  it('tells of a run that was cut short what is known', () => {
    const run: Run = makeRun({ first: [[node(0), [ADD, ADD_Y]]] });
    const report = reportRun(run, [
      { at: '2026-11-22T06:10:00.000Z', step: 1, state: 'begun' },
      { at: '2026-11-22T06:10:00.250Z', step: 1, state: 'done', detail: 'read back' },
      { at: '2026-11-22T06:10:01.000Z', step: 2, state: 'begun' },
    ]);
    expect(report.steps).toMatchObject([{ state: 'done', tookMs: 250 }, { state: 'begun' }]);
    expect(report.outcome).toBe('stopped');
  });
});
