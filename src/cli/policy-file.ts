/** The policy document of a run: `--policy FILE`, or `./wardis.yaml` when it exists. Problems come all at once. */

import { existsSync } from 'node:fs';
import { parsePolicy, POLICY_BYTES_MAX, printPolicyProblem, type PolicyDocument } from '../policy/index.ts';
import type { CommandContext } from './context.ts';
import { CommandFailure } from './failure.ts';
import type { Chosen } from './judgement-request.ts';
import { readInput } from './text-input.ts';

export interface LoadedPolicy {
  readonly path: string;
  readonly document: PolicyDocument;
  readonly chosen: Chosen;
}

const PATH_DEFAULT = 'wardis.yaml';

/** Read the policy document, or undefined when none is named and none lies here. */
export async function loadPolicy(
  named: string | undefined,
  context: CommandContext,
): Promise<LoadedPolicy | undefined> {
  const path = named ?? (existsSync(PATH_DEFAULT) ? PATH_DEFAULT : undefined);
  if (path === undefined) return undefined;
  const parsed = await parsePolicy(await readInput(path, 'the policy document', POLICY_BYTES_MAX), path);
  if (!parsed.ok) {
    context.terminal.err(`${parsed.problems.map(printPolicyProblem).join('\n')}\n`);
    throw new CommandFailure({
      code: 'E_POLICY',
      what: `the policy document has ${parsed.problems.length === 1 ? 'a problem' : `${parsed.problems.length} problems`}; nothing was done`,
      target: path,
      next: 'mend the lines named above; schemas/policy.schema.json has every key',
    });
  }
  const { request } = parsed.policy;
  const chosen = { level: request.level, exposure: request.exposure, frameworks: request.frameworks };
  return { path, document: parsed.policy, chosen };
}
