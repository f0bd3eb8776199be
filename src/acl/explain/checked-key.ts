/** The keys of a command line that the server checks. */
import { findKeys } from '../decision/command-plan.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import type { FoundKeys, KeyNeed } from '../decision/key-spec.ts';
import type { CommandTable } from '../table/command-table.ts';

/** A key at a position of the argument list, and the access that a pattern must give. */
export interface CheckedKey {
  readonly position: number;
  readonly key: string;
  readonly need: KeyNeed;
}

/** In the order they are checked. */
export function checkedKeys(
  plan: CommandPlan,
  argv: readonly string[],
  table: CommandTable,
): readonly CheckedKey[] {
  if (plan.keys === 'none') return [];
  const found: FoundKeys = { count: 0, positions: [], needs: [] };
  findKeys(plan, argv, table.dialect, found);
  return found.positions.slice(0, found.count).map((position, i) => ({
    position,
    key: argv[position] ?? '',
    need: found.needs[i] ?? 0,
  }));
}
