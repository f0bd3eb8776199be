/**
 * The questions about passwords that several checks share: which are known in clear, and which hashes are those
 * of guesses. Hashes are plain SHA-256 without salt, so that a guess is compared in a microsecond; no password
 * and no hash leaves this file.
 */

import { hashPassword } from '../acl/index.ts';
import { detectTemplates, type Secret } from '../conf/index.ts';
import type { Provenance, Snapshot, UserFact } from '../fleet/index.ts';

/** A secret in clear, and what it belongs to. */
export interface ClearSecret {
  /** `user app`, `requirepass`. */
  readonly owner: string;
  readonly secret: Secret;
  readonly from: Provenance;
}

const GUESSES = words(
  '123456 12345678 123456789 1234567890 111111 000000 123123 654321 qwerty qwerty123 abc123 password password1 ' +
    'password123 passw0rd p@ssw0rd pass pass123 secret secret123 mysecret mypassword admin admin123 administrator root ' +
    'toor test test123 testing guest default redis redis123 redispass redispassword valkey valkey123 foobared changeme ' +
    'changeit letmein welcome welcome1 iloveyou monkey dragon master superuser user user123 app app123 dev development ' +
    'staging prod production cache session worker backup replica replication monitor exporter sentinel nopass none null ' +
    'undefined empty password_placeholder change_me your_password your-password yourpassword yourstrongpassword ' +
    'strongpassword supersecret supersecretpassword example demo docker local localhost',
);

/** Every password that is known in clear: of user lines, requirepass, and what the server sends its primary. */
export function clearSecrets(snapshot: Snapshot): readonly ClearSecret[] {
  const ofUsers = (snapshot.users.known ? snapshot.users.value : []).flatMap((fact) =>
    fact.clearPasswords.map((secret) => ({ owner: `user ${fact.user.name}`, secret, from: fact.from })),
  );
  const settings = [...snapshot.secrets].flatMap(([owner, fact]) =>
    fact.known && !fact.value.isEmpty() && isPassword(owner)
      ? [{ owner, secret: fact.value, from: fact.from }]
      : [],
  );
  const fromSettings = settings.filter(
    ({ secret }) => !ofUsers.some((other) => other.owner === 'user default' && other.secret.equals(secret)),
  );
  return [...ofUsers, ...fromSettings];
}

/** Why a password in clear is easily guessed; undefined when nothing says so. */
export function guessable(password: string, names: readonly string[]): string | undefined {
  const plain = password.toLowerCase();
  if (GUESSES.includes(plain)) return 'a password that every attacker tries';
  const name = names
    .map((each) => each.toLowerCase())
    .find((each) => each.length > 2 && isDerived(plain, each));
  if (name !== undefined) return 'made from the name of its user';
  if (password === password.charAt(0).repeat(password.length)) return 'one character repeated';
  return /^\d{1,12}$/.test(password) ? 'a number' : undefined;
}

/** Unrendered template text or a placeholder: the server takes it literally. */
export function isTemplate(password: string): boolean {
  return detectTemplates(password).length > 0;
}

/** Which guess the hash of a user belongs to, as a reason; undefined when none does. */
export function guessedHash(fact: UserFact): string | undefined {
  const { user } = fact;
  if (user.passwords.length === 0) return undefined;
  const name = user.name;
  const derived = [name, `${name}123`, `${name}-password`, `${name}_password`];
  if (derived.some((guess) => user.passwords.includes(hashPassword(guess))))
    return 'made from the name of its user';
  if (user.passwords.some((hash) => hashesOf('guesses').has(hash)))
    return 'a password that every attacker tries';
  return undefined;
}

/** One of the user's hashes is that of a placeholder such as `${REDIS_PASSWORD}`, taken literally. */
export function placeholderHash(fact: UserFact): boolean {
  const name = fact.user.name.toUpperCase().replaceAll('-', '_');
  const own = [`${name}_PASSWORD`, `${name}_PASS`].flatMap((word) => [
    `\${${word}}`,
    `$(${word})`,
    `{{${word}}}`,
    `${word}_PLACEHOLDER`,
  ]);
  return (
    fact.user.passwords.some((hash) => hashesOf('placeholders').has(hash)) ||
    own.some((guess) => fact.user.passwords.includes(hashPassword(guess)))
  );
}

const PLACEHOLDERS = [
  ...words(
    'REDIS_PASSWORD VALKEY_PASSWORD PASSWORD REDIS_PASS ADMIN_PASSWORD APP_PASSWORD USER_PASSWORD',
  ).flatMap((word) => [
    `\${${word}}`,
    `$${word}`,
    `$(${word})`,
    `{{${word}}}`,
    `__${word}__`,
    `<${word}>`,
    `%${word}%`,
  ]),
  ...words(
    'CHANGE_ME CHANGEME change-me YOUR_PASSWORD YOUR_PASSWORD_HERE PASSWORD_PLACEHOLDER <password> TODO',
  ),
];

const hashes = new Map<'guesses' | 'placeholders', ReadonlySet<string>>();

/** Made when first asked for: most snapshots hold no hash to compare. */
function hashesOf(list: 'guesses' | 'placeholders'): ReadonlySet<string> {
  const before = hashes.get(list);
  if (before !== undefined) return before;
  const texts =
    list === 'placeholders'
      ? PLACEHOLDERS
      : GUESSES.flatMap((guess) => [
          guess,
          guess.charAt(0).toUpperCase() + guess.slice(1),
          guess.toUpperCase(),
        ]);
  const made = new Set(texts.map((text) => hashPassword(text)));
  hashes.set(list, made);
  return made;
}

function isDerived(password: string, name: string): boolean {
  if (!password.includes(name)) return false;
  const rest = password
    .replace(name, '')
    .replace(/password|passwd|pass|pwd|secret|redis|valkey|dev|prod|local/g, '');
  return /^[\d\W_]{0,6}$/.test(rest);
}

/** Passwords a client logs in with; the passphrase of a key file is judged with the keys. */
function isPassword(name: string): boolean {
  return !name.startsWith('tls-');
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
