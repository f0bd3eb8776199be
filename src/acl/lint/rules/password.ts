/** Passwords that others know or guess. Hashes are plain SHA-256 without salt: a guess costs a microsecond. */
import { hitToken, hitUser, inWords, listSome } from '../hit.ts';
import { clearPasswords, wordOf } from '../password.ts';
import { EMPTY_HASH, guessReason, guessReasonOfHash } from '../password-guess.ts';
import { findPlaceholder, findSpans, isShellForm } from '../placeholder.ts';
import { refusalsBy } from '../refusal.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { prove, SINCE_6_0 } from './proof.ts';
import { accepted, loginRefused, logsIn } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const WEAK: LintRule = {
  id: 'weak-password',
  title: 'A password is easily guessed',
  severity: 'high',
  rationale:
    'A server answers tens of thousands of AUTH a second and locks nobody out, and the stored hash is unsalted SHA-256. The name of the user, common words with a number, and anything short are found in minutes.',
  fix: 'Use a random password: ACL GENPASS makes one of 256 bits. Store it as # and its SHA-256.',
  proof: [prove(SINCE_6_0, 'on >app123 ~app:* +get', accepted, logsIn('app123'))],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '>app123'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user): readonly LintHit[] => {
      const clear = clearPasswords(user).flatMap((token): readonly LintHit[] => {
        const password = token.text.slice(1);
        if (findPlaceholder(password) !== undefined || KEYWORDS.has(password) || /^["'#]/.test(password))
          return [];
        const reason = guessReason(password, user.name);
        return reason === undefined ? [] : [hitToken(user, token, weak(user, reason))];
      });
      if (clear.length > 0) return clear;
      const hashed = user.user.passwords.flatMap((hash): readonly LintHit[] => {
        if (hash === EMPTY_HASH) return [];
        const token = user.tokens.find(({ text }) => text === `#${hash}`);
        const reason = token === undefined ? undefined : guessReasonOfHash(hash, user.name);
        return token === undefined || reason === undefined ? [] : [hitToken(user, token, weak(user, reason))];
      });
      return hashed;
    }),
};

const EMPTY: LintRule = {
  id: 'empty-password',
  title: 'The password is empty',
  severity: 'high',
  rationale: 'A bare > sets the empty password, which then works: AUTH user "" logs in.',
  fix: 'Write the password behind the >, or remove it.',
  proof: [prove(SINCE_6_0, 'on > ~app:* +get', accepted, logsIn(''), loginRefused('x'))],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '>'), good: { text: good } },
  judge: (subject) => {
    // "> secret" is explained by its own rule.
    const split = new Set(
      refusalsBy('password-blank', subject).map(({ user, token }) => user.tokens[token.index - 1]),
    );
    return subject.users.flatMap((user): readonly LintHit[] => {
      if (!user.user.passwords.includes(EMPTY_HASH)) return [];
      const token = wordOf(EMPTY_HASH, user);
      const rest = {
        message: `User ${user.name} has the empty password: AUTH with "" logs in.`,
        fix: inWords('Write a password behind the >, or remove it.'),
      };
      if (token === undefined) return [hitUser(user, rest)];
      return split.has(token) ? [] : [hitToken(user, token, rest)];
    });
  },
};

const NOPASS_WORD: LintRule = {
  id: 'nopass-literal',
  title: 'A keyword became the password',
  severity: 'high',
  rationale:
    '">nopass" does not mean nopass: it is a password of six letters. The same goes for ">on", ">off" and their like. Whoever guesses it logs in; whoever meant the keyword gets another user than was meant.',
  fix: 'Drop the > if the keyword is meant, or write a real password.',
  proof: [prove(SINCE_6_0, 'on >nopass ~app:* +get', accepted, logsIn('nopass'), loginRefused('anything'))],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '>nopass'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user) =>
      clearPasswords(user)
        .filter(({ text }) => KEYWORDS.has(text.slice(1).toLowerCase()))
        .map((token) =>
          hitToken(user, token, {
            message: `This makes a keyword the password of user ${user.name}: the sign > in front of it makes it text.`,
            fix: inWords('Drop the > if the keyword is meant; else write a real password.'),
          }),
        ),
    ),
};

