/**
 * What users may really do, in the words in which the checks ask: which commands a user can run, what it is
 * for, who holds commands that it should not. Every answer comes from the ACL engine and the command table that
 * the user was parsed with; rule text is only ever shown.
 */

import { canRun, grantedCommands, reach, type CommandTable, type User } from '../acl/index.ts';
import type { Snapshot, UserFact } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import type { DeclaredUsers, Evidence, Verdict } from './check.ts';
import { evidence, fail, notApplicable, pass } from './verdict.ts';
import { readFact, settingValue } from './reading.ts';

/** What a user is there for, told from its rights (and for administrators also from its name). */
export type Duty =
  /** Switched off: nobody becomes this user. */
  | 'off'
  /** `default` without a password and able to rewrite the users: everybody is administrator. */
  | 'anyone'
  /** May rewrite the users, and is called so: `default`, `admin`, `ops-root`, `dba`. */
  | 'administrator'
  /** May rewrite the users (or itself), and is not called an administrator. */
  | 'overpowered'
  /** Holds nothing but the replication stream. */
  | 'replication'
  /** Holds what Sentinel needs to watch and to fail over. */
  | 'sentinel'
  /** Holds the replication stream or the snapshot commands, and what a backup run asks besides. */
  | 'backup'
  /** Holds only commands that look at the server, and reads no key. */
  | 'observer'
  | 'application';

/** Evidence lines that one verdict shows; the rest is counted. */
const EVIDENCE_ROWS_MAX = 20;
/** Characters of a user's rules that evidence shows. */
const RULES_CHARS_MAX = 120;

const ADMINISTRATIVE_NAME =
  /(^|[^a-z])(admin|administrator|root|superuser|su|ops|operator|dba|sre|breakglass|break-glass|wardis|owner)([^a-z]|$)|admin$/i;

const ALWAYS = words('auth hello quit reset ping echo select command');
const CONNECTS =
  /^(command(\|.*)?|client\|(setname|getname|setinfo|id|info|no-evict|no-touch|reply|capa|caching|trackinginfo|help)|acl\|whoami)$/;
const REPLICATION = words('psync sync replconf wait waitaof');
const SENTINEL = words(
  'multi exec discard replicaof slaveof failover config|rewrite config|get info role time publish subscribe ' +
    'unsubscribe client|kill client|pause client|unpause script|kill',
);
const BACKUP = [...REPLICATION, ...words('bgsave save lastsave bgrewriteaof info role time config|get')];
const OBSERVES =
  /^(info|role|time|dbsize|lastsave|lolwut|config\|(get|help)|slowlog\|(get|len|help)|commandlog\|(get|len|help)|latency(\|(latest|history|doctor|graph|histogram|help))?|memory\|(stats|doctor|malloc-stats|help)|client\|(list|getredir)|acl\|(list|getuser|users|cat|log|dryrun|genpass|help)|module\|(list|help)|cluster\|(info|nodes|slots|shards|myid|myshardid|links|countkeysinslot|keyslot|slot-stats|count-failure-reports|replicas|slaves|help)|pubsub(\|.*)?|function\|(list|stats|help)|script\|(exists|help)|readonly|readwrite|sentinel(\|.*)?)$/;

/** Kinds of rights that are kept for one command table; tenants of one role are one kind. */
const KINDS_MAX = 4096;
const granted = new WeakMap<CommandTable, Map<string, ReadonlySet<string>>>();

/**
 * Names of the commands that some selector grants as a whole. Kept by the rules that grant them, because many checks
 * ask, and fifty thousand tenants often hold the same.
 */
export function commandsOf(user: User): ReadonlySet<string> {
  const { table } = user;
  const kinds = granted.get(table) ?? new Map<string, ReadonlySet<string>>();
  granted.set(table, kinds);
  const kind = user.selectors.map(({ rules }) => rules).join('\n');
  const before = kinds.get(kind);
  if (before !== undefined) return before;
  if (kinds.size >= KINDS_MAX) kinds.clear();
  const names = grantedCommands(user, table);
  kinds.set(kind, names);
  return names;
}

/** Which of these commands the user may run as a whole; `config|set` can be asked of every version. */
export function runnable(user: User, names: readonly string[]): readonly string[] {
  return names.filter((name) => mayRun(user, name));
}

