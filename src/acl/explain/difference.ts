/** The named differences between ACL DRYRUN and running the command, each with the versions it was seen on. */
import { equalsIgnoringCase, toLower } from '../bytes.ts';
import { decide } from '../decision/decide.ts';
import type { DecideOptions, Decision } from '../decision/decide.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import type { User } from '../selector.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import { tableFor } from '../table/tables.ts';
import { findPlan } from '../decision/command-plan.ts';
import { readsEveryKey } from './coverage.ts';
import { readSortOptions } from './touched-keys.ts';
import type { TouchedKey } from './touched-keys.ts';

export type DifferenceCode =
  | 'sort-by-get'
  | 'unchecked-keys'
  | 'script-calls'
  | 'exec-recheck'
  | 'exec-keeps-database'
  | 'blocked-recheck'
  | 'blocked-not-rechecked'
  | 'user-off'
  | 'protected-command'
  | 'protected-setting'
  | 'needs-no-right'
  | 'migrate-to-itself'
  | 'module-checks'
  | 'unknown-command';

export interface Difference {
  readonly code: DifferenceCode;
  /** `note`: the verdict is the same, but DRYRUN does not tell this. */
  readonly effect: 'denied' | 'depends' | 'note';
  readonly sentence: string;
  /** The versions that behave so. */
  readonly versions: string;
  /** The error reply of the refusal. */
  readonly message?: string;
}

/** A command as it was asked about. */
export interface Asked {
  readonly user: User;
  readonly argv: readonly string[];
  readonly table: CommandTable;
  readonly dryRun: Decision;
  readonly options: DecideOptions;
  readonly unchecked: readonly TouchedKey[];
}

export function findDifferences(asked: Asked): readonly Difference[] {
  const plan = findPlan(asked.table, asked.argv);
  if (plan === undefined) return asked.dryRun.allowed ? [] : [UNKNOWN];
  if (!asked.dryRun.allowed && asked.dryRun.denied === 'error') return [];
  const protectedCommand = findProtected(asked, plan);
  if (!asked.dryRun.allowed) return protectedCommand.filter(({ code }) => code === 'protected-command');
  return [
    ...protectedCommand,
    ...findSortOptions(asked, plan),
    ...findUncheckedKeys(asked, plan),
    ...findScripts(plan),
    ...findMoments(asked, plan),
    ...findOthers(asked, plan),
  ];
}

const UNKNOWN: Difference = {
  code: 'unknown-command',
  effect: 'note',
  sentence:
    'The server looks commands up by the names that rename-command gave them, rules by their original names: a table captured from that server knows both.',
  versions: 'all',
};

const PROTECTED_SUBCOMMANDS = ['module|load', 'module|loadex', 'module|unload'];
const PROTECTED_SETTINGS = ['dir', 'dbfilename'];

/** Off by default since 7.0, and refused before rights are looked at. */
function findProtected({ argv, table }: Asked, { command }: CommandPlan): readonly Difference[] {
  if (!table.dialect.subcommands) return [];
  const versions = 'Redis 7.0 and later, Valkey';
  const { fullName } = command;
  const which =
    fullName === 'debug' ? 'debug' : PROTECTED_SUBCOMMANDS.includes(fullName) ? 'module' : undefined;
  if (which !== undefined) {
    const setting = `enable-${which}-command`;
    return [
      {
        code: 'protected-command',
        effect: 'depends',
        sentence: `${fullName.toUpperCase().replace('|', ' ')} is refused to everyone unless the setting ${setting} allows it (default: no).`,
        versions,
        message: `ERR ${which.toUpperCase()} command not allowed. If the ${setting} option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
      },
    ];
  }
  if (fullName !== 'config|set') return [];
  const name = argv.find((arg, i) => i >= 2 && i % 2 === 0 && PROTECTED_SETTINGS.includes(toLower(arg)));
  if (name === undefined) return [];
  return [
    {
      code: 'protected-setting',
      effect: 'depends',
      sentence: `The setting ${toLower(name)} is refused to everyone unless enable-protected-configs allows it (default: no).`,
      versions,
      message: `ERR CONFIG SET failed (possibly related to argument '${name}') - can't set protected config`,
    },
  ];
}

/** SORT checks its own options: some selector must allow the command and read every key. */
function findSortOptions(
  { user, argv, table, options }: Asked,
  { command }: CommandPlan,
): readonly Difference[] {
  const { fullName } = command;
  if ((fullName !== 'sort' && fullName !== 'sort_ro') || !table.dialect.keyPermissions) return [];
  const option = readSortOptions(fullName, argv).patterns.find(
    ({ option, position }) => option === 'GET' || (argv[position] ?? '').includes('*'),
  )?.option;
  if (option === undefined) return [];
  const full = user.selectors.some(
    (selector) =>
      readsEveryKey(selector) && decide({ ...user, selectors: [selector] }, argv, table, options).allowed,
  );
  if (full) return [];
  return [
    {
      code: 'sort-by-get',
      effect: 'denied',
      sentence: `${option} makes ${fullName.toUpperCase()} read keys that its arguments do not name: it asks for ~* or %R~* in a selector that allows the command. ACL DRYRUN does not look.`,
      versions: 'Redis 7.0 and later, Valkey; 6.x reads those keys without a check',
      message: `ERR ${option} option of SORT denied due to insufficient ACL permissions.`,
    },
  ];
}

function findUncheckedKeys({ unchecked }: Asked, { command }: CommandPlan): readonly Difference[] {
  if (unchecked.length === 0) return [];
  const list = unchecked.map(({ key, access }) => `${access}s ${JSON.stringify(key)}`).join(', ');
  return [
    {
      code: 'unchecked-keys',
      effect: 'note',
      sentence: `The command ${list} although this user has no right to: this build's key check does not see it.`,
      versions: UNCHECKED_VERSIONS.get(command.fullName) ?? '',
    },
  ];
}

const FIXED_KEYWORDS = 'fixed in Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, 8.6.6 and 8.8.2';
const UNCHECKED_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['sort', `STORE: ${FIXED_KEYWORDS}; not in Valkey. BY and GET: 6.x only`],
  ['sort_ro', 'fixed in Redis 7.0.13 and 7.2.1 (CVE-2023-41053)'],
  ['georadius', `${FIXED_KEYWORDS}, and Valkey 9.1`],
  ['georadiusbymember', `${FIXED_KEYWORDS}, and Valkey 9.1`],
  ['xreadgroup', `${FIXED_KEYWORDS}; not in Valkey`],
]);

