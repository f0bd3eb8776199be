/** Rules that a server accepts and then suffers from: its next display of the user ends it, or cannot be read again. */
import type { LintRule, LintUser } from '../rule.ts';
import type { Selector } from '../../selector.ts';
import { inWords } from '../hit.ts';
import { historiesOf } from './history.ts';
import type { Step } from './history.ts';
import { hitAt, judgedUsers, removeFix, replaceFix } from './holder.ts';
import { denied, prove, SECRET, SINCE_7_0 } from './proof.ts';
import { accepted, crashes, refused } from './shown.ts';

const percent: LintRule = {
  id: 'acl-list-crash-percent',
  title: '% without a letter ends the server',
  severity: 'critical',
  rationale:
    'Before Redis 7.2.7 and 7.4.2 and Valkey 7.2.8 and 8.0.2, a key rule % alone (in 7.0 also %~pattern) is accepted, and the server aborts at the next ACL LIST, ACL GETUSER or ACL SAVE (CVE-2024-51741). Packages of distributions may hold the fix already: Debian’s 7.0.15 refuses the rule. Whoever may run ACL SETUSER can do it on purpose.',
  fix: 'Write %R~pattern, %W~pattern or ~pattern, and update the server.',
  proof: [
    prove(['redis-7.0', 'redis-7.2', 'redis-7.4', 'valkey-7.2', 'valkey-8.0'], '% +get', accepted, crashes),
    prove(['redis-8.0', 'valkey-8.1', 'valkey-9.1', 'redis-7.2.7'], '% +get', refused('Syntax error')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} % +get` },
    good: { text: `user app on ${SECRET} %R~app:* +get` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) =>
      findSteps(user, (selector, step) => {
        const pattern = /^%~?(.*)$/s.exec(step.rule)?.[1];
        return (
          pattern !== undefined &&
          selector.keys.some((key) => !key.read && !key.write && key.pattern === pattern)
        );
      }).map((step) =>
        hitAt(user, step, {
          message: `${step.rule} of user ${user.name} ends this server at the next ACL LIST, ACL GETUSER or ACL SAVE.`,
          fix:
            step.rule.length > 2
              ? replaceFix(step, step.rule.replace('%', ''), 'Write ~ without %.')
              : removeFix(user, step, `Remove ${step.rule}.`),
        }),
      ),
    ),
};

const firstArg: LintRule = {
  id: 'acl-list-crash-firstarg',
  title: 'A first argument with a blank or a quote ends the server',
  severity: 'critical',
  rationale:
    'A first-argument rule whose argument holds a blank or a quote ("+select|a b") is accepted. From 7.2 on, Redis to 8.0.6 and Valkey to 9.1.2 included, the server aborts at the next ACL LIST, ACL GETUSER or ACL SAVE; 7.0 and earlier show and save a line that cannot be loaded again.',
  fix: 'Remove the rule.',
  proof: [
    prove(
      ['redis-7.2', 'redis-7.4', 'redis-8.0', 'valkey-7.2', 'valkey-8.0', 'valkey-8.1', 'valkey-9.1'],
      '"+select|a b"',
      accepted,
      crashes,
    ),
    prove(SINCE_7_0, '"+select|a b"', accepted, denied('SELECT', 'a')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +select|"a` },
    good: { text: `user app on ${SECRET} ~app:* +get +select` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) =>
      findSteps(
        user,
        (selector, { rule, names }) =>
          names.kind === 'first-arg' &&
          /[\s"']/.test(rule) &&
          isShown(selector, rule, subject.table.dialect.display),
      ).map((step) =>
        hitAt(user, step, {
          severity: subject.table.dialect.firstArgBlankAborts ? 'critical' : 'medium',
          message: subject.table.dialect.firstArgBlankAborts
            ? `${step.rule} of user ${user.name} ends this server at the next ACL LIST, ACL GETUSER or ACL SAVE.`
            : `${step.rule} of user ${user.name} is saved as a line that cannot be loaded again.`,
          fix: removeFix(user, step, `Remove ${step.rule}.`),
        }),
      ),
    ),
};

const unreadable: LintRule = {
  id: 'selector-not-reloadable',
  title: 'A selector is saved as a line that cannot be loaded again',
  severity: 'high',
  rationale:
    'Inside parentheses, patterns with a quote or with a ")" at their end are accepted. ACL SAVE and CONFIG REWRITE write them as they are, and the next start or ACL LOAD reads something else or refuses the file.',
  fix: 'Put ? in place of the character, or move the pattern out of the selector.',
  proof: [prove(SINCE_7_0, "'(~bar) +get)'", accepted, denied('GET', 'bar'))],
  examples: {
    bad: { text: `user app on ${SECRET} (~bar)) +ping` },
    good: { text: `user app on ${SECRET} (~bar? +get) +ping` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) =>
      user.user.selectors.slice(1).flatMap((selector, i) => {
        const bad = [...selector.keys.map(({ pattern }) => pattern), ...selector.channels].find((pattern) =>
          /["']|\)$/.test(pattern),
        );
        const step =
          bad === undefined
            ? undefined
            : historiesOf(user)[i + 1]?.steps.find(({ rule }) => rule.endsWith(bad));
        if (bad === undefined) return [];
        return [
          hitAt(user, step, {
            message: `The selector of user ${user.name} with the pattern ${bad} is saved as a line that cannot be loaded again.`,
            fix: inWords('Put ? in place of the character, or move the pattern out of the selector.'),
          }),
        ];
      }),
    ),
};

export const CRASH_RULES: readonly LintRule[] = [percent, firstArg, unreadable];

/** The rules of each selector that still stands for which `matches` holds. */
function findSteps(user: LintUser, matches: (selector: Selector, step: Step) => boolean): readonly Step[] {
  return historiesOf(user).flatMap(({ selector, steps }) => {
    const whole = user.user.selectors[selector];
    return whole === undefined ? [] : steps.filter((step) => matches(whole, step));
  });
}

/** Kept rules stay in the text even when a later rule has made them void. */
function isShown(selector: Selector, rule: string, display: 'kept-rules' | 'from-bits'): boolean {
  const word = rule.toLowerCase();
  if (display === 'kept-rules') return selector.engine.kept.includes(word);
  const [head = '', arg = ''] = word.slice(1).split('|');
  return (selector.firstArgs.get(head) ?? []).some((other) => other.toLowerCase() === arg);
}
