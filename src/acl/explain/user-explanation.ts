/** What a user may do: login, commands, keys, channels, databases, and what its rules do not hold back. */
import { commandPlans } from '../decision/command-plan.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import type { KeyNeed } from '../decision/key-spec.ts';
import { invariant } from '../invariant.ts';
import type { ParseUserOptions } from '../language/user.ts';
import type { KeyPattern, Selector, User } from '../selector.ts';
import { hasBit } from '../table/command-bits.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import { findCrossings } from '../tenancy/crossing.ts';
import type { CrossingKind } from '../tenancy/crossing.ts';
import type { TokenEffect } from './effect.ts';
import { countedBits } from './fact.ts';
import { findHoles } from './hole.ts';
import type { Hole } from './hole.ts';
import { demandedKeys, findObstacle } from './key-demand.ts';
import type { Obstacle } from './key-demand.ts';
import { explainTokens } from './token-effect.ts';

export interface UserExplanation {
  readonly name: string;
  readonly login: LoginFacts;
  /** Commands that the table knows and that need a right. */
  readonly commandTotal: number;
  /** One selector must give everything that a command asks for: each stands on its own, the root first. */
  readonly selectors: readonly SelectorExplanation[];
  /** Granted somewhere, and no selector that grants it can ever run it. */
  readonly neverRun: readonly string[];
  /** Run without any right. */
  readonly alwaysAllowed: readonly string[];
  readonly holes: readonly Hole[];
  /** What each rule contributed, when the rules are known. */
  readonly rules?: readonly TokenEffect[];
}

export interface LoginFacts {
  readonly enabled: boolean;
  readonly nopass: boolean;
  readonly passwords: number;
  /** `anyone`: any password opens it. `nobody`: off, or no password is set. */
  readonly open: 'anyone' | 'password' | 'nobody';
}

export interface SelectorExplanation {
  /** 0 is the root. */
  readonly selector: number;
  readonly commands: readonly string[];
  /** First-argument rules of commands that are not given as a whole: `select|0`. */
  readonly firstArgs: readonly string[];
  /** Commands of modules loaded later are given. */
  readonly futureCommands: boolean;
  readonly categories: readonly CategoryShare[];
  readonly keys: 'all' | 'some' | 'none';
  readonly keyPatterns: readonly KeyPattern[];
  /** Granted commands by the access they ask of a key; a command can be in several. */
  readonly keyDemand: Readonly<Record<'read' | 'write' | 'readWrite' | 'any', readonly string[]>>;
  readonly channels: 'all' | 'some' | 'none';
  readonly channelPatterns: readonly string[];
  /** `all` where the server has no database rules. */
  readonly databases: 'all' | readonly number[];
  /** Granted, but nothing that it asks for is given. */
  readonly neverRun: readonly { readonly obstacle: Obstacle; readonly commands: readonly string[] }[];
  /** Granted commands without keys, which no key pattern holds back, by what they do; harmless ones are left out. */
  readonly keyless: readonly {
    readonly kind: CrossingKind;
    readonly commands: readonly string[];
  }[];
}

/** A category and the part of it that is given. */
export interface CategoryShare {
  /** Empty: commands without a category. */
  readonly category: string;
  readonly granted: number;
  readonly total: number;
  readonly missing: readonly string[];
}

/** Explains a user; `tokens` are the rules that made it, where they are known. */
export function explainUser(
  user: User,
  table: CommandTable,
  tokens?: readonly string[],
  options: Pick<ParseUserOptions, 'base' | 'pubsubDefault'> = {},
): UserExplanation {
  invariant(user.table === table, 'the user was parsed with another command table');
  const layout = layoutOf(table);
  const selectors = user.selectors.map((selector, i) => explainSelector(user, selector, i, layout));
  const granted = new Set(selectors.flatMap(({ commands }) => commands));
  for (const { commands, neverRun } of selectors) {
    const never = new Set(neverRun.flatMap((group) => group.commands));
    for (const name of commands) if (!never.has(name)) granted.delete(name);
  }
  return {
    name: user.name,
    login: loginFacts(user),
    commandTotal: layout.commands.length,
    selectors,
    neverRun: [...granted].sort(),
    alwaysAllowed: layout.alwaysAllowed,
    holes: findHoles(user, table),
    ...(tokens !== undefined && { rules: explainTokens(user.name, tokens, table, options) }),
  };
}

