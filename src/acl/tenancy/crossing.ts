/**
 * Commands that reach beyond key patterns: they name no key, or their keys are not (all) checked. Each was seen on real
 * servers, Redis 6.0.16 - 8.0.6 and Valkey 7.2.7 - 9.1.2. A keyless command that no list names counts as crossing too,
 * so that later versions and modules do not slip through.
 */
import { automatonOf } from '../compare/glob-automaton.ts';
import { findCommon } from '../compare/glob-overlap.ts';
import { hearsForeignKeys } from './key-events.ts';
import { commandPlans, isFree } from '../decision/command-plan.ts';
import { canRun } from '../decision/reach.ts';
import { hasBit } from '../table/command-bits.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import type { User } from '../selector.ts';

/**
 * What a crossing command does to other tenants: shows names of keys, removes data, shows what others do, controls the
 * server or other clients, takes data out of the server, or writes and reads keys that the server does not check.
 */
export type CrossingKind = 'enumerate' | 'destroy' | 'observe' | 'control' | 'export' | 'unchecked';

export interface Crossing {
  /** Full name, `config|get`. */
  readonly command: string;
  readonly kind: CrossingKind;
  /** Only in the databases of the user: no crossing where no other tenant has them (Valkey 9.1). */
  readonly withinDatabase: boolean;
}

/** The crossing commands that a user may run, as a whole or with some first argument. */
export function findCrossings(user: User): readonly Crossing[] {
  const { table } = user;
  const kinds = cache.get(table) ?? new Map<string, readonly Crossing[]>();
  cache.set(table, kinds);
  // Tenants made from one template have the same command rules.
  const kind = user.selectors.map((selector) => selector.rules).join('\n');
  const known = kinds.get(kind) ?? collectCrossings(user, table);
  if (kinds.size < KINDS_MAX) kinds.set(kind, known);
  const real = needsKeys(known) ? known.filter((each) => isReal(each, user)) : known;
  return hearsForeignKeys(user) ? [...real, KEY_EVENTS] : real;
}

/** By SUBSCRIBE and PSUBSCRIBE; only with channel rules that match those of key events. */
const KEY_EVENTS: Crossing = { command: 'subscribe', kind: 'observe', withinDatabase: false };

const KINDS_MAX = 1024;
const cache = new WeakMap<CommandTable, Map<string, readonly Crossing[]>>();

/** What a command does to others when it crosses: for lists of commands, without a user. */
export function crossingKindOf(command: string): CrossingKind | undefined {
  const name = command.toLowerCase();
  return name === KEY_EVENTS.command ? KEY_EVENTS.kind : KNOWN.get(name);
}

const words = (text: string): readonly string[] => text.split(' ');

const BY_KIND: Readonly<Record<CrossingKind, readonly string[]>> = {
  enumerate: words('keys scan randomkey dbsize clusterscan cluster|getkeysinslot cluster|countkeysinslot'),
  destroy: words(
    'flushall flushdb swapdb cluster|flushslot function|load function|delete function|flush function|restore ' +
      'script|flush cluster|reset cluster|flushslots cluster|delslots cluster|delslotsrange',
  ),
  observe: words(
    'monitor slowlog|get commandlog|get acl|log acl|list acl|users acl|getuser acl|dryrun client|list client|tracking ' +
      'pubsub|channels pubsub|numsub pubsub|numpat pubsub|shardchannels pubsub|shardnumsub info config|get ' +
      'latency|latest latency|history latency|doctor latency|graph latency|histogram memory|stats memory|doctor ' +
      'memory|malloc-stats slowlog|len commandlog|len function|list function|stats function|dump module|list role ' +
      'lastsave script|show cluster|slot-stats cluster|links',
  ),
  control: words(
    'acl|setuser acl|deluser acl|load acl|save config|set config|rewrite config|resetstat module|load module|loadex ' +
      'module|unload debug pfdebug pfselftest shutdown save bgsave bgrewriteaof replicaof slaveof failover psync sync ' +
      'replconf client|kill client|pause client|unpause client|unblock client|no-evict client|import-source ' +
      'script|kill script|debug function|kill slowlog|reset commandlog|reset latency|reset memory|purge ' +
      'cluster|meet cluster|forget cluster|replicate cluster|failover cluster|setslot cluster|addslots ' +
      'cluster|addslotsrange cluster|bumpepoch cluster|saveconfig cluster|set-config-epoch cluster|migrateslots ' +
      'cluster|cancelslotmigrations cluster|getslotmigrations cluster|syncslots sentinel|set',
  ),
  export: words('migrate'),
  unchecked: words('georadius georadiusbymember sort sort_ro xreadgroup'),
};

const KNOWN: ReadonlyMap<string, CrossingKind> = new Map(
  (Object.keys(BY_KIND) as CrossingKind[]).flatMap((kind) =>
    BY_KIND[kind].map((name) => [name, kind] as const),
  ),
);

