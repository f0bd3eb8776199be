/** `wardis apply` on a real fleet: forth, again, with nodes away, from a plan file, back. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { run, type Answer } from '../cli/run.ts';
import {
  forEachServer,
  formatUser,
  openConnection,
  startReplicated,
  TOPOLOGY_LOGINS,
  type Reply,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';

const OPERATOR = { user: 'wardis', password: 'operator-canary-1' };
const { admin, replication } = TOPOLOGY_LOGINS;
const SECRETS: Readonly<Record<string, string>> = {
  wardis: OPERATOR.password,
  [admin.user]: admin.password,
  [replication.user]: replication.password,
  orders: 'orders-canary-1',
  reports: 'reports-canary-1',
};
const APP = ['~cart:* resetchannels -@all +get +set', '~orders:* ~cart:* resetchannels -@all +get +set +del'];

describe('wardis apply', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    let topology: Topology;
    let folder: string;
    let lines: ReadonlyMap<string, readonly string[]>;

    const linesOf = async (node: TopologyNode): Promise<readonly string[]> =>
      (await node.command('ACL', 'LIST')) as readonly string[];
    const usersOf = async (node: TopologyNode): Promise<readonly string[]> =>
      (await linesOf(node)).map((line) => line.replaceAll(' sanitize-payload', '')).toSorted();
    const loginAt = (node: TopologyNode, user: string): Promise<Reply> =>
      node.commandAs({ user, password: SECRETS[user] ?? '' }, 'PING');

    const writePolicy = (users: readonly string[]): void => {
      const [product = ''] = server.id.split('-');
      const text = [
        'version: 1',
        'security_level: basic',
        'network_exposure: localhost',
        `server: { product: ${product}, version: '${server.version}' }`,
        'settings: { maxmemory_policy: allkeys-lru }',
        'fleet:',
        '  prod:',
        `    seeds: [${topology.nodes.map(({ address }) => `'${address}'`).join(', ')}]`,
        `    auth: { user: wardis, password: { file: ${join(folder, 'secrets', 'wardis')} } }`,
        '    ownership: prefix:old-',
        '    files: { via: local }',
        'users:',
        '  - { name: wardis, role: admin }',
        `  - { name: ${admin.user}, role: admin }`,
        `  - { name: ${replication.user}, role: replication }`,
        ...users.map((user) => `  - ${user}`),
        '',
      ];
      writeFileSync(join(folder, 'wardis.yaml'), text.join('\n'));
    };
    const wardis = (...argv: readonly string[]): Promise<Answer> =>
      run([
        ...argv,
        '--policy',
        join(folder, 'wardis.yaml'),
        '--connect-timeout',
        '1',
        '--command-timeout',
        '2',
      ]);
    const apply = (...argv: readonly string[]): Promise<Answer> => wardis('apply', ...argv);

    beforeAll(async () => {
      topology = await startReplicated({
        server,
        conf: ['protected-mode yes'],
        users: [
          formatUser(OPERATOR, '~* &* +@all'),
          formatUser({ user: 'orders', password: 'orders-canary-1' }, APP[0] ?? ''),
          formatUser({ user: 'old-batch', password: 'x' }, '~b:* resetchannels -@all +get'),
          formatUser({ user: 'stranger', password: 'x' }, '~x:* resetchannels -@all +get'),
        ],
      });
      lines = new Map(
        await Promise.all(topology.nodes.map(async (node) => [node.name, await linesOf(node)] as const)),
      );
    });
    afterAll(() => topology.stop());

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'wardis-apply-'));
      mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
      for (const [user, secret] of Object.entries(SECRETS)) {
        writeFileSync(join(folder, 'secrets', user), `${secret}\n`, { mode: 0o600 });
      }
      writePolicy([
        '{ name: orders, role: readwrite, keys: ["orders:*", "cart:*"] }',
        '{ name: reports, role: readonly, keys: ["*"] }',
      ]);
      for (const node of topology.nodes) {
        if (!node.isRunning()) await node.restart();
        for (const line of lines.get(node.name) ?? []) {
          const [, name = '', ...rules] = line.split(' ');
          await node.command('ACL', 'SETUSER', name, 'reset', ...rules);
        }
        await node.command('ACL', 'DELUSER', 'reports', 'wardis-revision', 'somebody');
        await node.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
        await node.command('ACL', 'SAVE');
      }
      await topology.settle();
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** No secret and no hash of one: in nothing that was printed, and in no file of a run. */
    const expectNoSecret = (...answers: readonly Answer[]): void => {
      const runs = join(folder, '.wardis', 'runs');
      const files = readdirSync(runs, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json') || name.endsWith('.jsonl'))
        .map((name) => readFileSync(join(runs, name), 'utf8'));
      for (const text of [...answers.flatMap(({ out, err }) => [out, err]), ...files]) {
        expect(text).not.toMatch(/canary-1|#[0-9a-f]{16}/);
      }
    };

    it('makes every node what the policy says, after which plan shows no difference', async () => {
      const before = await Promise.all(topology.nodes.map(usersOf));
      const applied = await apply('--yes');
      expect(applied.err).toContain('add users, rights and passwords');
      expect(applied.out).toContain('Plan: 1 to add');
      expect(applied.out).toMatch(/Apply complete: 1 added, \d+ changed, 1 removed on 3 nodes\.\n$/);
      expect(applied.exit).toBe(0);
      for (const node of topology.nodes) {
        expect(await loginAt(node, 'reports')).toBe('PONG');
        const users = (await usersOf(node)).join('\n');
        expect(users).not.toContain('old-batch');
        expect(users).toContain('user stranger ');
        expect(readFileSync(node.aclfilePath ?? '', 'utf8')).toContain('user reports ');
      }
      const plan = await wardis('plan', '--check');
      expect(plan.out).toContain('No changes. 3 of 3 nodes hold revision');
      expect(plan.exit).toBe(0);
      const again = await apply('--yes');
      expect([again.exit, again.out.trim().split('\n').at(-1)]).toEqual([
        0,
        expect.stringContaining('No changes'),
      ]);

      const undone = await apply('--undo', '--yes');
      expect(undone.out).toMatch(/Apply taken back: 3 nodes as before\.\n$/);
      expect(undone.exit).toBe(0);
      expect(await Promise.all(topology.nodes.map(usersOf))).toEqual(before);
      const listed = await apply('--runs');
      expect(listed.out).toMatch(/undone {2}apply revision [0-9a-f]+ by /);
      expectNoSecret(applied, plan, again, undone, listed);
    });

    it('leaves a node that is down pending, and finishes it when it is back', async () => {
      const away = topology.node('replica-2');
      await away.kill();
      const first = await apply('--yes');
      expect(first.exit).toBe(3);
      expect(first.out).toContain(`pending  ${away.address}`);
      expect(first.out).toMatch(/on 2 of 3 nodes; 1 pending\.\n$/);
      const still = await apply('--resume', '--yes');
      expect([still.exit, still.out.trim().split('\n').at(-1)]).toEqual([
        3,
        expect.stringContaining('2 of 3 nodes; 1 pending'),
      ]);
      await away.restart();
      await topology.settle();
      const resumed = await apply('--resume', '--yes');
      expect(resumed.out).toMatch(/on 3 nodes\.\n$/);
      expect(resumed.exit).toBe(0);
      expect(await loginAt(away, 'reports')).toBe('PONG');
      expect((await wardis('plan', '--check')).exit).toBe(0);
      expect((await apply('--resume', '--yes')).err).toContain('E_RUN');
      expectNoSecret(first, still, resumed);
    });

    it('leaves a node that is busy with a script pending, and finishes it when it is not', async () => {
      const busy = topology.node('replica-2');
      await busy.command('CONFIG', 'SET', 'lua-time-limit', '50');
      const script = busy.command('EVAL', 'while true do end', '0').catch(() => undefined);
      let first: Answer;
      try {
        await expect.poll(() => busy.command('PING').catch(String)).toHaveProperty('error');
        first = await apply('--yes');
      } finally {
        await busy.command('SCRIPT', 'KILL');
        await script;
      }
      expect(first.exit, first.err).toBe(3);
      expect(first.out).toContain(`? ${busy.address}  could not be read: it is busy: BUSY`);
      expect(first.out).toMatch(/on 2 of 3 nodes; 1 pending\.\n$/);
      expect((await apply('--resume', '--yes')).exit).toBe(0);
      expect(await loginAt(busy, 'reports')).toBe('PONG');
      expect((await wardis('plan', '--check')).exit).toBe(0);
    });

    it('takes back with one word what one apply and its late resume did', async () => {
      // A server that is started anew writes the same commands in another order.
      const rightsOf = async (node: TopologyNode): Promise<readonly string[]> =>
        (await usersOf(node)).map((line) => line.split(' ').toSorted().join(' '));
      const before = await Promise.all(topology.nodes.map(rightsOf));
      const away = topology.node('replica-2');
      await away.kill();
      expect((await apply('--yes')).exit).toBe(3);
      await away.restart();
      await topology.settle();
      expect((await apply('--resume', '--yes')).exit).toBe(0);
      const listed = await apply('--runs');
      expect(listed.out).toMatch(/goes on with \S+-apply-/);
      const undone = await apply('--undo', '--yes');
      expect([undone.exit, undone.out.trim().split('\n').at(-1)]).toEqual([
        0,
        'Apply taken back: 3 nodes as before.',
      ]);
      expect(await Promise.all(topology.nodes.map(rightsOf))).toEqual(before);
      expect((await apply('--undo', '--yes')).err).toContain('there is no run to take back');
    });

    it('leaves a node that stops answering in the middle pending, and goes on with the others', async () => {
      const paused = topology.node('replica-1');
      const answer = apply('--yes', '--canary', 'none', '--json');
      await new Promise((resolve) => setTimeout(resolve, 1));
      let isPaused = false;
      const timer = setInterval(() => {
        const runs = join(folder, '.wardis', 'runs');
        try {
          const [id = ''] = readdirSync(runs);
          if (!readFileSync(join(runs, id, 'journal.jsonl'), 'utf8').includes('"begun"')) return;
        } catch {
          return;
        }
        clearInterval(timer);
        paused.pause();
        isPaused = true;
      }, 1);
      const { exit, out } = await answer;
      clearInterval(timer);
      paused.resume();
      expect(isPaused).toBe(true);
      const { nodes } = JSON.parse(out) as { nodes: readonly { node: string; standing: string }[] };
      const standings = new Map(nodes.map(({ node, standing }) => [node, standing]));
      // It may have been quicker than the signal.
      expect([3, 0]).toContain(exit);
      if (exit === 3) expect(standings.get(paused.address)).toBe('pending');
      expect(standings.get(topology.node('primary').address)).toBe('done');
      if (exit === 3) expect((await apply('--resume', '--yes')).exit).toBe(0);
      expect((await wardis('plan', '--check')).exit).toBe(0);
    });

    it('applies exactly a plan that was looked at, and refuses when a node moved since', async () => {
      const file = join(folder, 'plan.json');
      expect((await wardis('plan', '--out', file)).exit).toBe(0);
      const node = topology.node('replica-1');
      await node.command('ACL', 'SETUSER', 'somebody', 'on', '>x', '+ping');
      const moved = await apply(file, '--yes');
      expect(moved.exit).toBe(2);
      expect(moved.err).toContain('E_MOVED');
      expect(moved.err).toContain(`${node.address}: user somebody was added`);
      expect(await loginAt(node, 'reports')).toHaveProperty('error');
      await node.command('ACL', 'DELUSER', 'somebody');
      const applied = await apply(file, '--yes');
      expect([applied.exit, applied.err]).toEqual([0, expect.not.stringContaining('E_')]);
      expectNoSecret(moved, applied);
    });

    it('stops at the first node that refuses a step, or takes all back when it was asked to', async () => {
      const before = await Promise.all(topology.nodes.map(usersOf));
      const path = topology.node('replica-2').aclfilePath ?? '';
      // The server's new file cannot take the place of a folder.
      rmSync(path);
      mkdirSync(path);
      try {
        const stopped = await apply('--yes');
        expect(stopped.exit).toBe(3);
        expect(stopped.out).toContain(`failed   ${topology.node('replica-2').address}`);
        expect(stopped.out).toContain('ACL SAVE was refused');
        expect(stopped.out).toMatch(/Apply stopped: \d of 3 nodes done, 1 failed, \d not finished\.\n$/);
        expect((await apply('--undo', '--yes')).exit).toBe(3);
        rmSync(path, { recursive: true });
        expect((await apply('--undo', '--yes')).exit).toBe(0);
        expect(await Promise.all(topology.nodes.map(usersOf))).toEqual(before);
        rmSync(path);
        mkdirSync(path);
        const undone = await apply('--yes', '--undo-on-failure', '--json');
        expect(undone.exit).not.toBe(0);
        expect(await Promise.all(topology.nodes.map(usersOf))).toEqual(before);
        expectNoSecret(stopped, undone);
      } finally {
        rmSync(path, { recursive: true, force: true });
      }
    });

    it('shows in the next plan what could not be saved, and saves it in the next apply', async () => {
      const { confPath, ...node } = topology.node('replica-2');
      const conf = readFileSync(confPath, 'utf8');
      rmSync(confPath);
      mkdirSync(confPath);
      try {
        const failed = await apply('--yes');
        expect([failed.exit, failed.out]).toEqual([3, expect.stringContaining('CONFIG REWRITE was refused')]);
      } finally {
        rmSync(confPath, { recursive: true });
        writeFileSync(confPath, conf);
      }
      expect(await node.command('CONFIG', 'GET', 'maxmemory-policy')).toContain('allkeys-lru');
      const shown = await wardis('plan', '--check');
      expect([shown.exit, shown.out]).toEqual([1, expect.stringContaining('revision')]);
      expect((await apply('--yes')).exit).toBe(0);
      expect(readFileSync(confPath, 'utf8')).toContain('maxmemory-policy allkeys-lru');
      expect((await wardis('plan', '--check')).exit).toBe(0);
    });

    it('asks for more than a yes where sessions end', async () => {
      const session = await openConnection({ port: topology.node('primary').port });
      await session.send(['AUTH', 'old-batch', 'x']);
      const used = await apply('--yes');
      expect([used.exit, used.out]).toEqual([2, expect.stringContaining('commands-in-use')]);
      expect(used.err).toContain('E_REFUSED');
      const weak = await apply('--yes', '--allow', 'commands-in-use');
      expect([weak.exit, weak.err]).toEqual([2, expect.stringContaining('E_CONFIRM')]);
      expect(weak.err).toMatch(/wardis apply .*--fleet prod --allow commands-in-use --confirm prod/);
      expect(await usersOf(topology.node('primary'))).toContainEqual(expect.stringContaining('old-batch'));
      const agreed = await apply('--confirm', 'prod', '--allow', 'commands-in-use');
      expect(agreed.exit).toBe(0);
      await expect(session.send(['PING'])).rejects.toThrow('closed');
    });

    it('fails at once where nobody can answer, and changes nothing', async () => {
      const before = await Promise.all(topology.nodes.map(usersOf));
      const answer = await apply();
      expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_CONFIRM')]);
      expect(answer.out).toContain('Plan: 1 to add');
      expect(await Promise.all(topology.nodes.map(usersOf))).toEqual(before);
    });
  });
});
