/**
 * New users of a plan get a password, as `wardis harden` gives them one: 256 bits, in a file of mode 0600 in the folder
 * of secrets. It is on disk before any server knows it, so that nothing that ends the run can lose it.
 */

import { dirname } from 'node:path';
import { planFleet, type PlannedRun } from '../../change/index.ts';
import { writeTogether } from '../file-output.ts';
import { newSecretsOf, secretFiles, type UserSecret } from '../policy-secret.ts';
import type { MadePlan } from './plan-making.ts';

export interface PlanWithSecrets {
  readonly made: MadePlan;
  readonly fresh: readonly UserSecret[];
}

/**
 * The plan again, with a secret for each user that it adds and that has none, so that what is shown is what an apply does.
 * Nothing is written yet.
 */
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
  return { made: { ...made, input: again, planned: noteSecrets(planFleet(again), fresh) }, fresh };
}

const NAMES_SHOWN = 3;

/** The plan says who gets one, and where it will be. */
function noteSecrets({ plan, stages }: PlannedRun, fresh: readonly UserSecret[]): PlannedRun {
  const would = plan.refusals.length > 0;
  const [first] = fresh;
  if (first === undefined) return { plan, stages };
  const names = fresh.slice(0, NAMES_SHOWN).map(({ user }) => user);
  const more = fresh.length > NAMES_SHOWN ? ` and ${fresh.length - NAMES_SHOWN} more` : '';
  const note =
    fresh.length === 1
      ? `${first.user} ${would ? 'would get' : 'gets'} a new password at apply: ${first.path}`
      : `${names.join(', ')}${more} ${would ? 'would get' : 'get'} new passwords at apply, each in a file in ${dirname(first.path)}`;
  return { plan: { ...plan, notes: [...plan.notes, note] }, stages };
}

/** Writes them, each into its file; throws when one cannot be written, and then none is. */
export function keepSecrets(fresh: readonly UserSecret[]): void {
  writeTogether(secretFiles(fresh));
}
