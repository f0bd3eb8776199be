/** Parsing in time linear in the size: a redis.conf and an ACL file at 1x, 10x and 100x. */

import { parseAclFile, tableFor } from '../src/acl/index.ts';
import { effectiveSettings, parseConf, printConf } from '../src/conf/index.ts';
import { median, printFigure, quick } from './record/line.ts';

const SCALES = quick ? [1, 10] : [1, 10, 100];
const ROUNDS = quick ? 3 : 7;
const LONG_LINE_BYTES = 10 * 1024 * 1024;
const server = { product: 'redis', version: '7.2.6' } as const;

function confOf(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    switch (index % 4) {
      case 0:
        return `# remark ${index}`;
      case 1:
        return `client-output-buffer-limit pubsub ${index}mb 8mb 60`;
      case 2:
        return `maxmemory ${index}mb`;
      default:
        return `logfile "/var/log/redis/redis ${index}.log"`;
    }
  });
  return `${lines.join('\n')}\n`;
}

function aclOf(count: number): string {
  const hash = 'a'.repeat(64);
  const lines = Array.from(
    { length: count },
    (_, index) =>
      `user app-${index} on #${hash} ~app-${index}:* %R~shared:* resetchannels &app-${index}.* -@all +@read +@write -@dangerous +ping`,
  );
  return `user default off resetpass\n${lines.join('\n')}\n`;
}

function time(work: () => void): number {
  const samples = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return median(samples);
}

const table = tableFor(server);
const perLine: Record<string, number[]> = { conf: [], acl: [] };
time(() => printConf(parseConf(confOf(2000), { path: 'redis.conf' })));
for (const scale of SCALES) {
  const lines = 1000 * scale;
  const conf = confOf(lines);
  const ms = time(() => {
    effectiveSettings([parseConf(conf, { path: 'redis.conf' })], server);
  });
  perLine['conf']?.push(ms / lines);
  printFigure({ bench: 'parse', metric: `redis.conf of ${lines} lines`, value: ms, unit: 'ms' });
  const users = 500 * scale;
  const acl = aclOf(users);
  const aclMs = time(() => {
    parseAclFile(acl, table);
  });
  perLine['acl']?.push(aclMs / users);
  printFigure({ bench: 'parse', metric: `ACL file of ${users} users`, value: aclMs, unit: 'ms' });
}
const longLine = `maxmemory-policy ${'x'.repeat(LONG_LINE_BYTES)}\n`;
const longMs = time(() => {
  parseConf(longLine, { path: 'redis.conf' });
});
printFigure({ bench: 'parse', metric: 'redis.conf of one line of 10 MB', value: longMs, unit: 'ms' });
for (const [name, values] of Object.entries(perLine)) {
  const first = values[0] ?? Number.NaN;
  const last = values.at(-1) ?? Number.NaN;
  printFigure({
    bench: 'parse',
    metric: `${name}: time per line at the largest over the smallest`,
    value: last / first,
    unit: 'ratio',
    against: 'linear is 1',
  });
}
