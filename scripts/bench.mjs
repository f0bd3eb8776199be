/**
 * `npm run bench -- NAME [--quick]`: compiles `bench/` and runs one claim, which prints JSON lines
 * `{"bench","metric","value","unit","against"}`. `--list` names them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { build, checkNode, installDependencies, ROOT } from './setup.mjs';

const [name, ...rest] = process.argv.slice(2);
const dir = join(ROOT, 'bench');
const names = (existsSync(dir) ? readdirSync(dir) : [])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

if (name === undefined || !names.includes(name)) {
  if (name === '--list') console.log(names.join('\n'));
  else console.error(`usage: npm run bench -- NAME [--quick]\nnames: ${names.join(' ')}`);
  process.exit(name === '--list' ? 0 : 2);
}
checkNode();
installDependencies();
const tsc = spawnSync(
  process.execPath,
  [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.tools.json'],
  {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  },
);
const program = join(ROOT, 'build/tools/bench', `${name}.js`);
if (tsc.status !== 0 || !build() || !existsSync(program)) {
  console.error('the build failed: see above');
  process.exit(2);
}
const bench = spawnSync(process.execPath, ['--expose-gc', program, ...rest], { cwd: ROOT, stdio: 'inherit' });
process.exit(bench.status ?? 130);
