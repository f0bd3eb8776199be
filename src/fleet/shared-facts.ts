/**
 * What many nodes have in common, kept once: command tables by content, names and usual values, and what was
 * read from this host by process. A thousand nodes would otherwise hold a thousand tables of 3 MB.
 */

import { createHash } from 'node:crypto';
import { tableFromCommandReply, type CommandTable } from '../acl/index.ts';
import type { ServerVersion } from '../conf/index.ts';
import { decodeReply, isErrorFrame } from './resp.ts';

/** Different tables that are kept; a fleet has a few versions and module sets. */
const TABLES_MAX = 64;
/** Processes of this host whose files are kept. */
const HOSTS_MAX = 256;

/** Words that are kept: names and usual values of settings and of INFO fields. */
const WORDS_MAX = 20_000;
/** Longer text is seldom the same on two nodes. */
const WORD_CHARS_MAX = 80;

/** Give the same one to every snapshot of a run. */
export interface SharedFacts {
  readonly words: Map<string, string>;
  readonly tables: Map<string, CommandTable>;
  /** By process number and start. */
  readonly hosts: Map<string, unknown>;
}

export function createSharedFacts(): SharedFacts {
  return { words: new Map(), tables: new Map(), hosts: new Map() };
}

/** The table of a COMMAND reply, the same object for the same bytes; undefined when the reply is an error. */
export function sharedTable(
  shared: SharedFacts,
  reply: Buffer | undefined,
  server: ServerVersion,
): CommandTable | undefined {
  if (reply === undefined || isErrorFrame(reply)) return undefined;
  const key = createHash('sha256')
    .update(`${server.product} ${server.version}\n`)
    .update(reply)
    .digest('base64');
  return keep(shared.tables, TABLES_MAX, key, () => tableFromCommandReply(decodeReply(reply), server));
}

/** The same text, held once for all nodes. */
export function shareWord(shared: SharedFacts, word: string): string {
  const found = shared.words.get(word);
  if (found !== undefined) return found;
  if (word.length > WORD_CHARS_MAX || shared.words.size >= WORDS_MAX) return word;
  // A copy: what is cut out of a reply would keep the whole reply in memory.
  const own = JSON.parse(JSON.stringify(word)) as string;
  shared.words.set(own, own);
  return own;
}

/** What was read for this process, read once. */
export function sharedHostFacts<T>(shared: SharedFacts, key: string, read: () => T): T {
  // Only this function writes here, and a key always stands for the same kind of value.
  return keep(shared.hosts, HOSTS_MAX, key, read) as T;
}

function keep<V>(kept: Map<string, V>, most: number, key: string, make: () => V): V {
  const found = kept.get(key);
  if (found !== undefined) return found;
  const value = make();
  const oldest = kept.keys().next();
  if (kept.size >= most && oldest.done !== true) kept.delete(oldest.value);
  kept.set(key, value);
  return value;
}
