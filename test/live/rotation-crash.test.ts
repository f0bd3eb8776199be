/**
 * The program killed outright at places of its journal, in the middle of a rotation of the replication user: going on
 * ends with the new secret only, taking back with the old one only, and at no time is anybody locked out.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { MAIN } from '../cli/run.ts';
import { runTool, type JournalPhase, type ToolRun } from '../servers/fault-tool.ts';
import { forEachServer } from '../servers/index.ts';
import { startReplicated, stopTopologies, type Topology } from '../servers/topology.ts';
import { TOPOLOGY_LOGINS } from '../servers/topology-users.ts';
import { tryLogin } from './rotation-scene.ts';

afterAll(stopTopologies);

/** Everything where somebody wants to wait: `ROTATION_CRASH=all`. The ordinary suite has a sample. */
const wantsAll = process.env['ROTATION_CRASH'] === 'all';
const SAMPLE = wantsAll ? Number.POSITIVE_INFINITY : 5;
const PHASES: readonly JournalPhase[] = ['before', 'torn', 'written', 'synced'];
const USER = TOPOLOGY_LOGINS.replication.user;
const main = process.env['WARDIS_MAIN'] ?? MAIN;

interface Rig {
  readonly topology: Topology;
  readonly secret: () => string;
  readonly rotate: (
    argv: readonly string[],
    killAt?: { readonly phase: JournalPhase; readonly at: number },
  ) => Promise<ToolRun>;
}

async function startRig(server: string): Promise<Rig> {
  const topology = await startReplicated({ server, replicas: 1 });
  const cwd = mkdtempSync(join(tmpdir(), 'wardis-rotation-crash-'));
  const path = join(cwd, 'replication.secret');
  writeFileSync(path, `${TOPOLOGY_LOGINS.replication.password}\n`, { mode: 0o600 });
  writeFileSync(join(cwd, 'admin.secret'), `${topology.admin.password}\n`, { mode: 0o600 });
  const seeds = topology.data.map(({ address }) => address);
  const login = ['--user', String(topology.admin.user), '--password-file', 'admin.secret'];
  return {
    topology,
    secret: () => readFileSync(path, 'utf8').trim(),
    rotate: (argv, killAt) =>
      runTool({
        main,
        argv: ['user', 'rotate', USER, ...seeds, ...login, '--yes', '-q', '--deadline', '2s', ...argv],
        cwd,
        ...(killAt === undefined ? {} : { killAt }),
      }),
  };
}

const begin = ['--to', 'file:replication.secret'];

/** The only secret that works is the one in the file, everywhere, and replicas use it. */
async function expectOnly({ topology }: Rig, good: string, bad: readonly string[]): Promise<void> {
  for (const node of topology.data) {
    expect([node.name, await tryLogin(node, USER, good)]).toEqual([node.name, 'OK']);
    for (const password of bad)
      expect([node.name, await tryLogin(node, USER, password)]).toEqual([node.name, 'WRONGPASS']);
    expect(await node.command('CONFIG', 'GET', 'masterauth')).toContain(good);
    expect(readFileSync(node.confPath, 'utf8')).toContain(good);
  }
  await topology.settle();
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  const ways = wantsAll
    ? (['--resume', '--undo'] as const)
    : ([server.id === 'redis-7.0' ? '--resume' : '--undo'] as const);
  it.each(ways)('killed anywhere and then %s, nobody is locked out', { timeout: 600_000 }, async (way) => {
    const rig = await startRig(server.id);
    const first = rig.secret();
    const clean = await rig.rotate(begin);
    expect([clean.exit, clean.err]).toEqual([0, '']);
    await expectOnly(rig, rig.secret(), [first]);
    const writes = clean.counted?.writes ?? 0;
    expect(writes).toBeGreaterThan(20);
    const count = Math.min(SAMPLE, writes);
    for (let i = 0; i < count; i += 1) {
      // Another part of the journal for each way and server, so that the sample as a whole is spread.
      const shift = (way === '--undo' ? 0.5 : 0) + (server.id === 'redis-7.0' ? 0.25 : 0);
      const at = Math.min(writes, 1 + Math.floor(((i + shift) * writes) / count));
      const phase = PHASES[(i + (server.id === 'redis-7.0' ? 0 : 2)) % PHASES.length] ?? 'synced';
      const old = rig.secret();
      const killed = await rig.rotate(begin, { phase, at });
      const place = `${phase} ${at} of ${writes}`;
      expect([place, killed.exit]).toEqual([place, 137]);
      // Whatever the file says works on every node at any moment.
      for (const node of rig.topology.data) {
        expect([place, node.name, await tryLogin(node, USER, rig.secret())]).toEqual([
          place,
          node.name,
          'OK',
        ]);
      }
      const answer = await rig.rotate([way]);
      // Killed when all was done and said: nothing is left to go on with, or to take back.
      if (at >= writes - 1 && answer.err.includes('no rotation of replication is under way')) {
        await expectOnly(rig, rig.secret(), [old]);
        continue;
      }
      expect([place, answer.exit, answer.exit === 0 ? '' : answer.out, answer.err]).toEqual([
        place,
        0,
        '',
        '',
      ]);
      const now = rig.secret();
      if (way === '--undo') {
        expect(now).toBe(old);
        await expectOnly(rig, now, []);
      } else {
        expect(now).not.toBe(old);
        await expectOnly(rig, now, [old]);
      }
      for (const node of rig.topology.data) {
        const user = JSON.stringify(await node.command('ACL', 'GETUSER', USER));
        expect([place, user.match(/"[0-9a-f]{64}"/g)?.length]).toEqual([place, 1]);
      }
    }
    await rig.topology.stop();
  });
});
