/**
 * May a user run a command: acl.c ACLCheckAllUserCommandPerm, ACLSelectorCheckCmd and ACL DRYRUN, Redis 7.0 - 8.0 and
 * Valkey 7.2 - 9.1. 6.x has no DRYRUN: the text is that of the refused command.
 */
import { cString, equalsIgnoringCase, toBytes, toLower } from '../bytes.ts';
import { findKeys, findPlan } from './command-plan.ts';
import type { CommandPlan } from './command-plan.ts';
import type { CommandTable } from '../table/command-table.ts';
import { findRefusedDatabase } from './database-check.ts';
import type { Dialect } from '../table/dialect.ts';
import { invariant } from '../invariant.ts';
import type { FoundKeys } from './key-spec.ts';
import { hasPattern, passesAny } from './pattern-test.ts';
import { commandRefusal, objectRefusal, unknownRefusal } from './refusal.ts';
import { testsOf } from './selector-test.ts';
import type { SelectorTest } from './selector-test.ts';
import type { User } from '../selector.ts';

/** `error`: no decision, the command is unknown or has a wrong number of arguments. */
export type Denial = 'command' | 'key' | 'channel' | 'db' | 'error';

/** What ACL DRYRUN would answer. */
export type Decision =
  | {
      readonly allowed: true;
      /** Index of the selector that allows it; 0 is the root. */
      readonly selector: number;
    }
  | {
      readonly allowed: false;
      readonly denied: Denial;
      /** Full command name, key, channel, or database argument. */
      readonly object: string;
      /** DRYRUN's text. */
      readonly message: string;
    };

export interface DecideOptions {
  /** Database of the connection (Valkey 9.1 only); default 0. */
  readonly db?: number;
}

/**
 * May `user` run this command? As ACL DRYRUN: `off` and passwords are not looked at. `table` is the one that the user
 * was parsed with.
 */
export function decide(
  user: User,
  argv: readonly string[],
  table: CommandTable,
  options?: DecideOptions,
): Decision {
  invariant(user.table === table, 'the user was parsed with another command table');
  const plan = findPlan(table, argv);
  if (plan === undefined) return refuseUnknown(argv, table);
  const { arity } = plan;
  if (arity > 0 ? arity !== argv.length : argv.length < -arity) return refuseArity(plan);
  const { dialect } = table;
  found.count = NOT_LOOKED;
  let worst: Refused = 0;
  let worstAt = 0;
  let i = 0;
  for (let test: SelectorTest | undefined = testsOf(user); test !== undefined; test = test.next) {
    let refused: Refused = 0;
    if (dialect.databases && !test.allDatabases) refused = checkDatabase(test, plan, argv, options?.db ?? 0);
    if (refused === 0) refused = checkSelector(test, plan, argv, dialect);
    if (refused === 0) return ALLOWED[i] ?? { allowed: true, selector: i };
    if (refused > worst || (refused === worst && refusedAt > worstAt)) {
      worst = refused;
      worstAt = refusedAt;
    }
    i++;
  }
  return refuse(user, plan, argv, worst, worstAt);
}

/** Why a selector refuses, in the order of the server's constants: the greatest is reported. */
type Refused = 0 | typeof BY_DB | typeof BY_COMMAND | typeof BY_KEY | typeof BY_CHANNEL;
const BY_DB = 1;
const BY_COMMAND = 2;
const BY_KEY = 3;
const BY_CHANNEL = 4;

/** Most users have few selectors: their answers are made once. */
const ALLOWED: readonly Decision[] = Array.from({ length: 8 }, (_, selector) => ({
  allowed: true,
  selector,
}));

// Scratch of one decision: the engine is synchronous, and this path must not allocate.
const found: FoundKeys = { count: 0, positions: [], needs: [] };
/** `found.count` before the first selector asks for the keys; the others use the same. */
const NOT_LOOKED = -1;
let refusedAt = 0;

function checkDatabase(test: SelectorTest, plan: CommandPlan, argv: readonly string[], db: number): Refused {
  const at = findRefusedDatabase(test.selector, plan, argv, db);
  return at === undefined ? 0 : refuseAt(BY_DB, at);
}

