/** Failures of an apply in the four parts of every failure. */

import { ChangeError, type Movement, type Plan } from '../../change/index.ts';
import { FleetError } from '../../fleet/index.ts';
import type { ApplyFlags } from '../commands/apply.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';

/** Runs it, and turns what the world did into a {@link CommandFailure}. */
export async function explainChange<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FleetError) {
      throw new CommandFailure(describeFleetError(error, error.node), { cause: error });
    }
    if (error instanceof ChangeError) throw new CommandFailure(textOf(error), { cause: error });
    throw error;
  }
}

/** Another run, or none of that name; everything else is a fault of the state folder. */
function textOf(error: ChangeError): CommandFailure['text'] {
  const rest = {
    what: error.message,
    target: error.subject,
    ...(error.next === undefined ? {} : { next: error.next }),
  };
  if (error.code === 'locked') return { code: 'E_LOCKED', ...rest };
  return error.code === 'no-run' ? { code: 'E_RUN', ...rest } : { code: 'E_STATE', ...rest };
}

/** The plan that was agreed to is not what would be done now. */
export function movedSince(file: string, movements: readonly Movement[]): CommandFailure {
  const lines = movements.slice(0, MOVEMENTS_SHOWN).map(({ node, what }) => `${node}: ${what.join(', ')}`);
  const more =
    movements.length > MOVEMENTS_SHOWN ? [`and ${movements.length - MOVEMENTS_SHOWN} nodes more`] : [];
  return new CommandFailure({
    code: 'E_MOVED',
    what: 'the fleet is not as it was when the plan was made; nothing was changed',
    target: file,
    cause: [...lines, ...more].join('\n         '),
    next: 'look at what differs now: wardis plan',
  });
}

const MOVEMENTS_SHOWN = 12;

/** The plan says itself why it must not be applied. */
export function planRefused(): CommandFailure {
  return new CommandFailure({
    code: 'E_REFUSED',
    what: 'the plan refuses itself for the reasons above; nothing was changed',
    next: 'mend what each reason names, or insist by --allow CODE where that is possible',
  });
}

/** A plan file that refused itself stays refused, whatever the fleet is now, unless each reason is insisted on. */
export function distrustRefused(file: string, { refusals }: Plan, { allow }: ApplyFlags): void {
  const standing = refusals.filter(({ code, override }) => override === 'never' || !allow.includes(code));
  if (standing.length === 0) return;
  const reasons = standing
    .slice(0, MOVEMENTS_SHOWN)
    .map(({ code, node, message }) => `${code} at ${node}: ${message}`);
  const more = standing.length - reasons.length;
  throw new CommandFailure({
    code: 'E_REFUSED',
    what: 'this plan refused itself when it was made; nothing was changed',
    target: file,
    cause: [...reasons, ...(more > 0 ? [`and ${more} reasons more`] : [])].join('\n         '),
    next: 'mend what each reason names, then make the plan again: wardis plan --out',
  });
}

/** Nobody asked for the fleet that the policy lacks: the plan file did. */
export function tellFleet(error: unknown, file: string, { fleet }: Plan): unknown {
  if (fleet === undefined || !(error instanceof CommandFailure)) return error;
  if (error.text.code !== 'E_FLEET' || !error.text.what.endsWith(` has no fleet ${fleet}`)) return error;
  return new CommandFailure(
    {
      code: 'E_FLEET',
      what: `the plan is of fleet ${fleet}, and this policy has none of that name; nothing was changed`,
      target: file,
      next: 'name the policy that it was made by: --policy FILE; or make a plan by this one',
    },
    { cause: error },
  );
}

/** A canary that is no node would mean none, unseen. */
export function expectCanary({ canary }: Pick<ApplyFlags, 'canary'>, nodes: readonly string[]): void {
  if (canary === undefined || canary === 'none' || nodes.includes(canary)) return;
  const more = nodes.length > NODES_SHOWN ? [`and ${nodes.length - NODES_SHOWN} more`] : [];
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--canary ${JSON.stringify(canary)} is no node here; nothing was changed`,
    next: `one of ${[...nodes.slice(0, NODES_SHOWN), ...more, 'none'].join(', ')}`,
  });
}

const NODES_SHOWN = 24;

/** A file says no address that our credentials are sent to. */
export function unnamedServer(): CommandFailure {
  return new CommandFailure({
    code: 'E_FLEET',
    what: 'the plan was made from a server that was named, and none is named now; nobody was asked',
    next: 'name the same server: wardis apply plan.json cache-1:6379',
  });
}

export function noRun(what: string): CommandFailure {
  return new CommandFailure({ code: 'E_RUN', what, next: 'wardis apply --runs lists them' });
}
