/**
 * `npm test`: makes a fresh clone ready, runs the gates (format, lint, types, unused code, package shape, generated
 * files, required servers) and the test suite, and ends with one line that counts them all: `N passed, N failed`.
 *
 *   npm test                      everything
 *   npm test -- test/conf         these tests only, no gates (any vitest argument works)
 *   npm test -- --gates           the gates only
 *   npm test -- --node 24         the test suite on another Node
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { hasApt } from './apt.mjs';
import { fetchFaketime } from './faketime.mjs';
import { fetchServers } from './servers.mjs';
import { fetchSshd } from './sshd.mjs';
import { build, checkNode, fetchNode, installDependencies, installTools, isRoot, ROOT } from './setup.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Count
 * @typedef {{ readonly name: string, readonly argv: readonly string[] }} Gate
 */

const GATE_TIMEOUT_MS = 600_000;
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;
const RESULTS = join(ROOT, 'build/test-results.json');
const inCi = (process.env['CI'] ?? '') !== '';

/** @type {readonly Gate[]} */
const GATES = [
  { name: 'types', argv: bin('typescript/bin/tsc', '-p', 'tsconfig.json') },
  { name: 'types of the playground', argv: bin('typescript/bin/tsc', '-p', 'playground/tsconfig.json') },
  { name: 'lint', argv: bin('oxlint/bin/oxlint', '--type-aware', '--deny-warnings') },
  { name: 'format', argv: bin('prettier/bin/prettier.cjs', '--check', '.', '--log-level', 'warn') },
  { name: 'unused code', argv: bin('knip/bin/knip.js') },
  { name: 'package', argv: bin('publint/src/cli.js', '--strict') },
  {
    name: 'package types',
    argv: bin('@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only'),
  },
  { name: 'generated files', argv: [process.execPath, join(ROOT, 'scripts/docs.mjs'), '--check'] },
];

checkNode();
const options = readArguments(process.argv.slice(2));
installDependencies();
installTools();
/** @type {Count} */
const count = { passed: 0, failed: 0, skipped: 0 };
report('build', build() ? 'passed' : 'failed', '');
await checkServers();
if (options.gates) await runGates();
if (options.tests) await runTests(await chooseNode(options.node), options.rest);
console.log(
  `${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`,
);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);

/** @param {readonly string[]} argv */
function readArguments(argv) {
  const at = argv.indexOf('--node');
  const node = at === -1 ? undefined : argv[at + 1];
  const rest = argv.filter((arg, i) => arg !== '--gates' && (at === -1 || (i !== at && i !== at + 1)));
  const onlyGates = argv.includes('--gates');
  const everything = rest.every((arg) => arg === '--coverage') && node === undefined;
  return { node, rest, gates: onlyGates || everything, tests: !onlyGates };
}

/** The suite proves claims about real servers: where they can be had, a missing one is a failure, not a skip. */
async function checkServers() {
  const { servers, skipped } = await fetchServers({ log: (line) => console.error(line) });
  for (const { id, version } of servers) report(`server ${id} (${version})`, 'passed', '');
  for (const { slot, reason, required } of skipped) {
    const matters = required && hasApt() && (isRoot() || inCi);
    report(`server ${slot}`, matters ? 'failed' : 'skipped', reason);
  }
  const sshd = await fetchSshd((line) => console.error(line));
  report('sshd', sshd ? 'passed' : 'skipped', sshd ? '' : 'not installed, and not to be had by apt');
  const faketime = await fetchFaketime((line) => console.error(line));
  report('libfaketime', faketime ? 'passed' : 'skipped', faketime ? '' : 'not to be had by apt');
}

async function runGates() {
  const waiting = [...GATES];
  const work = async () => {
    for (let gate = waiting.shift(); gate; gate = waiting.shift()) await runGate(gate);
  };
  await Promise.all([work(), work()]);
  if (inCi && !process.versions.node.startsWith('24.')) await runOnOtherNode('24');
}

/** @param {Gate} gate */
async function runGate({ name, argv }) {
  const [program, ...args] = argv;
  if (!existsSync(String(args[0]))) return report(name, 'failed', `${args[0]} is missing`);
  try {
    await promisify(execFile)(String(program), args, {
      cwd: ROOT,
      timeout: GATE_TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { ...process.env, NO_COLOR: '1' },
    });
    report(name, 'passed', '');
  } catch (error) {
    const { stdout, stderr } = Object(error);
    report(name, 'failed', `\n${String(stdout ?? '')}${String(stderr ?? '')}`.trimEnd() || String(error));
  }
}

/** The tests that need no server, once more on the other supported Node; it counts as one. @param {string} major */
async function runOnOtherNode(major) {
  const node = await fetchNode(major);
  if (!node) return report(`tests on Node ${major}`, 'skipped', 'its npm package is not to be had');
  const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--exclude', 'test/live/**'];
  await runGate({ name: `tests on Node ${major}`, argv: [node, ...args, '--reporter', 'dot'] });
}

/** @param {string | undefined} major */
async function chooseNode(major) {
  if (major === undefined) return process.execPath;
  const node = await fetchNode(major);
  if (node) return node;
  console.error(`Node ${major} is not to be had from the package registry`);
  process.exit(2);
}

/** @param {string} node @param {readonly string[]} args */
async function runTests(node, args) {
  mkdirSync(dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const child = spawn(node, [vitest, 'run', ...reporters, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const found = readResults();
  count.passed += found.passed;
  count.skipped += found.skipped;
  count.failed += found.failed;
  if (found.failed === 0 && code !== 0) report('vitest', 'failed', `it ended with ${code}`);
  if (found.passed + found.failed === 0) report('tests', 'failed', 'no test ran');
}

/** A file that could not be loaded has no tests to count and is one failure. @returns {Count} */
function readResults() {
  if (!existsSync(RESULTS)) return { passed: 0, failed: 0, skipped: 0 };
  const results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const broken = results.testResults.filter(
    (/** @type {{ status: string, assertionResults: readonly { status: string }[] }} */ file) =>
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** @param {string} name @param {'passed' | 'failed' | 'skipped'} outcome @param {string} detail */
function report(name, outcome, detail) {
  count[outcome] += 1;
  const mark = { passed: '✓', failed: '✗', skipped: '↓' }[outcome];
  console.log(` ${mark} ${name}${detail === '' ? '' : `: ${detail}`}`);
}

/** @param {string} path @param {readonly string[]} args */
function bin(path, ...args) {
  return [process.execPath, join(ROOT, 'node_modules', path), ...args];
}