function checkSelector(
  test: SelectorTest,
  plan: CommandPlan,
  argv: readonly string[],
  dialect: Dialect,
): Refused {
  if (!test.allCommands && !plan.free && !grants(test, plan, argv)) return refuseAt(BY_COMMAND, 0);
  if (!test.allKeys && plan.keys !== 'none') {
    const at = findRefusedKey(test, plan, argv, dialect);
    if (at !== ALL_COVERED) return refuseAt(BY_KEY, at);
  }
  if (!test.allChannels && plan.channels !== 'none') {
    const last = plan.channels === 'first' ? 1 : argv.length - 1;
    for (let at = 1; at <= last; at++) {
      if (!coversChannel(test, argv[at] ?? '', plan, dialect)) return refuseAt(BY_CHANNEL, at);
    }
  }
  return 0;
}

function refuseAt(refused: Refused, at: number): Refused {
  refusedAt = at;
  return refused;
}

/** The command's bit, or a rule for its first argument. */
function grants(test: SelectorTest, plan: CommandPlan, argv: readonly string[]): boolean {
  const { index } = plan;
  if ((((test.words[index >> 5] ?? 0) >> (index & 31)) & 1) === 1) return true;
  // In a function of its own: its closure would cost every decision an allocation.
  return (
    test.firstArgs !== undefined && argv.length > 1 && grantsFirstArg(test.firstArgs.get(index), argv[1])
  );
}

function grantsFirstArg(allowed: readonly string[] | undefined, argument: string | undefined): boolean {
  if (allowed === undefined) return false;
  const first = toLower(cString(toBytes(argument ?? '')));
  return allowed.some((arg) => equalsIgnoringCase(arg, first));
}

const ALL_COVERED = -1;

/** Position of the first key that no pattern covers. */
function findRefusedKey(
  test: SelectorTest,
  plan: CommandPlan,
  argv: readonly string[],
  dialect: Dialect,
): number {
  const { keys } = test;
  if (plan.keys === 'one') {
    const at = plan.oneAt;
    return passesAny(keys, argv[at] ?? '', plan.oneNeed, dialect.globDepthMax) ? ALL_COVERED : at;
  }
  if (found.count === NOT_LOOKED) findKeys(plan, argv, dialect, found);
  for (let i = 0; i < found.count; i++) {
    const at = found.positions[i] ?? 0;
    if (!passesAny(keys, argv[at] ?? '', found.needs[i] ?? 0, dialect.globDepthMax)) return at;
  }
  return ALL_COVERED;
}

function coversChannel(
  { channels }: SelectorTest,
  channel: string,
  plan: CommandPlan,
  dialect: Dialect,
): boolean {
  if (plan.channels !== 'patterns') return passesAny(channels, channel, 0, dialect.globDepthMax);
  const bytes = toBytes(channel);
  // 7.0 and later compare with strcmp, which stops at a NUL.
  return hasPattern(channels, dialect.selectors ? cString(bytes) : bytes);
}

function refuseUnknown(argv: readonly string[], table: CommandTable): Decision {
  const name = argv[0] ?? '';
  if (table.dialect.alwaysAllowed.includes(toLower(name)))
    return ALLOWED[0] ?? { allowed: true, selector: 0 };
  return { allowed: false, denied: 'error', object: name, message: unknownRefusal(argv, table.dialect) };
}

function refuseArity(plan: CommandPlan): Decision {
  const { fullName } = plan;
  const message = `ERR wrong number of arguments for '${fullName}' command`;
  return { allowed: false, denied: 'error', object: fullName, message };
}

function refuse(
  user: User,
  plan: CommandPlan,
  argv: readonly string[],
  refused: Refused,
  at: number,
): Decision {
  const { dialect } = user.table;
  const { fullName } = plan;
  const argument = argv[at] ?? '';
  if (refused === BY_KEY || refused === BY_CHANNEL || refused === BY_DB) {
    const denied = refused === BY_KEY ? 'key' : refused === BY_CHANNEL ? 'channel' : 'db';
    return {
      allowed: false,
      denied,
      object: argument,
      message: objectRefusal(denied, user.name, argument, dialect),
    };
  }
  return {
    allowed: false,
    denied: 'command',
    object: fullName,
    message: commandRefusal(user.name, fullName, dialect),
  };
}
