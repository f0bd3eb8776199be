/**
 * Rules that people and servers put at the start of a line although a new user is like that anyway: `reset`, `-@all`,
 * `resetchannels` (ACL LIST, ACL SAVE and every guide write them).
 */
import { cString, toLower } from '../bytes.ts';

/** The parts of a user that a rule speaks of. */
export type SpokenAspect =
  'enabled' | 'passwords' | 'payloads' | 'selectors' | 'keys' | 'channels' | 'databases' | 'commands';

const EVERY: readonly SpokenAspect[] = [
  'enabled',
  'passwords',
  'payloads',
  'selectors',
  'keys',
  'channels',
  'databases',
  'commands',
];

const WORDS: ReadonlyMap<string, readonly SpokenAspect[]> = new Map([
  ['on', ['enabled']],
  ['off', ['enabled']],
  ['nopass', ['passwords']],
  ['resetpass', ['passwords']],
  ['sanitize-payload', ['payloads']],
  ['skip-sanitize-payload', ['payloads']],
  ['clearselectors', ['selectors']],
  ['allkeys', ['keys']],
  ['resetkeys', ['keys']],
  ['allchannels', ['channels']],
  ['resetchannels', ['channels']],
  ['alldbs', ['databases']],
  ['resetdbs', ['databases']],
  ['allcommands', ['commands']],
  ['nocommands', ['commands']],
  ['reset', EVERY],
]);

const SIGNS: Readonly<Record<string, readonly SpokenAspect[]>> = {
  '>': ['passwords'],
  '#': ['passwords'],
  '<': ['passwords'],
  '!': ['passwords'],
  '(': ['selectors'],
  '~': ['keys'],
  '%': ['keys'],
  '&': ['channels'],
  '+': ['commands'],
  '-': ['commands'],
};

export function aspectsSpokenOf(token: string): readonly SpokenAspect[] {
  const word = toLower(cString(token));
  if (word.startsWith('db=')) return ['databases'];
  return WORDS.get(word) ?? SIGNS[word[0] ?? ''] ?? [];
}

/** `-@all` and the other rules that only say what a new user is. */
export function restatesNewUser(token: string): boolean {
  return RESTATING.has(toLower(cString(token)));
}

const RESTATING: ReadonlySet<string> = new Set([
  'reset',
  'off',
  'resetpass',
  'sanitize-payload',
  'clearselectors',
  'resetkeys',
  'resetchannels',
  'allchannels',
  '&*',
  'alldbs',
  'nocommands',
  '-@all',
]);
