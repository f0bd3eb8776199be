/** How quickly the program starts: `--version`, `help` and `harden` as whole processes, against `node -e 0`. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, printFigure, quick } from './record/line.ts';

const ROUNDS = quick ? 7 : 31;
const main = join(process.cwd(), 'dist/cli/main.js');
const request =
  '{"security_level":"hardened","compliance_requirements":["pci_dss"],"network_exposure":"private_network"}';

const commands = {
  node: ['-e', '0'],
  version: [main, '--version'],
  help: [main, 'help'],
  harden: [main, 'harden', '--input', '-'],
} as const;

const times: Record<string, number[]> = {};
// By turns, so that a slow moment of the machine hits every command alike.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, argv] of Object.entries(commands)) {
    const started = performance.now();
    const run = spawnSync(process.execPath, argv, { input: request, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`${name} exited ${run.status}: ${run.stderr}`);
    (times[name] ??= []).push(performance.now() - started);
  }
}
const floor = median(times['node'] ?? []);
printFigure({ bench: 'start', metric: 'node -e 0', value: floor, unit: 'ms' });
for (const name of ['version', 'help', 'harden']) {
  const value = median(times[name] ?? []);
  printFigure({ bench: 'start', metric: name, value, unit: 'ms' });
  printFigure({
    bench: 'start',
    metric: `${name} over node`,
    value: value / floor,
    unit: 'ratio',
    against: 'node -e 0',
  });
}
