/**
 * Questions to a person. Ctrl-C and the end of input end the command with the code for interrupted, quietly: nothing
 * was done yet when a question is asked.
 */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { EXIT } from './exit-code.ts';
import { CommandFailure } from './failure.ts';

export interface Prompt {
  /** The answer, without its line end. */
  readonly ask: (text: string) => Promise<string>;
  readonly close: () => void;
}

/** `shown`: what is typed can be seen; `hidden`: nothing of it. Questions stand on standard error. */
export function openPrompt(echo: 'shown' | 'hidden'): Prompt {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({
    input: process.stdin,
    output: echo === 'shown' ? process.stderr : silent,
    terminal: true,
  });
  return {
    ask: (text) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          process.stderr.write('\n');
          reject(
            new CommandFailure({
              code: 'E_INTERRUPTED',
              what: 'interrupted; nothing was done',
              exit: EXIT.interrupted,
            }),
          );
        };
        reader.once('close', stop);
        if (echo === 'hidden') process.stderr.write(text);
        reader.question(echo === 'hidden' ? '' : text, (answer) => {
          reader.off('close', stop);
          if (echo === 'hidden') process.stderr.write('\n');
          resolve(answer);
        });
        reader.once('SIGINT', () => reader.close());
      }),
    close: () => reader.close(),
  };
}
