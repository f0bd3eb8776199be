/**
 * `wardis audit` as a whole process against servers that mean it harm or are broken: it ends within its time limits and
 * in bounded memory, says what happened to which target, prints no result that could pass for one, and exits 3.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MAIN } from '../cli/run.ts';
import { startRogue, type RogueServer } from '../fleet/rogue-server.ts';

const COMMAND_TIMEOUT_S = 2;
/** The reply limit of 64 MiB is held twice for a moment, beside Node.js itself. */
const PEAK_MIB_MAX = 400;
const TIME_MS_MAX = 20_000;
const GIB = 1024 ** 3;

interface Run {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  readonly peakMib: number;
  readonly ms: number;
}

const rogues: RogueServer[] = [];

afterEach(async () => {
  for (const rogue of rogues.splice(0)) await rogue.close();
});

async function rogue(answer: (socket: Socket) => void): Promise<string> {
  const server = await startRogue((socket) => socket.once('data', () => answer(socket)));
  rogues.push(server);
  return `127.0.0.1:${server.port}`;
}

async function audit(args: readonly string[]): Promise<Run> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [MAIN, 'audit', '--command-timeout', String(COMMAND_TIMEOUT_S), '--connect-timeout', '2', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  let peakMib = 0;
  const poll = setInterval(() => (peakMib = Math.max(peakMib, residentPeak(child.pid ?? 0))), 10);
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(poll);
  return { exit, out, err, peakMib, ms: performance.now() - started };
}

/** The kernel's high-water mark in MiB; 0 where there is no /proc. */
function residentPeak(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Keeps writing until `total` bytes went out or nobody reads any more. */
function flood(socket: Socket, head: string, total: number): void {
  const block = Buffer.alloc(1024 * 1024, 'x');
  let sent = 0;
  const more = (): void => {
    while (sent < total && !socket.destroyed) {
      sent += block.length;
      if (!socket.write(block)) return void socket.once('drain', more);
    }
    socket.end();
  };
  socket.write(head);
  more();
}

const HOSTILE: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['hangs', () => undefined],
  ['closes before it answers', (socket) => socket.end()],
  ['closes in the middle of a reply', (socket) => socket.end('$1000\r\nredis_version:7.2')],
  [
    'resets in the middle of a reply',
    (socket) => (socket.write('*3\r\n$1\r\na'), void socket.resetAndDestroy()),
  ],
  ['announces a reply of 1 GB and sends it', (socket) => flood(socket, `$${GIB}\r\n`, GIB)],
  ['sends 1 GB in one line without an end', (socket) => flood(socket, '+', GIB)],
  ['announces more than there is', (socket) => socket.write('*2147483647\r\n')],
  ['nests lists without an end', (socket) => socket.write('*1\r\n'.repeat(500_000))],
  ['speaks another protocol', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['sends noise', (socket) => socket.end(Buffer.from([0, 255, 254, 1, 2, 3]))],
];

describe('an audit of a server that', () => {
  it.each(HOSTILE)('%s', { timeout: 60_000 }, async (_, answer) => {
    const target = await rogue(answer);
    const run = await audit([target, '--json']);
    expect(run.exit, run.err).toBe(3);
    const report = JSON.parse(run.out) as {
      readonly targets: readonly unknown[];
      readonly unreachable: readonly {
        readonly subject: string;
        readonly message: string;
        readonly next: string;
      }[];
    };
    expect(report.targets).toEqual([]);
    expect(report.unreachable).toHaveLength(1);
    const [failure] = report.unreachable;
    expect(failure?.subject).toBe(target);
    expect(failure?.message).toContain(target);
    expect(failure?.next).toMatch(/\S/);
    expect(run.err).not.toMatch(/at .*\.js:\d+|unexpected fault/);
    expect(run.peakMib).toBeLessThan(PEAK_MIB_MAX);
    expect(run.ms).toBeLessThan(TIME_MS_MAX);
  });

  it('is one of many keeps nobody waiting, and the report names each', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wardis-hostile-'));
    try {
      const targets = await Promise.all(HOSTILE.map(([, answer]) => rogue(answer)));
      const list = join(folder, 'fleet.txt');
      writeFileSync(list, `# hostile\n${targets.join('\n')}\n\n`);
      const report = join(folder, 'report.json');
      const run = await audit(['--targets', list, '-o', `json=${report}`]);
      expect(run.exit, run.err).toBe(3);
      expect(run.err).toContain(`${HOSTILE.length}/${HOSTILE.length}`);
      const { unreachable } = JSON.parse(readFileSync(report, 'utf8')) as {
        readonly unreachable: readonly { readonly subject: string }[];
      };
      expect(unreachable.map(({ subject }) => subject)).toEqual(targets);
      expect(readdirSync(folder).sort()).toEqual(['fleet.txt', 'report.json']);
      expect(run.peakMib).toBeLessThan(2 * PEAK_MIB_MAX);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a list of targets', () => {
  it('with lines that are none is refused whole, each with its place', { timeout: 30_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wardis-targets-'));
    try {
      const list = join(folder, 'fleet.txt');
      writeFileSync(list, '127.0.0.1:6379 # fine\nhttp://x\n\n127.0.0.1:99999\n');
      const run = await audit(['--targets', list]);
      expect(run.exit).toBe(2);
      expect(run.out).toBe('');
      expect(run.err).toContain(`${list}:2: `);
      expect(run.err).toContain(`${list}:4: `);
      expect(run.err).toContain('nothing was asked');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
