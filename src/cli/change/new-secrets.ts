/**
 * New users of a plan get a password, as `wardis harden` gives them one: 256 bits, in a file of mode 0600 in the folder
 * of secrets. It is on disk before any server knows it, so that nothing that ends the run can lose it.
 */

import { planFleet } from '../../change/index.ts';
import { writeTogether } from '../file-output.ts';
import { newSecretsOf, secretFiles, type UserSecret } from '../policy-secret.ts';
import type { MadePlan } from './plan-making.ts';

export interface PlanWithSecrets {
  readonly made: MadePlan;
  readonly fresh: readonly UserSecret[];
}

/** The plan again, with a secret for each user that it adds and that has none. Nothing is written yet. */
export function makeSecrets(made: MadePlan): PlanWithSecrets {
  const { policy, input, entry } = made;
  const alive = new Set(
    input.states.flatMap(({ users }) => (users.known ? users.value.map(({ user }) => user.name) : [])),
  );
  const added = made.planned.plan.nodes.flatMap(({ differences }) =>
    differences.flatMap((each) => (each.kind === 'add-user' ? [each.user] : [])),
  );
  const names = new Set(added.filter((name) => !alive.has(name) && !input.secrets.has(name)));
  const fresh = newSecretsOf(
    policy.users.filter(({ name }) => names.has(name)),
    entry.secretsFolder,
  );
  if (fresh.length === 0) return { made, fresh };
  const secrets = new Map([...input.secrets, ...fresh.map(({ user, secret }) => [user, secret] as const)]);
  const again = { ...input, secrets };
  return { made: { ...made, input: again, planned: planFleet(again) }, fresh };
}

/** Writes them, each into its file; throws when one cannot be written, and then none is. */
export function keepSecrets(fresh: readonly UserSecret[]): void {
  writeTogether(secretFiles(fresh));
}
