/** Text that should have been replaced before the server saw it; the server takes it as it stands. */
import { findPatternPlaceholder, findPlaceholder, isShellForm } from '../placeholder.ts';
import { hitToken, hitUser, inWords } from '../hit.ts';
import { refusalsBy } from '../refusal.ts';
import { clearPasswords } from '../password.ts';
import type { LintHit, LintRule } from '../rule.ts';
import { allowed, denied, prove, proveFile, SINCE_6_0 } from './proof.ts';
import { accepted, logsIn, refused } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const PASSWORD: LintRule = {
  id: 'placeholder-password',
  title: 'A placeholder is the password',
  severity: 'high',
  rationale:
    'The server knows no variables and no templates. A password ${APP_PASSWORD} or CHANGE_ME is accepted as it stands: the server starts, and whoever has read the file or the repository logs in with that very text.',
  fix: 'Replace it before the file is deployed, best by # and the SHA-256 of a random password.',
  proof: [
    prove(SINCE_6_0, 'on >${APP_PASSWORD} ~app:* +get', accepted, logsIn('${APP_PASSWORD}')),
    prove(SINCE_6_0, 'on >$${APP_PASSWORD} ~app:* +get', accepted, logsIn('$${APP_PASSWORD}')),
    prove(SINCE_6_0, 'on >$(APP_PASSWORD) ~app:* +get', accepted, logsIn('$(APP_PASSWORD)')),
    prove(SINCE_6_0, 'on >{{app_password}} ~app:* +get', accepted, logsIn('{{app_password}}')),
    prove(SINCE_6_0, 'on >CHANGE_ME ~app:* +get', accepted, logsIn('CHANGE_ME')),
  ],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '>${APP_PASSWORD}'), good: { text: good } },
  judge: ({ users, source }) =>
    users.flatMap((user) =>
      clearPasswords(user).flatMap((token): readonly LintHit[] => {
        const form = findPlaceholder(token.text.slice(1));
        if (form === undefined || (source.kind === 'script' && isShellForm(form))) return [];
        return [
          hitToken(user, token, {
            message: `The password of user ${user.name} is a placeholder (${form}), and the server takes it literally.`,
            fix: inWords('Replace it by # and the SHA-256 of a random password before the file is deployed.'),
          }),
        ];
      }),
    ),
};

const SPLIT: LintRule = {
  id: 'placeholder-split',
  title: 'A template with blanks was not rendered',
  severity: 'high',
  rationale:
    'A template expression with blanks, such as {{ password }}, is several words for the server, which refuses them. (Without blanks it would be one word, and a password.)',
  fix: 'Render the template first, then lint the result.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >{{ app_password }} ~app:* +get\n', refused('Syntax error')),
    proveFile(
      SINCE_6_0,
      'user u on #{{ app_password | hash }} ~app:* +get\n',
      refused('password hash must be'),
    ),
  ],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '>{{ app_password }}'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('placeholder-split', subject).map(({ user, token, last, span }) =>
      hitToken(
        user,
        token,
        {
          message: `This is a template that was not rendered (${span?.form ?? 'a template'}): the server splits it at its blanks and refuses it.`,
          fix: inWords('Render the template first, then lint the result.'),
        },
        last,
      ),
    ),
};

const HASH: LintRule = {
  id: 'placeholder-hash',
  title: 'A placeholder stands in the place of a password hash',
  severity: 'high',
  rationale:
    'Behind # the server wants 64 hex digits. A placeholder there is refused, and with it the whole file.',
  fix: 'Put the SHA-256 of the password in its place.',
  proof: [
    prove(SINCE_6_0, 'on #<APP_HASH> ~app:* +get', refused('password hash must be exactly 64 characters')),
    prove(SINCE_6_0, 'on #${APP_HASH} ~app:* +get', refused('password hash must be exactly 64 characters')),
  ],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', '#<APP_HASH>'), good: { text: good } },
  judge: (subject) =>
    refusalsBy('placeholder-hash', subject).map(({ user, token }) =>
      hitToken(user, token, {
        message: `The password hash of user ${user.name} is still a placeholder: the server refuses it.`,
        fix: inWords('Put # and the SHA-256 of the password in its place: printf %s "$PASSWORD" | sha256sum'),
      }),
    ),
};

const NAME: LintRule = {
  id: 'placeholder-user-name',
  title: 'A placeholder is the name of a user',
  severity: 'high',
  rationale:
    'The server takes a name such as ${APP_USER} literally: the user exists under that very name, and the one that applications log in as does not.',
  fix: 'Replace it before the file is deployed.',
  proof: [
    proveFile(SINCE_6_0, 'user ${APP_USER} on >s ~app:* +get\n', accepted, logsIn('s', '${APP_USER}')),
    proveFile(SINCE_6_0, 'user {{ app_user }} on >s ~app:* +get\n', refused('Syntax error')),
  ],
  examples: { bad: bad('user app', 'user ${APP_USER}'), good: { text: good } },
  judge: ({ users, source }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (source.kind === 'rules') return [];
      const form = findPlaceholder(user.name);
      if (form === undefined || (source.kind === 'script' && isShellForm(form))) return [];
      if (form === WORD && !/[A-Z]/.test(user.name)) return [];
      const then = user.name.includes(' ') ? 'splits it at its blanks and refuses it' : 'takes it literally';
      return [
        hitUser(user, {
          message: `The name ${user.name} is a placeholder (${form}): the server ${then}.`,
          fix: inWords('Replace it before the file is deployed.'),
        }),
      ];
    }),
};

const PATTERN: LintRule = {
  id: 'placeholder-pattern',
  title: 'A placeholder stands in a key or channel pattern',
  severity: 'medium',
  rationale:
    'A pattern such as ~${TENANT}:* matches keys that start with that very text. The user it was made for is refused its own keys.',
  fix: 'Replace it before the file is deployed.',
  proof: [
    prove(SINCE_6_0, 'on nopass ~${TENANT}:* +get', allowed('GET', '${TENANT}:1'), denied('GET', 'acme:1')),
  ],
  examples: { bad: bad('~app:*', '~${TENANT}:*'), good: bad('~app:*', '~{app}:*') },
  judge: ({ users, source }) =>
    users.flatMap((user) =>
      user.tokens.flatMap((token): readonly LintHit[] => {
        const pattern = /^\(?(?:[~&]|%[RWrw]{1,2}~)(.+)$/.exec(token.text)?.[1];
        const form = pattern === undefined ? undefined : findPatternPlaceholder(pattern);
        if (form === undefined || (source.kind === 'script' && isShellForm(form))) return [];
        return [
          hitToken(user, token, {
            ...(form === '{…}' && { severity: 'low' }),
            message: `The pattern holds a placeholder (${form}), and the server takes it literally.`,
            fix: inWords('Replace it before the file is deployed.'),
          }),
        ];
      }),
    ),
};

export const PLACEHOLDER_RULES: readonly LintRule[] = [PASSWORD, SPLIT, HASH, NAME, PATTERN];

const WORD = 'a word to be replaced';
