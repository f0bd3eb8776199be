/** Rules that the server knows and refuses where or as they stand: passwords, hashes, patterns behind "all". */
import { hitToken, inWords, removeToken } from '../hit.ts';
import { refusalsBy } from '../refusal.ts';
import type { LintHit, LintRule } from '../rule.ts';
import { prove, proveFile, SINCE_6_0, SINCE_6_2, SINCE_7_0 } from './proof.ts';
import { accepted, logsIn, refused } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const BLANK: LintRule = {
  id: 'password-blank',
  title: 'A blank splits a password',
  severity: 'high',
  rationale:
    'Words end at blanks. In "> secret" the password is empty and "secret" an unknown rule; a password with a blank in it cannot be written in an ACL file at all.',
  fix: 'Write the sign and the password in one word, or use #, then the SHA-256 of the password, which may then hold anything.',
  proof: [
    proveFile(SINCE_6_0, 'user u on > secret ~app:* +get\n', refused('Syntax error')),
    proveFile(SINCE_6_0, 'user u on > ~app:* +get\n', accepted, logsIn('')),
  ],
  examples: { bad: bad('>Vq7', '> Vq7'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('password-blank', subject).flatMap(({ user, token }): readonly LintHit[] => {
      const sign = user.tokens[token.index - 1];
      if (sign === undefined) return [];
      const gap =
        sign.range !== undefined && token.range !== undefined && sign.line === token.line
          ? ([sign.range[1], token.range[0]] as const)
          : undefined;
      const words = `Write ${sign.text} and what belongs to it in one word.`;
      const { range: _, ...hit } = hitToken(user, sign, {
        message: `A blank stands behind ${sign.text}: the password is empty and the next word an unknown rule, which the server refuses.`,
        fix: gap === undefined ? inWords(words) : { kind: 'edit', range: gap, text: '', words },
      });
      const range = sign.range;
      return [
        { ...hit, ...(range !== undefined && { range: [range[0], token.range?.[1] ?? range[1]] as const }) },
      ];
    }),
};

const COMMAND: LintRule = {
  id: 'password-command',
  title: 'A shell command stands in the place of a password',
  severity: 'high',
  rationale:
    'Nothing runs what stands in an ACL file. $(cat /run/secrets/x) is split at its blank: the first half is the password, the second an unknown rule.',
  fix: 'Let the program that deploys the file put the hash in its place.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >$(cat /run/secrets/x) ~app:* +get\n', refused('Syntax error')),
    proveFile(SINCE_6_0, 'user u on >$(cat ~app:* +get\n', accepted, logsIn('$(cat')),
  ],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '>$(cat /run/secrets/app)'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('password-command', subject).map(({ user, token, last }) =>
      hitToken(
        user,
        token,
        {
          message:
            'No shell reads an ACL file: this is split at its blanks, and the server refuses the parts.',
          fix: inWords('Write # and the SHA-256 of the password when the file is deployed.'),
        },
        last,
      ),
    ),
};

const HASH: LintRule = {
  id: 'password-hash-malformed',
  title: 'A password hash is not 64 lower-case hex digits',
  severity: 'high',
  rationale:
    'Behind # and ! the server wants a SHA-256 as 64 lower-case hexadecimal digits. Capitals, other hashes (bcrypt, MD5, SHA-1) and passwords in clear are refused.',
  fix: 'Make it by: printf %s "$PASSWORD" | sha256sum',
  proof: [
    prove(SINCE_6_0, 'on #abc', refused('password hash must be exactly 64 characters')),
    prove(
      SINCE_6_0,
      'on #2BB80D537B1DA3E38BD30361AA855686BDE0EACD7162FEF6A25FE97BF527A25B',
      refused('lowercase hexadecimal'),
    ),
    prove(
      SINCE_6_0,
      'on #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
      accepted,
      logsIn('secret'),
    ),
  ],
  examples: {
    bad: bad('>Vq7-mZp2x_Lk9', '#5f4dcc3b5aa765d61d8327deb882cf99'),
    good: bad('>Vq7-mZp2x_Lk9', '#60a76f2f4ea48dbf1b3e1a3f7b8e32b9f3f3b1d9c53d9be1ed77b2a2d1ac9f61'),
  },
  judge: (subject) =>
    refusalsBy('password-hash-malformed', subject).map(({ user, token }) => {
      const hash = token.text.slice(1);
      const capitals = /^[0-9a-fA-F]{64}$/.test(hash);
      return hitToken(user, token, {
        message: capitals
          ? 'The hash has capital letters: the server takes lower-case hexadecimal digits only.'
          : `This is no SHA-256 (64 lower-case hex digits), but ${describeHash(hash)}: the server refuses it.`,
        fix: inWords(
          capitals
            ? 'Write the hash in lower case.'
            : 'Write # and the SHA-256 of the password: printf %s "$PASSWORD" | sha256sum',
        ),
      });
    }),
};

