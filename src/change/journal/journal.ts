/**
 * A run on disk: `runs/<id>/run.json`, everything that is going to be done, and `journal.jsonl`, what became of it, a
 * line for each entry. Nothing is sent to a server before its step is on disk. Entries that are ready at the same time
 * share one write and one fsync, since a revocation writes hundreds. A last line that was torn by a crash is cut off:
 * what it told had not been promised to anybody yet.
 */

import { mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ChangeError } from '../change-error.ts';
import type { JournalEntry, Operation, Run, RunOutcome } from '../run.ts';
import { CLOSED, decode, encode, readEntryShape, readRunShape } from './codec.ts';
import { replaceSynced, syncFolder, writeSynced } from '../../disk/index.ts';
import type { StateLock } from './lock.ts';
import { openExistingSeal, openSeal, type Seal } from './seal.ts';

/** An open journal. */
export interface Journal {
  readonly run: Run;
  /** What is on disk, in order; grows with `append`. */
  readonly entries: readonly JournalEntry[];
  /** Resolves when the entry is on disk. After a failure every further one is refused. */
  readonly append: (entry: JournalEntry) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string;
  readonly operation?: Operation;
  readonly startedAt?: string;
  readonly actor?: string;
  readonly subject?: string;
  /** The run that this one went on with: both are one operation. */
  readonly continues?: string;
  /** Which part of an operation in several runs this one is, in the operation's own word. */
  readonly phase?: string;
  /** `open`: cut short, or still running. `damaged`: cannot be read; `problem` says why. */
  readonly status: RunOutcome | 'open' | 'damaged';
  readonly problem?: string;
}

const RUNS_FOLDER = 'runs';
const RUN_FILE = 'run.json';
const JOURNAL_FILE = 'journal.jsonl';
/** Runs that are read for a list, the newest ones. */
export const RUNS_LISTED_MAX = 1000;

/** Writes a run to disk and opens its journal. Throws a `ChangeError` (`journal`, `seal`). */
export async function createRun(lock: StateLock, run: Run): Promise<Journal> {
  const folder = runFolder(lock.folder, run.id);
  const read = readRunShape(run);
  if ('problem' in read) throw new TypeError(`not a run: ${read.problem}`);
  const seal = openSeal(lock.folder, run.id);
  const text = `${encode(run, seal)}\n`;
  return guard(folder, async () => {
    mkdirSync(join(lock.folder, RUNS_FOLDER), { recursive: true, mode: 0o700 });
    mkdirSync(folder, { mode: 0o700 });
    writeSynced(join(folder, JOURNAL_FILE), '');
    // The run's own file comes last: a folder without it never began.
    replaceSynced(join(folder, RUN_FILE), text);
    syncFolder(join(lock.folder, RUNS_FOLDER));
    syncFolder(lock.folder);
    return openFile(folder, run, [], seal);
  });
}

/** Opens the journal of a run to go on with it; a torn last line is cut off. */
export async function openJournal(lock: StateLock, id: string): Promise<Journal> {
  const folder = runFolder(lock.folder, id);
  const text = readRunText(folder, id);
  const seal = openExistingSeal(lock.folder, id);
  const run = parseRun(folder, id, text, seal);
  return guard(folder, async () => {
    const { entries, goodBytes, tornBytes } = readEntries(folder, run, seal);
    if (tornBytes > 0) truncateSync(join(folder, JOURNAL_FILE), goodBytes);
    return openFile(folder, run, entries, seal);
  });
}

/** Reads a run and its journal; changes nothing, and needs no lock. */
export function readRun(
  stateFolder: string,
  id: string,
): { readonly run: Run; readonly entries: readonly JournalEntry[] } {
  const folder = runFolder(stateFolder, id);
  const text = readRunText(folder, id);
  const seal = openExistingSeal(stateFolder, id);
  const run = parseRun(folder, id, text, seal);
  return { run, entries: readEntries(folder, run, seal).entries };
}

/** The runs of a state folder, the newest first, at most {@link RUNS_LISTED_MAX}. Secrets are not opened. */
export function listRuns(stateFolder: string): readonly RunSummary[] {
  let names: readonly string[];
  try {
    names = readdirSync(join(stateFolder, RUNS_FOLDER));
  } catch {
    return [];
  }
  const ids = names.filter((name) => RUN_ID.test(name)).sort();
  return ids
    .toReversed()
    .slice(0, RUNS_LISTED_MAX)
    .flatMap((id) => summarize(stateFolder, id))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1));
}

/** Ids sort to the second; of two runs in the same one the times of their beginning tell. Damaged ones come last. */
function orderOf({ id, startedAt }: RunSummary): string {
  return `${startedAt?.replaceAll(':', '') ?? ''} ${id}`;
}

