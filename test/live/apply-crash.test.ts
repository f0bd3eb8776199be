import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  createRun,
  executeRun,
  lockState,
  openJournal,
  readRun,
  reportRun,
  resumeRun,
  undoRun,
  type Journal,
  type Run,
  type RunPorts,
  type RunReport,
  type StepAction,
} from '../../src/change/index.ts';
import { openLocalAccess } from '../../src/change/host/local-access.ts';
import { secret } from '../../src/conf/index.ts';
import type { Connection } from '../../src/fleet/index.ts';
import { makePorts, makeRun, type SceneNode } from '../change/run-scene.ts';
import { forEachServer, startServer, talk, type Reply, type RunningServer } from '../servers/index.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const ADMIN = 'admin-canary';
const ADMIN_LINE = `user wardis on #${sha(ADMIN)} ~* &* +@all`;
const OLD = [
  'user default off',
  ADMIN_LINE,
  `user app on #${sha('old')} ~app:* resetchannels -@all +get +set`,
  `user gone on #${sha('gone')} ~* resetchannels -@all +ping`,
  'user stranger off resetchannels -@all',
];
const image = (line: string): ReturnType<typeof secret> => secret(line.split(' ').slice(2).join(' '));
const APP_BOTH = `user app on #${sha('old')} #${sha('new')} ~app:* ~cart:* resetchannels -@all +get +set +del`;
const APP_NEW = `user app on #${sha('new')} ~app:* ~cart:* resetchannels -@all +get +del`;
const FRESH = `user fresh on #${sha('fresh')} ~fresh:* resetchannels -@all +get`;
const EXTEND: readonly StepAction[] = [
  { kind: 'set-user', user: 'fresh', before: undefined, after: image(FRESH) },
  { kind: 'set-user', user: 'app', before: image(String(OLD[2])), after: image(APP_BOTH) },
  { kind: 'prove-login', user: 'app', password: secret('new'), expect: 'accepted' },
];
const SWITCH: readonly StepAction[] = [
  { kind: 'set-config', settings: [{ name: 'acllog-max-len', before: '128', after: '300' }] },
];
const REMOVE: readonly StepAction[] = [
  { kind: 'set-user', user: 'app', before: image(APP_BOTH), after: image(APP_NEW) },
  { kind: 'remove-user', user: 'gone', before: image(String(OLD[3])) },
];
const PERSIST: readonly StepAction[] = [{ kind: 'persist', by: 'acl-save' }];

/** Users that a server shows, in any order of their rules, and the setting, as one comparable text. */
async function standingOf(port: number): Promise<string> {
  const [, list, setting] = await talk(port, [
    ['AUTH', 'wardis', ADMIN],
    ['ACL', 'LIST'],
    ['CONFIG', 'GET', 'acllog-max-len'],
  ]);
  const lines = (list as readonly string[]).map((line) =>
    line.replaceAll(' sanitize-payload', '').split(' ').toSorted().join(' '),
  );
  return [...lines.toSorted(), (setting as readonly string[])[1]].join('\n');
}

function troubles({ steps }: RunReport): readonly string[] {
  const failed = steps.filter(({ state }) => state === 'failed' || state === 'undo-failed');
  return failed.map(({ step, detail }) => `${step.id} ${step.kind}: ${detail}`);
}

