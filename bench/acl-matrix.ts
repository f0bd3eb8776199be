/**
 * The full matrix of many users: every command, every category and the prefixes of a hundred of them, with its time and
 * memory. Each size runs in a process of its own, so that the peak is its own.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  categoryMatrix,
  commandMatrix,
  grantedAt,
  parseUser,
  prefixMatrix,
  prefixRightAt,
  rightAt,
  tableFor,
} from '../src/acl/index.ts';
import type { User } from '../src/acl/index.ts';
import { median, printFigure, quick } from './record/line.ts';

const SIZES = [1000, 10_000, 20_000];
const ROUNDS = quick ? 3 : 9;
const PREFIXES = 100;
const MEBIBYTE = 1024 * 1024;

/** What one process measured: milliseconds, MiB, and sums of all cells, so that every cell was read. */
interface Measured {
  readonly commandMs: number;
  readonly readMs: number;
  readonly categoryMs: number;
  readonly prefixMs: number;
  readonly matrixMiB: number;
  readonly peakMiB: number;
  readonly cells: number;
  readonly granted: number;
}

/** Users of an installation with tenants: few roles, each user with patterns of its own, some with exceptions. */
function makeUsers(count: number): readonly User[] {
  const table = tableFor({ product: 'redis', version: '8.0.6' });
  const roles = [
    ['+@read', '+@connection', '-@dangerous'],
    ['+@read', '+@write', '+@connection', '-@dangerous', '+select|0'],
    ['+@all', '-@admin', '-@dangerous', '+config|get'],
    ['+@pubsub', '+@connection', '(+get ~shared:*)'],
  ];
  return Array.from({ length: count }, (_, i) => {
    const exception = table.byIndex[(i * 7) % table.byIndex.length]?.fullName ?? 'get';
    const rules = [
      'on',
      'nopass',
      `~tenant-${i}:*`,
      `&tenant-${i}.*`,
      ...(roles[i % 4] ?? []),
      `-${exception}`,
    ];
    const { user } = parseUser(`user-${i}`, rules, table);
    if (user === undefined) throw new Error(`refused: ${rules.join(' ')}`);
    return user;
  });
}

function time(work: () => void): number {
  return median(
    Array.from({ length: ROUNDS }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    }),
  );
}

function measure(count: number): Measured {
  const users = makeUsers(count);
  const table = users[0]?.table ?? tableFor({ product: 'redis', version: '8.0.6' });
  globalThis.gc?.();
  const before = process.memoryUsage();
  const matrix = commandMatrix(users, table);
  globalThis.gc?.();
  const after = process.memoryUsage();
  let granted = 0;
  const readMs = time(() => {
    for (let u = 0; u < users.length; u += 1)
      for (let c = 0; c < matrix.commands.length; c += 1) if (rightAt(matrix, u, c) === 'yes') granted += 1;
  });
  const commandMs = time(() => commandMatrix(users, table));
  const categoryMs = time(() => {
    granted += grantedAt(categoryMatrix(users, table), users.length - 1, 0);
  });
  const prefixes = Array.from({ length: PREFIXES }, (_, i) => `tenant-${i}:`);
  const prefixMs = time(() => {
    if (prefixRightAt(prefixMatrix(users, prefixes, table), 0, 0).read === 'all') granted += 1;
  });
  const used = (usage: NodeJS.MemoryUsage): number => usage.heapUsed + usage.arrayBuffers;
  return {
    commandMs,
    readMs,
    categoryMs,
    prefixMs,
    matrixMiB: (used(after) - used(before)) / MEBIBYTE,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    cells: users.length * matrix.commands.length,
    granted,
  };
}

function measureApart(count: number): Measured {
  const run = spawnSync(
    process.execPath,
    ['--expose-gc', fileURLToPath(import.meta.url), '--users', String(count), ...(quick ? ['--quick'] : [])],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Measured;
}

const asked = process.argv.indexOf('--users');
if (asked === -1) {
  const perUser: number[] = [];
  for (const size of SIZES) {
    const measured = measureApart(size);
    const print = (metric: string, value: number, unit: string): void =>
      printFigure({ bench: 'acl-matrix', metric: `${size} users: ${metric}`, value, unit });
    print(`the matrix of ${measured.cells} cells`, measured.commandMs, 'ms');
    print('reading every cell', measured.readMs, 'ms');
    print('counts of every category', measured.categoryMs, 'ms');
    print(`read and write of ${PREFIXES} prefixes`, measured.prefixMs, 'ms');
    print('memory of the matrix', measured.matrixMiB, 'MiB');
    print('peak memory of the process, users included', measured.peakMiB, 'MiB');
    perUser.push((measured.commandMs + measured.readMs + measured.categoryMs + measured.prefixMs) / size);
  }
  printFigure({
    bench: 'acl-matrix',
    metric: 'time per user at 20,000 over 10,000',
    value: (perUser[2] ?? Number.NaN) / (perUser[1] ?? Number.NaN),
    unit: 'ratio',
    against: 'linear is 1',
  });
  printFigure({
    bench: 'acl-matrix',
    metric: 'time per user at 20,000 over 1,000',
    value: (perUser[2] ?? Number.NaN) / (perUser[0] ?? Number.NaN),
    unit: 'ratio',
    against: 'linear is 1',
  });
} else {
  console.log(JSON.stringify(measure(Number(process.argv[asked + 1]))));
}
