/** Runs the program for tests: in this process with a terminal of strings, or as people do, in one of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/index.ts';
import type { Look } from '../../src/cli/terminal.ts';

export interface Answer {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly look?: Partial<Look>;
  readonly now?: Date;
}

const PIPE: Look = { tty: false, colour: false, unicode: true, columns: Number.POSITIVE_INFINITY };

/** The program in this process: same code, no start-up time. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Answer> {
  let out = '';
  let err = '';
  const look = { ...PIPE, ...options.look };
  const exit = await runProgram(argv, {
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      outLook: look,
      errLook: PIPE,
      interactive: false,
    },
    environment: options.environment ?? {},
    now: () => options.now ?? new Date(),
  });
  return { exit, out, err };
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly uid?: number;
  /** Called with the process once it runs. */
  readonly meanwhile?: (child: ReturnType<typeof spawn>) => void;
  /** Instead of a pipe. */
  readonly stdout?: number;
}

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const TIMEOUT_MS = 25_000;

/** The built program as a process; a signal that ended it counts as the shell counts it, 128 and its number. */
export function spawnWardis(argv: readonly string[], options: SpawnOptions = {}): Promise<Answer> {
  if (!existsSync(MAIN)) throw new Error('npm run build first');
  return spawnProgram(process.execPath, [MAIN, ...argv], options);
}

export function spawnProgram(
  program: string,
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, {
      cwd: options.cwd,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', LANG: 'C.UTF-8', ...options.environment },
      stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const byNumber = { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 }[String(signal)];
      resolve({ exit: code ?? byNumber ?? -1, out, err });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
    options.meanwhile?.(child);
  });
}
