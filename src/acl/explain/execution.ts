/**
 * What happens when a command is really run, where ACL DRYRUN tells only half: checks that commands make while they
 * run, keys that they touch without a check, settings and moments that decide. Seen on Redis 6.0.16, 7.0.15, 8.0.6 and
 * Valkey 8.1.1, 9.1.2.
 */
import { decide } from '../decision/decide.ts';
import type { DecideOptions, Decision } from '../decision/decide.ts';
import type { User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import { findPlan } from '../decision/command-plan.ts';
import { checkedKeys } from './checked-key.ts';
import { coversKey } from './coverage.ts';
import { findDifferences } from './difference.ts';
import type { Difference } from './difference.ts';
import { executionRefusal } from './execution-message.ts';
import { touchedKeys } from './touched-keys.ts';
import type { TouchedKey } from './touched-keys.ts';

export interface Execution {
  /** What ACL DRYRUN answers: {@link decide}. In 6.x, which has none, what the check before the command answers. */
  readonly dryRun: Decision;
  /**
   * - `same`: running the command gives the same verdict.
   * - `denied`: DRYRUN says yes, the command itself says no.
   * - `depends`: on what only running it shows (a script, a setting); see `differences`.
   */
  readonly execution: 'same' | 'denied' | 'depends';
  /** The error reply where it is refused, now or when what it depends on is against it. */
  readonly executionMessage?: string;
  /** Why execution may differ, and what DRYRUN does not look at. */
  readonly differences: readonly Difference[];
  /** Keys that the command would touch without right to them, because this build's key check does not see them. */
  readonly unchecked: readonly TouchedKey[];
}

/** Both answers, DRYRUN's and the one of running the command as this user, already logged in. */
export function decideExecution(
  user: User,
  argv: readonly string[],
  table: CommandTable,
  options: DecideOptions = {},
): Execution {
  const dryRun = decide(user, argv, table, options);
  const unchecked = dryRun.allowed ? findUnchecked(user, dryRun.selector, argv, table) : [];
  const differences = findDifferences({ user, argv, table, dryRun, options, unchecked });
  const refused = differences.find(({ effect }) => effect === 'denied');
  const depends = differences.find(({ effect }) => effect === 'depends');
  const message = dryRun.allowed
    ? (refused?.message ?? depends?.message)
    : (depends?.message ?? executionRefusal(dryRun, argv, table));
  const differs = !dryRun.allowed
    ? 'same'
    : refused !== undefined
      ? 'denied'
      : depends !== undefined
        ? 'depends'
        : 'same';
  return {
    dryRun,
    execution: differs,
    ...(message !== undefined && { executionMessage: message }),
    differences,
    unchecked,
  };
}

function findUnchecked(
  user: User,
  allowing: number,
  argv: readonly string[],
  table: CommandTable,
): readonly TouchedKey[] {
  const plan = findPlan(table, argv);
  const selector = user.selectors[allowing];
  if (plan === undefined || selector === undefined || selector.allKeys) return [];
  const checked = new Set(checkedKeys(plan, argv, table).map(({ position }) => position));
  return (touchedKeys(plan.command.fullName, argv, table.dialect) ?? []).filter(
    ({ key, kind, position, access }) => {
      if (checked.has(position)) return false;
      if (kind === 'key') return !coversKey(selector, key, access === 'read' ? 1 : 2, table.dialect);
      const start = key.slice(0, key.indexOf('*'));
      return !selector.keys.some(({ pattern, read }) => read && isPrefix(pattern, start));
    },
  );
}

/** `app:*` gives every name that `app:w_*` can build. */
function isPrefix(pattern: string, start: string): boolean {
  return /^[^*?[\\]*\*$/.test(pattern) && start.startsWith(pattern.slice(0, -1));
}
