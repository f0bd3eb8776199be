/**
 * May a user run a command: acl.c ACLCheckAllUserCommandPerm, ACLSelectorCheckCmd and ACL DRYRUN, Redis 7.0 - 8.0 and
 * Valkey 7.2 - 9.1. 6.x has no DRYRUN: the text is that of the refused command.
 */
import { cString, equalsIgnoringCase, toBytes, toLower } from '../bytes.ts';
import { hasBit } from '../table/command-bits.ts';
import { commandPlans, findKeys } from './command-plan.ts';
import type { CommandPlan } from './command-plan.ts';
import type { CommandTable } from '../table/command-table.ts';
import { findRefusedDatabase } from './database-check.ts';
import type { Dialect } from '../table/dialect.ts';
import { matchBytes } from './glob.ts';
import { invariant } from '../invariant.ts';
import type { FoundKeys } from './key-spec.ts';
import { commandRefusal, objectRefusal } from './refusal.ts';
import type { EngineKey, Selector, User } from '../selector.ts';

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
  options: DecideOptions = {},
): Decision {
  invariant(user.table === table, 'the user was parsed with another command table');
  const plan = lookUp(table, argv);
  if (plan === undefined) return refuseUnknown(argv, table);
  const { arity } = plan.command;
  if (arity > 0 ? arity !== argv.length : argv.length < -arity) return refuseArity(plan);
  let worst: Refused = 0;
  let worstAt = 0;
  for (let i = 0; i < user.selectors.length; i++) {
    const selector = user.selectors[i];
    if (selector === undefined) continue;
    const refused = checkSelector(selector, plan, argv, table.dialect, options.db ?? 0);
    if (refused === 0) return ALLOWED[i] ?? { allowed: true, selector: i };
    if (refused > worst || (refused === worst && refusedAt > worstAt)) {
      worst = refused;
      worstAt = refusedAt;
    }
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
let refusedAt = 0;

function lookUp(table: CommandTable, argv: readonly string[]): CommandPlan | undefined {
  const plans = commandPlans(table);
  const name = argv[0] ?? '';
  const plan = plans.get(name) ?? plans.get(toLower(name));
  if (plan === undefined || argv.length < 2 || plan.subcommands.size === 0) return plan;
  const sub = argv[1] ?? '';
  return plan.subcommands.get(sub) ?? plan.subcommands.get(toLower(sub));
}

function checkSelector(
  selector: Selector,
  plan: CommandPlan,
  argv: readonly string[],
  dialect: Dialect,
  db: number,
): Refused {
  if (dialect.databases) {
    const at = findRefusedDatabase(selector, plan, argv, db);
    if (at !== undefined) return refuseAt(BY_DB, at);
  }
  if (!selector.allCommands && !plan.free && !grants(selector, plan, argv)) return refuseAt(BY_COMMAND, 0);
  if (!selector.allKeys && plan.keys !== 'none') {
    findKeys(plan, argv, dialect, found);
    for (let i = 0; i < found.count; i++) {
      const at = found.positions[i] ?? 0;
      if (
        !coversKey(selector.engine.keys, toBytes(argv[at] ?? ''), found.needs[i] ?? 0, dialect.globDepthMax)
      ) {
        return refuseAt(BY_KEY, at);
      }
    }
  }
  if (!selector.allChannels && plan.channels !== 'none') {
    const last = plan.channels === 'first' ? 1 : argv.length - 1;
    for (let at = 1; at <= last; at++) {
      if (!coversChannel(selector.engine.channels, toBytes(argv[at] ?? ''), plan, dialect)) {
        return refuseAt(BY_CHANNEL, at);
      }
    }
  }
  return 0;
}

function refuseAt(refused: Refused, at: number): Refused {
  refusedAt = at;
  return refused;
}

/** The command's bit, or a rule for its first argument. */
function grants(selector: Selector, plan: CommandPlan, argv: readonly string[]): boolean {
  const { engine } = selector;
  if (hasBit(engine.bits, plan.command.index)) return true;
  if (engine.firstArgs.size === 0 || argv.length < 2) return false;
  const allowed = engine.firstArgs.get(plan.command.index);
  if (allowed === undefined) return false;
  const first = toLower(cString(toBytes(argv[1] ?? '')));
  return allowed.some((arg) => equalsIgnoringCase(arg, first));
}

function coversKey(keys: readonly EngineKey[], key: string, need: number, depthMax: number): boolean {
  for (let i = 0; i < keys.length; i++) {
    const pattern = keys[i];
    if (pattern === undefined || (pattern.bits & need) !== need) continue;
    if (
      pattern.prefix !== undefined
        ? key !== '' && key.startsWith(pattern.prefix)
        : matchBytes(pattern.pattern, key, depthMax)
    ) {
      return true;
    }
  }
  return false;
}

function coversChannel(
  channels: readonly string[],
  channel: string,
  plan: CommandPlan,
  dialect: Dialect,
): boolean {
  if (plan.channels === 'patterns') return channels.includes(channel);
  return channels.some((pattern) => matchBytes(pattern, channel, dialect.globDepthMax));
}

function refuseUnknown(argv: readonly string[], table: CommandTable): Decision {
  const name = argv[0] ?? '';
  if (table.dialect.alwaysAllowed.includes(toLower(name)))
    return ALLOWED[0] ?? { allowed: true, selector: 0 };
  return { allowed: false, denied: 'error', object: name, message: `ERR Command '${name}' not found` };
}

function refuseArity(plan: CommandPlan): Decision {
  const { fullName } = plan.command;
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
  const { fullName } = plan.command;
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
