/** The work of `wardis harden`: a policy or a bare request becomes files, a list of them, or the JSON answer. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  compilePolicy,
  hardenRequest,
  parseRequest,
  POLICY_BYTES_MAX,
  policyFor,
  printPolicyProblem,
  type Compilation,
  type PolicyDocument,
} from '../policy/index.ts';
import type { HardenFlags } from './commands/harden.ts';
import type { CommandContext } from './context.ts';
import { CommandFailure } from './failure.ts';
import { writeTogether } from './file-output.ts';
import { readChoice } from './judgement-request.ts';
import { loadPolicy } from './policy-file.ts';
import { gatherSecrets, secretFiles, type UserSecret } from './policy-secret.ts';
import { readServerFlag } from './server-flag.ts';
import { readInput } from './text-input.ts';

export async function runHarden(flags: HardenFlags, context: CommandContext): Promise<void> {
  const policy =
    flags.input === undefined ? await policyOf(flags, context) : await requestOf(flags.input, context);
  if (flags.input !== undefined || flags.json === true) {
    context.terminal.out(
      `${JSON.stringify(hardenRequest(policy, await compileOptions(context)), null, 2)}\n`,
    );
    if (flags.out === undefined) return;
  }
  const secretsFolder = flags.secrets ?? join(flags.out ?? 'redis', 'secrets');
  const secrets = gatherSecrets(policy, secretsFolder, context.environment);
  const compiled = compilePolicy(policy, {
    ...(await compileOptions(context)),
    secrets: (user) => secrets.get(user.name)?.secret,
  });
  refuseWhatCannotBe(compiled);
  const answersOnly = flags.input !== undefined || flags.json === true;
  if (flags.out === undefined) return context.terminal.out(describe(compiled, undefined, flags.policy));
  refuseOverwriting(flags.out, compiled, flags);
  const written = place(flags, compiled, [...secrets.values()], context);
  if (!answersOnly)
    context.terminal.out(describe(compiled, { folder: flags.out, secrets: written }, flags.policy));
}

/** The day and the check ids that the checklist names. */
async function compileOptions(
  context: CommandContext,
): Promise<{ readonly today: string; readonly checkIds: Readonly<Record<string, readonly string[]>> }> {
  const { checkIdsByTheme } = await import('./checklist-check.ts');
  return { today: context.now().toISOString(), checkIds: checkIdsByTheme() };
}

async function policyOf(flags: HardenFlags, context: CommandContext): Promise<PolicyDocument> {
  const loaded = await loadPolicy(flags.policy, context);
  const server = flags.server === undefined ? undefined : readServerFlag(flags.server, context.terminal);
  const choice = readChoice(flags, loaded?.chosen ?? {});
  if (loaded === undefined) {
    return policyFor({
      ...choice,
      server: server ?? { product: 'redis', version: '7.2' },
      mode: 'standalone',
    });
  }
  const request = { ...loaded.document.request, ...choice, ...(server === undefined ? {} : { server }) };
  return { ...loaded.document, request };
}

async function requestOf(path: string, context: CommandContext): Promise<PolicyDocument> {
  const name = path === '-' ? 'standard input' : path;
  const parsed = await parseRequest(await readInput(path, 'the request', POLICY_BYTES_MAX), name);
  if (parsed.ok) return parsed.policy;
  context.terminal.err(`${parsed.problems.map(printPolicyProblem).join('\n')}\n`);
  throw new CommandFailure({
    code: 'E_REQUEST',
    what: `the request has ${parsed.problems.length === 1 ? 'a problem' : `${parsed.problems.length} problems`}; nothing was done`,
    target: name,
    next: 'schemas/harden-input.schema.json has every key and value',
  });
}

