/** Progress of long work on standard error: one line rewritten on a terminal, one line per finished target otherwise. */

import type { Terminal } from './terminal.ts';

export interface Progress {
  readonly step: (done: number, total: number, subject: string) => void;
  readonly end: () => void;
}

/** Lines on a pipe beyond this many targets would drown the log; then every hundredth is shown. */
const PIPE_LINES_MAX = 50;

export function openProgress(terminal: Terminal, verb: string): Progress {
  const { tty } = terminal.errLook;
  let shown = false;
  return {
    step: (done, total, subject) => {
      if (total < 2) return;
      if (tty) {
        terminal.err(`\r\u001b[K${verb} ${done}/${total} ${subject}`.slice(0, 120));
        shown = true;
      } else if (total <= PIPE_LINES_MAX || done % 100 === 0 || done === total) {
        terminal.err(`${verb} ${done}/${total} ${subject}\n`);
      }
    },
    end: () => {
      if (shown) terminal.err('\r\u001b[K');
      shown = false;
    },
  };
}

/** No progress at all. */
export const SILENT_PROGRESS: Progress = { step: () => undefined, end: () => undefined };
