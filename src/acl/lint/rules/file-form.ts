/** The form of user lines: blanks, tabs, letter case, quotes, names, parentheses (acl.c ACLLoadFromFile, Redis 7.2). */
import { hideSecrets } from '../../language/rule-error.ts';
import { fileLines, linesOf } from '../file-line.ts';
import { editAll, hitToken, hitUser, inWords } from '../hit.ts';
import { refusalsBy } from '../refusal.ts';
import type { LintHit, LintRule, LintSubject, LintToken, LintUser } from '../rule.ts';
import { BEFORE_7_0, proveFile, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { accepted, crashes, loginRefused, logsIn, refused } from './shown.ts';

const GOOD_LINES = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n';

const BYTE_ORDER_MARK: LintRule = {
  id: 'aclfile-byte-order-mark',
  title: 'A byte order mark hides the first user',
  severity: 'high',
  rationale:
    'Some editors start UTF-8 files with an invisible mark. The first word is then not "user", and the server refuses the file.',
  fix: 'Save the file without a byte order mark.',
  proof: [
    proveFile(SINCE_6_0, '\uFEFFuser u on >s ~app:* +get\n', refused('should start with user keyword')),
  ],
  examples: { bad: { text: `\uFEFF${GOOD_LINES}` }, good: { text: GOOD_LINES } },
  judge: (subject) =>
    fileLines(subject)
      .filter(({ text }) => text.startsWith('\uFEFF'))
      .map(({ number, start }) => ({
        line: number,
        range: [start, start + 1] as const,
        message: `${number === 1 ? 'The file' : 'The line'} starts with a byte order mark: the server does not start.`,
        fix: editAll([{ range: [start, start + 1], text: '' }], 'Save the file without it.'),
      })),
};

const KEYWORD_CASE: LintRule = {
  id: 'aclfile-user-keyword-case',
  title: 'The keyword "user" is not in lower case',
  severity: 'high',
  rationale:
    'Rules may be written in any letter case, the keyword at the start of a line may not: "USER app" is no user line.',
  fix: 'Write user in lower case.',
  proof: [
    proveFile(SINCE_6_0, 'USER u on >s ~app:* +get\n', refused('should start with user keyword')),
    proveFile(SINCE_6_0, 'user u ON >s ~app:* +GET\n', accepted),
  ],
  examples: { bad: { text: GOOD_LINES.replace('user app', 'User app') }, good: { text: GOOD_LINES } },
  judge: (subject) =>
    linesOf('user', subject).flatMap(({ words, number }): readonly LintHit[] => {
      const [first, name] = words;
      if (first === undefined || first.text === 'user') return [];
      return [
        {
          ...(name !== undefined && { user: name.text }),
          line: number,
          range: first.range,
          token: first.text,
          message: `The keyword is "user" in lower case, not ${JSON.stringify(first.text)}: the server does not start.`,
          fix: { kind: 'edit', range: first.range, text: 'user', words: 'Write user.' },
        },
      ];
    }),
};

const TAB: LintRule = {
  id: 'aclfile-tab',
  title: 'A tab between words does not separate them',
  severity: 'high',
  rationale:
    'User lines are split at blanks only. A tab makes one word of two: an unknown rule, which stops the server, or a password that goes on behind the tab, which nobody notices.',
  fix: 'Separate words by blanks.',
  proof: [
    proveFile(SINCE_6_0, 'user u on\t>s ~app:* +get\n', refused('Syntax error')),
    proveFile(SINCE_6_0, 'user u on >s\t~app:* +get\n', accepted, loginRefused('s'), logsIn('s\t~app:*')),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace('on >', 'on\t>') },
    good: { text: `\t${GOOD_LINES}` },
  },
  judge: (subject) =>
    linesOf('user', subject).flatMap((line): readonly LintHit[] => {
      const gaps = tabGaps(line.words, subject.text ?? '');
      const [first] = gaps;
      if (first === undefined) return [];
      return [
        {
          user: line.words[1]?.text ?? '',
          line: line.number,
          range: first,
          message: 'A tab does not separate words: the server reads the words around it as one.',
          fix: editAll(
            gaps.map((range) => ({ range, text: ' ' })),
            'Put blanks in the place of the tabs.',
          ),
        },
      ];
    }),
};

