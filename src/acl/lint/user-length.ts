/** The limit beyond which a user is read and not judged: some rules compare every word of a user with every other. */
import type { LintSubject, LintUser } from './rule.ts';

/** Words of one user that are judged in full, those inside parentheses too. */
export const USER_WORDS_MAX = 3000;

/** Is the user too long to be judged in full. */
export function isTooLong({ tokens }: Pick<LintUser, 'tokens'>): boolean {
  return tokens.length > USER_WORDS_MAX;
}

/** The subject for rules that weigh rights: without the users that are too long. */
export function leaveLongUsersOut(subject: LintSubject): LintSubject {
  return subject.users.some(isTooLong)
    ? { ...subject, users: subject.users.filter((user) => !isTooLong(user)) }
    : subject;
}
