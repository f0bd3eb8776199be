/** Bytes that editors and copying bring into a file and that nobody sees: UTF-16, NUL, no-break spaces. */
import { fileLines } from '../file-line.ts';
import { editAll, hitToken, inWords } from '../hit.ts';
import type { LintHit, LintRule } from '../rule.ts';
import { isUtf16 } from '../utf16.ts';
import { allowed, proveFile, SINCE_6_0 } from './proof.ts';
import { accepted, loginRefused, logsIn, refused } from './shown.ts';

const GOOD_LINES = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get +ping\n';
/** Little-endian, its mark as the bytes that no UTF-8 holds. */
const UTF16_LINES = `\uDCFF\uDCFE${GOOD_LINES.replaceAll(/[^]/g, '$&\0')}`;

const UTF16: LintRule = {
  id: 'aclfile-utf16',
  title: 'The file is saved as UTF-16',
  severity: 'high',
  rationale:
    'Some editors and shells (PowerShell with >) save text as UTF-16, two bytes a letter. The server reads bytes: the first word is not "user", and it refuses the file. Nothing else is judged.',
  fix: 'Save the file as UTF-8 without a byte order mark.',
  proof: [proveFile(SINCE_6_0, UTF16_LINES, refused('should start with user keyword'))],
  examples: { bad: { text: UTF16_LINES }, good: { text: GOOD_LINES } },
  judge: (subject) =>
    subject.source.kind !== 'acl-file' || !isUtf16(subject.text ?? '')
      ? []
      : [
          {
            line: 1,
            range: [0, 2],
            message: 'The file is saved as UTF-16: the server does not start.',
            fix: inWords('Save it as UTF-8 without a byte order mark.'),
          },
        ],
};

const NUL: LintRule = {
  id: 'aclfile-nul',
  title: 'A NUL byte hides the rest of a line',
  severity: 'high',
  rationale:
    'The server reads lines as C strings: what stands behind a NUL is dropped without a word, the end of the line too, and the next line goes on in its place. A denial behind it does not hold.',
  fix: 'Remove the NUL byte.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >s ~app:* +get\0 -@all\n', accepted, {
      ...allowed('GET', 'app:1'),
    }),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace(' +ping', '\0 +ping') },
    good: { text: GOOD_LINES },
  },
  judge: (subject) =>
    fileLines(subject).flatMap(({ text, number, start }): readonly LintHit[] => {
      const at = text.indexOf('\0');
      if (at === -1) return [];
      return [
        {
          line: number,
          range: [start + at, start + at + 1],
          message:
            'The line holds a NUL byte: the server drops what stands behind it, and reads the next line in its place.',
          fix: inWords('Remove the NUL byte.'),
        },
      ];
    }),
};

const NO_BREAK_SPACE: LintRule = {
  id: 'no-break-space',
  title: 'A no-break space joins two words',
  severity: 'medium',
  rationale:
    'Text copied from web pages and documents holds no-break spaces (U+00A0), which look like blanks and separate nothing: a password goes on with the rule behind it, a pattern with the next one.',
  fix: 'Put a blank in its place.',
  proof: [
    proveFile(
      SINCE_6_0,
      'user u on >s\u00A0~app:* +get\n',
      accepted,
      loginRefused('s'),
      logsIn('s\u00A0~app:*'),
    ),
  ],
  examples: {
    bad: { text: GOOD_LINES.replace(' ~app', '\u00A0~app') },
    good: { text: GOOD_LINES },
  },
  judge: ({ users }) =>
    users.flatMap((user) =>
      user.tokens.flatMap((token): readonly LintHit[] => {
        const start = token.range?.[0];
        const places = [...token.text.matchAll(/\u00A0/g)].map(({ index }) => index);
        if (places.length === 0) return [];
        // The word may be a rule and the secret behind it: it is not shown.
        const { token: _hidden, ...hit } = hitToken(user, token, {
          message: `A no-break space (U+00A0) in the rules of user ${user.name} separates nothing: the server reads the words around it as one.`,
          fix: editAll(
            start === undefined
              ? []
              : places.map((at) => ({ range: [start + at, start + at + 1] as const, text: ' ' })),
            'Put a blank in its place.',
          ),
        });
        return [hit];
      }),
    ),
};

export const ENCODING_RULES: readonly LintRule[] = [UTF16, NUL, NO_BREAK_SPACE];