const DOUBLE_BLANK: LintRule = {
  id: 'aclfile-double-blank',
  title: 'Two blanks behind "user" make an empty name',
  severity: 'high',
  rationale:
    'Lines are split at single blanks. Between rules an empty word does nothing, but behind "user" it is the name, and the real name becomes an unknown rule.',
  fix: 'Leave one blank between user and the name.',
  proof: [
    proveFile(SINCE_6_0, 'user  u on >s ~app:* +get\n', refused('Syntax error')),
    proveFile(SINCE_6_0, 'user u  on  >s   ~app:* +get\n', accepted),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace('user app', 'user   app') },
    good: { text: GOOD_LINES.replace('on >', 'on   >') },
  },
  judge: (subject) =>
    linesOf('user', subject).flatMap(({ words, number }): readonly LintHit[] => {
      const [keyword, name] = words;
      if (keyword === undefined || name === undefined) return [];
      const gap = [keyword.range[1], name.range[0]] as const;
      if (gap[1] - gap[0] < 2 || (subject.text ?? '').slice(...gap).includes('\t')) return [];
      return [
        {
          user: name.text,
          line: number,
          range: gap,
          message: `Two blanks behind "user" make the name empty and ${name.text} a rule: the server does not start.`,
          fix: { kind: 'edit', range: gap, text: ' ', words: 'Leave one blank.' },
        },
      ];
    }),
};

const DUPLICATE: LintRule = {
  id: 'duplicate-user',
  title: 'A user is declared twice',
  severity: 'high',
  rationale:
    'From 7.0 on the server refuses a file that names a user twice. 6.x starts, and the last line silently replaces the ones before: a restriction written above is gone.',
  fix: 'Merge the lines into one.',
  proof: [
    proveFile(
      SINCE_7_0,
      'user u on >a ~a:* +get\nuser u on >b ~b:* +get\n',
      refused("Duplicate user 'u' found on line 2"),
    ),
    proveFile(
      BEFORE_7_0,
      'user u on >a ~a:* +get\nuser u on >b ~b:* +get\n',
      accepted,
      loginRefused('a'),
      logsIn('b'),
    ),
  ],
  examples: {
    bad: { text: `${GOOD_LINES}user app on >Vq7-mZp2x_Lk9 ~cart:* +set\n` },
    good: { text: `${GOOD_LINES}user cart on >Hw3-tRn8y_Qd5 ~cart:* +set +ping\n` },
  },
  judge: (subject) => {
    if (subject.source.kind === 'script' || subject.source.kind === 'live') return [];
    const first = new Map<string, LintUser>();
    return subject.users.flatMap((user): readonly LintHit[] => {
      const before = first.get(user.name);
      if (before === undefined) {
        first.set(user.name, user);
        return [];
      }
      const refusedThen = subject.table.dialect.duplicateUsers === 'refused';
      const then = refusedThen ? 'the server does not start' : 'this line silently replaces that one';
      return [
        hitUser(user, {
          ...(!refusedThen && { severity: 'medium' }),
          message: `User ${user.name} is declared on line ${before.line ?? '?'} already: ${then}.`,
          fix: inWords('Merge the lines into one.'),
        }),
      ];
    });
  },
};

const QUOTE: LintRule = {
  id: 'aclfile-quote',
  title: 'Quotes are part of the rule',
  severity: 'high',
  rationale:
    'ACL files know no quotes (configuration files do). A rule that starts with one is refused; behind a sign it is taken as it stands: >"secret" is a password of eight characters, quotes included, and ~"app:*" matches keys with quotes only.',
  fix: 'Write rules without quotes.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >"ab" ~app:* +get\n', accepted, loginRefused('ab'), logsIn('"ab"')),
    proveFile(SINCE_6_0, 'user u on >s "~app:*" +get\n', refused('Syntax error')),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace('>Vq7-mZp2x_Lk9', '>"Vq7-mZp2x_Lk9"') },
    good: { text: GOOD_LINES },
  },
  judge: (subject) => {
    if (subject.source.kind !== 'acl-file') return [];
    const whole = subject.users.flatMap((user) => user.tokens.flatMap((token) => quotedToken(user, token)));
    const split = refusalsBy('aclfile-quote', subject)
      .filter(({ token }) => !QUOTED.test(token.text))
      .map(({ user, token }) =>
        hitToken(user, token, {
          message:
            'Quotes hold nothing together in an ACL file: the text is split at its blanks and refused.',
          fix: inWords('Write # and the SHA-256 of a password with blanks; patterns cannot hold any.'),
        }),
      );
    return [...whole, ...split];
  },
};

