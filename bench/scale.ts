/**
 * A thousand nodes: `wardis audit --targets` as people run it, in a process of its own, against real servers that
 * answer on a thousand loopback addresses. Measured are the peak of its resident memory and its wall time.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers } from '../scripts/servers.mjs';
import { startServer } from '../test/servers/server.ts';
import { printFigure, quick } from './record/line.ts';

const SCALES = quick ? [10, 100] : [10, 100, 1000];
const PROCESSES = 8;
const POLL_MS = 10;
const MEMORY_MAX_MIB = 300;
const MACHINE_FORMATS = ['json', 'ndjson', 'csv', 'junit'] as const;

interface Run {
  readonly ms: number;
  readonly peakMib: number;
  readonly exit: number | null;
  readonly progressLines: number;
}

const folder = mkdtempSync(join(tmpdir(), 'wardis-scale-'));
const servers = findServers().slice(0, PROCESSES);
const running = await Promise.all(
  servers.map((server) => startServer({ server, args: ['--maxclients', '2000', '--bind', '0.0.0.0'] })),
);
try {
  for (const nodes of SCALES) {
    const list = join(folder, 'fleet.txt');
    writeFileSync(list, targetLines(nodes));
    let worst = 0;
    const machine = await audit([
      '--targets',
      list,
      ...MACHINE_FORMATS.flatMap((format) => ['-o', `${format}=${join(folder, `report.${format}`)}`]),
    ]);
    const answered = readFileSync(join(folder, 'report.junit'), 'utf8').match(/<testsuite /g)?.length ?? 0;
    if (answered !== nodes) throw new Error(`${answered} of ${nodes} nodes are in the report`);
    show(`${nodes} nodes: answered`, answered, 'count');
    show(`${nodes} nodes: wall time, ${MACHINE_FORMATS.join(', ')}`, machine.ms, 'ms');
    show(`${nodes} nodes: peak memory, ${MACHINE_FORMATS.join(', ')}`, machine.peakMib, 'MiB');
    show(`${nodes} nodes: lines of progress`, machine.progressLines, 'count');
    for (const format of ['table', 'html', 'sarif'] as const) {
      const { peakMib } = await audit([
        '--targets',
        list,
        '-o',
        `${format}=${join(folder, `report.${format}`)}`,
      ]);
      show(`${nodes} nodes: peak memory, ${format}`, peakMib, 'MiB');
      worst = Math.max(machine.peakMib, worst, peakMib);
    }
    if (nodes === SCALES.at(-1)) {
      const size = statSync(join(folder, 'report.json')).size;
      show(`${nodes} nodes: size of the JSON report`, size / 1024 / 1024, 'MiB');
      const against = `${MEMORY_MAX_MIB} MiB`;
      const metric = `${nodes} nodes: peak memory over the limit`;
      printFigure({ bench: 'scale', metric, value: worst / MEMORY_MAX_MIB, unit: 'ratio', against });
    }
  }
} finally {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}

/** 127.0.0.0/8 is all loopback: another address makes another node of the same process. */
function targetLines(nodes: number): string {
  const lines = Array.from({ length: nodes }, (_, index) => {
    const port = running[index % running.length]?.port ?? 0;
    return `127.1.${index >> 8}.${index & 255}:${port}`;
  });
  return `# ${nodes} nodes\n${lines.join('\n')}\n`;
}

async function audit(args: readonly string[]): Promise<Run> {
  const main = join(process.cwd(), 'dist/cli/main.js');
  const started = performance.now();
  const child = spawn(process.execPath, [main, 'audit', '--fail-on', 'none', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let progressLines = 0;
  let errors = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => {
    progressLines += chunk.toString().split('\n').length - 1;
    errors = `${errors}${chunk.toString()}`.slice(-2000);
  });
  let peakMib = 0;
  const poll = setInterval(() => (peakMib = Math.max(peakMib, residentPeak(child.pid ?? 0))), POLL_MS);
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(poll);
  if (exit !== 0) throw new Error(`wardis audit exited ${exit}: ${errors}`);
  return { ms: performance.now() - started, peakMib, exit, progressLines };
}

/** The kernel's own high-water mark, in MiB; 0 when the process has gone. */
function residentPeak(pid: number): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function show(metric: string, value: number, unit: 'count' | 'ms' | 'MiB'): void {
  printFigure({ bench: 'scale', metric, value, unit });
}
