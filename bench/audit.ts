/**
 * An audit of one live node: round trips, and wall time against redis-cli sending the same commands in one process
 * over one connection. Connecting is in both; starting Node.js is shown apart.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findServers } from '../scripts/servers.mjs';
import { parseTarget, snapshotLive } from '../src/fleet/index.ts';
import { expectationsFor } from '../src/policy/index.ts';
import { ADVISORIES_AS_OF, assess, CATALOGUE } from '../src/posture/index.ts';
import { startServer } from '../test/servers/server.ts';
import { median, printFigure, quick } from './record/line.ts';

const ROUNDS = quick ? 10 : 60;
const found = findServers().find((server) => server.id === 'redis-7.0');
if (found?.cli === undefined) throw new Error('needs Redis 7.0 with redis-cli: npm run servers');
const running = await startServer({ server: found });
const parsed = parseTarget(`127.0.0.1:${running.port}`);
if (parsed.target === undefined) throw new Error('target');
const { target } = parsed;
const script = [
  'INFO everything',
  'CONFIG GET *',
  'ACL LIST',
  'ACL WHOAMI',
  'ACL LOG 128',
  'COMMAND',
  'CLIENT LIST',
  'MODULE LIST',
  'ROLE',
  'TIME',
  'PING',
].join('\n');

async function auditOnce(): Promise<number> {
  const snapshot = await snapshotLive(target, { scope: 'server' });
  const expected = expectationsFor({
    level: 'hardened',
    exposure: 'private_network',
    frameworks: [],
    server: { product: 'redis', version: '7.0.15' },
    mode: 'standalone',
  });
  assess([{ snapshot, expected, gatheredInMs: 0 }], {
    checks: CATALOGUE,
    now: new Date(),
    toolVersion: 'bench',
    advisoriesAsOf: ADVISORIES_AS_OF,
  });
  return snapshot.effort?.roundTrips ?? Number.NaN;
}

const [cli = '', ...cliArgs] = found.cli;
const ours: number[] = [];
const theirs: number[] = [];
const whole: number[] = [];
let roundTrips = 0;
for (let warm = 0; warm < 5; warm += 1) await auditOnce();
for (let round = 0; round < ROUNDS; round += 1) {
  let started = performance.now();
  roundTrips = await auditOnce();
  ours.push(performance.now() - started);
  started = performance.now();
  const run = spawnSync(cli, [...cliArgs, '-h', '127.0.0.1', '-p', String(running.port)], {
    input: `${script}\n`,
  });
  theirs.push(performance.now() - started);
  if (run.status !== 0) throw new Error('redis-cli failed');
  if (round % 5 === 0) {
    started = performance.now();
    spawnSync(process.execPath, [
      join(process.cwd(), 'dist/cli/main.js'),
      'audit',
      `127.0.0.1:${running.port}`,
      '-q',
      '--fail-on',
      'none',
    ]);
    whole.push(performance.now() - started);
  }
}
await running.stop();
printFigure({ bench: 'audit', metric: 'round trips after connecting', value: roundTrips, unit: 'count' });
printFigure({
  bench: 'audit',
  metric: 'audit of one node in a running process',
  value: median(ours),
  unit: 'ms',
});
printFigure({
  bench: 'audit',
  metric: 'the same commands through redis-cli',
  value: median(theirs),
  unit: 'ms',
});
printFigure({
  bench: 'audit',
  metric: 'audit over redis-cli',
  value: median(ours) / median(theirs),
  unit: 'ratio',
  against: 'redis-cli 7.0.15, one process, one connection',
});
printFigure({ bench: 'audit', metric: 'wardis audit as a whole process', value: median(whole), unit: 'ms' });
