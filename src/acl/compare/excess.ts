/**
 * What one user may do and another may not. A command line is allowed when one selector allows all of it (acl.c
 * ACLCheckAllUserCommandPerm), so the comparison is exact where a command has one key: the union of the other user's
 * selectors must cover it. A command with several keys is covered by one selector as a whole; where only the union of
 * several covers it, an example decides or the answer is unknown. Commands that the same selectors grant and that ask
 * the same of keys are compared once.
 */
import type { KeyNeed } from '../decision/key-spec.ts';
import type { Selector, User } from '../selector.ts';
import { findLine } from './command-line.ts';
import type { CommandLine, Wanted } from './command-line.ts';
import type { Access, Excess, Reached, Right } from './right.ts';
import { databasesOf, literalChannelsMissed, openCoverage, sampleKey } from './selector-cover.ts';
import type { Coverage, Missed } from './selector-cover.ts';
import { mergeRights } from './right-merge.ts';
import { planOf } from './unit.ts';
import { groupUnits } from './unit-group.ts';
import type { Group } from './unit-group.ts';

/** What `user` may do and `other` may not, passwords and `off` aside. Both may be read by different tables. */
export function findExcess(user: User, other: User): Excess {
  if (haveSameRules(user, other)) return { rights: [], unknown: [] };
  const coverage = openCoverage();
  const rights: Right[] = [];
  const unknown: string[] = [];
  for (const group of groupUnits(user, other)) {
    const found = compareGroup(group, user, other, coverage);
    rights.push(...found.rights);
    if (found.unknown) unknown.push(...group.units.map(({ name }) => name));
  }
  const hasFuture = (each: User): boolean => each.selectors.some((selector) => selector.futureCommands);
  if (hasFuture(user) && !hasFuture(other)) rights.push({ kind: 'future-commands' });
  return { rights: mergeRights(rights), unknown };
}

/** Most users of two fleets are the same, word for word. */
function haveSameRules(user: User, other: User): boolean {
  if (user.table !== other.table || user.selectors.length !== other.selectors.length) return false;
  return user.selectors.every((selector, i) => {
    const rival = other.selectors[i];
    return (
      rival !== undefined &&
      FLAGS.every((flag) => selector[flag] === rival[flag]) &&
      isSameList(selector.databases, rival.databases) &&
      isSameList(selector.channels, rival.channels) &&
      isSameList(selector.keys.map(printKey), rival.keys.map(printKey)) &&
      isSameList([...selector.engine.bits], [...rival.engine.bits]) &&
      selector.firstArgs.size + rival.firstArgs.size === 0
    );
  });
}

const FLAGS = ['allKeys', 'allChannels', 'allCommands', 'futureCommands', 'allDatabases'] as const;

function isSameList<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** What comparing a group gave. */
interface Finding {
  readonly rights: readonly Right[];
  readonly unknown: boolean;
}

function compareGroup(group: Group, user: User, other: User, coverage: Coverage): Finding {
  const having = group.having.filter((selector) => canUse(selector, group));
  if (having.length === 0) return { rights: [], unknown: false };
  const rivals = group.rivals.filter((selector) => canUse(selector, group));
  const show = (selector: Selector, wanted: Partial<Wanted>): CommandLine | undefined =>
    showExample(group, selector, user, other, wanted);
  const commands = group.units.map(({ name }) => name);
  if (rivals.length === 0) {
    const example = first(having, (selector) => show(selector, databaseHint(selector, group)));
    const keys = group.shape.needs.length === 0 ? [] : keysOf(having);
    const { absent } = group;
    return keepShown(group, [
      { kind: 'command', commands, keys, absent, ...(example !== undefined && { example }) },
    ]);
  }
  const rights: Right[] = [];
  let unknown = false;
  for (const selector of having) {
    if (rivals.some((rival) => covers(rival, selector, group, coverage))) continue;
    const found = compareSelector(selector, rivals, group, coverage, show);
    rights.push(...found.rights);
    unknown ||= found.unknown;
  }
  const shown = keepShown(group, rights);
  return { rights: shown.rights, unknown: unknown || shown.unknown };
}

/** A first argument is often a key too, which the patterns need not give: without an example it stays unknown. */
function keepShown(group: Group, rights: readonly Right[]): Finding {
  if (group.units.every(({ firstArg }) => firstArg === undefined)) return { rights, unknown: false };
  const shown = rights.filter((right) => right.kind !== 'future-commands' && right.example !== undefined);
  return { rights: shown, unknown: shown.length < rights.length };
}