const REMOVAL: LintRule = {
  id: 'password-removal',
  title: 'A password is removed that is not there',
  severity: 'high',
  rationale:
    '"<" removes a password, ">" adds one. In a file every line starts from a new user without passwords, so there is nothing to remove, and the server refuses the file.',
  fix: 'Write > to add the password; leave out what removes one.',
  proof: [
    prove(
      SINCE_6_0,
      'on <secret',
      refused('The password you are trying to remove from the user does not exist'),
    ),
    prove(SINCE_6_0, 'on >secret', accepted, logsIn('secret')),
  ],
  examples: { bad: bad('>Vq7', '<Vq7'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('password-removal', subject).map(({ user, token }) => {
      const sign = token.text.charAt(0);
      const add = sign === '<' ? '>' : '#';
      const doubled = token.text.charAt(1) === add;
      const range = token.range;
      const words = `Write ${add} to add it.`;
      return hitToken(user, token, {
        message: `${sign} removes a password, and user ${user.name} has no such password: the server refuses it; did you mean ${add}?`,
        fix:
          range === undefined
            ? inWords(words)
            : { kind: 'edit', range: [range[0], range[0] + 1], text: doubled ? '' : add, words },
      });
    }),
};

const AFTER_ALL_KEYS: LintRule = {
  id: 'pattern-after-all-keys',
  title: 'A key pattern stands behind ~*',
  severity: 'high',
  rationale:
    'Behind ~* or allkeys a further pattern would narrow nothing, and the server refuses it. Who meant to narrow has to drop ~*.',
  fix: 'Drop ~* when the patterns are meant, or drop the patterns.',
  proof: [
    prove(SINCE_6_0, 'on ~* ~app:*', refused('Adding a pattern after the * pattern')),
    prove(SINCE_6_0, 'on ~* resetkeys ~app:*', accepted),
    prove(SINCE_6_0, 'on ~app:* ~*', accepted),
  ],
  examples: { bad: bad('~app:*', '~* ~app:*'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('pattern-after-all-keys', subject).map(({ user, token, last }) => {
      const all = user.tokens.findLast(
        ({ text, index }) => index < token.index && (text === '~*' || text.toLowerCase() === 'allkeys'),
      );
      const words = `Drop ${all?.text ?? '~*'} if only the patterns are meant.`;
      return hitToken(
        user,
        token,
        {
          message: `Behind ${all?.text ?? '~*'} a pattern narrows nothing: the server refuses it.`,
          fix: all === undefined ? inWords(words) : removeToken(user, all, words),
        },
        last,
      );
    }),
};

const AFTER_ALL_CHANNELS: LintRule = {
  id: 'pattern-after-all-channels',
  title: 'A channel pattern stands behind &*',
  severity: 'high',
  rationale: 'Behind &* or allchannels a further pattern would narrow nothing, and the server refuses it.',
  fix: 'Drop &* when the patterns are meant, or drop the patterns.',
  proof: [
    prove(SINCE_6_2, 'on &* &news:*', refused('Adding a pattern after the * pattern')),
    prove(SINCE_6_2, 'on resetchannels &news:*', accepted),
  ],
  examples: { bad: bad('~app:*', '~app:* &* &app:*'), good: bad('~app:*', '~app:* &app:*') },
  judge: (subject) =>
    refusalsBy('pattern-after-all-channels', subject).map(({ user, token, last }) =>
      hitToken(
        user,
        token,
        {
          message: 'Behind &* a pattern narrows nothing: the server refuses it.',
          fix: inWords('Drop &* if only the patterns are meant.'),
        },
        last,
      ),
    ),
};

const CHANNEL_RESET: LintRule = {
  id: 'channel-needs-reset',
  title: 'On this server a channel pattern needs resetchannels before it',
  severity: 'high',
  rationale:
    'In 6.2 (and wherever acl-pubsub-default is allchannels) a new user starts with every channel, so that a pattern stands behind &* and is refused. From 7.0 on a new user starts with none. "resetchannels &pattern" means the same everywhere.',
  fix: 'Write resetchannels before the first channel pattern.',
  proof: [
    prove(['redis-6.2'], 'on &news:*', refused('Adding a pattern after the * pattern')),
    prove(SINCE_6_2, 'on resetchannels &news:*', accepted),
    prove(SINCE_7_0, 'on &news:*', accepted),
  ],
  examples: {
    bad: { server: 'redis-6.2', text: good.replace('~app:*', '~app:* &app:*') },
    good: { server: 'redis-6.2', text: good.replace('~app:*', '~app:* resetchannels &app:*') },
  },
  judge: (subject) => {
    const told = new Set<string>();
    return refusalsBy('channel-needs-reset', subject).flatMap(({ user, token, last }): readonly LintHit[] => {
      const key = `${user.line ?? 0} ${user.name}`;
      if (told.has(key)) return [];
      told.add(key);
      const { range } = token;
      const words = `Write resetchannels before ${token.text}.`;
      return [
        hitToken(
          user,
          token,
          {
            message: `New users of ${subject.table.server} start with every channel, so that this pattern is refused: put resetchannels before it.`,
            fix:
              range === undefined
                ? inWords(words)
                : { kind: 'edit', range: [range[0], range[0]], text: 'resetchannels ', words },
          },
          last,
        ),
      ];
    });
  },
};

export const REFUSED_FORM_RULES: readonly LintRule[] = [
  BLANK,
  COMMAND,
  HASH,
  REMOVAL,
  AFTER_ALL_KEYS,
  AFTER_ALL_CHANNELS,
  CHANNEL_RESET,
];

function describeHash(hash: string): string {
  if (/^\$2[aby]\$/.test(hash)) return 'a bcrypt hash';
  if (/^[0-9a-f]+$/i.test(hash)) return `${hash.length} hex digits`;
  return hash === '' ? 'nothing' : 'some other text';
}
