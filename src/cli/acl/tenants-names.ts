/** Names of tenants: a list, a file, or a count. */

import type { TenantsFlags } from '../commands/acl/tenants.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';

/** Tenants that one run makes. */
export const TENANTS_MAX = 1_000_000;

const NAMES_BYTES_MAX = 64 * 1024 * 1024;

/** The names that the flags give; undefined when they name none. */
export async function readNames(flags: TenantsFlags): Promise<readonly string[] | undefined> {
  const given = [flags.names, flags.namesFile, flags.count].filter((value) => value !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1)
    throw usage('names are given more than once', 'keep one of --names, --names-file and --count');
  const names =
    flags.names !== undefined
      ? flags.names.split(',').map((name) => name.trim())
      : flags.namesFile !== undefined
        ? linesOf(await readInput(flags.namesFile, 'the file of names', NAMES_BYTES_MAX))
        : numbered(flags.count ?? '', flags.prefix);
  if (names.length === 0) throw usage('there is no name', 'write one name a line');
  if (names.length > TENANTS_MAX)
    throw usage(`more than ${TENANTS_MAX} tenants are asked for`, 'make them in several runs');
  return names;
}

/** Blank lines mean nothing, and a line may end in CR. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** `team-1` … `team-100`. */
function numbered(text: string, prefix: string): readonly string[] {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1 || count > TENANTS_MAX)
    throw usage(`--count ${text} is not a number of tenants`, `write 1 to ${TENANTS_MAX}`);
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

function usage(what: string, next: string): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next });
}
