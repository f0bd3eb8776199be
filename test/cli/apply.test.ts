/** What `wardis apply` says before it touches anything. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRun, lockState, planFleet, printPlan, type Run } from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import { ADMIN, NOW, policyOf, stateOf, topologyOf } from '../change/plan-scene.ts';
import { run, type Answer } from './run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-apply-'));
  writeFileSync(
    join(folder, 'wardis.yaml'),
    [
      'version: 1',
      'security_level: basic',
      'network_exposure: localhost',
      "server: { product: redis, version: '7.0' }",
      "fleet: { prod: { seeds: ['127.0.0.1:1'] } }",
      '',
    ].join('\n'),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const apply = (...argv: readonly string[]): Promise<Answer> =>
  run(['apply', '--policy', join(folder, 'wardis.yaml'), ...argv]);

const RUN: Run = {
  id: '2026-11-22T061000Z-apply-0001',
  operation: 'apply',
  startedAt: '2026-11-22T06:10:00.000Z',
  actor: 'deploy@\u001b[31mbastion',
  subject: 'revision 3f9c2b1a',
  nodes: [{ id: '127.0.0.1:1', role: 'primary' }],
  stages: [
    {
      name: 'extend',
      title: 'add users',
      steps: [
        {
          id: 1,
          node: '127.0.0.1:1',
          stage: 'extend',
          kind: 'set-user',
          user: 'a',
          before: undefined,
          after: secret('on #canary'),
        },
      ],
    },
  ],
  facts: { fleet: 'prod', planned: { add: 1, change: 0, remove: 0 }, unread: [] },
};

async function writeRun(change: Partial<Run> = {}, ended?: 'done' | 'undone'): Promise<void> {
  const lock = lockState(join(folder, '.wardis'), 'test');
  const journal = await createRun(lock, { ...RUN, ...change });
  if (ended !== undefined) await journal.append({ at: RUN.startedAt, ended });
  await journal.close();
  lock.release();
}

describe('a list of runs', () => {
  it('is empty where nothing was done', async () => {
    const answer = await apply('--runs');
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toContain('no runs in');
  });

  it('shows each run, without its secrets and without characters that a terminal acts on', async () => {
    await writeRun();
    await writeRun({ id: '2026-11-23T061000Z-rotate-0002', operation: 'rotate', subject: 'orders' }, 'done');
    const table = await apply('--runs');
    expect(table.out.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      '2026-11-23T061000Z-rotate-0002 | done | rotate orders by deploy@\\x1b[31mbastion',
      '2026-11-22T061000Z-apply-0001 | cut short | apply revision 3f9c2b1a by deploy@\\x1b[31mbastion',
      '',
    ]);
    const json = await apply('--runs', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      schemaVersion: '1',
      runs: [{ status: 'done' }, { status: 'open', problem: null }],
    });
    expect(table.out + json.out).not.toContain('canary');
  });
});

describe('a run that is named', () => {
  it.each([
    ['is not there', ['--resume', '2026-01-01T000000Z-apply-0000'], 'there is no run'],
    ['is no name of a run', ['--undo', '../../etc'], 'is not the id of a run'],
    ['is not there at all', ['--resume'], 'there is no run that could be gone on with'],
    ['cannot be taken back', ['--undo'], 'there is no run to take back'],
  ])('%s', async (_, argv, text) => {
    const answer = await apply(...argv, '--yes');
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_RUN')]);
    expect(answer.err).toContain(text);
  });

  it('is not gone on with when it is over, or belongs to another operation', async () => {
    await writeRun({}, 'done');
    expect((await apply('--resume', RUN.id, '--yes')).err).toContain('is done');
    const other = '2026-11-23T061000Z-rotate-0002';
    await writeRun({ id: other, operation: 'rotate' });
    expect((await apply('--resume', other, '--yes')).err).toContain('is a run of rotate');
    const undone = '2026-11-23T061000Z-apply-0003';
    await writeRun({ id: undone }, 'undone');
    expect((await apply('--undo', undone, '--yes')).err).toContain('was taken back');
  });

  it('asks before it goes on', async () => {
    await writeRun();
    const answer = await apply('--resume');
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_CONFIRM')]);
    expect(answer.err).toContain(`wardis apply --resume ${RUN.id} --yes`);
  });

  it('stays pending where its node cannot be reached', async () => {
    await writeRun();
    const answer = await apply('--resume', '--yes');
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('pending  127.0.0.1:1');
    expect(answer.out).toMatch(/on 0 of 1 node; 1 pending\.\n$/);
    expect(answer.out + answer.err).not.toContain('canary');
  });

  it('is not touched while another run is at work', async () => {
    await writeRun();
    const lock = lockState(join(folder, '.wardis'), 'user rotate orders');
    const answer = await apply('--resume', '--yes');
    lock.release();
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_LOCKED')]);
    expect(answer.err).toContain(`user rotate orders, process ${process.pid}`);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['two ways at once', ['--resume', '--runs'], 'E_USAGE', '--resume and --runs do not go together'],
    ['a plan that is not there', ['plan.json'], 'E_USAGE', 'there is no file plan.json'],
    ['a refusal that lets nothing pass', ['--allow', 'everything'], 'E_USAGE', 'lets nothing pass'],
  ])('says so: %s', async (_, argv, code, text) => {
    const answer = await apply(...argv);
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining(code)]);
    expect(answer.err).toContain(text);
  });

  it('says that a file is no plan', async () => {
    const file = join(folder, 'other.json');
    writeFileSync(file, '{"hello": 1}');
    const answer = await apply(file, '--yes');
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_PLAN')]);
  });

  it('sends nothing to a node that only a plan file names', async () => {
    const dialled: Socket[] = [];
    const listener = createServer((socket) => dialled.push(socket)).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const policy = readFileSync(join(folder, 'wardis.yaml'), 'utf8').replace(/^fleet.*\n/m, '');
    writeFileSync(join(folder, 'wardis.yaml'), policy);
    const node = { users: [ADMIN] };
    const { plan } = planFleet({
      policy: await policyOf("server: { product: redis, version: '7.0' }"),
      topology: topologyOf([node]),
      states: [stateOf(node)],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
    });
    const nodes = plan.nodes.map((each) => ({ ...each, node: `127.0.0.1:${port}` }));
    const file = join(folder, 'plan.json');
    writeFileSync(file, printPlan({ ...plan, nodes }));
    const answer = await apply(file, '--yes');
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_FLEET')]);
    expect(answer.err).toContain('wardis apply plan.json cache-1:6379');
    expect(dialled).toEqual([]);
    listener.close();
  });

  it('does not use a state folder that others may change', async () => {
    await writeRun();
    const { chmodSync } = await import('node:fs');
    chmodSync(join(folder, '.wardis'), 0o777);
    const answer = await apply('--resume', '--yes');
    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining('E_STATE')]);
  });
});