const UNMATCHED: LintRule = {
  id: 'aclfile-unmatched-paren',
  title: 'An open parenthesis ends the server',
  severity: 'critical',
  rationale:
    'A selector that is never closed is no error message: from 7.0 on, up to Redis 8.0.6 and Valkey 9.1.2 at least, the server crashes when it reads such a line behind another rule, at its start and at ACL LOAD. Whoever may write the file can end the server.',
  fix: 'Close the selector with ) at the end of its last rule.',
  proof: [
    proveFile(SINCE_7_0, 'user u on +get (~a\n', crashes),
    proveFile(BEFORE_7_0, 'user u on +get (~a\n', refused('Syntax error')),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace('+ping', '+ping (~cart:* +get') },
    good: { text: GOOD_LINES.replace('+ping', '+ping (~cart:* +get)') },
  },
  judge: (subject) => {
    const crash = subject.table.dialect.aclFileParenthesisCrashes && subject.source.kind === 'acl-file';
    return refusalsBy('unmatched-parenthesis', subject).map(({ user, token }) =>
      hitToken(user, token, {
        ...(!crash && { severity: 'high' }),
        message: crash
          ? 'The parenthesis is never closed: this server crashes when it reads the line.'
          : 'The parenthesis is never closed: the server refuses the rules.',
        fix: inWords('Put ) behind the last rule of the selector.'),
      }),
    );
  },
};

const REFUSED: LintRule = {
  id: 'refused-rule',
  title: 'The server refuses a rule',
  severity: 'high',
  rationale:
    'A rule that the server refuses makes it refuse the whole file, or the whole ACL SETUSER. This names those refusals that no other rule of the lint explains.',
  fix: 'Read what the server says and write the rule differently.',
  proof: [
    proveFile(
      SINCE_7_0,
      'user u on >s ~app:* +config|get|maxmemory\n',
      refused('Allowing first-arg of a subcommand is not supported'),
    ),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace('+ping', '+config|get|maxmemory') },
    good: { text: GOOD_LINES },
  },
  judge: (subject) => [
    ...refusalsBy('refused-rule', subject).map(({ user, token, last }) =>
      hitToken(user, token, { message: sentence(messageAt(subject, user, token.index)) }, last),
    ),
    ...badNames(subject),
  ],
};

export const FILE_FORM_RULES: readonly LintRule[] = [
  BYTE_ORDER_MARK,
  KEYWORD_CASE,
  TAB,
  DOUBLE_BLANK,
  DUPLICATE,
  QUOTE,
  UNMATCHED,
  REFUSED,
];

const QUOTED = /^([><#]|[~&]|%[RWrw]{1,2}~|[+-])?(["'])(.*)\2$/;

/** A rule with a quote on both sides. */
function quotedToken(user: LintUser, token: LintToken): readonly LintHit[] {
  const quoted = QUOTED.exec(token.text);
  if (quoted === null || token.range === undefined) return [];
  const [, sign = ''] = quoted;
  const start = token.range[0] + sign.length;
  const end = token.range[1];
  const then = /^[><#~&%]/.test(sign) ? 'they are part of the text here' : 'the server does not start';
  return [
    hitToken(user, token, {
      message: `ACL files know no quotes: ${then}.`,
      fix: editAll(
        [
          { range: [start, start + 1], text: '' },
          { range: [end - 1, end], text: '' },
        ],
        'Remove the quotes.',
      ),
    }),
  ];
}

/** The gaps between words that hold a tab; a tab in the middle of an accepted word counts too. */
function tabGaps(
  words: readonly { readonly range: readonly [number, number] }[],
  text: string,
): readonly (readonly [number, number])[] {
  return words.flatMap(({ range }, i) => {
    const next = words[i + 1]?.range[0];
    if (next === undefined || !text.slice(range[1], next).includes('\t')) return [];
    return [[range[1], next] as const];
  });
}

/** Names with characters that no name may hold, where nothing else explains it. */
function badNames(subject: LintSubject): readonly LintHit[] {
  const tabbed = new Set(
    fileLines(subject)
      .filter(({ text }) => text.trim().includes('\t'))
      .map(({ number }) => number),
  );
  return subject.problems
    .filter(({ code, line }) => code === 'bad-user-name' && !tabbed.has(line ?? 0))
    .map(({ message, line, range }) => ({
      ...(line !== undefined && { line }),
      ...(range !== undefined && { range }),
      message: sentence(message),
    }));
}

function messageAt(subject: LintSubject, user: LintUser, index: number): string {
  const problem =
    subject.problems.find((each) => each.line === user.line && each.index === index) ??
    subject.problems.find((each) => each.line === user.line);
  return problem?.message ?? `The server refuses ${hideSecrets(user.tokens[index]?.text ?? '')}`;
}

function sentence(message: string): string {
  return `${message.trim().replace(/\.$/, '')}.`;
}
