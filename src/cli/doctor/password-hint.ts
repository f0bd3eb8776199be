/** What a password looks like, told without telling it: the slips that make a right password wrong. */

import type { Secret } from '../../conf/index.ts';

export type PasswordHint =
  | 'empty'
  | 'line-break'
  | 'blank-at-end'
  | 'quoted'
  | 'looks-like-hash'
  | 'looks-like-rule'
  | 'percent-escapes'
  | 'user-and-password'
  | 'unprintable'
  | 'template';

/** The gravest first. */
export function findPasswordHints(password: Secret): readonly PasswordHint[] {
  const text = password.reveal();
  return TESTS.filter(([, matches]) => matches(text)).map(([hint]) => hint);
}

/** One sentence for a person. */
export function explainHint(hint: PasswordHint): string {
  return SENTENCES[hint];
}

const TESTS: readonly (readonly [PasswordHint, (text: string) => boolean])[] = [
  ['empty', (text) => text === ''],
  ['line-break', (text) => /[\r\n]/.test(text)],
  ['blank-at-end', (text) => /^[ \t]|[ \t]$/.test(text)],
  ['quoted', (text) => /^(["']).*\1$/s.test(text)],
  ['looks-like-hash', (text) => /^#?[0-9a-f]{64}$/.test(text)],
  ['looks-like-rule', (text) => /^[>#<]/.test(text) && !/^#[0-9a-f]{64}$/.test(text)],
  ['template', (text) => /^(?:\$\{.+\}|\$\(.+\)|\{\{.+\}\}|<[A-Za-z_ -]+>)$/s.test(text)],
  ['percent-escapes', (text) => /%[0-9a-f]{2}/i.test(text)],
  ['user-and-password', (text) => /^[a-z][\w.-]{0,63}:./i.test(text)],
  ['unprintable', (text) => /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)],
];

const SENTENCES: Readonly<Record<PasswordHint, string>> = {
  empty: 'The password is empty',
  'line-break':
    'The password holds a line break (a file with two line ends, or one written on Windows): printf %s, not echo, writes it without',
  'blank-at-end': 'The password begins or ends with a blank',
  quoted: 'The password stands in quotes, which are sent as part of it',
  'looks-like-hash':
    'The password has the form of a SHA-256 hash: the server wants the password itself (unless it is a generated one of 64 hex digits)',
  'looks-like-rule': 'The password begins with >, < or #, which in an ACL rule are not part of it',
  template: 'The password looks like a placeholder that nobody filled in',
  'percent-escapes':
    'The password holds percent escapes: only a URL decodes them, a file or a variable does not',
  'user-and-password': 'The password has the form user:password: give the user with --user',
  unprintable: 'The password holds control characters',
};