/** What a table tells of every user. */
interface Layout {
  /** Commands and subcommands that need a right, in table order, with the access they ask of keys. */
  readonly commands: readonly { readonly plan: CommandPlan; readonly demand: readonly KeyNeed[] }[];
  /** Those of each category; of none, under an empty name, where there are such. */
  readonly members: ReadonlyMap<string, readonly Command[]>;
  readonly alwaysAllowed: readonly string[];
}

const layouts = new WeakMap<CommandTable, Layout>();

function layoutOf(table: CommandTable): Layout {
  const known = layouts.get(table);
  if (known !== undefined) return known;
  const counted = countedBits(table);
  const top = [...commandPlans(table).values()];
  const plans = top
    .flatMap((plan) => [plan, ...plan.subcommands.values()])
    .filter(({ command }) => hasBit(counted, command.index));
  const commands = plans.map(({ command }) => command);
  const rest = commands.filter(({ categories }) => categories.size === 0);
  const layout = {
    commands: plans.map((plan) => ({ plan, demand: demandedKeys(plan, table.dialect) })),
    members: new Map([
      ...table.categories.map(
        (category) => [category, commands.filter(({ categories }) => categories.has(category))] as const,
      ),
      ...(rest.length === 0 ? [] : [['', rest] as const]),
    ]),
    alwaysAllowed: [
      ...new Set([
        ...table.dialect.alwaysAllowed,
        ...top.filter(({ free }) => free).map(({ command }) => command.fullName),
      ]),
    ].sort(),
  };
  layouts.set(table, layout);
  return layout;
}

function loginFacts({ enabled, nopass, passwords }: User): LoginFacts {
  const open = !enabled ? 'nobody' : nopass ? 'anyone' : passwords.length > 0 ? 'password' : 'nobody';
  return { enabled, nopass, passwords: passwords.length, open };
}

function explainSelector(user: User, selector: Selector, at: number, layout: Layout): SelectorExplanation {
  const granted = layout.commands.filter(({ plan }) => hasBit(selector.engine.bits, plan.command.index));
  const names = granted.map(({ plan }) => plan.command.fullName);
  const firstArgs = [...selector.firstArgs]
    .filter(([name]) => !names.includes(name))
    .flatMap(([name, args]) => args.map((arg) => `${name}|${arg.toLowerCase()}`));
  const { dialect } = user.table;
  return {
    selector: at,
    commands: names,
    firstArgs,
    futureCommands: selector.futureCommands,
    categories: shareCategories(selector, layout),
    keys: selector.allKeys ? 'all' : selector.keys.length > 0 ? 'some' : 'none',
    keyPatterns: selector.keys,
    keyDemand: sortByDemand(granted),
    channels: selector.allChannels ? 'all' : selector.channels.length > 0 ? 'some' : 'none',
    channelPatterns: selector.channels,
    databases: selector.allDatabases ? 'all' : selector.databases,
    neverRun: groupBy(
      granted.flatMap(({ plan }) => {
        const obstacle = findObstacle(plan, selector, dialect);
        return obstacle === undefined ? [] : [[obstacle, plan.command.fullName] as const];
      }),
    ).map(([obstacle, commands]) => ({ obstacle, commands })),
    keyless: listKeyless({ ...user, selectors: [selector] }),
  };
}

/** Those whose keys are checked (MIGRATE) are not among them, nor those of {@link findHoles}. */
function listKeyless(alone: User): SelectorExplanation['keyless'] {
  const crossings = findCrossings(alone).filter(({ kind }) => kind !== 'export' && kind !== 'unchecked');
  return groupBy(crossings.map(({ kind, command }) => [kind, command] as const)).map(([kind, commands]) => ({
    kind,
    commands,
  }));
}

function shareCategories(selector: Selector, { members }: Layout): readonly CategoryShare[] {
  return [...members].map(([category, commands]) => {
    const missing = commands.filter(({ index }) => !hasBit(selector.engine.bits, index));
    return {
      category,
      granted: commands.length - missing.length,
      total: commands.length,
      missing: missing.map(({ fullName }) => fullName),
    };
  });
}

function sortByDemand(granted: Layout['commands']): SelectorExplanation['keyDemand'] {
  const of = (need: KeyNeed): readonly string[] =>
    granted.filter(({ demand }) => demand.includes(need)).map(({ plan }) => plan.command.fullName);
  return { read: of(1), write: of(2), readWrite: of(3), any: of(0) };
}

function groupBy<G extends string>(
  pairs: readonly (readonly [G, string])[],
): readonly (readonly [G, string[]])[] {
  const groups = new Map<G, string[]>();
  for (const [group, name] of pairs) {
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [name]);
    else members.push(name);
  }
  return [...groups];
}
