/**
 * Commands that somebody really ran, from text: lines of MONITOR (`1699000000.123456 [0 10.0.0.7:51234] "GET" "app:1"`,
 * replication.c replicationFeedMonitors and sds.c sdscatrepr, Redis 6.0 - 8.0 and Valkey), JSON lines, or one command a
 * line as typed at redis-cli.
 */
import { splitRules } from '../language/argument-split.ts';
import { toText } from '../bytes.ts';

/** One command, and what is known about who ran it. */
export interface Observation {
  readonly argv: readonly string[];
  readonly db?: number;
  /** `10.0.0.7:51234`, or `lua` for a command that a script ran. */
  readonly client?: string;
  readonly user?: string;
  /** The line was longer than is read: keys may be missing at its end. */
  readonly truncated?: boolean;
}

/** A line that is not blank and no comment; undefined when it cannot be read. */
export function readObservation(line: string): Observation | undefined {
  const text = line.trim();
  if (text.startsWith('{')) return readJson(text);
  if (/^\d+\.\d+ \[/.test(text)) return readMonitorLine(text);
  const argv = splitRules(text.replace(/^[^\s"']*> /, ''));
  return argv === undefined || argv.length === 0 ? undefined : { argv };
}

/** Nothing to read: blank, a comment, or MONITOR's own `OK`. */
export function isSilentLine(line: string): boolean {
  const text = line.trim();
  return text === '' || text.startsWith('#') || text === 'OK' || text === '+OK';
}

/** A line of MONITOR, without the leading `+`. */
export function readMonitorLine(line: string): Observation | undefined {
  const head = /^\d+\.\d+ \[(\d+) ([^\]]*)\] /.exec(line);
  if (head === null) return undefined;
  const [prefix, db = '0', client = ''] = head;
  const { words, whole } = readQuoted(line, prefix.length);
  if (words.length === 0) return undefined;
  return { argv: words, db: Number(db), client, ...(!whole && { truncated: true }) };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

/** `"GET" "a\x00b"`; `whole` is false when the line ends within a word, which is then left out. */
function readQuoted(
  line: string,
  from: number,
): { readonly words: readonly string[]; readonly whole: boolean } {
  const words: string[] = [];
  let at = from;
  while (at < line.length) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    if (line[at] !== '"') return { words, whole: false };
    const word = /"((?:[^"\\]|\\.)*)"/sy;
    word.lastIndex = at;
    const found = word.exec(line);
    if (found === null) return { words, whole: false };
    words.push(toText(unescape(found[1] ?? '')));
    at = word.lastIndex;
  }
  return { words, whole: true };
}

function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );
}

function readJson(text: string): Observation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { argv, db, client, user } = Object(value) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every((word) => typeof word === 'string'))
    return undefined;
  return {
    argv,
    ...(typeof db === 'number' && Number.isSafeInteger(db) && db >= 0 && { db }),
    ...(typeof client === 'string' && { client }),
    ...(typeof user === 'string' && { user }),
  };
}
