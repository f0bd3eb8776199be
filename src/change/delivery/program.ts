/**
 * Running a program with a secret on its standard input, never in its arguments or environment: both are visible to
 * others on the host. Its output is bounded and shown only where it failed, without the secret.
 */

import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Secret } from '../../conf/index.ts';
import {
  undelivered,
  withoutSecret,
  type Delivery,
  type Examination,
  type Surroundings,
} from './surroundings.ts';

/** A program that takes longer is stuck. */
export const PROGRAM_TIMEOUT_MS = 60_000;
/** Of each of its outputs; more ends it. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

export interface ProgramEnd {
  /** Exit code; undefined: ended by a signal, or never started. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not run to its end: not found, too slow, too much output. */
  readonly failure?: string;
}

/** Runs it to its end and answers with what it said; never throws. */
export function runProgram(
  command: readonly string[],
  input: string,
  environment: Readonly<Record<string, string | undefined>>,
  timeoutMs: number = PROGRAM_TIMEOUT_MS,
): Promise<ProgramEnd> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const outputs = { stdout: '', stderr: '' };
    let failure: string | undefined;
    const child = spawn(program, args, { env: { ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    const stop = (why: string): void => {
      failure ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(`took longer than ${timeoutMs / 1000} s`), timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (outputs[name].length + text.length > OUTPUT_BYTES_MAX) return stop('wrote too much');
        outputs[name] += text;
      });
    }
    // A program that does not read its input closes the pipe: its exit code tells whether that was well.
    child.stdin.on('error', () => undefined);
    child.once('error', (error: NodeJS.ErrnoException) => {
      failure ??=
        error.code === 'ENOENT' ? 'is not on this machine' : `could not be started: ${error.message}`;
      clearTimeout(timer);
      resolve({ code: undefined, ...outputs, failure });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === null) failure ??= `was ended by ${signal}`;
      resolve({ code: code ?? undefined, ...outputs, ...(failure === undefined ? {} : { failure }) });
    });
    child.stdin.end(input);
  });
}

/** Whether the program is there to be run. */
export function examineProgram(command: readonly string[], around: Surroundings): Examination {
  const [program = ''] = command;
  const folders = program.includes('/') ? [''] : (around.environment['PATH'] ?? '').split(delimiter);
  const found = folders.some((folder) => isRunnable(folder === '' ? program : join(folder, program)));
  if (found) return { detail: 'is there' };
  throw undelivered(program, `${program} is not on this machine, or may not be run`, {
    next: 'name the program with its whole path',
  });
}

/** Hands the secret to the program; every exit code but 0 is a failure. */
export async function deliverToProgram(
  command: readonly string[],
  value: Secret,
  around: Surroundings,
): Promise<Delivery> {
  const [program = ''] = command;
  const end = await runProgram(command, value.reveal(), {
    ...around.environment,
    WARDIS_USER: around.user,
    ...(around.fleet === undefined ? {} : { WARDIS_FLEET: around.fleet }),
  });
  if (end.code === 0 && end.failure === undefined) return { detail: `${program} took it` };
  throw undelivered(program, explainEnd(program, end, [value]), { next: 'run it by hand to see why' });
}

/** Why it failed, without the secrets. */
export function explainEnd(program: string, end: ProgramEnd, secrets: readonly Secret[]): string {
  const said = withoutSecret(end.stderr, secrets);
  const how = end.failure ?? `ended with exit code ${end.code}`;
  return `${program} ${how}${said === '' ? '' : `: ${said}`}`;
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
