/**
 * Command lines that show a difference: made from a unit and the keys it should touch, and only given out when the
 * decision engine lets one user run them and refuses the other.
 */
import { findKeys } from '../decision/command-plan.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import { decide } from '../decision/decide.ts';
import type { FoundKeys, KeyNeed } from '../decision/key-spec.ts';
import type { User } from '../selector.ts';
import type { Unit } from './unit.ts';

/** A command line, and the database of its connection where that counts (Valkey 9.1). */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly db?: number;
}

/** What the line should show. */
export interface Wanted {
  /** Keys for a key position with this need; several are used in turn. */
  readonly keys: (need: KeyNeed) => readonly string[];
  /** Filler for every other argument: a channel, a database. */
  readonly filler: string;
  /** Database of the connection. */
  readonly db?: number;
}

/** A line that `allowed` may run and `denied` may not; undefined when none was found. */
export function findLine(
  unit: Unit,
  plan: CommandPlan,
  allowed: User,
  denied: User,
  wanted: Wanted,
): CommandLine | undefined {
  const options = wanted.db === undefined ? {} : { db: wanted.db };
  for (const draft of drafts(unit, plan, wanted)) {
    for (let turn = 0; turn < TURNS; turn++) {
      const argv = putKeys(draft, unit, plan, allowed, wanted, turn);
      if (!decide(allowed, argv, allowed.table, options).allowed) continue;
      if (!decide(denied, argv, denied.table, options).allowed) return { argv, ...options };
    }
  }
  return undefined;
}

/** Ways to deal the keys out to the positions. */
const TURNS = 2;

/** Lines of the right form for most commands: plain arguments, a count and keys, and the words some commands want. */
function* drafts(unit: Unit, plan: CommandPlan, { keys, filler }: Wanted): Generator<readonly string[]> {
  const { words } = unit;
  const least = Math.max(0, Math.abs(plan.command.arity) - words.length);
  const most = plan.command.arity > 0 ? least : least + 4;
  const key = keys(0)[0] ?? keys(1)[0] ?? keys(2)[0] ?? filler;
  const fill = (count: number): string[] => Array.from({ length: count }, () => filler);
  for (let count = least; count <= most; count++) yield [...words, ...fill(count)];
  for (let at = 0; at < 4; at++) {
    for (const number of ['1', '2', '3', '0', '01']) {
      const tail = Math.max(least - at - 1, Number(number), 0);
      yield [...words, ...fill(at), number, ...fill(tail)];
      yield [...words, ...fill(at), number, ...fill(tail + 1)];
    }
  }
  yield [...words, 'STREAMS', key, '0'];
  yield [...words, 'STREAMS', key, key, '0', '0'];
  yield [...words, 'GROUP', 'g', 'c', 'STREAMS', key, '0'];
  yield [...words, ...fill(least), 'STORE', key];
  yield [...words, ...fill(least), 'GET'];
  yield [...words, 'host', '6379', '', '0', '0', 'KEYS', key, key];
  yield [...words, 'host', '6379', filler, '0', '0', 'KEYS', key];
  yield [...words, 'host', '6379', '', '0', '0', 'KEYS'];
  yield [...words, 'KEYS', key, key];
}

/** Puts the wanted keys where the command looks for keys. */
function putKeys(
  draft: readonly string[],
  unit: Unit,
  plan: CommandPlan,
  allowed: User,
  wanted: Wanted,
  turn: number,
): readonly string[] {
  const found: FoundKeys = { count: 0, positions: [], needs: [] };
  findKeys(plan, draft, allowed.table.dialect, found);
  const argv = [...draft];
  for (let i = 0; i < found.count; i++) {
    const position = found.positions[i] ?? 0;
    const keys = wanted.keys(found.needs[i] ?? 0);
    const key = keys[(i + turn) % Math.max(1, keys.length)];
    if (key !== undefined && position >= unit.words.length) argv[position] = key;
  }
  return argv;
}