function summarize(stateFolder: string, id: string): readonly RunSummary[] {
  const folder = runFolder(stateFolder, id);
  try {
    const run = parseRun(folder, id, readRunText(folder, id), CLOSED);
    const { entries } = readEntries(folder, run, CLOSED);
    const { operation, startedAt, actor, subject, facts } = run;
    const { continues, phase } = facts;
    const link = {
      ...(typeof continues === 'string' && { continues }),
      ...(typeof phase === 'string' && { phase }),
    };
    return [{ id, operation, startedAt, actor, subject, ...link, status: statusOf(entries) }];
  } catch (error) {
    // A folder without a run never began: nothing was sent to anybody.
    if (error instanceof ChangeError && error.code === 'no-run') return [];
    return [{ id, status: 'damaged', problem: error instanceof Error ? error.message : 'unknown' }];
  }
}

/** `open` when anything was written after the last end. */
function statusOf(entries: readonly JournalEntry[]): RunOutcome | 'open' {
  const last = entries.at(-1);
  return last !== undefined && 'ended' in last ? last.ended : 'open';
}

const RUN_ID = /^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$/;

function runFolder(stateFolder: string, id: string): string {
  if (!RUN_ID.test(id)) {
    throw new ChangeError('no-run', id, `${JSON.stringify(id)} is not the id of a run`, {
      next: 'list them: wardis apply --runs',
    });
  }
  return join(stateFolder, RUNS_FOLDER, id);
}

function readRunText(folder: string, id: string): string {
  const path = join(folder, RUN_FILE);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new ChangeError('no-run', id, `there is no run ${id}`, {
        next: 'list them: wardis apply --runs',
        cause: error,
      });
    }
    throw unreadable(path, error);
  }
}

function parseRun(folder: string, id: string, text: string, seal: Pick<Seal, 'open'>): Run {
  const path = join(folder, RUN_FILE);
  const read = readRunShape(decodeAt(path, text, seal));
  if ('problem' in read) throw damaged(path, read.problem);
  if (read.run.id !== id) throw damaged(path, 'it holds another run');
  return read.run;
}

interface ReadEntries {
  readonly entries: readonly JournalEntry[];
  readonly goodBytes: number;
  readonly tornBytes: number;
}

function readEntries(folder: string, run: Run, seal: Pick<Seal, 'open'>): ReadEntries {
  const path = join(folder, JOURNAL_FILE);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const goodBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.toString('utf8', 0, goodBytes).split('\n').slice(0, -1);
  const steps = new Set(run.stages.flatMap((stage) => stage.steps.map((step) => step.id)));
  const entries = lines.map((line, index) => {
    const place = `${path}:${index + 1}`;
    const read = readEntryShape(decodeAt(place, line, seal));
    if ('problem' in read) throw damaged(place, read.problem);
    if ('step' in read.entry && !steps.has(read.entry.step)) throw damaged(place, 'the run has no such step');
    return read.entry;
  });
  return { entries, goodBytes, tornBytes: bytes.length - goodBytes };
}

function decodeAt(place: string, text: string, seal: Pick<Seal, 'open'>): unknown {
  try {
    return decode(text, seal);
  } catch (error) {
    if (error instanceof ChangeError) throw error;
    throw damaged(place, 'it is not JSON');
  }
}

async function openFile(
  folder: string,
  run: Run,
  before: readonly JournalEntry[],
  seal: Seal,
): Promise<Journal> {
  const file = await open(join(folder, JOURNAL_FILE), 'a', 0o600);
  await file.sync();
  const entries = [...before];
  const append = createAppender(file, folder, (done) => entries.push(...done), seal);
  return { run, entries, append, close: () => file.close() };
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: ChangeError) => void;
}

/** Group commit: while one write is on its way to the disk, the next ones gather. */
function createAppender(
  file: FileHandle,
  folder: string,
  onDisk: (entries: readonly JournalEntry[]) => void,
  seal: Seal,
): Journal['append'] {
  let queue: Waiting[] = [];
  let isWriting = false;
  let broken: ChangeError | undefined;
  const write = async (): Promise<void> => {
    isWriting = true;
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      try {
        if (broken !== undefined) throw broken;
        await file.appendFile(group.map(({ line }) => line).join(''));
        await file.datasync();
        onDisk(group.map(({ entry }) => entry));
        for (const { resolve } of group) resolve();
      } catch (error) {
        broken ??= unwritten(folder, error);
        for (const { reject } of group) reject(broken);
      }
    }
    isWriting = false;
  };
  return (entry) =>
    new Promise((resolve, reject) => {
      queue.push({ entry, line: `${encode(entry, seal)}\n`, resolve, reject });
      if (!isWriting) void write();
    });
}

async function guard<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ChangeError ? error : unwritten(folder, error);
  }
}

function unwritten(folder: string, error: unknown): ChangeError {
  const why = error instanceof Error ? error.message : 'unknown';
  return new ChangeError('journal', folder, `the journal cannot be written: ${why}`, {
    next: 'check the free space and the permissions; what was begun is in the journal up to here',
    cause: error,
  });
}

function unreadable(path: string, error: unknown): ChangeError {
  const why = error instanceof Error ? error.message : 'unknown';
  return new ChangeError('journal', path, `the journal cannot be read: ${why}`, { cause: error });
}

function damaged(place: string, why: string): ChangeError {
  return new ChangeError('journal', place, `the journal is damaged at ${place}: ${why}`, {
    next: 'put the file back from a copy; to see what servers hold now: wardis plan',
  });
}
