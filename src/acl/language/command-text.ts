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

/** Remembers a rule: `name` in lower case, without sign. Rules it replaces go. */
export function keepRule(kept: string[], sign: '+' | '-', name: string): void {
  const under = `${name}|`;
  for (let i = kept.length - 1; i >= 0; i--) {
    const old = kept[i]?.slice(1) ?? '';
    if (old === name || old.startsWith(under)) kept.splice(i, 1);
  }
  kept.push(sign + name);
}

/** `-@all +get`: the commands part of ACL LIST. */
export function describeCommands(rights: CommandRights, table: CommandTable): string {
  const start = rights.future ? '+@all' : '-@all';
  return [
    start,
    ...(table.dialect.display === 'kept-rules' ? rights.kept : describeBits(rights, table)),
  ].join(' ');
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
