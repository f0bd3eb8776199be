/** A configuration file that cannot be read, in the four parts of a failure. */

import { UnreadableFileError } from '../fleet/index.ts';
import { CommandFailure } from './failure.ts';

/** What to throw instead of what reading files threw; anything else stays what it is. */
export function asFailure(error: unknown): unknown {
  if (!(error instanceof UnreadableFileError)) return error;
  return new CommandFailure(
    {
      code: 'E_READ',
      what: 'the file could not be read',
      target: error.path,
      cause: error.message,
      next: 'check the name and your permission to read it',
    },
    { cause: error },
  );
}