export function mayRun(user: User, name: string): boolean {
  return canRun(user, name, user.table) === 'yes';
}

/** Can somebody become this user: enabled, and by a password or none. */
export function opensByPassword(user: User): boolean {
  return user.enabled && (user.nopass || user.passwords.length > 0);
}

export function isNamedAdministrator(user: User): boolean {
  return user.name === 'default' || ADMINISTRATIVE_NAME.test(user.name);
}

export function dutyOf(user: User): Duty {
  const before = duties.get(user);
  if (before !== undefined) return before;
  const duty = tellDuty(user);
  duties.set(user, duty);
  return duty;
}

/**
 * A policy's administrators are administrators whatever they are called, once they hold what makes one. To be called
 * before the first question about these users.
 */
export function declareDuties(users: readonly UserFact[], declared: DeclaredUsers): void {
  for (const { user } of users) {
    if (declared.get(user.name)?.role !== 'admin') continue;
    if (user.enabled && mayRun(user, 'acl|setuser')) duties.set(user, 'administrator');
  }
}

const duties = new WeakMap<User, Duty>();

function tellDuty(user: User): Duty {
  if (!user.enabled) return 'off';
  if (mayRun(user, 'acl|setuser')) {
    if (user.name === 'default' && user.nopass) return 'anyone';
    return isNamedAdministrator(user) ? 'administrator' : 'overpowered';
  }
  const held = [...commandsOf(user)].filter((name) => !ALWAYS.includes(name) && !CONNECTS.test(name));
  if (held.length === 0) return 'application';
  const within = (names: readonly string[]) => held.every((name) => names.includes(name));
  const holds = (names: string) => words(names).some((name) => held.includes(name));
  if (within(REPLICATION) && holds('psync sync')) return 'replication';
  if (within(BACKUP) && holds('psync sync bgsave save')) return 'backup';
  if (within(SENTINEL) && holds('replicaof slaveof failover')) return 'sentinel';
  return held.every((name) => OBSERVES.test(name) || name === 'multi' || name === 'exec')
    ? 'observer'
    : 'application';
}

/** Every command on every key, in one selector. */
export function holdsEverything(user: User): boolean {
  return user.selectors.some((selector) => selector.allKeys && selector.allCommands);
}

/**
 * Patterns confine this user to a part of the keys. Who may read every key learns nothing from their names: `%R~*` is
 * all of them, as `~*` is (the one with the empty name aside).
 */
export function isKeyLimited(user: User): boolean {
  const { keys, keyPatterns } = reach(user);
  return keys !== 'all' && !keyPatterns.some(({ pattern, read }) => read && /^\*+$/.test(pattern));
}

/** Holds some command of the category (`write`). */
export function holdsAnyOf(user: User, category: string): boolean {
  return [...commandsOf(user)].some((name) => user.table.commands.get(name)?.categories.has(category));
}

/** Commands that only some users should hold. */
export interface Grant {
  readonly commands: readonly string[];
  /** Duties that need them; administrators always may. */
  readonly duties?: readonly Duty[];
  /**
   * What about users who can rewrite the users anyway? `judged`: all of them, because an attack path starts here.
   * `limited`: those that were meant to be limited, but not a default user that is open to everybody. `left`: none;
   * they are left to the checks on administrators, which must be mended first.
   */
  readonly powerful: 'judged' | 'limited' | 'left';
  /** Only users for whom this holds, for example those confined by key patterns. */
  readonly only?: (user: User) => boolean;
  readonly risk: string;
}

/** Who holds commands of the grant without need. */
export function judgeGrant(snapshot: Snapshot, grant: Grant): Verdict {
  const commands = grant.commands.filter((name) => hasCommand(snapshot, name));
  if (commands.length === 0) return notApplicable(`a Sentinel has no ${printCommands(grant.commands)}`);
  return readFact(snapshot.users, 'the users and their rules', (users, from) => {
    const found = users.flatMap((fact) => {
      const held = isJudged(fact.user, grant)
        ? runnable(fact.user, commands).filter((name) => !isBarredByDatabases(snapshot, fact.user, name))
        : [];
      return held.length === 0 ? [] : [{ fact, held }];
    });
    if (found.length > 0)
      return fail(
        rows(found, ({ fact, held }) => holding(fact, held)),
        found.slice(0, EVIDENCE_ROWS_MAX).map(({ fact, held }) => withdraw(fact.user, held)),
        grant.risk,
      );
    if (grant.powerful !== 'judged' && users.some(({ user }) => dutyOf(user) === 'anyone'))
      return notApplicable('everybody is an administrator here: that comes first (AUTH-001)');
    return pass(`no user may run ${printCommands(grant.commands)} without need`, from);
  });
}

