/**
 * The program killed outright at places of its journal, in the middle of a rotation of certificates: going on ends with
 * the new ones everywhere, taking back with the old ones, files and ports alike, and every server would start again.
 */

import { afterAll, expect, it } from 'vitest';

import { pairMatches } from '../../src/tls/index.ts';
import { readFileSync } from 'node:fs';
import { MAIN } from '../cli/run.ts';
import { runTool, type JournalPhase, type ToolRun } from '../servers/fault-tool.ts';
import { fingerprintOf, forEachServer } from '../servers/index.ts';
import { startReplicated, stopTopologies } from '../servers/topology.ts';
import { openLeafScene, type LeafScene, type PairPaths } from './tls-rotate-leaf-scene.ts';

afterAll(stopTopologies);

/** Everything where somebody wants to wait: `LEAF_CRASH=all`. The ordinary suite has a sample. */
const SAMPLE = process.env['LEAF_CRASH'] === 'all' ? Number.POSITIVE_INFINITY : 4;
const PHASES: readonly JournalPhase[] = ['before', 'torn', 'written', 'synced'];
const main = process.env['WARDIS_MAIN'] ?? MAIN;

/** Every port and every file holds the pair of this certificate. */
async function expectEverywhere(scene: LeafScene, wanted: string, place: string): Promise<void> {
  for (const [node, shown] of Object.entries(await scene.served())) {
    expect([place, node, shown]).toEqual([place, node, [wanted]]);
    const { certificate, key } = scene.tls.filesOf(node);
    expect([place, node, fingerprintOf(certificate)]).toEqual([place, node, wanted]);
    expect(pairMatches(readFileSync(certificate, 'utf8'), readFileSync(key, 'utf8'))).toBe(true);
  }
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  const way = server.id === 'redis-7.0' ? '--resume' : '--undo';
  it(`killed anywhere and then ${way}, all nodes serve the same again`, { timeout: 600_000 }, async () => {
    const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'shared', replicas: 1 });
    const scene = openLeafScene(topology);
    const rotate = (
      argv: readonly string[],
      killAt?: { readonly phase: JournalPhase; readonly at: number },
    ): Promise<ToolRun> =>
      runTool({
        main,
        argv: ['tls', 'rotate', 'leaf', '--policy', 'wardis.yaml', '-q', '--yes', ...argv],
        cwd: scene.folder,
        ...(killAt === undefined ? {} : { killAt }),
      });
    const begin = ({ certificate, key }: PairPaths): readonly string[] => [
      '--new-cert',
      certificate,
      '--new-key',
      key,
    ];
    const first = await scene.writePair('first');
    const clean = await rotate(begin(first));
    expect([clean.exit, clean.err]).toEqual([0, '']);
    let serving = fingerprintOf(first.pem);
    await expectEverywhere(scene, serving, 'clean');
    const writes = clean.counted?.writes ?? 0;
    expect(writes).toBeGreaterThan(10);
    const count = Math.min(SAMPLE, writes);
    for (let i = 0; i < count; i += 1) {
      const at = Math.min(writes, 1 + Math.floor(((i + 0.5) * writes) / count));
      const phase = PHASES[i % PHASES.length] ?? 'synced';
      const place = `${phase} ${at} of ${writes}`;
      const pair = await scene.writePair(`pair-${i}`);
      const killed = await rotate(begin(pair), { phase, at });
      expect([place, killed.exit]).toEqual([place, 137]);
      const answer = await rotate([way]);
      // Killed when all was done and said: nothing is left to go on with.
      const over = at === writes && answer.err.includes('there is no rotation of certificates to go on with');
      if (!over)
        expect([place, answer.exit, answer.exit === 0 ? '' : answer.out + answer.err]).toEqual([
          place,
          0,
          '',
        ]);
      if (way === '--resume') serving = fingerprintOf(pair.pem);
      await expectEverywhere(scene, serving, place);
    }
    await topology.settle();
    await topology.stop();
  });
});
