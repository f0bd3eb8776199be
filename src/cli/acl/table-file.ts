/**
 * `--table FILE`: a command table captured from a server, for servers with modules or of an unknown version. Read are a
 * COMMAND reply as JSON, as nested lists (RESP2) or with maps (`redis-cli --json COMMAND`), and
 * `{"categories", "commands": [{"name", "arity", "cats", "flags", "key_specs", "legacy", "subcommands"}]}`, which may
 * name its `server`.
 */

import {
  completeVersion,
  tableFromCommandReply,
  type CommandTable,
  type ServerVersion,
} from '../../acl/index.ts';
import { parseServerName } from '../../conf/index.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';

const TABLE_BYTES_MAX = 16 * 1024 * 1024;
/** Containers hold subcommands, and those hold none. */
const DEPTH_MAX = 2;
/** Of a command in the reply of 6.0; later servers give ten. */
const FIELDS_MIN = 7;

type Fields = Readonly<Record<string, unknown>>;

export interface TableFile {
  readonly table: CommandTable;
  /** Whose it is: as asked for, as the file says, or the fallback. */
  readonly server: ServerVersion;
  /** False when the fallback was taken. */
  readonly serverKnown: boolean;
}

/** The table of a file, in the language of `server`; without one, of the server that the file names. */
export async function readTableFile(
  path: string,
  server: ServerVersion | undefined,
  fallback: ServerVersion,
): Promise<TableFile> {
  const text = await readInput(path, 'the command table', TABLE_BYTES_MAX);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, 'it is no JSON', error);
  }
  const named = server ?? serverOf(parsed);
  const entries = Array.isArray(parsed) ? parsed : isFields(parsed) ? parsed['commands'] : undefined;
  if (!Array.isArray(entries) || entries.length === 0) {
    throw unreadable(path, 'it is neither a COMMAND reply nor an object with "commands"');
  }
  const reply = entries.map((entry, at) => readEntry(entry, `command ${at + 1}`, path, 1));
  const table = tableFromCommandReply(reply, named ?? fallback);
  const keyless = table.dialect.selectors ? reply.find(lacksKeySpecs) : undefined;
  if (keyless !== undefined) {
    throw unreadable(
      path,
      `${String(keyless[0])} has keys but no key specifications, by which 7.0 and later find them; a table of 6.x needs --server redis-6.2`,
    );
  }
  return { table, server: named ?? fallback, serverKnown: named !== undefined };
}

/** An entry as COMMAND gives it: `[name, arity, flags, first, last, step, categories, tips, specs, subcommands]`. */
function readEntry(entry: unknown, where: string, path: string, depth: number): readonly unknown[] {
  if (Array.isArray(entry)) {
    const [name, arity] = entry as readonly unknown[];
    if (typeof name !== 'string' || name === '' || !Number.isSafeInteger(arity)) {
      throw unreadable(path, `${where} does not begin with a name and an arity`);
    }
    if (entry.length < FIELDS_MIN) {
      throw unreadable(path, `${name} has ${entry.length} fields, fewer than COMMAND gives`);
    }
    return entry;
  }
  if (!isFields(entry)) throw unreadable(path, `${where} is neither a list nor an object`);
  const { name, arity, flags = [], cats = [], legacy = [0, 0, 0], key_specs = [], subcommands = [] } = entry;
  if (typeof name !== 'string' || name === '' || !Number.isSafeInteger(arity)) {
    throw unreadable(path, `${where} has no "name" or no whole-number "arity"`);
  }
  const lists = { flags, cats, legacy, key_specs, subcommands };
  for (const [field, value] of Object.entries(lists)) {
    if (!Array.isArray(value)) throw unreadable(path, `"${field}" of ${name} is no list`);
  }
  const [first = 0, last = 0, step = 0] = legacy as readonly unknown[];
  const under =
    depth === DEPTH_MAX
      ? []
      : (subcommands as readonly unknown[]).map((sub, at) =>
          readEntry(sub, `subcommand ${at + 1} of ${name}`, path, depth + 1),
        );
  return [name, arity, flags, first, last, step, cats, [], key_specs, under];
}

/** Read by 7.0 rules, such a command would have no keys, and be allowed every one. */
function lacksKeySpecs(entry: readonly unknown[]): boolean {
  const [first, specs] = [entry[3], entry[8]];
  return typeof first === 'number' && first > 0 && !(Array.isArray(specs) && specs.length > 0);
}

/** `"server": "redis-7.2"`, with `"version"` where it says more. */
function serverOf(parsed: unknown): ServerVersion | undefined {
  if (!isFields(parsed)) return undefined;
  const server = typeof parsed['server'] === 'string' ? parsed['server'] : '';
  const version = typeof parsed['version'] === 'string' ? parsed['version'] : '';
  const branch = parseServerName(server);
  const named =
    parseServerName(`${branch?.product ?? server}-${version}`) ?? branch ?? parseServerName(version);
  return named === undefined ? undefined : completeVersion(named);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(path: string, cause: string, error?: unknown): CommandFailure {
  return new CommandFailure(
    {
      code: 'E_TABLE',
      what: 'the command table cannot be read',
      target: path === '-' ? 'standard input' : path,
      cause,
      next: 'capture it from the server by: redis-cli --json COMMAND > table.json',
    },
    error === undefined ? {} : { cause: error },
  );
}
