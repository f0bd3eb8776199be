/**
 * `npm run soak -- NAME [--runs N] [--seed S] [--server ID]`: compiles `soak/` and runs one long random comparison,
 * which prints JSON lines `{"soak","runs","failures","seed","detail"}` and exits 1 on a failure. `--list` names them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { build, checkNode, installDependencies, ROOT } from './setup.mjs';

const args = process.argv.slice(2);
const dir = join(ROOT, 'soak');
const names = (existsSync(dir) ? readdirSync(dir) : [])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const [name = ''] = args;

if (name === '--list') {
  console.log(names.join('\n'));
} else if (names.includes(name)) {
  compile();
  const program = join(ROOT, 'build/tools/soak', `${name}.js`);
  process.exit(
    spawnSync(process.execPath, [program, ...args.slice(1)], { cwd: ROOT, stdio: 'inherit' }).status ?? 130,
  );
} else {
  console.error(
    `usage: npm run soak -- NAME [--runs N] [--seed S] [--server ID] [--failures N] | --list\nnames: ${names.join(' ')}`,
  );
  process.exit(2);
}

function compile() {
  checkNode();
  installDependencies();
  const tsc = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.tools.json'],
    { cwd: ROOT, stdio: ['ignore', 2, 2] },
  );
  // Some run the program itself.
  if (tsc.status === 0 && build()) return;
  console.error('the build failed: see above');
  process.exit(2);
}
