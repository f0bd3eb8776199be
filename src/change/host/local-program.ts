/** A program of this machine, run without a shell: its exit and its last words. */

import { spawn } from 'node:child_process';
import { HostError } from './host-error.ts';
import type { ProgramEnd } from './host-access.ts';

/** Of what a program says. */
export const PROGRAM_BYTES_MAX = 16 * 1024;
const PROGRAM_TIMEOUT_MS = 60_000;
/** A server that was left running keeps our pipes: what is there is read, no more is awaited. */
const DRAIN_MS = 200;
const SAID_CHARS_MAX = 200;

export function runLocal(argv: readonly string[], host: string): Promise<ProgramEnd> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8');
      child[stream].on('data', (text: string) => {
        said[stream] = (said[stream] + text).slice(-PROGRAM_BYTES_MAX);
      });
    }
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      finish();
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const late = new HostError('failed', host, `${program} did not end within ${PROGRAM_TIMEOUT_MS} ms`);
      end(() => reject(late));
    }, PROGRAM_TIMEOUT_MS);
    child.once('error', (error) => {
      end(() => reject(new HostError('no-program', host, `${program} cannot be started on ${host}`, error)));
    });
    child.once('exit', (code, signal) => {
      const exit = code ?? 128;
      const words = (): string =>
        signal === null ? lastWords(said.stderr, said.stdout) : `ended by ${signal}`;
      const late = setTimeout(() => end(() => resolve({ exit, said: words() })), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(late);
        end(() => resolve({ exit, said: words() }));
      });
    });
  });
}

/** The last line of the first text that has one. */
export function lastWords(...texts: readonly string[]): string {
  for (const text of texts) {
    const lines = text.split('\n').map((line) => line.replace(/[^\x20-\x7e]/g, '?').trim());
    const last = lines.findLast((line) => line !== '');
    if (last !== undefined) return last.slice(0, SAID_CHARS_MAX);
  }
  return '';
}
