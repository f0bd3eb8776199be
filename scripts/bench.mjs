/**
 * `npm run bench -- NAME [--quick]`: compiles `bench/` and runs one claim, which prints JSON lines
 * `{"bench","metric","value","unit","against"}`. `--list` names them. `--write [--quick]` runs all of them and
 * rewrites the table in docs/performance.md, with the machine and the day.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { build, checkNode, installDependencies, ROOT } from './setup.mjs';

const PAGE = join(ROOT, 'docs/performance.md');
const BEGIN = '<!-- figures: npm run bench -- --write -->';
const END = '<!-- end of figures -->';

const args = process.argv.slice(2);
const dir = join(ROOT, 'bench');
const names = (existsSync(dir) ? readdirSync(dir) : [])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const [name = ''] = args;

if (name === '--list') {
  console.log(names.join('\n'));
} else if (name === '--write') {
  compile();
  writeTable(args.slice(1));
} else if (names.includes(name)) {
  compile();
  process.exit(run(name, args.slice(1), 'inherit').status ?? 130);
} else {
  console.error(
    `usage: npm run bench -- NAME [--quick] | --write [--quick] | --list\nnames: ${names.join(' ')}`,
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
  if (tsc.status === 0 && build()) return;
  console.error('the build failed: see above');
  process.exit(2);
}

/**
 * @param {string} bench
 * @param {readonly string[]} rest
 * @param {'inherit' | 'pipe'} stdout
 */
function run(bench, rest, stdout) {
  const program = join(ROOT, 'build/tools/bench', `${bench}.js`);
  return spawnSync(process.execPath, ['--expose-gc', program, ...rest], {
    cwd: ROOT,
    stdio: ['inherit', stdout, 'inherit'],
    encoding: 'utf8',
  });
}

/** @param {readonly string[]} rest */
function writeTable(rest) {
  /** @type {string[]} */
  const rows = [];
  for (const bench of names) {
    const { status, stdout } = run(bench, rest, 'pipe');
    if (status !== 0) {
      console.error(`the bench ${bench} failed; ${PAGE} is left as it was`);
      process.exit(1);
    }
    process.stdout.write(stdout);
    for (const line of stdout.split('\n').filter((each) => each.startsWith('{'))) {
      const { metric, value, unit, against } = JSON.parse(line);
      // Globs are full of stars, which Markdown would read.
      const shown = /[*_]/.test(metric) ? `\`${metric}\`` : metric;
      rows.push(`| ${bench} | ${shown} | ${value} | ${unit} | ${against ?? ''} |`);
    }
  }
  const day = new Date().toISOString().slice(0, 10);
  const table = [
    BEGIN,
    '',
    `Measured on ${machine()}, on ${day}${rest.includes('--quick') ? ', with few rounds' : ''}.`,
    '',
    '| bench | figure | value | unit | against |',
    '| --- | --- | ---: | --- | --- |',
    ...rows,
    '',
    END,
  ].join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no place for the figures`);
  writeFileSync(PAGE, page.slice(0, before) + table + page.slice(after + END.length));
  const prettier = join(ROOT, 'node_modules/prettier/bin/prettier.cjs');
  spawnSync(process.execPath, [prettier, '--write', '--log-level', 'warn', PAGE], { stdio: 'inherit' });
}

/** Cores, memory, distribution and Node.js; never the name of the host. */
function machine() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const system = /^PRETTY_NAME="?([^"\n]+)/m.exec(release)?.[1] ?? process.platform;
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores, ${gib} GiB, ${system}, Node.js ${process.versions.node}`;
}
