/**
 * Are two users the same in everything that a decision, a login or a later module can depend on? Compared are flags,
 * password hashes, patterns, command bits, first arguments, databases, and the categories that commands of modules
 * loaded later fall under; not the order in which a server lists them.
 */
import { toLower } from '../bytes.ts';
import { keptText } from '../language/command-text.ts';
import type { Selector, User } from '../selector.ts';
import { hasBit } from '../table/command-bits.ts';

/** Both are of the same command table. */
export function haveSameRights(a: User, b: User): boolean {
  return (
    a.name === b.name &&
    a.enabled === b.enabled &&
    a.nopass === b.nopass &&
    a.sanitizePayload === b.sanitizePayload &&
    sameSet(a.passwords, b.passwords) &&
    a.selectors.length === b.selectors.length &&
    a.selectors.every((selector, at) => {
      const other = b.selectors[at];
      return other !== undefined && sameSelector(selector, other, a);
    })
  );
}

function sameSelector(a: Selector, b: Selector, user: User): boolean {
  return (
    a.allKeys === b.allKeys &&
    a.allChannels === b.allChannels &&
    a.allCommands === b.allCommands &&
    a.futureCommands === b.futureCommands &&
    a.allDatabases === b.allDatabases &&
    sameSet(a.keys.map(keyText), b.keys.map(keyText)) &&
    sameSet(a.channels, b.channels) &&
    sameSet(a.databases.map(String), b.databases.map(String)) &&
    a.engine.bits.every((word, at) => word === b.engine.bits[at]) &&
    sameSet(firstArgs(a, user), firstArgs(b, user)) &&
    sameSet(moduleRules(a), moduleRules(b))
  );
}

function keyText({ pattern, read, write }: Selector['keys'][number]): string {
  return `${read ? 'R' : ''}${write ? 'W' : ''}~${pattern}`;
}

/** They match in any case, and are void where the whole command is allowed. */
function firstArgs(selector: Selector, user: User): readonly string[] {
  return [...selector.engine.firstArgs]
    .filter(([index]) => !hasBit(selector.engine.bits, index))
    .flatMap(([index, args]) =>
      args.map((arg) => `${user.table.byIndex[index]?.fullName ?? ''}|${toLower(arg)}`),
    );
}

/** For a command that comes later the last rule of each of its categories counts. */
function moduleRules(selector: Selector): readonly string[] {
  return keptText(selector.engine.kept)
    .split(' ')
    .filter((rule) => rule[1] === '@');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === b.length && a.every((each, at) => each === b[at])) return true;
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((each) => right.has(each));
}
