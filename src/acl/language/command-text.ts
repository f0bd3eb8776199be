/**
 * The command rules as the server shows them. 7.2 and later keep the rules as they were given (acl.c
 * ACLUpdateCommandRules); 6.x and 7.0 work a text out of the bits (ACLDescribeSelectorCommandRules), single commands in
 * the order of a hash table: ours are in table order.
 */
import {
  applyCommand,
  applySet,
  categoryBits,
  countCommon,
  emptyBits,
  hasBit,
} from '../table/command-bits.ts';
import type { CommandTable } from '../table/command-table.ts';

/** The part of a selector that its command text is made of. */
export interface CommandRights {
  readonly future: boolean;
  readonly bits: Uint32Array;
  readonly firstArgs: ReadonlyMap<number, readonly string[]>;
  readonly kept: readonly string[];
}

/**
 * Remembers a rule: `name` in lower case, without sign. Rules it replaces go. A list that a first argument with a blank
 * or a quote was ever part of is one text behind {@link ODD}, until `+@all` or `-@all` empties it.
 */
export function keepRule(kept: string[], sign: '+' | '-', name: string): void {
  if (kept[0]?.startsWith(ODD) === true || /[\s"']/.test(name)) {
    const text = removeText(keptText(kept), name);
    kept.length = 0;
    kept.push(`${ODD}${text === '' ? '' : `${text} `}${sign}${name}`);
    return;
  }
  const known = kept.length < SEARCHED_FROM ? undefined : namesOf(kept);
  if (known === undefined || known.has(name) || known.has(`${name}|`)) {
    names.delete(kept);
    const under = `${name}|`;
    for (let i = kept.length - 1; i >= 0; i--) {
      const old = kept[i]?.slice(1) ?? '';
      if (old === name || old.startsWith(under)) kept.splice(i, 1);
    }
  } else {
    addName(known, name);
  }
  kept.push(sign + name);
}

/** Shorter lists are searched from end to end. */
const SEARCHED_FROM = 64;

/** The names in a long list, and `head|` for each that has a first argument or a subcommand there. */
const names = new WeakMap<readonly string[], Set<string>>();

function namesOf(kept: readonly string[]): Set<string> {
  const known = names.get(kept);
  if (known !== undefined) return known;
  const set = new Set<string>();
  for (const rule of kept) addName(set, rule.slice(1));
  names.set(kept, set);
  return set;
}

function addName(set: Set<string>, name: string): void {
  set.add(name);
  const bar = name.indexOf('|');
  if (bar !== -1) set.add(name.slice(0, bar + 1));
}

/** Mark of a list of rules that the server itself may not be able to read. No rule holds a NUL. */
export const ODD = '\0';

/** The kept rules as one text. */
export function keptText(kept: readonly string[]): string {
  const text = kept.join(' ');
  return text.startsWith(ODD) ? text.slice(ODD.length) : text;
}

/** As the server does it, on the text: it takes every blank for the end of a rule (ACLSelectorRemoveCommandRule). */
function removeText(text: string, name: string): string {
  if (!text.includes(name)) return text;
  let rest = text;
  for (let at = 0; at < rest.length;) {
    const blank = rest.indexOf(' ', at + 1);
    const end = blank === -1 ? rest.length : blank;
    const old = rest.slice(at + 1, end);
    const next = blank === -1 ? end : end + 1;
    if (old !== name && !old.startsWith(`${name}|`)) {
      at = next;
      continue;
    }
    // The last rule takes the blank before it along.
    if (blank === -1 && at > 0) at -= 1;
    rest = rest.slice(0, at) + rest.slice(next);
  }
  return rest;
}

/** `-@all +get`: the commands part of ACL LIST. */
export function describeCommands(rights: CommandRights, table: CommandTable): string {
  const start = rights.future ? '+@all' : '-@all';
  if (table.dialect.display === 'from-bits') return [start, ...describeBits(rights, table)].join(' ');
  return rights.kept.length === 0 ? start : `${start} ${keptText(rights.kept)}`;
}

function describeBits(rights: CommandRights, table: CommandTable): string[] {
  const shown = emptyBits(table);
  if (rights.future) shown.fill(0xffffffff);
  const rules: string[] = [];
  const sets = categoryBits(table);
  for (const category of pickCategories(rights, table)) {
    const reach = sets.get(category)?.reach;
    if (reach === undefined) continue;
    applySet(shown, reach, rights.future ? 0 : 1);
    rules.push(`${rights.future ? '-' : '+'}@${category}`);
  }
  for (const command of table.byIndex) {
    const on = hasBit(rights.bits, command.index);
    if (on !== hasBit(shown, command.index)) {
      rules.push((on ? '+' : '-') + command.fullName);
      applyCommand(shown, command, on ? 1 : 0);
    }
    if (!on)
      for (const arg of rights.firstArgs.get(command.index) ?? []) rules.push(`+${command.fullName}|${arg}`);
  }
  return rules;
}

/** The best category again and again, on what the ones before it left. */
function pickCategories(rights: CommandRights, table: CommandTable): readonly string[] {
  const left = rights.bits.slice();
  const unused = new Map(categoryBits(table));
  const picked: string[] = [];
  for (;;) {
    let best = '';
    let leastDiff = Infinity;
    let mostSame = 0;
    for (const [category, { members }] of unused) {
      const on = countCommon(members, left);
      const off = countCommon(members, members) - on;
      const same = rights.future ? off : on;
      const diff = rights.future ? on : off;
      if (same > diff && (diff < leastDiff || (diff === leastDiff && same > mostSame))) {
        best = category;
        leastDiff = diff;
        mostSame = same;
      }
    }
    const set = unused.get(best);
    if (set === undefined) return picked;
    applySet(left, set.reach, rights.future ? 1 : 0);
    unused.delete(best);
    picked.push(best);
  }
}
