/** The command that an argument list names, and the keys of it that the server checks. */
import { toLower } from '../bytes.ts';
import { commandPlans, findKeys } from '../decision/command-plan.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import type { FoundKeys, KeyNeed } from '../decision/key-spec.ts';
import type { CommandTable } from '../table/command-table.ts';

/** A key at a position of the argument list, and the access that a pattern must give. */
export interface CheckedKey {
  readonly position: number;
  readonly key: string;
  readonly need: KeyNeed;
}

/** The command or subcommand; undefined when the server does not know it. */
export function findPlan(argv: readonly string[], table: CommandTable): CommandPlan | undefined {
  const plan = commandPlans(table).get(toLower(argv[0] ?? ''));
  if (plan === undefined || argv.length < 2 || plan.subcommands.size === 0) return plan;
  return plan.subcommands.get(toLower(argv[1] ?? ''));
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
