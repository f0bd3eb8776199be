/** Failures of a rotation in the four parts of every failure. */

import { ChangeError, type RotationRefusal } from '../../change/index.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { explainChange } from './apply-failure.ts';

/** Runs it, and turns what the world did into a {@link CommandFailure}. */
export function explainRotation<T>(work: () => Promise<T>): Promise<T> {
  return explainChange(async () => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ChangeError) || error.code !== 'delivery') throw error;
      throw new CommandFailure(
        {
          code: 'E_DELIVERY',
          what: error.message,
          target: error.subject,
          ...(error.next === undefined ? {} : { next: error.next }),
        },
        { cause: error },
      );
    }
  });
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
