/**
 * What an edge of the escalation graph asks for, as data, and whether a user and a server fulfil it. Rights are asked of
 * the decision procedure with real arguments, so that first-argument rules, channels, databases and the holes of single
 * builds count as they do on the server. What is not known is not denied: it becomes an assumption, in words.
 */
import { toLower } from '../bytes.ts';
import { decide } from '../decision/decide.ts';
import { globMatch } from '../decision/glob.ts';
import { isFree } from '../decision/command-plan.ts';
import { isUnrestricted } from '../decision/reach.ts';
import { hasBit } from '../table/command-bits.ts';
import { parseVersion } from '../table/dialect.ts';
import type { ServerVersion, Version } from '../table/dialect.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import type { User } from '../selector.ts';
import { foreignKeys, ownChannels, ownDatabases, ownKeys } from './witness.ts';

/** Stands in an argument list for a key that the user's own patterns give. */
export const OWN_KEY = '{own key}';
/** Stands for a key that the user's patterns do not give: where this is allowed, every key is. */
export const VICTIM_KEY = '{key of somebody else}';

/** What must hold for an edge. */
export type Requirement =
  /** The user may run this. */
  | { readonly kind: 'may'; readonly argv: readonly string[] }
  /** A channel that the user's rules give matches this pattern of channels. */
  | { readonly kind: 'hears'; readonly channels: readonly string[] }
  | { readonly kind: 'any'; readonly of: readonly Requirement[] }
  | { readonly kind: 'all'; readonly of: readonly Requirement[] }
  /** The server is one of these builds. */
  | { readonly kind: 'build'; readonly redis?: Builds; readonly valkey?: Builds }
  /** A setting has one of these values. */
  | { readonly kind: 'setting'; readonly name: string; readonly in: readonly string[] }
  /** A setting has any value but the empty one. */
  | { readonly kind: 'setting-given'; readonly name: string }
  | { readonly kind: 'mode'; readonly is: 'cluster' | 'not cluster' }
  /** The user `default` as it stands; a user who is `default` itself has nothing to gain by becoming it. */
  | { readonly kind: 'default-user'; readonly is: 'open' | 'enabled' | 'unrestricted' }
  /** Restores are not checked: the flag `skip-sanitize-payload`. */
  | { readonly kind: 'skips-payload-check' }
  /** Nothing here can know: an event, or a fact outside the server. */
  | { readonly kind: 'when'; readonly happens: string };

/** Builds of a product: from `introduced` on, until the fix of their branch. */
export interface Builds {
  readonly introduced: string;
  /** First build without it, of each branch that got one, oldest first; branches after the last were born without it. */
  readonly until?: readonly string[];
}

/** What is known of the server beside the user's rights. Whatever is absent is unknown. */
export interface EscalationFacts {
  readonly defaultUser?: User;
  readonly clusterMode?: 'on' | 'off';
  /** `enable-module-command` to its value; a setting that is absent is unknown. */
  readonly settings?: ReadonlyMap<string, string>;
}

/** `assumed`: it holds if the assumptions do. */
export interface Answer {
  readonly holds: 'yes' | 'no' | 'assumed';
  /** Full names of the commands that fulfil it. */
  readonly commands: readonly string[];
  readonly assumes: readonly string[];
}

/** Does it hold for this user on this server? */
export function judgeRequirement(requirement: Requirement, user: User, facts: EscalationFacts): Answer {
  switch (requirement.kind) {
    case 'may':
      return judgeRight(requirement.argv, user);
    case 'hears':
      return requirement.channels.some((channel) => mayHear(channel, user)) ? YES : NO;
    case 'any':
      return judgeAny(requirement.of, user, facts);
    case 'all':
      return judgeAll(requirement.of, user, facts);
    case 'build':
      return isBuild(requirement, user.table.dialect) ? YES : NO;
    case 'setting':
    case 'setting-given':
      return judgeSetting(requirement, facts);
    case 'mode':
      return judgeMode(requirement.is, facts);
    case 'default-user':
      return judgeDefault(requirement.is, user, facts);
    case 'skips-payload-check':
      return user.sanitizePayload === 'skip' ? YES : NO;
    case 'when':
      return assume(requirement.happens);
  }
}

/** Is the server one of these builds? Branches between two fixes stay affected. */
export function isBuild(
  builds: { readonly redis?: Builds; readonly valkey?: Builds },
  { product, version }: ServerVersion,
): boolean {
  const range = builds[product];
  if (range === undefined) return false;
  const v = parseVersion(version);
  if (compare(v, parseVersion(range.introduced)) < 0) return false;
  if (range.until === undefined) return true;
  const ends = range.until.map(parseVersion);
  const own = ends.find((end) => end[0] === v[0] && end[1] === v[1]);
  if (own !== undefined) return compare(v, own) < 0;
  const last = ends.at(-1);
  return last !== undefined && compare(v, last) < 0;
}

/** The states of the user `default`, in words. */
export const DEFAULT_WORDS = {
  open: 'the user default is on and asks no password',
  enabled: 'the user default is on',
  unrestricted: 'the user default may do everything',
} as const;

const YES: Answer = { holds: 'yes', commands: [], assumes: [] };
const NO: Answer = { holds: 'no', commands: [], assumes: [] };

