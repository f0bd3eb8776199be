/**
 * The tool as a process of its own that dies, or waits, at an exact place of its journal: a module that Node loads before
 * the tool counts what is written to disk there. Nothing of the tool itself is changed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * - `before`: not a byte of the entry is written. `torn`: half of it is. `written`: all of it, not yet synchronized.
 *   `synced`: it is on disk, and nothing after it happened.
 * - `file`: at the nth file that is synchronized (the run itself, keys, the lock).
 */
export type JournalPhase = 'before' | 'torn' | 'written' | 'synced' | 'file';

export interface JournalPlace {
  readonly phase: JournalPhase;
  /** Which write of the journal, or which file, from 1. */
  readonly at: number;
}

export interface ToolRun {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** Writes of the journal and files that were synchronized; missing when it was killed. */
  readonly counted: { readonly writes: number; readonly files: number } | undefined;
}

export interface ToolOptions {
  /** Path of the built program, `dist/cli/main.js`. */
  readonly main: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Dies there by SIGKILL. */
  readonly killAt?: JournalPlace;
  /** Waits after that write until `meanwhile` has ended. */
  readonly waitAt?: number;
  readonly meanwhile?: () => Promise<void>;
  readonly onStart?: (pid: number) => void;
  /** Words before the program, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 90_000;
const POLL_MS = 5;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** Runs it to its end, however that comes. A signal counts as the shell counts it, 128 and its number. */
export async function runTool(options: ToolOptions): Promise<ToolRun> {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-hook-'));
  const hook = join(folder, 'hook.mjs');
  writeFileSync(hook, HOOK);
  const words = [...(options.launcher ?? []), process.execPath, options.main, ...options.argv];
  const child = spawn(String(words[0]), words.slice(1), {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      ...options.environment,
      NODE_OPTIONS: `--import ${pathToFileURL(hook).href}`,
      HOOK_FOLDER: folder,
      ...(options.killAt === undefined
        ? {}
        : { HOOK_KILL: options.killAt.phase, HOOK_AT: String(options.killAt.at) }),
      ...(options.waitAt === undefined ? {} : { HOOK_WAIT: String(options.waitAt) }),
    },
  });
  options.onStart?.(child.pid ?? 0);
  const texts = { out: '', err: '' };
  child.stdout.on(
    'data',
    (chunk: Buffer) => void (texts.out = (texts.out + chunk.toString()).slice(-OUTPUT_BYTES_MAX)),
  );
  child.stderr.on(
    'data',
    (chunk: Buffer) => void (texts.err = (texts.err + chunk.toString()).slice(-OUTPUT_BYTES_MAX)),
  );
  let ended = false;
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? TIMEOUT_MS);
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ended = true;
      resolve(code ?? (signal === 'SIGKILL' ? 137 : 143));
    });
  });
  try {
    if (options.waitAt !== undefined) {
      await meet(folder, () => ended, options.meanwhile ?? (() => Promise.resolve()));
    }
    return { exit: await exit, ...texts, counted: readCount(folder) };
  } finally {
    clearTimeout(timer);
    if (!ended) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tool waits for a file that tells it to go on. */
async function meet(folder: string, hasEnded: () => boolean, meanwhile: () => Promise<void>): Promise<void> {
  while (!existsSync(join(folder, 'waiting'))) {
    if (hasEnded()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await meanwhile();
  writeFileSync(join(folder, 'go'), '');
}

function readCount(folder: string): ToolRun['counted'] {
  const path = join(folder, 'count.json');
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8')) as { writes: number; files: number };
}

const HOOK = `
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const { HOOK_FOLDER, HOOK_KILL, HOOK_AT, HOOK_WAIT } = process.env;
delete process.env.NODE_OPTIONS;
const at = Number(HOOK_AT ?? 0);
const waitAt = Number(HOOK_WAIT ?? 0);
let writes = 0;
let files = 0;
const die = () => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};
const fsyncSync = fs.fsyncSync;
fs.fsyncSync = (file) => {
  fsyncSync(file);
  files += 1;
  if (HOOK_KILL === 'file' && files === at) die();
};
syncBuiltinESMExports();
const probe = await open('/dev/null');
const prototype = Object.getPrototypeOf(probe);
await probe.close();
const { appendFile, datasync } = prototype;
prototype.appendFile = async function (data, ...rest) {
  writes += 1;
  const here = writes === at;
  if (here && HOOK_KILL === 'before') die();
  if (here && HOOK_KILL === 'torn') {
    fs.writeSync(this.fd, String(data).slice(0, Math.ceil(String(data).length / 2)));
    die();
  }
  const result = await appendFile.call(this, data, ...rest);
  if (here && HOOK_KILL === 'written') die();
  return result;
};
prototype.datasync = async function () {
  const mine = writes;
  await datasync.call(this);
  if (mine === at && HOOK_KILL === 'synced') die();
  if (mine === waitAt) {
    fs.writeFileSync(join(HOOK_FOLDER, 'waiting'), '');
    while (!fs.existsSync(join(HOOK_FOLDER, 'go'))) await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
process.on('exit', () => fs.writeFileSync(join(HOOK_FOLDER, 'count.json'), JSON.stringify({ writes, files })));
`;