/** Keyless commands that touch nobody else: the connection's own state, and what every client may know. */
const HARMLESS: ReadonlySet<string> = new Set(
  words(
    'ping echo auth hello quit reset select time lolwut multi exec discard unwatch wait waitaof readonly readwrite asking ' +
      'command command|count command|docs command|getkeys command|getkeysandflags command|info command|list ' +
      'client|id client|info client|setname client|getname client|setinfo client|reply client|caching client|getredir ' +
      'client|trackinginfo client|no-touch client|capa acl|whoami acl|cat acl|genpass script|exists script|load ' +
      'cluster|keyslot cluster|myid cluster|myshardid cluster|nodes cluster|slots cluster|shards cluster|info ' +
      'cluster|replicas cluster|slaves cluster|count-failure-reports subscribe ssubscribe psubscribe unsubscribe ' +
      'sunsubscribe punsubscribe publish spublish host: post',
  ),
);

/** Commands of 6.x that are asked about word by word. */
const SPLIT_IN_6: ReadonlySet<string> = new Set(
  [...KNOWN.keys(), ...HARMLESS]
    .filter((name) => name.includes('|'))
    .map((name) => name.slice(0, name.indexOf('|'))),
);

function collectCrossings(user: User, table: CommandTable): readonly Crossing[] {
  const found: Crossing[] = [];
  const add = (command: string, kind: CrossingKind): void => {
    found.push({ command, kind, withinDatabase: isWithinDatabase(command, table) });
  };
  for (const [command, kind] of KNOWN) {
    if (kind === 'unchecked' && !isHole(command, table)) continue;
    if (canRun(user, command, table) !== 'no') add(command, kind);
  }
  for (const command of table.byIndex) {
    const name = command.fullName.toLowerCase();
    if (KNOWN.has(name) || HARMLESS.has(name) || command.isContainer || name.endsWith('|help')) continue;
    if (!table.dialect.subcommands && SPLIT_IN_6.has(name)) continue;
    if (!isKeyless(command, table) || isFree(command, table.dialect)) continue;
    const granted = user.selectors.some(
      ({ engine }) =>
        hasBit(engine.bits, command.index) || (engine.firstArgs.get(command.index)?.length ?? 0) > 0,
    );
    if (granted) add(command.fullName, 'control');
  }
  return found;
}

/** The commands whose keys this build does not check as it uses them. */
function isHole(command: string, table: CommandTable): boolean {
  const { dialect } = table;
  switch (command) {
    case 'georadius':
    case 'georadiusbymember':
      return dialect.georadiusFirstStore;
    case 'sort':
      // Up to 6.2, BY and GET read any key.
      return !dialect.selectors || dialect.sortSkipsStoreValue;
    case 'sort_ro':
      return dialect.sortRoUnchecked;
    default:
      return dialect.xreadKeywordWindow;
  }
}

function needsKeys(crossings: readonly Crossing[]): boolean {
  return crossings.some(({ kind }) => kind === 'unchecked');
}

/** Two of the holes need a key pattern that matches one of the command's own words. */
function isReal({ command, kind }: Crossing, user: User): boolean {
  if (kind !== 'unchecked') return true;
  const { dialect } = user.table;
  if (command === 'sort') return !dialect.selectors || mayUseKey(user, SORT_WORDS);
  if (command === 'xreadgroup') return mayUseKey(user, STREAM_WORDS);
  return true;
}

const SORT_WORDS = ['[gG][eE][tT]', '[bB][yY]', '[lL][iI][mM][iI][tT]'].map(automatonOf);
const STREAM_WORDS = [automatonOf('[sS][tT][rR][eE][aA][mM][sS]')];

function mayUseKey(user: User, candidates: readonly ReturnType<typeof automatonOf>[]): boolean {
  return user.selectors.some(
    ({ allKeys, engine }) =>
      allKeys ||
      engine.keys.some(({ pattern }) =>
        candidates.some((word) => findCommon(automatonOf(pattern), word) !== undefined),
      ),
  );
}

function isKeyless(command: Command, table: CommandTable): boolean {
  const plans = commandPlans(table);
  const { parent } = command;
  const plan =
    parent === undefined
      ? plans.get(command.fullName.toLowerCase())
      : plans.get(parent.fullName.toLowerCase())?.subcommands.get(command.name.toLowerCase());
  return plan?.keys === 'none' && plan.channels === 'none';
}

/** Bounded by `db=` rules: the command works on the connection's database, or names its databases. */
function isWithinDatabase(name: string, table: CommandTable): boolean {
  const command = table.commands.get(name);
  if (command === undefined || !table.dialect.databases || command.allDatabases) return false;
  const { categories } = command;
  return (
    command.databaseArgs !== undefined ||
    categories.has('keyspace') ||
    // A function library is the whole server's, whatever its category.
    ((categories.has('read') || categories.has('write')) && !name.startsWith('function|'))
  );
}
