/** Users with more words than a lint can weigh against each other in the time that people wait. */
import { hitUser, inWords } from '../hit.ts';
import { isTooLong, USER_WORDS_MAX } from '../user-length.ts';
import type { LintRule } from '../rule.ts';
import { proveFile, SECRET, SINCE_6_0 } from './proof.ts';
import { accepted } from './shown.ts';

const LONG = `user app on ${SECRET} ${'~app:1 '.repeat(USER_WORDS_MAX)}+get\n`;

const TOO_LONG: LintRule = {
  id: 'user-too-long',
  title: 'A user is too long to be judged in full',
  severity: 'high',
  rationale: `Many rules of the lint weigh the words of a user against each other. A user of more than ${USER_WORDS_MAX} words is read, and what the server refuses of it is told, but nothing else about it is judged, its overlaps with other users neither. That is no pass: servers do run such users, and walk their lists at every command.`,
  fix: 'Merge the patterns by a common prefix, or divide the user into several.',
  proof: [proveFile(SINCE_6_0, LONG, accepted)],
  examples: { bad: { text: LONG }, good: { text: `user app on ${SECRET} ~app:* +get\n` } },
  judge: ({ users }) =>
    users.filter(isTooLong).map((user) =>
      hitUser(user, {
        message: `User ${user.name} has more than ${USER_WORDS_MAX} words: it is not judged, apart from what the server refuses.`,
        fix: inWords('Merge the patterns by a common prefix, or divide the user into several.'),
      }),
    ),
};

export const USER_LENGTH_RULES: readonly LintRule[] = [TOO_LONG];