/** False where no command line at all can pass: no key for a need that every line has, or no database. */
function canUse(selector: Selector, { shape, plan, databases }: Group): boolean {
  const { allKeys, engine } = selector;
  if (!allKeys && shape.required.some((need) => sampleKey(selector, need) === undefined)) return false;
  if (plan.channels !== 'none' && !selector.allChannels && engine.channels.length === 0) return false;
  if (databases === 'none' || databases === 'argument') return true;
  const given = databasesOf(selector).length;
  return databases === 'all' ? given === ALL_DATABASES : given > 0;
}

const ALL_DATABASES = 16;

/** Does one selector allow everything that another one allows of these commands? */
function covers(rival: Selector, selector: Selector, group: Group, coverage: Coverage): boolean {
  const { shape, databases } = group;
  if (databases !== 'none' && databases !== 'all') {
    const given = databasesOf(rival);
    if (!databasesOf(selector).every((id) => given.includes(id))) return false;
  }
  return (
    [...shape.needs, ...shape.loose].every((need) =>
      isNothing(coverage.keysMissed(selector, [rival], need)),
    ) && isNothing(channelsMissed(selector, [rival], group, coverage))
  );
}

/** What the rivals together miss of one selector, database by database. */
function compareSelector(
  selector: Selector,
  rivals: readonly Selector[],
  group: Group,
  coverage: Coverage,
  show: (selector: Selector, wanted: Partial<Wanted>) => CommandLine | undefined,
): Finding {
  const commands = group.units.map(({ name }) => name);
  const rights: Right[] = [];
  let unknown = false;
  for (const { ids, serving } of atomsOf(selector, rivals, group)) {
    const [db] = ids;
    const at = db === undefined ? {} : { db, filler: String(db) };
    if (serving.length === 0) {
      const example = show(selector, at);
      rights.push({ kind: 'databases', commands, databases: ids, ...(example !== undefined && { example }) });
      continue;
    }
    if (
      serving.some((rival) =>
        covers(rival, { ...selector, allDatabases: false, databases: ids }, group, coverage),
      )
    )
      continue;
    const before = rights.length;
    for (const need of [...group.shape.needs, ...group.shape.loose]) {
      const missed = coverage.keysMissed(selector, serving, need);
      unknown ||= missed.unknown;
      const isLoose = group.shape.loose.includes(need);
      if (missed.reached.length === 0 || (isLoose && isTold(missed, rights))) continue;
      const example = show(selector, { ...at, keys: keysFor(selector, need, missed.reached) });
      // Whether a malformed line really passes depends on what is wrong with it.
      if (example === undefined && isLoose) {
        unknown = true;
        continue;
      }
      const databases = serving.length === rivals.length ? {} : { databases: ids };
      rights.push({
        kind: 'keys',
        commands,
        access: accessOf(need),
        reached: missed.reached,
        ...databases,
        ...(example !== undefined && { example }),
      });
    }
    const channels = channelsMissed(selector, serving, group, coverage);
    unknown ||= channels.unknown;
    if (channels.reached.length > 0) {
      const example = show(selector, { ...at, filler: channels.reached[0]?.witness ?? '' });
      rights.push({
        kind: 'channels',
        commands,
        reached: channels.reached,
        ...(example !== undefined && { example }),
      });
    }
    if (rights.length > before || isExact(group)) continue;
    const example = show(selector, { ...at, ...together(selector, serving, group, coverage) });
    if (example === undefined) unknown = true;
    else rights.push({ kind: 'keys-together', commands, example });
  }
  return { rights, unknown };
}

/** One key, one channel, one database at most: what the union covers is covered. */
function isExact({ shape, plan, databases }: Group): boolean {
  return (
    shape.single &&
    shape.loose.length === 0 &&
    (plan.channels === 'none' || plan.channels === 'first') &&
    databases !== 'argument' &&
    databases !== 'current-and-argument'
  );
}

