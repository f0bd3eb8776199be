/** Rules that a server accepts and then suffers from: displays that end it, selectors that hold nothing. */
import type { Problem } from '../../problem.ts';
import { hitToken, inWords } from '../hit.ts';
import type { LintHit, LintRule, LintSubject } from '../rule.ts';
import { allowed, denied, prove, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { accepted, refused } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string, server?: string) => ({
  ...(server !== undefined && { server }),
  text: good.replace(from, to),
});

const PERCENT: LintRule = {
  id: 'acl-list-crash-percent',
  title: 'A bare % ends the server at the next ACL LIST',
  severity: 'critical',
  rationale:
    'Builds before the fix of CVE-2024-51741 (Redis 7.2.7 and 7.4.2, Valkey 7.2.8 and 8.0.2) accept a key rule "%" without a letter, and abort at the next ACL LIST, ACL GETUSER or ACL SAVE. Redis 7.0 accepts %~pattern too.',
  fix: 'Write %R~pattern, %W~pattern or ~pattern, and update the server.',
  proof: [
    prove(['redis-7.0', 'redis-7.2', 'redis-7.4', 'valkey-7.2', 'valkey-8.0'], 'on %', accepted),
    prove(['redis-8.0', 'valkey-8.1', 'valkey-9.1'], 'on %', refused('Syntax error')),
  ],
  examples: { bad: bad('~app:*', '~app:* %', 'redis-7.2.6'), good: bad('~app:*', '%R~app:*', 'redis-7.2.6') },
  judge: (subject) =>
    hazardHits(
      subject,
      ({ message }) => message.startsWith('A key rule'),
      'Write %R~pattern, %W~pattern or ~pattern.',
    ),
};

const FIRST_ARGUMENT: LintRule = {
  id: 'acl-list-crash-firstarg',
  title: 'A first-argument rule with a blank or a quote cannot be displayed',
  severity: 'critical',
  rationale:
    'A rule such as "+select|a b" is accepted, and servers from 7.2 on (Redis 8.0.6 and Valkey 9.1.2 too) abort at the next ACL LIST, ACL GETUSER or ACL SAVE; older ones save a line that they cannot load again.',
  fix: 'Remove the rule.',
  proof: [prove(SINCE_7_0, 'on "+select|a b"', accepted)],
  examples: { bad: bad('+ping', '+ping +select|a"b'), good: { text: good } },
  judge: (subject) =>
    hazardHits(subject, ({ message }) => message.startsWith('A first-argument'), 'Remove the rule.'),
};

const UNREADABLE: LintRule = {
  id: 'selector-breaks-display',
  title: 'A selector is saved as a line that cannot be loaded',
  severity: 'high',
  rationale:
    'Inside parentheses quotes and a closing parenthesis belong to the syntax. A pattern that ends with ")" or holds a quote is accepted, but ACL SAVE writes a line that the server refuses at its next start.',
  fix: 'Put ? in the place of the quote or parenthesis, or move the pattern out of the selector.',
  proof: [prove(SINCE_7_0, `on (~a"b" +get)`, accepted)],
  examples: { bad: bad('+ping', `+ping ("~a'b" +get)`), good: bad('+ping', '+ping (~a?b +get)') },
  judge: (subject) =>
    hazardHits(
      subject,
      ({ message }) => message.startsWith('A selector'),
      'Put ? in the place of the quote or parenthesis.',
    ),
};

const EMPTY_PATTERN: LintRule = {
  id: 'empty-pattern',
  title: 'A key rule has an empty pattern',
  severity: 'high',
  rationale:
    '%R, %W and %RW without ~ are accepted and mean the empty pattern, which matches the empty key only; so does a bare ~ or &. What was meant is denied.',
  fix: 'Write the pattern behind the ~.',
  proof: [
    prove(SINCE_7_0, 'on nopass %R +get', accepted, denied('GET', 'a'), allowed('GET', '')),
    prove(SINCE_6_0, 'on nopass ~ +get', accepted, denied('GET', 'a')),
    prove(SINCE_7_0, 'on nopass %R~* +get', allowed('GET', 'a')),
  ],
  examples: { bad: bad('~app:*', '%R'), good: bad('~app:*', '%R~app:*') },
  judge: ({ users, table }) =>
    users.flatMap((user) =>
      user.tokens
        .filter(
          ({ text }) =>
            (table.dialect.keyPermissions && /^%[RWrw]{1,2}~?$/.test(text)) || text === '~' || text === '&',
        )
        .map((token) => {
          const whole =
            token.text.startsWith('%') && !token.text.endsWith('~') ? `${token.text}~` : token.text;
          return hitToken(user, token, {
            message: `${token.text} has no pattern: it matches the empty ${token.text === '&' ? 'channel' : 'key'} only.`,
            fix: inWords(`Write ${whole}pattern.`),
          });
        }),
    ),
};

export const DISPLAY_RULES: readonly LintRule[] = [PERCENT, FIRST_ARGUMENT, UNREADABLE, EMPTY_PATTERN];

function hazardHits(
  subject: LintSubject,
  matches: (hazard: Problem) => boolean,
  words: string,
): readonly LintHit[] {
  return subject.hazards.filter(matches).map((hazard) => {
    const user = subject.users.find(({ line }) => line === hazard.line) ?? subject.users[0];
    return {
      ...(user !== undefined && { user: user.name }),
      ...(hazard.line !== undefined && { line: hazard.line }),
      ...(hazard.range !== undefined && { range: hazard.range }),
      ...(hazard.token !== undefined && { token: hazard.token }),
      message: hazard.message,
      fix: inWords(words),
    };
  });
}
