/**
 * What commands that were seen needed, summed up so that a day of traffic fits in memory: each command once with its
 * count, each key once with the access it needed, and a sample of whole commands to check a proposal against.
 */
import { toBytes, toLower } from '../bytes.ts';
import { findKeys, findPlan, isFree } from '../decision/command-plan.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import type { FoundKeys } from '../decision/key-spec.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { Observation } from './observation.ts';

/** Distinct keys that are kept; more of them are counted and left out. */
export const KEYS_MAX = 200_000;
/** Distinct commands with their keys that are kept to check a proposal. */
export const SAMPLES_MAX = 50_000;
/** A longer key or channel is left out. */
const NAME_CHARACTERS_MAX = 4096;
/** Arguments that are no keys are cut to this length in samples: they may be large values. */
const ARGUMENT_CHARACTERS_MAX = 64;

/** Access that a name was used with; `any` needs a pattern of either kind. */
export interface SeenKey {
  readonly need: 'any' | 'read' | 'write' | 'read-write';
  readonly count: number;
  /** Full command names. */
  readonly commands: ReadonlySet<string>;
}

export interface SeenCommand {
  readonly count: number;
  /** Needs no right: AUTH, HELLO. */
  readonly free: boolean;
}

/** What was seen so far. */
export interface Recording {
  readonly table: CommandTable;
  readonly commands: ReadonlyMap<string, SeenCommand>;
  readonly keys: ReadonlyMap<string, SeenKey>;
  readonly channels: ReadonlyMap<string, number>;
  /** Arguments of PSUBSCRIBE: a rule must be equal to them. */
  readonly channelPatterns: ReadonlyMap<string, number>;
  readonly databases: ReadonlySet<number>;
  readonly samples: readonly Observation[];
  readonly seen: number;
  /** Words that are no command of the table, or have a wrong number of arguments, with counts. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Keys, channels and samples that did not fit, and lines that were cut. */
  readonly dropped: number;
}

/** Takes observations one by one. */
export interface Recorder {
  readonly see: (observation: Observation) => void;
  readonly recording: () => Recording;
}

/** Starts a recording, with the command table of the server that ran the commands. */
export function createRecorder(table: CommandTable): Recorder {
  const state = {
    table,
    commands: new Map<string, { count: number; free: boolean }>(),
    keys: new Map<string, { need: number; count: number; commands: Set<string> }>(),
    channels: new Map<string, number>(),
    channelPatterns: new Map<string, number>(),
    databases: new Set<number>(),
    samples: new Map<string, Observation>(),
    seen: 0,
    unknown: new Map<string, number>(),
    dropped: 0,
  };
  const found: FoundKeys = { count: 0, positions: [], needs: [] };

  const seeKey = (key: string, need: number, command: string): void => {
    const known = state.keys.get(key);
    if (known !== undefined) {
      known.need |= need;
      known.count++;
      known.commands.add(command);
    } else if (state.keys.size < KEYS_MAX && key.length <= NAME_CHARACTERS_MAX) {
      state.keys.set(key, { need, count: 1, commands: new Set([command]) });
    } else {
      state.dropped++;
    }
  };
  const seeChannels = (plan: CommandPlan, argv: readonly string[]): void => {
    if (plan.channels === 'none') return;
    const into = plan.channels === 'patterns' ? state.channelPatterns : state.channels;
    for (const channel of plan.channels === 'first' ? argv.slice(1, 2) : argv.slice(1)) {
      if (into.size < KEYS_MAX && channel.length <= NAME_CHARACTERS_MAX) count(into, channel);
      else state.dropped++;
    }
  };
  const sample = (observation: Observation, plan: CommandPlan): void => {
    const keys = new Set(found.positions.slice(0, found.count));
    const argv = observation.argv.map((word, at) =>
      keys.has(at) || plan.channels !== 'none' ? word : word.slice(0, ARGUMENT_CHARACTERS_MAX),
    );
    const id = [nameOf(plan, argv), ...[...keys].map((at) => argv[at] ?? '')].join('\0');
    if (state.samples.has(id)) return;
    if (state.samples.size < SAMPLES_MAX) state.samples.set(id, { ...observation, argv });
    else state.dropped++;
  };

  return {
    see: (observation) => {
      const { argv, db } = observation;
      state.seen++;
      if (observation.truncated === true) state.dropped++;
      const plan = lookUp(table, argv);
      if (plan === undefined) return count(state.unknown, (argv[0] ?? '').slice(0, ARGUMENT_CHARACTERS_MAX));
      const { command } = plan;
      const name = nameOf(plan, argv);
      const known = state.commands.get(name);
      if (known === undefined) state.commands.set(name, { count: 1, free: isFree(command, table.dialect) });
      else known.count++;
      if (db !== undefined) state.databases.add(db);
      findKeys(plan, argv, table.dialect, found);
      for (let i = 0; i < found.count; i++)
        seeKey(argv[found.positions[i] ?? 0] ?? '', found.needs[i] ?? 0, name);
      seeChannels(plan, argv);
      sample(observation, plan);
    },
    recording: () => ({
      ...state,
      keys: new Map([...state.keys].map(([key, seen]) => [key, { ...seen, need: nameNeed(seen.need) }])),
      samples: [...state.samples.values()],
    }),
  };
}

/** The name that a rule grants this command by; undefined when it is no command of the table. */
export function nameCommand(table: CommandTable, argv: readonly string[]): string | undefined {
  const plan = lookUp(table, argv);
  return plan === undefined ? undefined : nameOf(plan, argv);
}

/** 6.x: commands whose first argument is a subcommand, and that a rule such as `+config|get` narrows. */
const CONTAINERS_6 = new Set([
  'acl',
  'client',
  'cluster',
  'command',
  'config',
  'debug',
  'latency',
  'memory',
  'module',
  'object',
  'pubsub',
  'script',
  'slowlog',
  'xgroup',
  'xinfo',
]);

function nameOf({ command }: CommandPlan, argv: readonly string[]): string {
  const word = toLower(toBytes(argv[1] ?? ''));
  return CONTAINERS_6.has(command.fullName) && /^[a-z-]+$/.test(word)
    ? `${command.fullName}|${word}`
    : command.fullName;
}

function lookUp(table: CommandTable, argv: readonly string[]): CommandPlan | undefined {
  const plan = findPlan(table, argv);
  if (plan === undefined) return undefined;
  const { arity } = plan.command;
  return (arity > 0 ? arity === argv.length : argv.length >= -arity) ? plan : undefined;
}

function nameNeed(bits: number): SeenKey['need'] {
  return bits === 0 ? 'any' : bits === 1 ? 'read' : bits === 2 ? 'write' : 'read-write';
}

function count(into: Map<string, number>, name: string): void {
  const known = into.get(name);
  // Unknown words come from anybody: bounded like the rest.
  if (known !== undefined || into.size < KEYS_MAX) into.set(name, (known ?? 0) + 1);
}