/** Databases that the same rivals serve; one atom without number where databases do not count. */
function atomsOf(
  selector: Selector,
  rivals: readonly Selector[],
  { databases }: Group,
): readonly { readonly ids: readonly number[]; readonly serving: readonly Selector[] }[] {
  if (databases === 'none' || databases === 'all') return [{ ids: [], serving: rivals }];
  const atoms = new Map<string, { ids: number[]; serving: readonly Selector[] }>();
  for (const id of databasesOf(selector)) {
    const serving = rivals.filter((rival) => databasesOf(rival).includes(id));
    const key = serving.map((rival) => rivals.indexOf(rival)).join();
    const atom = atoms.get(key) ?? { ids: [], serving };
    atom.ids.push(id);
    atoms.set(key, atom);
  }
  return [...atoms.values()];
}

function channelsMissed(
  selector: Selector,
  others: readonly Selector[],
  { plan }: Group,
  coverage: Coverage,
): Missed {
  if (plan.channels === 'none') return { reached: [], unknown: false };
  return plan.channels === 'patterns'
    ? literalChannelsMissed(selector, others)
    : coverage.channelsMissed(selector, others);
}

/** Are these patterns among the differences that well-formed lines have? */
function isTold({ reached }: Missed, rights: readonly Right[]): boolean {
  const told = rights.flatMap((right) => (right.kind === 'keys' ? right.reached : []));
  return reached.every(({ pattern }) => told.some((each) => each.pattern === pattern));
}

function isNothing({ reached, unknown }: Missed): boolean {
  return reached.length === 0 && !unknown;
}

/** The missed key where it is needed, any allowed key elsewhere. */
function keysFor(selector: Selector, wanted: KeyNeed, reached: readonly Reached[]): Wanted['keys'] {
  return (need) => {
    if (need === wanted) return reached.map(({ witness }) => witness).slice(0, 1);
    const sample = sampleKey(selector, need);
    return sample === undefined ? [] : [sample];
  };
}

/** One key or channel for each rival, which that rival does not give. */
function together(
  selector: Selector,
  rivals: readonly Selector[],
  group: Group,
  coverage: Coverage,
): Pick<Wanted, 'keys'> {
  return {
    keys: (need) => {
      const keys = rivals.flatMap((rival) =>
        coverage
          .keysMissed(selector, [rival], need)
          .reached.slice(0, 1)
          .map(({ witness }) => witness),
      );
      const sample = sampleKey(selector, need);
      return keys.length > 0 || sample === undefined ? keys : [sample];
    },
  };
}

/** A line of the group's first commands that one may run and the other may not. */
function showExample(
  group: Group,
  selector: Selector,
  user: User,
  other: User,
  wanted: Partial<Wanted>,
): CommandLine | undefined {
  const keys =
    wanted.keys ??
    ((need: KeyNeed): readonly string[] => {
      const sample = sampleKey(selector, need);
      return sample === undefined ? [] : [sample];
    });
  const [channel] = selector.allChannels ? ['c'] : selector.channels;
  const filler = wanted.filler ?? (group.plan.channels === 'none' ? undefined : channel) ?? 'a';
  return first(group.units.slice(0, UNITS_TRIED_MAX), (unit) => {
    const plan = planOf(unit, user.table);
    if (plan === undefined) return undefined;
    return findLine(unit, plan, user, other, {
      keys,
      filler,
      ...(wanted.db !== undefined && { db: wanted.db }),
    });
  });
}

/** Commands of a group that an example is looked for with. */
const UNITS_TRIED_MAX = 8;

function databaseHint(selector: Selector, { databases }: Group): Partial<Wanted> {
  const [db] = databases === 'none' ? [] : databasesOf(selector);
  if (db === undefined) return {};
  return databases === 'argument' ? { db, filler: String(db) } : { db };
}

function accessOf(need: KeyNeed): readonly Access[] {
  if (need === 0) return ['any'];
  return [
    ...((need & 1) === 1 ? (['read'] as const) : []),
    ...((need & 2) === 2 ? (['write'] as const) : []),
  ];
}

function keysOf(selectors: readonly Selector[]): readonly string[] {
  if (selectors.some(({ allKeys }) => allKeys)) return ['allkeys'];
  return [...new Set(selectors.flatMap(({ keys }) => keys.map(printKey)))];
}

function printKey(key: Selector['keys'][number]): string {
  if (key.read && key.write) return `~${key.pattern}`;
  return `%${key.read ? 'R' : ''}${key.write ? 'W' : ''}~${key.pattern}`;
}

function first<Item, Answer>(
  items: readonly Item[],
  find: (item: Item) => Answer | undefined,
): Answer | undefined {
  for (const item of items) {
    const answer = find(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
