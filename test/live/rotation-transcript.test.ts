/** The transcript of a rotation in the documentation is what the program says when it is run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, expect, it } from 'vitest';

import { startLoad } from '../servers/load.ts';
import { availableServers } from '../servers/index.ts';
import { startReplicated, stopTopologies, type Topology } from '../servers/topology.ts';
import { APP, followFile, makeScene, type Scene } from './rotation-scene.ts';

afterAll(stopTopologies);

const PAGE = fileURLToPath(new URL('../../docs/transcripts/rotation.md', import.meta.url));
const SERVER = availableServers().find(({ id }) => id === 'redis-7.0');
const NAMES = ['10.0.0.5:6379', '10.0.0.6:6379', '10.0.0.7:6379'];
const INTRO = `# A rotation, from beginning to end

What \`wardis user rotate\` says on a primary with two replicas while applications work as the user \`app\` and read their password from \`app.secret\`. A test runs this and compares; addresses and times are replaced.
`;

/** Places and times are others each time, and with them the order of the replicas. */
function settle(text: string, topology: Topology, scene: Scene): string {
  const addresses = topology.data.map(({ address }, at): readonly [string, string] => [
    address,
    NAMES[at] ?? '',
  ]);
  return addresses
    .reduce((shown, [from, to]) => shown.replaceAll(from, to), text)
    .replaceAll(scene.secretPath, 'app.secret')
    .replace(/\d{4}-\d\d-\d\dT\d{6}Z-rotate-[0-9a-f]{4}/g, '2026-11-22T061000Z-rotate-3f9c')
    .replace(/(?:^replica .*\n)+/gm, (lines) => `${lines.trimEnd().split('\n').toSorted().join('\n')}\n`)
    .trimEnd();
}

it.skipIf(SERVER === undefined)(
  'the transcript of a rotation is what the program says',
  { timeout: 60_000 },
  async () => {
    const topology = await startReplicated({ server: 'redis-7.0' });
    const scene = makeScene(topology, APP.password, 'all');
    const { credentials, stop } = followFile(scene.secretPath, APP.user, APP.password);
    const load = await startLoad({ client: 'ioredis', topology, credentials, clients: 3, pauseMs: 5 });
    const parts = [INTRO];
    const show = async (title: string, shown: string, ...argv: readonly string[]): Promise<void> => {
      const { out, err } = await scene.rotate(APP.user, ...argv);
      expect(err).toBe('');
      parts.push(
        `${title}\n\n\`\`\`shell-session\n$ wardis user rotate app ${shown}\n${settle(out, topology, scene)}\n\`\`\`\n`,
      );
    };
    const to = `file:${scene.secretPath}`;
    await show('First, what would be done:', '--to file:app.secret --dry-run', '--to', to, '--dry-run');
    const replica = topology.node('replica-2');
    await replica.kill();
    await show(
      'One replica is down. Wardis brings the new secret to the others, and stops there:',
      '--to file:app.secret --yes',
      '--to',
      to,
      '--yes',
    );
    await show('At any time, who has which:', '--status', '--status');
    await replica.restart();
    await topology.settle();
    await show(
      'The replica is back, and the rotation goes on. Applications see the new file and connect anew:',
      '--resume --yes',
      '--resume',
      '--yes',
    );
    await show('Nothing is left to do:', '--status', '--status');
    expect((await load.stop()).errors).toEqual([]);
    stop();
    await topology.stop();
    const text = parts.join('\n');
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(PAGE, text);
    expect(text).toBe(readFileSync(PAGE, 'utf8'));
  },
);
