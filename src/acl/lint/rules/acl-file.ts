/**
 * Lines that stop a server at its start: an ACL file is one `user` line after the other and nothing else (acl.c
 * ACLLoadFromFile, Redis 6.0 - 8.0, Valkey 7.2 - 9.1).
 */
import { hideSecrets } from '../../language/rule-error.ts';
import { fileLines, linesOf, nameLines, placeOfLine, wholeLine } from '../file-line.ts';
import { editAll, hitToken, inWords } from '../hit.ts';
import { refusalsBy } from '../refusal.ts';
import type { LintEdit, LintHit, LintRule, LintSubject } from '../rule.ts';
import type { FileLine } from '../written-line.ts';
import { proveFile, SINCE_6_0 } from './proof.ts';
import { accepted, refused } from './shown.ts';

const NOT_A_USER = 'should start with user keyword followed by the username';

const COMMENT: LintRule = {
  id: 'aclfile-comment',
  title: 'A comment stops the server',
  severity: 'high',
  rationale:
    'ACL files know no comments. Every line that is not blank must start with "user NAME"; for any other the server refuses the whole file, and does not start.',
  fix: 'Remove the comment lines. Notes about users belong beside the file, or in the program that writes it.',
  proof: [
    proveFile(SINCE_6_0, '# the application\nuser u on >s ~app:* +get\n', refused(NOT_A_USER)),
    proveFile(SINCE_6_0, 'user u on >s ~app:* +get\n', accepted),
  ],
  examples: {
    bad: { text: '# the application\nuser default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n' },
    good: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n' },
  },
  judge: (subject) => {
    const lines = linesOf('comment', subject);
    const [first] = lines;
    if (first === undefined) return [];
    const text = subject.text ?? '';
    const are = lines.length === 1 ? 'is a comment' : 'are comments';
    return [
      {
        ...placeOfLine(first),
        message: `ACL files know no comments, and ${nameLines(lines)} ${are}: the server does not start.`,
        fix: editAll(
          lines.map((line) => ({ range: wholeLine(line, text), text: '' })),
          lines.length === 1 ? 'Remove the line.' : `Remove the ${lines.length} lines.`,
        ),
      },
    ];
  },
};

const TRAILING_COMMENT: LintRule = {
  id: 'aclfile-trailing-comment',
  title: 'A note behind the rules stops the server',
  severity: 'high',
  rationale:
    'A "#" behind the rules starts no comment: it is the sign of a password hash, and each further word is a rule. The server refuses the file.',
  fix: 'Remove the note.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >s ~app:* +get # the application\n', refused('password hash must be')),
  ],
  examples: {
    bad: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping # the shop\n' },
    good: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n' },
  },
  judge: (subject) => [
    ...refusalsBy('trailing-comment', subject).map(({ user, token, last }) => ({
      ...hitToken(
        user,
        token,
        {
          message: 'A note cannot stand behind the rules: its words are taken as rules and refused.',
          fix: inWords('Remove the note.'),
        },
        last,
      ),
      token: '#',
    })),
    ...linesOf('user', subject).flatMap((line): readonly LintHit[] => {
      const { comment, words } = line;
      const [start, last, before] = [words[comment ?? -1], words.at(-1), words[(comment ?? 0) - 1]];
      if (comment === undefined || start === undefined || last === undefined) return [];
      return [
        {
          user: words[1]?.text ?? '',
          line: line.number,
          range: [start.range[0], last.range[1]],
          token: start.text.slice(0, 1),
          message: 'ACL files know no comments: the server takes the note as rules and does not start.',
          fix: editAll(
            [{ range: [before?.range[1] ?? start.range[0], last.range[1]], text: '' }],
            'Remove the note.',
          ),
        },
      ];
    }),
  ],
};

const CONTINUATION: LintRule = {
  id: 'aclfile-continuation',
  title: 'The rules of a user go on in the next line',
  severity: 'high',
  rationale:
    'One user is one line. A backslash at the end of a line is a rule of its own (Syntax error), and the next line, indented or not, must start with "user".',
  fix: 'Write each user in one line.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >s \\\n  ~app:* +get\n', refused(NOT_A_USER)),
    proveFile(SINCE_6_0, 'user u on >s\n  ~app:* +get\n', refused(NOT_A_USER)),
  ],
  examples: {
    bad: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 \\\n     ~app:* +get +ping\n' },
    good: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n' },
  },
  judge: (subject) => blocks(subject).map((block) => joinBlock(block, subject)),
};

