/**
 * Users of one role, and one user on many nodes, have the same rights: they share them in memory, and decisions about
 * many users find them there once. Two drafts share when they agree in everything that a selector is made of.
 */
import type { CommandTable } from '../table/command-table.ts';
import type { DraftSelector } from './draft.ts';
import type { User } from '../selector.ts';
import type { SelectorTest } from '../decision/selector-test.ts';

/** What users share. */
export interface SharedSelectors {
  readonly selectors: User['selectors'];
  readonly tests: SelectorTest;
}

/** Different rights remembered for a table; then it starts anew. */
const SHARED_MAX = 1024;
/** Characters of a key; rights that take more are not shared. */
const KEY_CHARACTERS_MAX = 1024;

/** The selectors that another draft of the same content was given, or else those that `make` gives. */
export function shareSelectors(
  drafts: readonly DraftSelector[],
  table: CommandTable,
  make: () => SharedSelectors,
): SharedSelectors {
  const key = drafts.map(keyOf).join('|');
  if (key.length > KEY_CHARACTERS_MAX) return make();
  let known = shared.get(table);
  if (known === undefined) shared.set(table, (known = new Map()));
  let selectors = known.get(key);
  if (selectors === undefined) {
    selectors = make();
    if (known.size >= SHARED_MAX) known.clear();
    known.set(key, selectors);
  }
  return selectors;
}

const shared = new WeakMap<CommandTable, Map<string, SharedSelectors>>();

/** Lengths stand before texts, which may hold any character. */
function keyOf(draft: DraftSelector): string {
  const { allKeys, allChannels, allCommands, future, allDatabases } = draft;
  let key = [allKeys, allChannels, allCommands, future, allDatabases].map(Number).join('');
  for (let i = 0; i < draft.bits.length; i++) {
    const word = draft.bits[i] ?? 0;
    key += String.fromCharCode(word & 0xffff, word >>> 16);
  }
  for (const { pattern, bits } of draft.keys) key += `~${bits}${pattern.length}:${pattern}`;
  for (const channel of draft.channels) key += `&${channel.length}:${channel}`;
  for (const rule of draft.kept) key += `+${rule.length}:${rule}`;
  for (const [index, args] of draft.firstArgs) {
    key += `?${index}`;
    for (const arg of args) key += `,${arg.length}:${arg}`;
  }
  return key + draft.databases.join(' ');
}
