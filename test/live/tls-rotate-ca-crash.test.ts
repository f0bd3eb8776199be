/**
 * The program killed outright in the middle of each phase of a change of authority, and another machine that goes on:
 * what comes next is told by the fleet, and everything ends with the new authority alone.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MAIN, run } from '../cli/run.ts';
import { runTool, type JournalPhase, type ToolRun } from '../servers/fault-tool.ts';
import { createCredentials, forEachServer, startLoad } from '../servers/index.ts';
import { startReplicated, stopTopologies } from '../servers/topology.ts';
import { authorityOf, openCaScene, type CaScene } from './tls-rotate-ca-scene.ts';

afterAll(stopTopologies);

const main = process.env['WARDIS_MAIN'] ?? MAIN;
const TIMEOUT = 120_000;

/** `--next` in a process of its own, killed at a write of its journal. */
function killAt(scene: CaScene, phase: JournalPhase, at: number): Promise<ToolRun> {
  return runTool({
    main,
    argv: ['tls', 'rotate', 'ca', '--policy', 'wardis.yaml', '--next', '--yes', '--update-local'],
    cwd: scene.folder,
    killAt: { phase, at },
  });
}

forEachServer(['redis-7.0'], (server) => {
  it(
    'is gone on with after a kill in each phase, by the same machine or by another one',
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'shared', replicas: 1 });
      const scene = await openCaScene(topology);
      const load = await startLoad({
        client: 'ioredis',
        topology,
        credentials: createCredentials(topology.app),
      });
      const places = [
        ['trust', 'synced', 7],
        ['leaves', 'torn', 9],
        ['drop', 'written', 8],
      ] as const;
      for (const [phase, moment, at] of places) {
        if (phase === 'drop') expect((await scene.go('--next', '--yes')).err).toContain('client');
        const begun = phase === 'trust' ? 'begin' : phase;
        expect([phase, (await scene.status()).next]).toEqual([phase, begun]);
        const killed = await killAt(scene, moment, at);
        expect([phase, killed.exit, killed.err]).toEqual([phase, 137, killed.err]);
        expect((await scene.ca('--status')).out).toContain(`${phase} was cut short`);
        const answer = await scene.go('--next', '--yes', '--update-local');
        expect(answer.out).toContain(`${phase}: done`);
      }
      expect((await scene.status()).next).toBe('done');
      expect([await scene.admits(scene.old), await scene.admits(authorityOf(scene.state))]).toEqual([
        'refused',
        'admitted',
      ]);
      await load.advance(50);
      const { errors, reconnects } = await load.stop();
      expect({ errors, reconnects }).toEqual({ errors: [], reconnects: 0 });
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );

  it(
    'is taken back phase by phase, and gone on with from a copy of the authority alone',
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
      const scene = await openCaScene(topology);
      const before = await scene.served();
      await scene.go('--next', '--yes', '--update-local');
      await scene.go('--next', '--yes');
      const after = await scene.served();
      // Our own file without the old authority: we could not get in any more.
      const both = readFileSync(scene.tls.caPath, 'utf8');
      writeFileSync(scene.tls.caPath, authorityOf(scene.state).certPem);
      const locked = await scene.ca('--undo', '--yes');
      expect([locked.exit, await scene.served()]).toEqual([2, after]);
      expect(locked.err).toContain('does not hold the old one');
      writeFileSync(scene.tls.caPath, both);
      const back = await scene.go('--undo', '--yes');
      expect(back.out).toContain('leaves: undone');
      expect(await scene.served()).toEqual(before);

      // Another machine has the authority and the policy, and none of our runs.
      const elsewhere = join(scene.folder, 'elsewhere');
      mkdirSync(elsewhere, { mode: 0o700 });
      cpSync(join(scene.state, 'tls'), join(elsewhere, 'tls'), { recursive: true });
      const there = [
        'tls',
        'rotate',
        'ca',
        '--policy',
        join(scene.folder, 'wardis.yaml'),
        '--state',
        elsewhere,
      ];
      const status = await run([...there, '--status', '--json']);
      expect(JSON.parse(status.out)).toMatchObject({ next: 'leaves' });
      const next = await run([...there, '--next', '--yes']);
      expect(next, next.err).toMatchObject({ exit: 0 });
      expect(next.out).toContain('leaves: done');
      const now = await scene.served();
      expect(now).not.toEqual(before);
      expect(now).not.toEqual(after);
      // What serves the new authority keeps its trust from being taken back.
      const refused = await scene.ca('--undo', '--yes');
      expect(refused.exit).toBe(2);
      expect(refused.err).toContain('serves one of it');
      await topology.stop();
    },
    TIMEOUT,
  );
});