const SHARED: LintRule = {
  id: 'shared-password',
  title: 'Several users share a password',
  severity: 'medium',
  rationale:
    'Hashes have no salt, so that the same password shows as the same hash. Whoever knows one user then is the others too, and a rotation of one leaves the rest open.',
  fix: 'Give every user a password of its own.',
  proof: [prove(SINCE_6_0, 'on >Vq7-mZp2x_Lk9', accepted, logsIn('Vq7-mZp2x_Lk9'))],
  examples: {
    bad: { text: `${good}user cart on >Vq7-mZp2x_Lk9 ~cart:* +@read +ping\n` },
    good: { text: `${good}user cart on >Hw3-tRn8y_Qd5 ~cart:* +@read +ping\n` },
  },
  judge: (subject) => {
    const owners = new Map<string, LintUser[]>();
    for (const user of subject.users) {
      for (const hash of user.user.passwords) {
        const known = owners.get(hash);
        if (known === undefined) owners.set(hash, [user]);
        else if (!known.some(({ name }) => name === user.name)) known.push(user);
      }
    }
    return [...owners].flatMap(([hash, users]): readonly LintHit[] => {
      const [first, second] = users;
      if (first === undefined || second === undefined || hash === EMPTY_HASH) return [];
      const token = wordOf(hash, second);
      // Halves of templates that were split at their blanks are alike, and no passwords.
      if (findSpans(second.tokens).some(({ from }) => from === token?.index)) return [];
      const rest = {
        message: `Users ${listSome(users.map(({ name }) => name))} have the same password: whoever knows one is all of them.`,
        fix: inWords('Give every user a password of its own.'),
      };
      return [token === undefined ? hitUser(second, rest) : hitToken(second, token, rest)];
    });
  },
};

const IN_CLEAR: LintRule = {
  id: 'password-in-clear',
  title: 'Passwords stand in clear',
  severity: 'low',
  rationale:
    'The file needs no password in clear: # and the SHA-256 of it is as good. In clear it is read by whoever reads the file, its backups and its repository. (A hash is unsalted: it protects random passwords only.)',
  fix: 'Write # and the SHA-256 in the place of > and the password: printf %s "$PASSWORD" | sha256sum',
  proof: [
    prove(
      SINCE_6_0,
      'on #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
      accepted,
      logsIn('secret'),
    ),
    prove(SINCE_6_0, 'on >secret', accepted, logsIn('secret')),
  ],
  examples: {
    bad: { text: good },
    good: bad('>Vq7-mZp2x_Lk9', '#60a76f2f4ea48dbf1b3e1a3f7b8e32b9f3f3b1d9c53d9be1ed77b2a2d1ac9f61'),
  },
  judge: (subject) => {
    if (subject.source.kind === 'rules' || subject.source.kind === 'live') return [];
    const clear = subject.users.flatMap((user) =>
      clearPasswords(user)
        .filter(({ text }) => !isVariable(text.slice(1), subject))
        .map((token) => ({ user, token })),
    );
    const [first] = clear;
    if (first === undefined) return [];
    const names = [...new Set(clear.map(({ user }) => user.name))];
    const whose = names.length === 1 ? `user ${names[0]} stands` : `users ${listSome(names)} stand`;
    return [
      hitToken(first.user, first.token, {
        message: `The password${names.length === 1 ? '' : 's'} of ${whose} in clear; a hash is as good for the server.`,
        fix: inWords('Write # and the SHA-256 of the password: printf %s "$PASSWORD" | sha256sum'),
      }),
    ];
  },
};

export const PASSWORD_RULES: readonly LintRule[] = [WEAK, EMPTY, NOPASS_WORD, SHARED, IN_CLEAR];

const KEYWORDS = new Set([
  'nopass',
  'on',
  'off',
  'resetpass',
  'reset',
  'allkeys',
  'allcommands',
  'nocommands',
]);

/** `$PASSWORD` in a script: a shell puts the password in its place. */
function isVariable(password: string, { source }: LintSubject): boolean {
  return source.kind === 'script' && isShellForm(findPlaceholder(password) ?? '');
}

function weak(user: LintUser, reason: string): Pick<LintHit, 'message' | 'fix'> {
  return {
    message: `The password of user ${user.name} is easily guessed: ${reason}.`,
    fix: inWords('Use a random one (ACL GENPASS), stored as # and its SHA-256.'),
  };
}