function refuseWhatCannotBe(compiled: Compilation): void {
  if (compiled.refusals.length === 0) return;
  throw new CommandFailure({
    code: 'E_UNSUPPORTED',
    what: `the policy asks for what ${compiled.request.server.product} ${compiled.request.server.version} cannot do; nothing was written`,
    cause: compiled.refusals.join('; '),
    next: 'change the users named here, or compile for a newer server with --server',
  });
}

function refuseOverwriting(folder: string, compiled: Compilation, flags: HardenFlags): void {
  if (flags.force === true) return;
  const existing = compiled.artefacts
    .map((file) => join(folder, file.path))
    .filter((path) => existsSync(path));
  if (existing.length === 0) return;
  throw new CommandFailure({
    code: 'E_EXISTS',
    what: `${existing.length === 1 ? 'a file exists' : `${existing.length} files exist`}; nothing was written`,
    target: existing[0] ?? folder,
    next: 'choose another --out, or pass --force: files are replaced, secrets are kept',
  });
}

/** Secrets first: a compiled hash without its secret would lock everybody out. */
function place(
  flags: HardenFlags,
  compiled: Compilation,
  secrets: readonly UserSecret[],
  context: CommandContext,
): readonly string[] {
  const folder = flags.out ?? '.';
  const files = compiled.artefacts.map(({ path, content, mode }) => ({
    path: join(folder, path),
    content,
    mode,
  }));
  if (flags.printSecrets === true) {
    const fresh = secrets.filter((entry) => entry.origin === 'new');
    for (const entry of fresh) context.terminal.out(`${entry.user} ${entry.secret.reveal()}\n`);
    writeTogether(files);
    return [];
  }
  const own = secretFiles(secrets);
  writeTogether([...own, ...files]);
  return own.map(({ path }) => path);
}

function describe(
  compiled: Compilation,
  written: { readonly folder: string; readonly secrets: readonly string[] } | undefined,
  policyPath: string | undefined,
): string {
  const { request } = compiled;
  const width = Math.max(...compiled.artefacts.map((file) => file.path.length));
  const files = compiled.artefacts.map(
    (file) => `  ${file.path.padEnd(width)}  ${file.mode.toString(8).padStart(4, '0')}  ${file.about}`,
  );
  const asked = [request.level, request.exposure, ...request.frameworks].join(' · ');
  const automatic = compiled.checklist.filter((item) => item.how === 'automatic').length;
  const secrets = written?.secrets ?? [];
  return [
    `${request.server.product} ${request.server.version} ${request.mode} · ${asked}`,
    written === undefined ? 'would write, with --out DIR:' : `wrote to ${written.folder}:`,
    ...files,
    ...(secrets.length === 0
      ? []
      : [
          `  ${secrets.length} new secrets, mode 0600, each written this once:`,
          ...secrets.map((path) => `    ${path}`),
        ]),
    `${compiled.users.length} users · checklist: ${automatic} automatic, ${compiled.checklist.length - automatic} by hand`,
    ...(compiled.warnings.length === 0
      ? []
      : ['', 'warnings', ...compiled.warnings.map((warning) => `  - ${warning}`)]),
    '',
    written === undefined
      ? 'next: wardis harden … --out DIR'
      : `next: ${auditCommand(compiled, written.folder, policyPath)}`,
    '',
  ].join('\n');
}

/** The audit that judges what was written by the same request. */
function auditCommand({ request }: Compilation, folder: string, policyPath: string | undefined): string {
  const { product, version } = request.server;
  const sentinel = request.mode === 'sentinel';
  const asked =
    policyPath === undefined
      ? [
          `--level ${request.level} --exposure ${request.exposure}`,
          ...request.frameworks.map((name) => `--require ${name}`),
        ].join(' ')
      : `--policy ${policyPath}`;
  return [
    'wardis audit',
    `--config ${join(folder, sentinel ? 'sentinel.conf' : `${product}.conf`)}`,
    ...(sentinel ? [] : [`--aclfile ${join(folder, 'users.acl')}`]),
    `--server ${product}-${version}`,
    asked,
  ].join(' ');
}
