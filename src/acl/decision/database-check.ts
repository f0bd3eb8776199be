/** Which databases a command touches and whether a selector gives them: Valkey 9.1, acl.c ACLSelectorCheckCmd. */
import { equalsIgnoringCase } from '../bytes.ts';
import type { CommandPlan } from './command-plan.ts';
import type { Selector } from '../selector.ts';

/** The `databases` setting when nothing sets it. */
export const DATABASES_DEFAULT = 16;

/** Position of the argument that names a refused database, 0 for the connection's own; undefined when all are given. */
export function findRefusedDatabase(
  selector: Selector,
  plan: CommandPlan,
  argv: readonly string[],
  db: number,
): number | undefined {
  if (selector.allDatabases) return undefined;
  if (plan.allDatabases) {
    for (let id = 0; id < DATABASES_DEFAULT; id++) if (!selector.databases.includes(id)) return 0;
    return undefined;
  }
  if (plan.databaseArgs !== undefined) return findRefusedArgument(selector, plan, argv, db);
  return plan.touchesDatabase && !gives(selector, db) ? 0 : undefined;
}

function findRefusedArgument(
  selector: Selector,
  plan: CommandPlan,
  argv: readonly string[],
  db: number,
): number | undefined {
  const refused = databaseArguments(plan.databaseArgs ?? '', argv).find(
    (at) => !gives(selector, Number(argv[at])),
  );
  if (refused !== undefined) return refused;
  return plan.keys === 'none' || gives(selector, db) ? undefined : 0;
}

function gives(selector: Selector, id: number): boolean {
  return id >= 0 && id < DATABASES_DEFAULT && selector.databases.includes(id);
}

/** Positions of the arguments that are database numbers; none when they cannot be read. */
function databaseArguments(finder: string, argv: readonly string[]): readonly number[] {
  switch (finder) {
    case 'selectDbIdArgs':
      return [1].filter((at) => isDatabase(argv[at]));
    case 'swapdbDbIdArgs':
      return isDatabase(argv[1]) && isDatabase(argv[2]) ? [1, 2] : [];
    case 'moveDbIdArgs':
      return [2].filter((at) => isDatabase(argv[at]));
    case 'copyDbIdArgs':
      return copyArguments(argv);
    default:
      return [];
  }
}

function copyArguments(argv: readonly string[]): readonly number[] {
  const found: number[] = [];
  for (let i = 3; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'replace')) continue;
    if (!equalsIgnoringCase(arg, 'db') || !isDatabase(argv[i + 1])) return [];
    found.push(i + 1);
    i += 1;
  }
  return found;
}

/** A number as string2ll reads it, of an existing database. */
function isDatabase(text: string | undefined): boolean {
  return text !== undefined && /^(?:0|[1-9]\d{0,9})$/.test(text) && Number(text) < DATABASES_DEFAULT;
}
