/** Random ACL files for ACL LOAD: mostly right lines, and the mistakes that people make in files. */
import { parseAclFile, printUser } from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';
import { toBytes, toText } from '../../src/acl/bytes.ts';
import { tableOfBuild } from './build.ts';
import type { Answer, Pipe } from './pipe.ts';
import { anyBytes, randomFrom } from './random.ts';
import type { Random } from './random.ts';
import { randomRules, randomTheme } from './rules.ts';

export interface FileOptions {
  readonly table: CommandTable;
  readonly seed: number;
  /** Files to compare. */
  readonly runs: number;
  readonly failuresMax: number;
  readonly connect: () => Promise<Pipe>;
  /** Writes the ACL file of the server (bytes). */
  readonly write: (bytes: string) => void;
  /** Its name, as the server knows it. */
  readonly file: string;
}

export interface FileOutcome {
  readonly files: number;
  readonly loaded: number;
  readonly refused: number;
  readonly failures: readonly FileFailure[];
}

export interface FileFailure {
  readonly text: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

export async function compareFiles(options: FileOptions): Promise<FileOutcome> {
  const random = randomFrom(options.seed);
  const failures: FileFailure[] = [];
  let pipe = await options.connect();
  const table = await tableOfBuild(pipe, options.table);
  const totals = { files: 0, loaded: 0, refused: 0 };
  while (totals.files < options.runs && failures.length < options.failuresMax) {
    const text = randomFile(random, table);
    const expected = expectedOf(text, table, options.file);
    if (expected === undefined) continue;
    totals.files++;
    totals[expected.refusal === undefined ? 'loaded' : 'refused']++;
    const failed = async (file: string): Promise<FileFailure | undefined> => {
      const ours = expectedOf(file, table, options.file);
      if (ours === undefined) return undefined;
      options.write(file);
      const theirs = await pipe
        .send([['ACL', 'LOAD'], ...(ours.refusal === undefined ? [['ACL', 'LIST']] : [])])
        .catch(async (error: unknown) => {
          pipe = await options.connect();
          return [String(error)];
        });
      return differ(file, ours, theirs, table);
    };
    const failure = await failed(text);
    if (failure !== undefined) failures.push(await shrinkFile(failure, failed));
  }
  pipe.close();
  return { ...totals, failures };
}

interface Expected {
  readonly refusal: string | undefined;
  readonly lines: readonly string[];
}

/** What ACL LOAD and ACL LIST must say; undefined where the server would end, or where a message hides a password. */
function expectedOf(text: string, table: CommandTable, file: string): Expected | undefined {
  const parsed = parseAclFile(toText(text), table, { file });
  if (parsed.problems.some(({ code, message }) => code === 'crashes-server' || message.includes('…')))
    return undefined;
  if (parsed.hazards.some(({ message }) => message.includes('ends this server'))) return undefined;
  if (parsed.refusal !== undefined) return { refusal: toBytes(parsed.refusal), lines: [] };
  return { refusal: undefined, lines: parsed.users.map(({ user }) => toBytes(printUser(user, table))) };
}

function differ(
  text: string,
  ours: Expected,
  theirs: readonly Answer[],
  table: CommandTable,
): FileFailure | undefined {
  const [loaded = null, list] = theirs;
  const wanted = ours.refusal === undefined ? 'OK' : { error: ours.refusal };
  if (JSON.stringify(loaded) !== JSON.stringify(wanted)) return { text, ours: wanted, theirs: loaded };
  if (ours.refusal !== undefined) return undefined;
  const [a, b] = [ours.lines, (list ?? []) as readonly string[]].map((lines) =>
    lines.map((line) => comparable(line, table)).sort(),
  );
  return JSON.stringify(a) === JSON.stringify(b) ? undefined : { text, ours: a, theirs: b };
}

const TRIES_MAX = 400;

/** Fewer lines, fewer words. */
async function shrinkFile(
  failure: FileFailure,
  failed: (text: string) => Promise<FileFailure | undefined>,
): Promise<FileFailure> {
  let best = failure;
  let tries = 0;
  for (const separator of ['\n', ' ', '']) {
    for (let i = 0; i < best.text.split(separator).length && tries < TRIES_MAX;) {
      const parts = best.text.split(separator);
      const smaller = await failed(parts.filter((_, k) => k !== i).join(separator));
      tries++;
      if (smaller === undefined) i++;
      else best = smaller;
    }
  }
  return best;
}

const DEFAULT = 'user default on nopass ~* &* +@all';
const ODD_LINES = [
  '# comment', ' # comment', '#', '// comment', '', ' ', '\t', '\r', 'user', 'user ', ' user ', 'USER a on', 'users a on',
  'user\ta on', '\xef\xbb\xbfuser a on', 'requirepass x', 'user  a on', 'user a\tb on', 'user a\x0bb on', '"user" a on',
  'user a on # why', 'user a ( +get', 'user a )', 'user a () ()', 'user "a" on', "user 'a b' on", 'user a >"pw"', 'user :',
]; // prettier-ignore

function randomFile(random: Random, table: CommandTable): string {
  const lines: string[] = [];
  const known = table.dialect.channels ? DEFAULT : DEFAULT.replace(' &*', '');
  if (random.chance(1, 2)) lines.push(known);
  for (let n = random.below(5); n > 0; n--) {
    lines.push(random.chance(1, 8) ? random.pick(ODD_LINES) : randomLine(random, table));
  }
  const end = random.pick(['\n', '\n', '\n', '\r\n', '']);
  return lines.join(random.chance(1, 10) ? '\r\n' : '\n') + end;
}

function randomLine(random: Random, table: CommandTable): string {
  const name = random.chance(1, 15)
    ? anyBytes(random, 4)
    : random.pick(['a', 'b', 'c', 'd', 'e', '\xe9', 'a"', '(x']);
  const rules = randomRules(random, randomTheme(random, table));
  const blank = random.chance(1, 10) ? random.pick(['  ', '\t', ' \t', ' \r', ' \x0b']) : ' ';
  const line = `user ${name} ${rules.join(blank)}`;
  // NULs stay: the server loses what is behind them, with the line end.
  return `${random.pick(['', '', '', ' ', '\t'])}${line.replaceAll('\n', '')}${random.pick(['', '', '', ' ', '\t', ' \r'])}`;
}

/** 6.x and 7.0 list single commands in the order of a hash table: words are compared as a multiset. */
function comparable(text: string, table: CommandTable): string {
  return table.dialect.display === 'kept-rules' ? text : text.split(/[ ()]/).sort().join(' ');
}