describe('a run that is cut short at every entry of its journal', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    let fleet: readonly RunningServer[];
    let nodes: readonly SceneNode[];
    let folder: string;
    let oldStanding: string;
    let newStanding: string;
    /** Places at which to die: all of them for one server, some for the other. */
    let places: readonly number[] = [];
    let connections: Connection[] = [];

    const everyNode = (actions: readonly StepAction[]): (readonly [SceneNode, readonly StepAction[]])[] =>
      nodes.map((node) => [node, actions]);
    const theRun = (): Run =>
      makeRun({
        extend: everyNode(EXTEND),
        switch: everyNode(SWITCH),
        remove: everyNode(REMOVE),
        persist: everyNode(PERSIST),
      });
    const portsOf = (journal: RunPorts['journal']): RunPorts => {
      const { ports } = makePorts(nodes, journal, { host: () => openLocalAccess() });
      return {
        ...ports,
        connect: async (node) => {
          const connection = await ports.connect(node);
          connections.push(connection);
          return connection;
        },
      };
    };
    const ask = async (port: number, ...argv: readonly string[]): Promise<Reply> =>
      (await talk(port, [['AUTH', 'wardis', ADMIN], argv]))[1] ?? null;

    /** Every server as it was at the beginning, in memory and on disk. */
    const reset = async (): Promise<void> => {
      for (const { port } of fleet) {
        const commands = OLD.map((line) => {
          const [, name = '', ...rules] = line.split(' ');
          return ['ACL', 'SETUSER', name, 'reset', ...rules];
        });
        await talk(port, [
          ['AUTH', 'wardis', ADMIN],
          ...commands,
          ['ACL', 'DELUSER', 'fresh'],
          ['CONFIG', 'SET', 'acllog-max-len', '128'],
          ['ACL', 'SAVE'],
        ]);
      }
    };

    /** Executes until entry `last` is on disk (or is asked for, with `how` before), then nothing happens any more. */
    const dieAt = async (last: number, how: 'written' | 'before'): Promise<Run> => {
      const run = theRun();
      const lock = lockState(folder, 'apply');
      const journal = await createRun(lock, run);
      let asked = 0;
      let died = (): void => undefined;
      const death = new Promise<'died'>((resolve) => (died = () => resolve('died')));
      const hung: Journal = {
        ...journal,
        append: async (entry) => {
          asked += 1;
          if (asked > last || (asked === last && how === 'before')) {
            died();
            return new Promise(() => undefined);
          }
          await journal.append(entry);
          if (asked < last) return;
          died();
          return new Promise(() => undefined);
        },
      };
      const end = await Promise.race([executeRun(run, portsOf(hung), { concurrency: 1 }), death]);
      for (const connection of connections) connection.close();
      connections = [];
      await journal.close();
      lock.release();
      if (end !== 'died' && end.outcome !== 'done') throw new Error(`ended ${end.outcome}`);
      return run;
    };

    const goOn = async (run: Run, way: typeof resumeRun): Promise<RunReport> => {
      const lock = lockState(folder, 'apply');
      const journal = await openJournal(lock, run.id);
      try {
        return await way(journal.run, portsOf(journal));
      } finally {
        await journal.close();
        lock.release();
      }
    };

    const expectEverywhere = async (standing: string): Promise<void> => {
      for (const { port, dir } of fleet) {
        expect(await standingOf(port)).toBe(standing);
        await ask(port, 'ACL', 'SAVE');
        expect(readFileSync(join(dir, 'users.acl'), 'utf8')).toContain('user stranger ');
      }
    };

    beforeAll(async () => {
      fleet = await Promise.all(
        [1, 2].map(() => startServer({ server, aclfile: `${OLD.join('\n')}\n`, conf: 'save ""' })),
      );
      nodes = fleet.map(({ port }, index) => ({
        port,
        role: index === 0 ? 'primary' : 'replica',
        user: 'wardis',
        password: ADMIN,
      }));
      await reset();
      oldStanding = await standingOf(fleet[0]?.port ?? 0);
    });
    afterAll(() => Promise.all(fleet.map((each) => each.stop())));
    beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'wardis-crash-'))));
    beforeEach(reset);
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('is done without a crash, and the plan after it would be empty', async () => {
      const run = await dieAt(Number.POSITIVE_INFINITY, 'written');
      const count = readRun(folder, run.id).entries.length;
      const every = server.id === 'valkey-9.1' ? 1 : 5;
      places = Array.from({ length: Math.ceil(count / every) }, (_, index) => 1 + index * every);
      expect(places.length).toBeGreaterThan(5);
      newStanding = await standingOf(fleet[0]?.port ?? 0);
      expect(newStanding).toContain(sha('new'));
      expect(newStanding).not.toContain('user gone');
      await expectEverywhere(newStanding);
      await reset();
    });

    it.each(['written', 'before'] as const)(
      'is finished by resuming, whichever entry was the last one (%s)',
      { timeout: 60_000 },
      async (how) => {
        for (const last of places) {
          const run = await dieAt(last, how);
          const report = await goOn(run, resumeRun);
          expect([last, report.outcome, troubles(report)]).toEqual([last, 'done', []]);
          await expectEverywhere(newStanding);
          await reset();
          rmSync(join(folder, 'runs'), { recursive: true });
        }
      },
    );

    it.each(['written', 'before'] as const)(
      'is taken back by undoing, whichever entry was the last one (%s)',
      { timeout: 60_000 },
      async (how) => {
        for (const last of places) {
          const run = await dieAt(last, how);
          const report = await goOn(run, undoRun);
          expect([last, report.outcome, troubles(report)]).toEqual([last, 'undone', []]);
          await expectEverywhere(oldStanding);
          // What is on disk is as it was, too: a server that starts anew has the old users.
          for (const { dir } of fleet) {
            expect(readFileSync(join(dir, 'users.acl'), 'utf8')).not.toContain('user fresh');
          }
          rmSync(join(folder, 'runs'), { recursive: true });
        }
      },
    );

    it('never had a secret in clear in its folder', async () => {
      const run = await dieAt(20, 'written');
      for (const name of ['run.json', 'journal.jsonl']) {
        const text = readFileSync(join(folder, 'runs', run.id, name), 'utf8');
        for (const word of [sha('old'), sha('new'), sha('fresh'), ADMIN]) expect(text).not.toContain(word);
      }
      await goOn(run, undoRun);
    });

    it('does again what a server lost that was started anew in between', async () => {
      const run = await dieAt(22, 'written');
      const before = reportRun(run, readRun(folder, run.id).entries);
      expect(before.steps.filter(({ state }) => state === 'done').length).toBeGreaterThan(3);
      const [first] = fleet;
      if (first === undefined) throw new Error('no fleet');
      // As after a restart: memory is what the file holds.
      await ask(first.port, 'ACL', 'LOAD');
      await ask(first.port, 'CONFIG', 'SET', 'acllog-max-len', '128');
      const report = await goOn(run, resumeRun);
      expect(report.outcome).toBe('done');
      await expectEverywhere(newStanding);
      await reset();
    });

    it('goes on with an undo that was cut short itself', async () => {
      const run = await dieAt(25, 'written');
      const lock = lockState(folder, 'apply');
      const journal = await openJournal(lock, run.id);
      let left = 4;
      const hung = {
        ...journal,
        append: (entry: Parameters<Journal['append']>[0]) =>
          left-- > 0 ? journal.append(entry) : Promise.reject(new Error('killed')),
      };
      await expect(undoRun(run, portsOf(hung))).rejects.toThrow('killed');
      await journal.close();
      lock.release();
      const report = await goOn(run, resumeRun);
      expect(report.outcome).toBe('undone');
      await expectEverywhere(oldStanding);
    });

    it('leaves alone at undo what somebody else changed since, and says so', async () => {
      const run = await dieAt(12, 'written');
      const [first] = fleet;
      if (first === undefined) throw new Error('no fleet');
      for (const { port } of fleet) await ask(port, 'ACL', 'SETUSER', 'app', '+mget');
      const report = await goOn(run, undoRun);
      expect(report.outcome).toBe('undo-incomplete');
      const failed = report.steps.filter(({ state }) => state === 'undo-failed');
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.every(({ step }) => step.kind === 'set-user' && step.user === 'app')).toBe(true);
      expect(failed[0]?.detail).toContain('changed by somebody else since');
      expect(await standingOf(first.port)).toContain('+mget');
      await reset();
    });
  });
});
