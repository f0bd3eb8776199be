/**
 * One rule applied to a user: acl.c ACLSetUser (user level, tried first) and ACLSetSelector, Redis 7.2, with the other
 * versions' differences from the dialect. Returns the reason of a refusal; the draft is then not to be used further.
 */
import { splitArguments } from './argument-split.ts';
import { cString, hasSpaces, toLower } from '../bytes.ts';
import { applyCommandRule } from './command-rule.ts';
import { applyDatabaseRule } from './database-rule.ts';
import { newSelector, READ, WRITE } from './draft.ts';
import type { DraftSelector, DraftUser, RuleContext } from './draft.ts';
import { addTo, findIn, forgetIndex } from './long-list.ts';
import { hashBytes, isPasswordHash } from './password.ts';
import type { RuleError } from './rule-error.ts';

/** Applies a rule (bytes, parentheses merged) to a user. */
export function applyRule(user: DraftUser, token: string, context: RuleContext): RuleError | undefined {
  if (token === '') return undefined;
  const word = toLower(cString(token));
  const { dialect } = context.table;
  switch (word) {
    case 'on':
    case 'off':
      user.enabled = word === 'on';
      return undefined;
    case 'nopass':
      user.nopass = true;
      user.passwords = [];
      return undefined;
    case 'resetpass':
      user.nopass = false;
      user.passwords = [];
      return undefined;
    case 'reset':
      resetUser(user, context);
      return undefined;
    case 'skip-sanitize-payload':
    case 'sanitize-payload':
      if (dialect.sanitizePayload === 'absent') return 'syntax';
      if (dialect.sanitizePayload === 'flag')
        user.sanitizePayload = word === 'sanitize-payload' ? 'sanitize' : 'skip';
      return undefined;
    case 'clearselectors':
      if (!dialect.selectors) return 'syntax';
      user.others = [];
      return undefined;
  }
  const first = token[0];
  if (first === '>' || first === '#') return addPassword(user, token);
  if (first === '<' || first === '!') return removePassword(user, token);
  if (dialect.selectors && first === '(' && token.endsWith(')')) return addSelector(user, token, context);
  return applySelectorRule(user.root, token, context);
}

/** Applies a rule to one selector: all that may stand inside parentheses, where an empty rule is a syntax error. */
export function applySelectorRule(
  selector: DraftSelector,
  token: string,
  context: RuleContext,
): RuleError | undefined {
  const { dialect } = context.table;
  const word = toLower(cString(token));
  if (applyKeysWord(selector, word) || (dialect.channels && applyChannelsWord(selector, word)))
    return undefined;
  switch (token[0]) {
    case '~':
      return addKeyPattern(selector, token, context);
    case '%':
      return dialect.keyPermissions ? addKeyPattern(selector, token, context) : 'syntax';
    case '&':
      return dialect.channels ? addChannel(selector, token) : 'syntax';
    default: {
      const done = applyDatabaseRule(selector, token, word, dialect);
      if (done === undefined) return applyCommandRule(selector, token, word, context);
      return done === 'applied' ? undefined : done;
    }
  }
}

/** `reset`: back to a new user, except that the payload check is now shown. */
function resetUser(user: DraftUser, context: RuleContext): void {
  const { sanitizePayload } = context.table.dialect;
  user.enabled = false;
  user.nopass = false;
  user.passwords = [];
  user.sanitizePayload = sanitizePayload === 'flag' ? 'sanitize' : undefined;
  user.root = newSelector(context);
  user.others = [];
}

function addPassword(user: DraftUser, token: string): RuleError | undefined {
  const text = token.slice(1);
  if (token[0] === '#' && !isPasswordHash(text)) return 'bad-password-hash';
  const hash = token[0] === '#' ? text : hashBytes(text);
  if (findIn(user.passwords, hash, itself) === undefined) addTo(user.passwords, hash, itself);
  user.nopass = false;
  return undefined;
}

function removePassword(user: DraftUser, token: string): RuleError | undefined {
  const text = token.slice(1);
  if (token[0] === '!' && !isPasswordHash(text)) return 'bad-password-hash';
  const at = user.passwords.indexOf(token[0] === '!' ? text : hashBytes(text));
  if (at === -1) return 'password-not-found';
  user.passwords.splice(at, 1);
  forgetIndex(user.passwords);
  return undefined;
}

function addSelector(user: DraftUser, token: string, context: RuleContext): RuleError | undefined {
  const selector = newSelector(context);
  // An unclosed quote inside is no error: the selector is empty (seen on every version from 7.0 on).
  for (const rule of splitArguments(token.slice(1, -1), context.table.dialect.argumentSplit) ?? []) {
    const error = applySelectorRule(selector, rule, context);
    if (error !== undefined) return error;
  }
  user.others.push(selector);
  return undefined;
}

function applyKeysWord(selector: DraftSelector, word: string): boolean {
  const all = word === 'allkeys' || word === '~*';
  if (!all && word !== 'resetkeys') return false;
  selector.allKeys = all;
  selector.keys = [];
  return true;
}

function applyChannelsWord(selector: DraftSelector, word: string): boolean {
  const all = word === 'allchannels' || word === '&*';
  if (!all && word !== 'resetchannels') return false;
  selector.allChannels = all;
  selector.channels = [];
  return true;
}

function addKeyPattern(selector: DraftSelector, token: string, context: RuleContext): RuleError | undefined {
  if (selector.allKeys) return 'pattern-after-all-keys';
  const start = token[0] === '~' ? { bits: READ | WRITE, at: 1 } : readPermissions(token, context);
  if (start === undefined) return 'syntax';
  const pattern = token.slice(start.at);
  if (hasSpaces(pattern)) return 'syntax';
  const known = findIn(selector.keys, pattern, patternOf);
  if (known === undefined) addTo(selector.keys, { pattern, bits: start.bits }, patternOf);
  else known.bits |= start.bits;
  return undefined;
}

/** `%R~`, `%RW~`: the letters between, and where the pattern starts. */
function readPermissions(token: string, context: RuleContext): { bits: number; at: number } | undefined {
  const { percentAborts, percentTildeAborts } = context.table.dialect;
  let bits = 0;
  let at = 1;
  for (; at < token.length && token[at] !== '~'; at++) {
    const letter = token[at]?.toUpperCase();
    const bit = letter === 'R' ? READ : letter === 'W' ? WRITE : 0;
    if (bit === 0 || (bits & bit) !== 0) return undefined;
    bits |= bit;
  }
  const tilde = at < token.length;
  if (bits === 0 && !(tilde ? percentTildeAborts : percentAborts)) return undefined;
  return { bits, at: tilde ? at + 1 : at };
}

function addChannel(selector: DraftSelector, token: string): RuleError | undefined {
  if (selector.allChannels) return 'pattern-after-all-channels';
  const pattern = token.slice(1);
  if (hasSpaces(pattern)) return 'syntax';
  if (findIn(selector.channels, pattern, itself) === undefined) addTo(selector.channels, pattern, itself);
  return undefined;
}

function itself(text: string): string {
  return text;
}

function patternOf(key: { readonly pattern: string }): string {
  return key.pattern;
}
