/**
 * `npm run docs`: writes every generated page from the built program: the command line, man pages, a page a check,
 * a page an error code, myths, frameworks and JSON Schemas. `--check` writes nothing and fails on a difference.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, installDependencies, ROOT } from './setup.mjs';

installDependencies();
if (!build()) process.exit(2);

const load = (/** @type {string} */ path) => import(join(ROOT, 'dist', path));
const { buildProgram } = await load('cli/program.js');
const { printManPage, printMarkdownManual } = await load('cli/manual.js');
const { listCommands } = await load('cli/command-tree.js');
const {
  printAttackPathPage,
  printCheckPage,
  printCheckIndex,
  printErrorPage,
  printErrorIndex,
  printFrameworkPage,
  printLintIndex,
  printLintPage,
  printMythPage,
} = await load('cli/page.js');
const { printEscalationPage } = await load('cli/escalation-page.js');
const { CATALOGUE, assessmentJsonSchema } = await load('posture/index.js');
const { LINT_RULES } = await load('acl/index.js');
const { ERROR_CODES: SERVER_CODES } = await load('cli/error-code.js');
const { COMMAND_CODES } = await load('cli/command-code.js');
const ERROR_CODES = [...SERVER_CODES, ...COMMAND_CODES];
const { policyJsonSchema, requestJsonSchema } = await load('policy/document/schema.js');
const { testFileJsonSchema } = await load('cli/acl/test-file.js');
const { planJsonSchema } = await load('change/plan/plan-schema.js');
const { hardenOutputJsonSchema } = await load('policy/harden-schema.js');
const { inspectionJsonSchema } = await load('cli/tls/inspect-schema.js');
const { receiptJsonSchema } = await load('change/index.js');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const silent = { out: () => {}, err: () => {}, outLook: {}, errLook: {}, interactive: false };
const program = buildProgram({ terminal: silent, environment: {}, now: () => new Date(0), finish: () => {} });

/** @type {Map<string, string>} */
const pages = new Map();
pages.set('docs/cli.md', printMarkdownManual(program));
pages.set('man/wardis.1', printManPage('', program, version));
for (const { path, command } of listCommands(program))
  pages.set(`man/wardis-${path.replaceAll(' ', '-')}.1`, printManPage(path, command, version));
pages.set('docs/checks/README.md', printCheckIndex(CATALOGUE));
for (const check of CATALOGUE) pages.set(`docs/checks/${check.id}.md`, printCheckPage(check));
pages.set('docs/errors/README.md', printErrorIndex(ERROR_CODES));
for (const page of ERROR_CODES) pages.set(`docs/errors/${page.code}.md`, printErrorPage(page));
pages.set('docs/lint/README.md', printLintIndex(LINT_RULES));
for (const rule of LINT_RULES) pages.set(`docs/lint/${rule.id}.md`, printLintPage(rule));
pages.set('docs/escalation.md', printEscalationPage());
pages.set('docs/attack-paths.md', printAttackPathPage());
pages.set('docs/myths.md', printMythPage());
pages.set('docs/frameworks.md', printFrameworkPage());
pages.set('schemas/assessment.schema.json', schema(assessmentJsonSchema()));
pages.set('schemas/inspection.schema.json', schema(inspectionJsonSchema()));
pages.set('schemas/acl-test.schema.json', schema(testFileJsonSchema()));
pages.set('schemas/policy.schema.json', schema(policyJsonSchema()));
pages.set('schemas/harden-input.schema.json', schema(requestJsonSchema()));
pages.set('schemas/plan.schema.json', schema(planJsonSchema()));
pages.set('schemas/harden-output.schema.json', schema(hardenOutputJsonSchema()));
pages.set('schemas/receipt.schema.json', schema(receiptJsonSchema()));

const OWNED = ['docs/checks', 'docs/errors', 'docs/lint', 'man'];
const check = process.argv.includes('--check');
/** @type {string[]} */
const differences = [];
for (const [path, text] of pages) {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  differences.push(path);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
for (const folder of OWNED) {
  const path = join(ROOT, folder);
  for (const name of existsSync(path) ? readdirSync(path) : []) {
    if (pages.has(`${folder}/${name}`)) continue;
    differences.push(`${folder}/${name} (no longer generated)`);
    if (!check) rmSync(join(path, name));
  }
}
if (check && differences.length > 0) {
  console.error(`generated files are stale, run npm run docs:\n  ${differences.slice(0, 20).join('\n  ')}`);
  process.exit(1);
}
if (!check) console.log(`${pages.size} pages, ${differences.length} changed`);

/** @param {object} value */
function schema(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