const NOT_USER_LINE: LintRule = {
  id: 'aclfile-not-user-line',
  title: 'A line that declares no user',
  severity: 'high',
  rationale:
    'An ACL file holds "user" lines only. Directives, shell commands and commands of the server do not belong there; the server refuses the file.',
  fix: 'Remove the line, or write it as a user line. Directives belong into the configuration file.',
  proof: [
    proveFile(SINCE_6_0, 'aclcat +@admin\nuser u on >s ~app:* +get\n', refused(NOT_A_USER)),
    proveFile(SINCE_6_0, 'user\n', refused(NOT_A_USER)),
  ],
  examples: {
    bad: { text: 'user default off\naclfile /etc/redis/users.acl\n' },
    good: { text: 'user default off\n' },
  },
  judge: (subject) => {
    const fix = inWords('Every line is: user NAME rule…');
    const lines = linesOf('stray', subject);
    const [first] = lines;
    if (first === undefined || lines.length <= STRAY_LINES_MAX) {
      return lines.map((line) => ({ ...placeOfLine(line), message: adviseStray(line), fix }));
    }
    return [
      {
        ...placeOfLine(first),
        message: `Lines of an ACL file start with "user", and ${lines.length} do not (${nameLines(lines)}): this may be no ACL file, and the server does not start.`,
        fix,
      },
    ];
  },
};

/** More of them, and it is another file: one finding says so. */
const STRAY_LINES_MAX = 12;

const TEMPLATE_LINE: LintRule = {
  id: 'aclfile-template-line',
  title: 'A template statement was not rendered',
  severity: 'high',
  rationale:
    'Lines such as {% for … %} are for a template engine. The server does not know them and refuses the file; judge the rendered file.',
  fix: 'Render the template first, then lint the result.',
  proof: [proveFile(SINCE_6_0, '{% if app %}\nuser u on >s ~app:* +get\n{% endif %}\n', refused(NOT_A_USER))],
  examples: {
    bad: {
      text: '{% if shop %}\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n{% endif %}\nuser default off\n',
    },
    good: { text: 'user app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\nuser default off\n' },
  },
  judge: (subject) => {
    const lines = linesOf('template', subject);
    const [first] = lines;
    if (first === undefined) return [];
    return [
      {
        ...placeOfLine(first),
        message: `This is a template that was not rendered (${nameLines(lines)}): the server does not start with it.`,
        fix: inWords('Render it first, then lint the result.'),
      },
    ];
  },
};

export const ACL_FILE_RULES: readonly LintRule[] = [
  COMMENT,
  TRAILING_COMMENT,
  CONTINUATION,
  NOT_USER_LINE,
  TEMPLATE_LINE,
];

/** A user line that goes on, and the lines that it goes on in. */
function blocks(subject: LintSubject): readonly (readonly FileLine[])[] {
  const byUser = new Map<number, FileLine[]>();
  for (const line of fileLines(subject)) {
    if (line.kind === 'user') byUser.set(line.number, [line]);
    else if (line.kind === 'continuation') byUser.get(line.of)?.push(line);
  }
  return [...byUser.values()].filter((block) => block.length > 1 || block[0]?.words.at(-1)?.text === '\\');
}

function joinBlock(block: readonly FileLine[], subject: LintSubject): LintHit {
  const text = subject.text ?? '';
  const words = block.flatMap(({ words }) => words).filter(({ text: word }) => word !== '\\');
  const edits: LintEdit[] = [];
  for (const [i, word] of words.entries()) {
    const next = words[i + 1]?.range[0] ?? (block.at(-1)?.start ?? 0) + (block.at(-1)?.text.length ?? 0);
    const gap = text.slice(word.range[1], next);
    if (/[\n\\]/.test(gap))
      edits.push({ range: [word.range[1], next], text: words[i + 1] === undefined ? '' : ' ' });
  }
  const name = words[1]?.text ?? '';
  const [first] = block;
  const lines = block.slice(1);
  const what =
    lines.length === 0
      ? 'The line ends with a backslash'
      : `The rules of user ${name} go on in ${nameLines(lines)}`;
  return {
    ...(first === undefined ? {} : placeOfLine(first)),
    user: name,
    message: `${what}, but one user is one line: the server does not start.`,
    evidence: `joined: ${words.map(({ text: word }, i) => showWord(word, words[i - 1]?.text)).join(' ')}`,
    fix: editAll(
      edits,
      lines.length === 0
        ? 'Remove the backslash.'
        : `Join lines ${first?.number} to ${block.at(-1)?.number}.`,
    ),
  };
}

/** Behind a bare sign stands a password that a blank split off. */
function showWord(word: string, before: string | undefined): string {
  return before !== undefined && /^[><#!]$/.test(before) ? '…' : hideSecrets(word);
}

function adviseStray(line: FileLine): string {
  const first = line.words[0]?.text ?? '';
  // It may be anything, a lost password too.
  const said = /^[A-Za-z][A-Za-z_-]{0,30}$/.test(first) ? first : '…';
  if (/^user$/i.test(first)) return 'A name must follow "user": the server does not start.';
  if (/^acl$/i.test(first) || /^(?:redis|valkey)-cli$/.test(first))
    return 'This is a command, not a line of an ACL file: the server does not start.';
  if (
    /^(?:aclfile|requirepass|masterauth|masteruser|bind|port|include|rename-command|protected-mode|acllog-max-len)$/i.test(
      first,
    )
  )
    return `${said} is a directive of the configuration file: in an ACL file it stops the server.`;
  return `Lines of an ACL file start with "user", this one with ${JSON.stringify(said)}: the server does not start.`;
}
