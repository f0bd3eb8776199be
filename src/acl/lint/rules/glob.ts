/** Key patterns that match other keys than was meant. */
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { globMatch } from '../../decision/glob.ts';
import { inWords } from '../hit.ts';
import { readGlob } from './glob-item.ts';
import type { GlobItem } from './glob-item.ts';
import { historiesOf } from './history.ts';
import type { Step } from './history.ts';
import { hitAt, judgedUsers, removeFix, replaceFix } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { TENANT_RULES } from './tenant.ts';

const denyPattern: LintRule = {
  id: 'key-deny-pattern',
  title: 'A pattern that looks like a denial grants',
  severity: 'high',
  rationale:
    'There are no denials of keys: ~-secret:* and ~!secret:* grant the keys whose names begin with "-secret:" or "!secret:", and take nothing away. What was to be kept out is still reached by the other patterns.',
  fix: 'Give the user narrower patterns, so that nothing needs to be taken out.',
  proof: [
    prove(
      SINCE_6_0,
      '~app:* ~-app:secret:* +get',
      allowed('GET', 'app:secret:1'),
      allowed('GET', '-app:secret:1'),
    ),
    prove(SINCE_6_0, '~app:* ~!app:secret:* +get', allowed('GET', 'app:secret:1')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* ~-app:secret:* +get` },
    good: { text: `user app on ${SECRET} ~app:public:* +get` },
  },
  judge: (subject) =>
    forEachPattern(subject, (user, step, pattern) =>
      /^[-!]./.test(pattern)
        ? [
            hitAt(user, step, {
              message: `${step.rule} takes no key from user ${user.name}: it grants the keys that begin with ${pattern[0]}.`,
              fix: removeFix(user, step, `Remove ${step.rule}, and narrow the other patterns.`),
            }),
          ]
        : [],
    ),
};

const rangeDash: LintRule = {
  id: 'glob-range-dash',
  title: 'A dash at the end of brackets makes a range',
  severity: 'medium',
  rationale:
    'In [a-] the dash does not stand for itself: the server reads the range from a to ], and the brackets then stay open up to the end of the pattern. Brackets that are never closed are no error either.',
  fix: 'Write the dash first: [-a]. Close the brackets.',
  proof: [
    prove(
      SINCE_6_0,
      '~k[a-]* +get',
      allowed('GET', 'ka'),
      denied('GET', 'k-'),
      allowed('GET', 'k]'),
      allowed('GET', 'k_'),
    ),
    prove(SINCE_6_0, '~k[-a]* +get', allowed('GET', 'ka'), allowed('GET', 'k-'), denied('GET', 'k_')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~k[a-]:* +get` },
    good: { text: `user app on ${SECRET} ~k[-a]:* +get` },
  },
  judge: (subject) =>
    forEachItem(subject, (user, step, item) => {
      if (item.kind !== 'class' || (item.closed && !item.ranges.some(({ to }) => to === ']'))) return [];
      const range = item.ranges.find(({ to }) => to === ']');
      const what =
        range === undefined ? 'brackets that are never closed' : `the range from ${range.from} to ]`;
      const dash = /^(~|%\w+~)?([^[]*)\[([^\]^-]+)-\]([^[]*)$/.exec(step.rule);
      const words = 'Write the dash first, or close the brackets.';
      const text =
        dash === null ? undefined : `${dash[1] ?? ''}${dash[2] ?? ''}[-${dash[3] ?? ''}]${dash[4] ?? ''}`;
      return [
        hitAt(user, step, {
          message: `${step.rule} holds ${what}: it matches other keys than it seems to.`,
          fix: text === undefined ? inWords(words) : replaceFix(step, text, words),
        }),
      ];
    }),
};

const bang: LintRule = {
  id: 'glob-bang',
  title: '! in brackets negates nothing',
  severity: 'medium',
  rationale:
    'In the globs of shells [!a] means any character but a; in Redis and Valkey it means ! or a. Negation is written [^a].',
  fix: 'Write [^…].',
  proof: [
    prove(SINCE_6_0, '~k[!a]* +get', allowed('GET', 'ka'), allowed('GET', 'k!'), denied('GET', 'kb')),
    prove(SINCE_6_0, '~k[^a]* +get', denied('GET', 'ka'), allowed('GET', 'kb')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~k[!a]:* +get` },
    good: { text: `user app on ${SECRET} ~k[^a]:* +get` },
  },
  judge: (subject) =>
    forEachItem(subject, (user, step, item) =>
      item.kind === 'class' && item.text.startsWith('[!')
        ? [
            hitAt(user, step, {
              message: `${step.rule} matches ! or what follows it in the brackets: negation is written ${item.text.replace('[!', '[^')}.`,
              fix: replaceFix(step, step.rule.replace('[!', '[^'), 'Write [^ instead of [!.'),
            }),
          ]
        : [],
    ),
};

const bytes: LintRule = {
  id: 'glob-bytes',
  title: 'Globs work on bytes, not on letters',
  severity: 'low',
  rationale:
    'A letter outside ASCII is two to four bytes in UTF-8. ? matches one byte, so it never matches such a letter; in brackets each byte counts by itself, and ranges compare bytes as signed numbers (x86).',
  fix: 'Use * and a separator, or name the letters outside brackets.',
  proof: [
    prove(SINCE_6_0, '~t:?:* +get', allowed('GET', 't:x:1'), denied('GET', 't:é:1')),
    prove(SINCE_6_0, '~n[a-é]* +get', allowed('GET', 'na'), denied('GET', 'nb'), allowed('GET', 'nA')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~n[a-é]* +get` },
    good: { text: `user app on ${SECRET} ~né* ~na* +get` },
  },
  judge: (subject) =>
    forEachPattern(subject, (user, step, pattern) => {
      const items = readGlob(pattern);
      const inClass = items.some((item) => item.kind === 'class' && /[^\0-\x7f]/.test(item.text));
      const mixed = /[^\0-\x7f]/.test(pattern) && items.some(({ kind }) => kind === 'one');
      if (!inClass && !mixed) return [];
      return [
        hitAt(user, step, {
          message: inClass
            ? `${step.rule} has a letter of several bytes in brackets: each of its bytes counts by itself.`
            : `${step.rule}: ? matches one byte, and never a letter of several bytes.`,
          fix: inWords('Use *, or write the letters outside brackets.'),
        }),
      ];
    }),
};

const braces: LintRule = {
  id: 'glob-braces',
  title: 'Braces are no alternatives',
  severity: 'medium',
  rationale:
    'The globs of shells read {a,b} as a or b; Redis and Valkey take braces and commas as they are. The pattern matches keys with braces in their names, and no others. (Braces without a comma are hash tags of a cluster, and meant.)',
  fix: 'Write one pattern for each alternative.',
  proof: [prove(SINCE_6_0, '~{app,web}:* +get', denied('GET', 'app:1'), allowed('GET', '{app,web}:1'))],
  examples: {
    bad: { text: `user app on ${SECRET} ~{app,web}:* +get` },
    good: { text: `user app on ${SECRET} ~app:* ~web:* +get` },
  },
  judge: (subject) =>
    forEachPattern(subject, (user, step, pattern) => {
      const [, before, inside, after] = /^([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(pattern) ?? [];
      if (inside === undefined) return [];
      const sign = step.rule.slice(0, step.rule.length - pattern.length);
      const parts = inside.split(',').map((part) => `${sign}${before ?? ''}${part}${after ?? ''}`);
      return [
        hitAt(user, step, {
          message: `${step.rule} matches keys with braces in their names only: {a,b} does not mean a or b.`,
          fix: replaceFix(step, parts.join(' '), `Write ${parts.join(' ')}.`),
        }),
      ];
    }),
};

const expression: LintRule = {
  id: 'glob-regular-expression',
  title: 'A pattern is written as a regular expression',
  severity: 'medium',
  rationale:
    'Key patterns are globs: a dot is a dot, ^ and $ are letters, and * stands for any text by itself. ~app:.* matches keys that begin with "app:.".',
  fix: 'Write a glob: ~app:*.',
  proof: [
    prove(SINCE_6_0, '~app:.* +get', denied('GET', 'app:1'), allowed('GET', 'app:.1')),
    prove(SINCE_6_0, '~^app:* +get', denied('GET', 'app:1')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~^app:.* +get` },
    good: { text: `user app on ${SECRET} ~app:* +get` },
  },
  judge: (subject) =>
    forEachPattern(subject, (user, step, pattern) => {
      const looks =
        /^\^|[:_/]\.[*+]|\.\+|\\[dws][+*]?|\$$|\(\?/.test(pattern) || /\([^)]*\|[^)]*\)/.test(pattern);
      if (!looks || globMatch(pattern, pattern.replace(/[\^$]/g, '').replace(/\.[*+]/g, 'x'))) return [];
      const simple = pattern
        .replace(/^\^/, '')
        .replace(/\.[*+]/g, '*')
        .replace(/\$$/, '');
      const sign = step.rule.slice(0, step.rule.length - pattern.length);
      const certain = /^[\w:./{}*-]*$/.test(simple);
      return [
        hitAt(user, step, {
          message: `${step.rule} looks like a regular expression, and is a glob: its dots, ^ and $ stand for themselves.`,
          fix: certain
            ? replaceFix(step, `${sign}${simple}`, `Write ${sign}${simple}.`)
            : inWords('Write a glob.'),
        }),
      ];
    }),
};

const emptyKey: LintRule = {
  id: 'glob-empty-key',
  title: 'A pattern of stars is not the same as every key',
  severity: 'info',
  rationale:
    'Only ~* and allkeys mean every key. %R~*, %RW~* and ~** are patterns, and do not match the empty key. (SORT with BY or GET is content with %R~*.)',
  fix: 'Write ~* when every key may be read and written.',
  proof: [
    prove(SINCE_7_0, '%RW~* +get', denied('GET', ''), allowed('GET', 'a')),
    prove(SINCE_6_0, '~* +get', allowed('GET', '')),
    prove(SINCE_6_0, '~** +get', denied('GET', ''), allowed('GET', 'a')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} %RW~* +get +set` },
    good: { text: `user app on ${SECRET} ~* +get +set` },
  },
  judge: (subject) =>
    forEachPattern(subject, (user, step, pattern) =>
      /^\*+$/.test(pattern) && /^(?:~|%(?:rw|wr)~)/i.test(step.rule)
        ? [
            hitAt(user, step, {
              message: `${step.rule} is a pattern, not "every key": it does not match the empty key.`,
              fix: replaceFix(step, '~*', 'Write ~*.'),
            }),
          ]
        : [],
    ),
};

const neverMatches: LintRule = {
  id: 'glob-matches-nothing',
  title: 'A pattern matches no key',
  severity: 'medium',
  rationale:
    'Empty brackets match nothing, and a pattern that holds them matches no key at all. The server accepts it.',
  fix: 'Write what the brackets were to hold, or escape them: \\[\\].',
  proof: [prove(SINCE_6_0, '~a[]* +get', denied('GET', 'a'), denied('GET', 'a[]'), denied('GET', 'ab'))],
  examples: {
    bad: { text: `user app on ${SECRET} ~list[]:* +get` },
    good: { text: `user app on ${SECRET} ~list\\[\\]:* +get` },
  },
  judge: (subject) =>
    forEachItem(subject, (user, step, item) =>
      item.kind === 'class' && item.text === '[]'
        ? [
            hitAt(user, step, {
              message: `${step.rule} matches no key: brackets with nothing in them match nothing.`,
              fix: replaceFix(step, step.rule.replace('[]', '\\[\\]'), 'Escape the brackets, or fill them.'),
            }),
          ]
        : [],
    ),
};

export const GLOB_RULES: readonly LintRule[] = [
  denyPattern,
  rangeDash,
  bang,
  bytes,
  braces,
  expression,
  emptyKey,
  neverMatches,
  ...TENANT_RULES,
];

type JudgePattern = (user: LintUser, step: Step, pattern: string) => readonly LintHit[];

/** Key rules that still count at the end, with their patterns. */
function forEachPattern(subject: LintSubject, judge: JudgePattern): readonly LintHit[] {
  return judgedUsers(subject).flatMap((user) =>
    historiesOf(user).flatMap(({ selector, steps }) => {
      const keys = user.user.selectors[selector]?.keys ?? [];
      return steps.flatMap((step) => {
        const pattern = step.names.kind === 'keys' ? /^(?:~|%[rw]*~)(.+)$/is.exec(step.rule)?.[1] : undefined;
        if (pattern === undefined || !keys.some((key) => key.pattern === pattern)) return [];
        return judge(user, step, pattern);
      });
    }),
  );
}

function forEachItem(
  subject: LintSubject,
  judge: (user: LintUser, step: Step, item: GlobItem) => readonly LintHit[],
): readonly LintHit[] {
  return forEachPattern(subject, (user, step, pattern) => {
    for (const item of readGlob(pattern)) {
      const hits = judge(user, step, item);
      if (hits.length > 0) return hits;
    }
    return [];
  });
}
