/** A thousand nodes: real servers asked through many connections, with the memory and time that it takes. */

import { findServers } from '../scripts/servers.mjs';
import { parseTarget, snapshotAll, type Target } from '../src/fleet/index.ts';
import { expectationsFor } from '../src/policy/index.ts';
import { ADVISORIES_AS_OF, assess, CATALOGUE, renderReport } from '../src/posture/index.ts';
import { startServer } from '../test/servers/server.ts';
import { printFigure, quick } from './record/line.ts';

const NODES = quick ? 100 : 1000;
const PROCESSES = 8;
const servers = findServers().slice(0, PROCESSES);
const running = await Promise.all(
  servers.map((server) => startServer({ server, args: ['--maxclients', '2000'] })),
);
const targets = Array.from({ length: NODES }, (_, index): Target => {
  // 127.0.0.0/8 is all loopback: another address makes another node of the same process.
  const server = running[index % running.length];
  const parsed = parseTarget(`127.0.0.1:${server?.port ?? 0}`);
  if (parsed.target === undefined) throw new Error('target');
  return parsed.target;
});
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
const started = performance.now();
const results = await snapshotAll(targets, {
  scope: 'server',
  onProgress: (done, total) => {
    peak = Math.max(peak, process.memoryUsage.rss());
    if (done % 100 === 0) process.stderr.write(`asked ${done}/${total}\n`);
  },
});
const gathered = performance.now() - started;
const snapshots = results.flatMap((result) => (result.ok ? [result.snapshot] : []));
const assessment = assess(
  snapshots.map((snapshot, index) => ({
    snapshot: { ...snapshot, subject: `${snapshot.subject}#${index}` },
    expected: expectationsFor({
      level: 'hardened',
      exposure: 'private_network',
      frameworks: [],
      server: snapshot.product.known ? snapshot.product.value : { product: 'redis', version: '7.2' },
      mode: 'standalone',
    }),
    gatheredInMs: 0,
  })),
  { checks: CATALOGUE, now: new Date(), toolVersion: 'bench', advisoriesAsOf: ADVISORIES_AS_OF },
);
const judged = performance.now() - started;
renderReport('json', assessment, {
  checks: CATALOGUE,
  columns: 80,
  colour: false,
  unicode: true,
  detail: 'findings',
});
peak = Math.max(peak, process.memoryUsage.rss());
clearInterval(watch);
await Promise.all(running.map((server) => server.stop()));
printFigure({ bench: 'scale', metric: `nodes answered of ${NODES}`, value: snapshots.length, unit: 'count' });
printFigure({ bench: 'scale', metric: 'gathering', value: gathered, unit: 'ms' });
printFigure({ bench: 'scale', metric: 'gathering and judging', value: judged, unit: 'ms' });
printFigure({ bench: 'scale', metric: 'peak memory', value: peak / 1024 / 1024, unit: 'MiB' });
