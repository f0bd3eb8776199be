/**
 * What people meant by a word that no server knows: the groups of the documentation are not the categories of the ACL,
 * and some words exist only in people's minds. The lists are mistakes of public files, completed by their likes.
 */
import type { CommandTable } from '../table/command-table.ts';

/** A word to put in the place of another. */
export interface Suggestion {
  readonly text: string;
  /** Only when the two mean the same: then it may be replaced without asking. */
  readonly sure: boolean;
  readonly why?: string;
}

const CATEGORIES: Readonly<Record<string, string>> = {
  sorted_set: 'sortedset', 'sorted-set': 'sortedset', sorted_sets: 'sortedset', sortedsets: 'sortedset', zset: 'sortedset',
  zsets: 'sortedset', generic: 'keyspace', keys: 'keyspace', key: 'keyspace', strings: 'string', hashes: 'hash',
  lists: 'list', sets: 'set', streams: 'stream', bitmaps: 'bitmap', bits: 'bitmap', geospatial: 'geo', hll: 'hyperloglog',
  pub_sub: 'pubsub', 'pub-sub': 'pubsub', 'pub/sub': 'pubsub', publish: 'pubsub', transactions: 'transaction',
  multi: 'transaction', connections: 'connection', scripts: 'scripting', script: 'scripting', lua: 'scripting',
  eval: 'scripting', function: 'scripting', functions: 'scripting', readonly: 'read', read_only: 'read', reads: 'read',
  writes: 'write', administration: 'admin', danger: 'dangerous', block: 'blocking', everything: 'all',
}; // prettier-ignore

const WORDS: Readonly<Record<string, string>> = {
  nokeys: 'resetkeys', nokey: 'resetkeys', nokeypatterns: 'resetkeys', nokeypattern: 'resetkeys', 'no-keys': 'resetkeys',
  nochannels: 'resetchannels', nochannel: 'resetchannels', nopubsub: 'resetchannels', noallkeys: 'resetkeys',
  noallchannels: 'resetchannels', resetcommands: 'nocommands', nocommand: 'nocommands', noallcommands: 'nocommands',
  nocmds: 'nocommands', resetcommand: 'nocommands', resetkey: 'resetkeys', resetchannel: 'resetchannels',
  allkey: 'allkeys', allcommand: 'allcommands', allchannel: 'allchannels', resetall: 'reset', enabled: 'on', enable: 'on',
  active: 'on', true: 'on', disabled: 'off', disable: 'off', inactive: 'off', false: 'off', resetpassword: 'resetpass',
  resetpasswords: 'resetpass', clearpass: 'resetpass', clearselector: 'clearselectors', '+all': '+@all', '-all': '-@all',
  '+allcommands': 'allcommands', '-allcommands': 'nocommands', '+nocommands': 'nocommands', '+allkeys': 'allkeys',
  '+*': '+@all', '-*': '-@all', all: '+@all',
}; // prettier-ignore

/** `nopassword` could mean either; the wrong guess opens the user. */
const UNSURE: Readonly<Record<string, readonly [text: string, why: string]>> = {
  nopassword: ['resetpass', 'resetpass means that nobody can log in; nopass that anybody can'],
  'no-pass': ['resetpass', 'resetpass means that nobody can log in; nopass that anybody can'],
  passwordless: ['nopass', 'anybody can then log in'],
};

/** The category meant by an unknown one, both without sign and `@`. */
export function suggestCategory(category: string, table: CommandTable): Suggestion | undefined {
  const name = category.toLowerCase();
  const known = CATEGORIES[name];
  if (known !== undefined) return { text: known, sure: true };
  if (name === 'server') {
    const why = 'the documentation group "server" is spread over @admin and @dangerous';
    return { text: 'admin', sure: false, why };
  }
  const near = nearest(name, table.categories);
  if (near !== undefined) return { text: near, sure: true };
  return table.commands.has(name)
    ? { text: name, sure: false, why: 'it is a command, not a category' }
    : undefined;
}

/** The keyword meant by an unknown word, or the rule meant by an unknown rule. */
export function suggestWord(word: string): Suggestion | undefined {
  const name = word.toLowerCase();
  const known = WORDS[name];
  if (known !== undefined) return { text: known, sure: true };
  const unsure = UNSURE[name];
  if (unsure !== undefined) return { text: unsure[0], sure: false, why: unsure[1] };
  const near = name.length > 3 ? nearest(name, KEYWORDS) : undefined;
  return near === undefined ? undefined : { text: near, sure: near !== 'nopass' };
}

/** The command meant by an unknown one, both without sign. */
export function suggestCommand(name: string, table: CommandTable): Suggestion | undefined {
  const plain = name.toLowerCase().replaceAll(/[ -]/g, '|');
  if (plain !== name.toLowerCase() && table.commands.has(plain)) return { text: plain, sure: true };
  const category = CATEGORIES[plain] ?? plain;
  if (table.categories.includes(category)) {
    return { text: `@${category}`, sure: false, why: `${category} is a category, not a command` };
  }
  const near = nearest(plain, table.commands.keys());
  return near === undefined ? undefined : { text: near, sure: false };
}

const KEYWORDS = [
  'on',
  'off',
  'nopass',
  'resetpass',
  'reset',
  'allkeys',
  'resetkeys',
  'allchannels',
  'resetchannels',
  'allcommands',
  'nocommands',
  'clearselectors',
  'sanitize-payload',
  'skip-sanitize-payload',
];

const NAME_CHARS_MAX = 48;

/** The one at most two edits away (one for short words). */
function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > NAME_CHARS_MAX) return undefined;
  let best: string | undefined;
  let least = name.length < 6 ? 2 : 3;
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= least) continue;
    const distance = editDistance(name, each.toLowerCase());
    if (distance < least) {
      least = distance;
      best = each;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