const SCRIPTS: ReadonlySet<string> = new Set([
  'eval',
  'eval_ro',
  'evalsha',
  'evalsha_ro',
  'fcall',
  'fcall_ro',
]);

function findScripts({ command }: CommandPlan): readonly Difference[] {
  if (!SCRIPTS.has(command.fullName)) return [];
  return [
    {
      code: 'script-calls',
      effect: 'depends',
      sentence:
        'Each call of the script is checked with the rights of whoever runs it, keys that it does not declare included; a refused one ends the script with an error.',
      versions: 'all',
    },
  ];
}

/** Rights that are looked at again later, or are not. */
function findMoments({ argv, table }: Asked, { command, keys }: CommandPlan): readonly Difference[] {
  if (command.fullName === 'exec') return table.dialect.databases ? [EXEC, EXEC_DATABASE] : [EXEC];
  if (keys === 'none' || !mayBlock(argv, command)) return [];
  return [
    table.dialect.refusalNamesUser
      ? {
          code: 'blocked-recheck',
          effect: 'note',
          sentence: 'When it blocks, it is checked again as it wakes, with the rights of that moment.',
          versions: 'Redis 7.2 and later, Valkey',
        }
      : {
          code: 'blocked-not-rechecked',
          effect: 'note',
          sentence: 'When it blocks, it is served with the rights that it had when it was sent.',
          versions: 'Redis 6.x and 7.0',
        },
  ];
}

const EXEC: Difference = {
  code: 'exec-recheck',
  effect: 'depends',
  sentence:
    'Every queued command is checked again, with the rights of that moment; those that are no longer allowed are refused one by one and the others run.',
  versions: 'all',
};

const EXEC_DATABASE: Difference = {
  code: 'exec-keeps-database',
  effect: 'note',
  sentence: 'When a queued SELECT is refused, the commands behind it run in the database before it.',
  versions: 'Valkey 9.1',
};

function mayBlock(argv: readonly string[], { fullName, flags }: Command): boolean {
  if (fullName === 'xread' || fullName === 'xreadgroup')
    return argv.some((arg, i) => i > 0 && equalsIgnoringCase(arg, 'block'));
  // 6.0 has no flag for it.
  return flags.has('blocking') || /^(?:bl|br|bz)/.test(fullName);
}

function findOthers({ user, table }: Asked, { command, free }: CommandPlan): readonly Difference[] {
  const found: Difference[] = [];
  if (free) {
    found.push({
      code: 'needs-no-right',
      effect: 'note',
      sentence: 'No rule can take this command away; it runs before a login too.',
      versions: 'all',
    });
  } else if (!user.enabled) {
    found.push({
      code: 'user-off',
      effect: 'note',
      sentence:
        'The user is off: nobody can log in as it. Sessions that are open already go on with these rights.',
      versions: 'all',
    });
  }
  if (command.fullName === 'migrate') {
    found.push({
      code: 'migrate-to-itself',
      effect: 'note',
      sentence:
        'Any host and port will do, this server included: it reports an I/O error and writes the keys to the other database all the same, as the user default.',
      versions: 'all',
    });
  }
  // Modules that come with the server are known: they check nothing.
  if (command.isModule && !tableFor(table.dialect).commands.has(command.fullName.toLowerCase())) {
    found.push({
      code: 'module-checks',
      effect: 'depends',
      sentence: 'A module may check rights of its own while its command runs.',
      versions: 'all',
    });
  }
  return found;
}
