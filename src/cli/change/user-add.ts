/**
 * The work of `wardis user add`: a user more in the policy file, everything else as it was written. The result is read
 * as a policy before it is kept. No server is touched.
 */

import { readFileSync } from 'node:fs';
import {
  BREAK_GLASS_DAYS_MAX,
  longEmergency,
  parsePolicy,
  POLICY_BYTES_MAX,
  printPolicyProblem,
  type ParsedPolicy,
} from '../../policy/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { UserAddFlags } from '../commands/user/add.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { rewriteWhole } from '../file-output.ts';
import { loadPolicy } from '../policy-file.ts';
import { readInput } from '../text-input.ts';
import { printDifference } from './text-difference.ts';
import { entryOf, type PolicyEntry } from './user-add-entry.ts';
import { insertUser } from './user-add-insertion.ts';

export async function runUserAdd(name: string, flags: UserAddFlags, context: CommandContext): Promise<void> {
  const entry = entryOf(name, flags, context.now());
  const path = await policyPath(flags, context);
  const before = await readInput(path, 'the policy document', POLICY_BYTES_MAX);
  const after = insertUser(before, entry);
  if (after === undefined) throw byHand(path, entry);
  const parsed = await parsePolicy(after, path);
  if (!parsed.ok) throw refused(path, parsed, context);
  const warnings = warningsOf(entry, context.now());
  if (flags.dryRun !== true) write(path, before, after);
  if (flags.json === true) {
    const answer = {
      schemaVersion: '1',
      policy: path,
      written: flags.dryRun !== true,
      user: entry,
      warnings,
    };
    return context.terminal.out(`${printSafeJson(answer, 2)}\n`);
  }
  context.terminal.out(printDifference(before, after, path, context.terminal.outLook));
  const next = `next: wardis plan${flags.policy === undefined ? '' : ` --policy ${path}`}`;
  const done =
    flags.dryRun === true
      ? 'nothing was written (--dry-run)'
      : `${path} was written; no server was changed\n${next}`;
  context.terminal.out(`\n${[...warnings.map((text) => `warning: ${text}`), done].join('\n')}\n`);
}

/** A policy that is right already, in a file that can be written. */
async function policyPath(flags: UserAddFlags, context: CommandContext): Promise<string> {
  if (flags.policy === '-') {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'standard input cannot be written to',
      next: 'name the file: --policy wardis.yaml',
    });
  }
  const policy = await loadPolicy(flags.policy, context);
  if (policy !== undefined) return policy.path;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'there is no policy in this folder',
    next: 'name it: --policy FILE, or make one: wardis init',
  });
}

/** Somebody may have saved the file while we worked on it. */
function write(path: string, before: string, after: string): void {
  if (readFileSync(path, 'utf8') !== before) {
    throw new CommandFailure({
      code: 'E_WRITE',
      what: 'the file changed in the meantime; it was left as it is',
      target: path,
      next: 'run the command again',
    });
  }
  rewriteWhole(path, after);
}

function warningsOf(entry: PolicyEntry, now: Date): readonly string[] {
  if (entry.break_glass === undefined) return [];
  const days = longEmergency({ breakGlass: entry.break_glass }, now);
  return days === undefined
    ? []
    : [`this emergency lasts ${days} days; more than ${BREAK_GLASS_DAYS_MAX} are a finding of wardis audit`];
}

function refused(
  path: string,
  parsed: Extract<ParsedPolicy, { readonly ok: false }>,
  context: CommandContext,
): CommandFailure {
  context.terminal.err(`${parsed.problems.map(printPolicyProblem).join('\n')}\n`);
  return new CommandFailure({
    code: 'E_POLICY',
    what: 'the policy would have the problems above with this user; nothing was written',
    target: path,
    next: 'wardis help user add',
  });
}

function byHand(path: string, entry: PolicyEntry): CommandFailure {
  return new CommandFailure({
    code: 'E_POLICY',
    what: 'the list of users is written in a way that cannot be added to; nothing was written',
    target: path,
    next: `add it by hand under users: ${JSON.stringify(entry)}`,
  });
}
