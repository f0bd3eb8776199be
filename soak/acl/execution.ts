/**
 * Servers without ACL DRYRUN (6.x) are asked by doing: a user logs in on a connection of its own, where commands are
 * queued in a transaction that is thrown away (any command), or really run (commands that harm nothing on an empty
 * server). A refusal must be ours, byte for byte; anything else counts as allowed.
 */
import { decide, parseUser } from '../../src/acl/index.ts';
import type { Command, CommandTable } from '../../src/acl/index.ts';
import { toBytes, toText } from '../../src/acl/bytes.ts';
import { randomArgv } from './commands.ts';
import type { Answer, Pipe } from './pipe.ts';
import { randomFrom } from './random.ts';
import type { Random } from './random.ts';
import { randomRules, randomTheme } from './rules.ts';

export interface ExecutionOptions {
  readonly table: CommandTable;
  readonly seed: number;
  /** Commands to compare at least. */
  readonly runs: number;
  readonly how: 'queue' | 'run';
  /** A connection of the default user, and one for the users that are made. */
  readonly admin: Pipe;
  readonly guest: Pipe;
}

export interface ExecutionOutcome {
  readonly compared: number;
  readonly allowed: number;
  readonly failures: readonly ExecutionFailure[];
}

export interface ExecutionFailure {
  readonly rules: readonly string[];
  readonly argv: readonly string[];
  readonly ours: string;
  readonly theirs: string;
}

const USERS_PER_BATCH = 50;
const FAILURES_MAX = 20;
const ROUNDS_MAX = 100_000;

export async function compareByRunning(options: ExecutionOptions): Promise<ExecutionOutcome> {
  const { table, runs, admin, guest, how } = options;
  const random = randomFrom(options.seed);
  const failures: ExecutionFailure[] = [];
  let compared = 0;
  let allowed = 0;
  for (let round = 0; compared < runs && failures.length < FAILURES_MAX; round++) {
    if (round === ROUNDS_MAX) throw new Error(`only ${compared} commands in ${round} rounds`);
    const trials = Array.from({ length: USERS_PER_BATCH }, (_, i) =>
      randomTrial(random, table, `u${i}`, how),
    );
    await admin.send(
      trials.flatMap(({ name, rules }) => [
        ['ACL', 'DELUSER', name],
        ['ACL', 'SETUSER', name, ...rules],
      ]),
    );
    const open = how === 'queue' ? [['MULTI']] : [];
    const close = how === 'queue' ? [['DISCARD']] : [];
    const answers = await guest.send([
      ...trials.flatMap(({ name, argvs }) => [['AUTH', name, 'x'], ...open, ...argvs, ...close]),
      // A connection of a deleted user is closed.
      ['AUTH', 'default', 'x'],
    ]);
    let at = 0;
    for (const trial of trials) {
      at += 1 + open.length;
      for (const [k, argv] of trial.argvs.entries()) {
        const ours = trial.expected[k] ?? '';
        const theirs = refusalOf(answers[at + k] ?? null, ours);
        compared++;
        if (ours === 'allowed') allowed++;
        if (ours !== theirs) failures.push({ rules: trial.rules, argv, ours, theirs });
      }
      at += trial.argvs.length + close.length;
    }
  }
  return { compared, allowed, failures };
}

interface Trial {
  readonly name: string;
  readonly rules: readonly string[];
  readonly argvs: readonly (readonly string[])[];
  readonly expected: readonly string[];
}

function randomTrial(random: Random, table: CommandTable, name: string, how: 'queue' | 'run'): Trial {
  for (;;) {
    const theme = randomTheme(random, table);
    const rules = [
      ...randomRules(random, theme),
      ...(random.chance(1, 3) ? ['+@all'] : []),
      'on',
      'nopass',
      '+multi',
      '+discard',
      '+auth',
    ];
    const { user } = parseUser(name, rules.map(toText), table);
    // A refused rule or a restart of the loop: only users that can log in are of use.
    if (user === undefined) continue;
    const argvs = Array.from({ length: 10 }, () => randomArgv(random, theme)).filter((argv) =>
      how === 'queue' ? isQueued(argv) : isHarmless(table, argv),
    );
    const expected = argvs.map((argv) => {
      const decision = decide(user, argv.map(toText), table);
      return decision.allowed ? 'allowed' : toBytes(decision.message);
    });
    return { name, rules, argvs, expected };
  }
}

/** Commands that a transaction obeys at once. */
const AT_ONCE: ReadonlySet<string> = new Set(['multi', 'exec', 'discard', 'watch', 'quit', 'reset']);

function isQueued(argv: readonly string[]): boolean {
  return !AT_ONCE.has((argv[0] ?? '').toLowerCase());
}

const HARMFUL_CATEGORIES = [
  'admin',
  'dangerous',
  'blocking',
  'pubsub',
  'connection',
  'scripting',
  'transaction',
];
const HARMFUL: ReadonlySet<string> = new Set(['xread', 'xreadgroup', 'wait', 'post', 'host:']);

/** On an empty server that is thrown away: changes no connection, waits for nothing, reaches no other server. */
function isHarmless(table: CommandTable, argv: readonly string[]): boolean {
  const command: Command | undefined = table.commands.get((argv[0] ?? '').toLowerCase());
  return (
    command !== undefined &&
    !HARMFUL.has(command.fullName) &&
    !HARMFUL_CATEGORIES.some((category) => command.categories.has(category))
  );
}

/** The refusal of an answer that is one. A command that runs may find words missing that its arity allows. */
function refusalOf(answer: Answer, ours: string): string {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return 'allowed';
  const { error } = answer;
  if (ours === 'allowed' && error.startsWith('ERR wrong number of arguments')) return 'allowed';
  return /^(?:NOPERM|ERR unknown command|ERR wrong number of arguments)/.test(error) ? error : 'allowed';
}