/** Evidence lines for a list, cut off with a count. */
export function rows<T>(list: readonly T[], print: (item: T) => Evidence): readonly Evidence[] {
  const shown = list.slice(0, EVIDENCE_ROWS_MAX).map(print);
  const rest = list.length - shown.length;
  return rest > 0 ? [...shown, evidence(`and ${rest} more`)] : shown;
}

/** One user and what it holds; of the open default user, which holds everything, nothing more need be said. */
export function holding(fact: UserFact, held: readonly string[]): Evidence {
  const seen = `user ${fact.user.name} may run ${printCommands(held)}`;
  return evidence(dutyOf(fact.user) === 'anyone' ? seen : `${seen}: ${shortRules(fact.text)}`, fact.from);
}

/** A user's rules as evidence. */
export function showRules({ text, from }: UserFact): Evidence {
  return evidence(shortRules(text), from);
}

/** Rules up to a length at which a line can still be read; the rest is counted. */
export function shortRules(text: string): string {
  if (text.length <= RULES_CHARS_MAX) return text;
  const end = text.lastIndexOf(' ', RULES_CHARS_MAX);
  const shown = text.slice(0, end > 0 ? end : RULES_CHARS_MAX);
  const rest = text.slice(shown.length).trim().split(' ').length;
  return `${shown} … and ${rest} more ${rest === 1 ? 'word' : 'words'}`;
}

/** The rules that take commands away again, in the language of the user's server. */
export function withdraw(user: User, commands: readonly string[]): Change {
  if (user.name === 'default' && user.nopass) return { kind: 'harden', options: '' };
  // A deny outside the parentheses does not reach into selectors.
  if (user.selectors.length > 1)
    return {
      kind: 'by-hand',
      instruction: `Rewrite the selectors of user ${user.name} without ${printCommands(commands)}`,
    };
  const names = user.table.dialect.subcommands
    ? commands
    : [...new Set(commands.map((name) => name.split('|')[0] ?? name))];
  return { kind: 'set-user', name: user.name, rules: names.map((name) => `-${name}`) };
}

/** `CONFIG SET, FLUSHALL`. */
export function printCommands(names: readonly string[]): string {
  return names.map((name) => name.replace('|', ' ').toUpperCase()).join(', ');
}

/** COMMAND of Sentinels of Redis 7.0.15 and Valkey 9.1.2; rules of their users may name every other command too. */
const SENTINEL_COMMANDS = words(
  'acl auth client command hello info ping psubscribe publish punsubscribe quit reset role sentinel shutdown subscribe ' +
    'unsubscribe',
);

function hasCommand(snapshot: Snapshot, name: string): boolean {
  const isSentinel = snapshot.mode.known && snapshot.mode.value === 'sentinel';
  return !isSentinel || SENTINEL_COMMANDS.includes(name.split('|')[0] ?? name);
}

/** Valkey 9.1: FLUSHALL needs every database of the server, SWAPDB two of them, whatever else the rules grant. */
function isBarredByDatabases(snapshot: Snapshot, user: User, name: string): boolean {
  if (!user.table.dialect.databases || user.selectors.some((selector) => selector.allDatabases)) return false;
  const most = Math.max(...user.selectors.map((selector) => selector.databases.length));
  if (name === 'swapdb') return most < 2;
  const all = Number(settingValue(snapshot, 'databases') ?? Number.NaN);
  return user.table.commands.get(name)?.allDatabases === true && most < all;
}

function isJudged(user: User, grant: Grant): boolean {
  const duty = dutyOf(user);
  if (duty === 'off' || duty === 'administrator') return false;
  if (duty === 'anyone') return grant.powerful === 'judged';
  // Who holds everything is one finding (USER-001), not one for each command.
  if (duty === 'overpowered') return grant.powerful !== 'left' && !holdsEverything(user);
  if (grant.duties?.includes(duty) === true) return false;
  return grant.only?.(user) ?? true;
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
