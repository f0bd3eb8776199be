/** The passwords of a user, as written or as the server keeps them. No password and no hash is ever part of a hit. */
import { hashPassword } from '../language/password.ts';
import { findSpans } from './placeholder.ts';
import type { LintToken, LintUser } from './rule.ts';

/** Words that add a password in clear; those that a template with blanks was split into are left out. */
export function clearPasswords(user: LintUser): readonly LintToken[] {
  const found = user.tokens.filter(({ text }) => text.length > 1 && text.startsWith('>'));
  if (found.length === 0) return found;
  const spans = findSpans(user.tokens);
  if (spans.length === 0) return found;
  return found.filter(({ index }) => !spans.some((span) => index >= span.from && index <= span.last));
}

/** The word that gave a hash: in clear or as a hash. */
export function wordOf(hash: string, user: LintUser): LintToken | undefined {
  return user.tokens.find(
    ({ text }) => text === `#${hash}` || (text.startsWith('>') && hashPassword(text.slice(1)) === hash),
  );
}

/** Somebody can log in as this user. */
export function canLogIn(user: LintUser): boolean {
  return user.user.enabled && (user.user.nopass || user.user.passwords.length > 0 || !user.complete);
}
