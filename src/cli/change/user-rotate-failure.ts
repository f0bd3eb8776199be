/** Failures of a rotation in the four parts of every failure. */

import { ChangeError, type ChangeErrorCode, type RotationRefusal } from '../../change/index.ts';
import { FleetError } from '../../fleet/index.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';

/** Codes of the ones that a rotation can meet; the others are faults of the state folder. */
const CODES: Readonly<Partial<Record<ChangeErrorCode, string>>> = { delivery: 'E_DELIVERY' };

/** Runs it, and turns what the world did into a {@link CommandFailure}. `undone` says what is as it was. */
export async function explainingFailures<T>(undone: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FleetError) {
      throw new CommandFailure(describeFleetError(error, error.node), { cause: error });
    }
    if (!(error instanceof ChangeError)) throw error;
    throw new CommandFailure(
      {
        code: CODES[error.code] ?? 'E_STATE',
        what: `${error.message}${undone === '' ? '' : `; ${undone}`}`,
        target: error.subject,
        ...(error.next === undefined ? {} : { next: error.next }),
      },
      { cause: error },
    );
  }
}

/** All reasons at once. */
export function refused(user: string, refusals: readonly RotationRefusal[]): CommandFailure {
  const [first, ...others] = refusals;
  const more = others.map(({ message, next }) => `\n         ${message} ${next}`).join('');
  return new CommandFailure({
    code: 'E_ROTATION',
    what: 'the rotation was not begun; nothing was changed',
    target: user,
    cause: `${first?.message ?? ''}${more}`,
    ...(first === undefined
      ? {}
      : { next: first.override === 'force' ? `${first.next}; or --force` : first.next }),
    exit: EXIT.error,
  });
}