function assume(...assumes: readonly string[]): Answer {
  return { holds: 'assumed', commands: [], assumes };
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Allowed in some database, with some key of the user's own. */
export function mayRun(argv: readonly string[], user: User): boolean {
  if (!holdsCommand(argv, user)) return false;
  const keys = argv.includes(OWN_KEY) ? ownKeys(user) : NOTHING;
  const victims = argv.includes(VICTIM_KEY) ? foreignKeys(user) : NOTHING;
  for (const db of ownDatabases(user)) {
    for (const key of keys) {
      for (const victim of victims) {
        const words = argv.map((word) => (word === OWN_KEY ? key : word === VICTIM_KEY ? victim : word));
        if (decide(user, words, user.table, { db }).allowed) return true;
      }
    }
  }
  return false;
}

/** One empty word, for what does not occur. */
const NOTHING: readonly string[] = [''];

/** Most questions end here: no selector grants the command, whatever its arguments. */
function holdsCommand(argv: readonly string[], { selectors, table }: User): boolean {
  const command = commandOf(argv, table);
  if (command === undefined) return false;
  return (
    isFree(command, table.dialect) ||
    selectors.some(({ engine }) => hasBit(engine.bits, command.index) || engine.firstArgs.has(command.index))
  );
}

const commands = new WeakMap<CommandTable, Map<readonly string[], Command | undefined>>();

/** Looked up once for each command line of the graph: they are constants, and few. */
function commandOf(argv: readonly string[], table: CommandTable): Command | undefined {
  let known = commands.get(table);
  if (known === undefined) {
    known = new Map();
    commands.set(table, known);
  }
  if (!known.has(argv)) {
    const head = toLower(argv[0] ?? '');
    known.set(argv, table.commands.get(`${head}|${toLower(argv[1] ?? '')}`) ?? table.commands.get(head));
  }
  return known.get(argv);
}

function judgeRight(argv: readonly string[], user: User): Answer {
  if (!mayRun(argv, user)) return NO;
  return { holds: 'yes', commands: [commandName(argv, user.table)], assumes: [] };
}

/** `config|set` of CONFIG SET, in 6.x too. */
function commandName(argv: readonly string[], table: CommandTable): string {
  const head = toLower(argv[0] ?? '');
  const both = `${head}|${toLower(argv[1] ?? '')}`;
  if (table.commands.has(both)) return both;
  return !table.dialect.subcommands && CONTAINERS.has(head) ? both : head;
}

const CONTAINERS: ReadonlySet<string> = new Set(
  'acl client cluster config function latency memory module pubsub script slowlog'.split(' '),
);

/** By SUBSCRIBE to the channel, or by PSUBSCRIBE with a pattern that the rules name. */
function mayHear(channel: string, user: User): boolean {
  if (decide(user, ['SUBSCRIBE', channel], user.table).allowed) return true;
  return ownChannels(user).some(
    (pattern) => globMatch(pattern, channel) && decide(user, ['PSUBSCRIBE', pattern], user.table).allowed,
  );
}

function judgeAny(of: readonly Requirement[], user: User, facts: EscalationFacts): Answer {
  const open = of.map((each) => judgeRequirement(each, user, facts)).filter(({ holds }) => holds !== 'no');
  if (open.length === 0) return NO;
  const commands = [...new Set(open.flatMap((each) => each.commands))];
  const [least = NO] = open.toSorted((x, y) => x.assumes.length - y.assumes.length);
  return { holds: least.holds, commands, assumes: least.assumes };
}

function judgeAll(of: readonly Requirement[], user: User, facts: EscalationFacts): Answer {
  const commands: string[] = [];
  const assumes: string[] = [];
  for (const each of of) {
    const answer = judgeRequirement(each, user, facts);
    if (answer.holds === 'no') return NO;
    commands.push(...answer.commands);
    assumes.push(...answer.assumes);
  }
  return {
    holds: assumes.length > 0 ? 'assumed' : 'yes',
    commands: [...new Set(commands)],
    assumes: [...new Set(assumes)],
  };
}

function judgeSetting(
  requirement: Extract<Requirement, { kind: 'setting' | 'setting-given' }>,
  facts: EscalationFacts,
): Answer {
  const { name } = requirement;
  const value = facts.settings?.get(name);
  if (requirement.kind === 'setting') {
    if (value === undefined) return assume(`${name} is ${requirement.in.join(' or ')}`);
    return requirement.in.includes(value) ? YES : NO;
  }
  if (value === undefined) return assume(`${name} is set`);
  return value === '' ? NO : YES;
}

function judgeMode(is: 'cluster' | 'not cluster', facts: EscalationFacts): Answer {
  const wanted = is === 'cluster' ? 'on' : 'off';
  if (facts.clusterMode !== undefined) return facts.clusterMode === wanted ? YES : NO;
  // Most servers are not clusters: what needs none is not in doubt for want of being told.
  return is === 'cluster' ? assume('the server runs in cluster mode') : YES;
}

function judgeDefault(
  is: 'open' | 'enabled' | 'unrestricted',
  user: User,
  { defaultUser }: EscalationFacts,
): Answer {
  if (user.name === 'default') return NO;
  if (defaultUser === undefined) return assume(DEFAULT_WORDS[is]);
  if (is === 'unrestricted') return isUnrestricted(defaultUser, defaultUser.table) ? YES : NO;
  if (!defaultUser.enabled) return NO;
  return is === 'enabled' || defaultUser.nopass ? YES : NO;
}
