/**
 * Holes in the key checks of this very build that a user can go through, each shown by a command that the engine says
 * is allowed although it touches a key that the user has no right to. Seen on Redis 6.0.16 - 8.0.6 and Valkey
 * 8.0.1 - 9.1.2; fixed builds by the release notes.
 */
import { decide } from '../decision/decide.ts';
import { globMatch } from '../decision/glob.ts';
import type { Selector, User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import { decideExecution } from './execution.ts';

export type HoleCode =
  | 'georadius-double-store'
  | 'sort-store-keyword'
  | 'sort-by-get'
  | 'sort-ro-key'
  | 'xreadgroup-keyword'
  | 'acl-rule-abort';

/** A hole that is open to this user. */
export interface Hole {
  readonly code: HoleCode;
  /** Which selector opens it; 0 is the root. */
  readonly selector: number;
  readonly sentence: string;
  /** The command that goes through, argument by argument. */
  readonly example: readonly string[];
  readonly versions: string;
}

/** Those that some selector opens, found by trying. */
export function findHoles(user: User, table: CommandTable): readonly Hole[] {
  return user.selectors.flatMap((selector, i) => [
    ...(selector.allKeys ? [] : findKeyHoles(user, selector, i, table)),
    ...findAborts(user, selector, i, table),
  ]);
}

const FIXED = 'fixed in Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, 8.6.6, 8.8.2';

function findKeyHoles(user: User, selector: Selector, at: number, table: CommandTable): readonly Hole[] {
  const alone = { ...user, selectors: [selector] as const };
  const own = ownKey(selector) ?? '';
  const victim = VICTIMS.find((key) => !selector.keys.some(({ pattern }) => globMatch(pattern, key)));
  if (victim === undefined) return [];
  return candidates(own, victim, selector).flatMap(({ examples, ...hole }) => {
    const example = examples.find((argv) => {
      const { dryRun, unchecked } = decideExecution(alone, argv, table);
      return dryRun.allowed && unchecked.length > 0;
    });
    return example === undefined ? [] : [{ ...hole, selector: at, example }];
  });
}

/** Names that few patterns match. */
const VICTIMS = ['victim', 'other:victim', '\u0001victim', '~victim~'];

type Candidate = Omit<Hole, 'selector' | 'example'> & { readonly examples: readonly (readonly string[])[] };

function candidates(own: string, victim: string, selector: Selector): readonly Candidate[] {
  return [
    {
      code: 'georadius-double-store',
      sentence: 'GEORADIUS with two STORE options: the first is checked, the last is written.',
      versions: `7.0 and later; ${FIXED} and Valkey 9.1`,
      examples: [
        ['GEORADIUS', own, '0', '0', '1', 'km', 'STORE', own, 'STORE', victim],
        ['GEORADIUSBYMEMBER', own, 'm', '1', 'km', 'STORE', own, 'STORE', victim],
      ],
    },
    {
      code: 'sort-store-keyword',
      sentence:
        'SORT with a destination that is called by, get or limit: the STORE behind it is not checked.',
      versions: `all; ${FIXED}; not in Valkey`,
      examples: spellings(['by', 'get', 'limit'], selector).map((word) => [
        'SORT',
        own,
        'STORE',
        word,
        'STORE',
        victim,
      ]),
    },
    {
      code: 'sort-by-get',
      sentence: 'SORT with BY or GET reads keys outside the patterns, without a check.',
      versions: '6.x; from 7.0 on it asks for every key',
      examples: [['SORT', own, 'BY', 'nosort', 'GET', `${victim}*`]],
    },
    {
      code: 'sort-ro-key',
      sentence: 'SORT_RO reads any key: its key is not checked.',
      versions: 'CVE-2023-41053; fixed in Redis 7.0.13 and 7.2.1',
      examples: [['SORT_RO', victim]],
    },
    {
      code: 'xreadgroup-keyword',
      sentence: 'XREADGROUP with a consumer called streams: the key check looks one argument too early.',
      versions: `7.0 and later; ${FIXED}; not in Valkey`,
      examples: spellings(['streams'], selector).map((word) => [
        'XREADGROUP',
        'COUNT',
        '1',
        'GROUP',
        'g',
        'streams',
        word,
        victim,
        '>',
      ]),
    },
  ];
}

/** The words as some pattern of the selector lets them be written. */
function spellings(words: readonly string[], selector: Selector): readonly string[] {
  return words
    .flatMap((word) => [word, word.toUpperCase(), (word[0] ?? '').toUpperCase() + word.slice(1)])
    .filter((word) => selector.keys.some(({ pattern }) => globMatch(pattern, word)));
}

/** A name that a pattern matches, read and written where there is one. */
function ownKey(selector: Selector): string | undefined {
  const full = selector.keys.filter(({ read, write }) => read && write);
  for (const { pattern } of full.length > 0 ? full : selector.keys) {
    const key = pattern
      .replace(/\\(.)/g, '$1')
      .replace(/\[\^?\\?(.)[^\]]*\]?/g, '$1')
      .replace(/\*+$/, '1')
      .replace(/\*+/g, '')
      .replace(/\?/g, 'x');
    if (globMatch(pattern, key)) return key;
  }
  return undefined;
}

/** Rules that end the server when it shows the user: whoever may set users may set them. */
function findAborts(user: User, selector: Selector, at: number, table: CommandTable): readonly Hole[] {
  const { percentAborts, firstArgBlankAborts } = table.dialect;
  const rule = percentAborts ? '%' : firstArgBlankAborts ? '+select|a b' : undefined;
  if (rule === undefined) return [];
  const example = ['ACL', 'SETUSER', 'x', rule];
  if (!decide({ ...user, selectors: [selector] }, example, table).allowed) return [];
  return [
    {
      code: 'acl-rule-abort',
      selector: at,
      sentence: 'A user with this rule ends the server at the next ACL LIST, GETUSER or SAVE.',
      example,
      versions: percentAborts
        ? 'CVE-2024-51741; fixed in Redis 7.2.7, 7.4.2 and Valkey 7.2.8, 8.0.2'
        : 'Redis 7.2 and later, Valkey; no fix is known',
    },
  ];
}
