/**
 * The terminal as commands see it: results go to `out`, progress and warnings to `err`, and what each can show
 * (colour, Unicode, width) is decided once, from the streams and the environment.
 */

import { once } from 'node:events';
import type { WriteStream } from 'node:tty';

export interface Terminal {
  /** Results only. */
  readonly out: (text: string) => void;
  /** Resolves when the reader of `out` has taken enough to go on; absent where writing always waits for it. */
  readonly drained?: () => Promise<void>;
  /** Progress, warnings, errors. */
  readonly err: (text: string) => void;
  readonly outLook: Look;
  readonly errLook: Look;
  /** Is a person there to answer? */
  readonly interactive: boolean;
}

/** What a stream can show. */
export interface Look {
  readonly tty: boolean;
  readonly colour: boolean;
  readonly unicode: boolean;
  /** Columns; `Infinity` for a pipe, which is never cut. */
  readonly columns: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The terminal of this process. */
export function openTerminal(environment: Environment): Terminal {
  return {
    out: (text) => process.stdout.write(text),
    drained: async () => {
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    },
    err: (text) => process.stderr.write(text),
    outLook: lookOf(process.stdout, environment),
    errLook: lookOf(process.stderr, environment),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  };
}

/** NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and TERM=dumb, in the order users expect. */
export function wantsColour(tty: boolean, environment: Environment): boolean {
  if (environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? environment['CLICOLOR_FORCE'];
  if (forced !== undefined && forced !== '0' && forced !== '') return true;
  return tty && environment['TERM'] !== 'dumb';
}

function lookOf(stream: WriteStream | NodeJS.WriteStream, environment: Environment): Look {
  const tty = stream.isTTY === true;
  const stated = Number(environment['COLUMNS']);
  const columns = stated > 0 ? stated : tty ? stream.columns : Number.POSITIVE_INFINITY;
  return { tty, colour: wantsColour(tty, environment), unicode: hasUnicode(environment), columns };
}

function hasUnicode(environment: Environment): boolean {
  const locale = environment['LC_ALL'] ?? environment['LC_CTYPE'] ?? environment['LANG'] ?? '';
  return environment['WARDIS_ASCII'] === undefined && (locale === '' || /utf-?8/i.test(locale));
}
