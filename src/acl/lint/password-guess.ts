/**
 * Passwords that are guessed before they are tried for long. In clear they are taken apart into known words; behind a
 * hash (unsalted SHA-256, a microsecond each) the likely ones are compared. No password leaves this file.
 */
import { hashPassword } from '../language/password.ts';

/** Shorter than this is found by trying, whatever it is made of. */
const PASSWORD_CHARS_MIN = 8;

const TRIED = words(
  '123456 1234567 12345678 123456789 1234567890 111111 000000 123123 654321 666666 696969 qwerty qwertyuiop qwerty123 ' +
    'abc123 abcd1234 1q2w3e4r 1qaz2wsx password password1 password123 passw0rd p@ssw0rd pass pass123 secret secret123 ' +
    'mysecret mypassword admin admin123 administrator root toor test test123 testing guest default redis redis123 ' +
    'redispass redispassword valkey valkey123 valkeypass foobared foobar changeme changeit letmein welcome welcome1 ' +
    'iloveyou monkey dragon master sunshine princess superuser user user123 app app123 dev development staging prod ' +
    'production cache session worker backup replica replication monitor exporter sentinel nopass none null undefined ' +
    'empty example demo docker local localhost strongpassword supersecret supersecretpassword yourpassword hunter2 ' +
    'trustno1 superpassword securepassword str0ngpassword rootpassword adminpassword testpassword',
);

// What people build passwords of. Longest first, so that `password` goes before `pass`.
const PARTS = words(
  'password passwort passwd passwd passw pass pwd secret geheim token credential admin administrator root super user ' +
    'username default redis valkey keydb cache database datastore store queue worker session service server client ' +
    'backend frontend gateway api app application web site test testing tester dev develop development stage staging ' +
    'prod production live local localhost demo example sample change changeme change me this please replace your my the ' +
    'our very strong secure security safe long random generated key keys value acl hash login auth access read readonly ' +
    'write writer reader only replica replication replicator slave master primary sentinel monitor monitoring metrics ' +
    'exporter backup dump health check probe qwerty welcome letmein hello world foo bar baz foobar temp tmp temporary ' +
    'initial insecure weak simple easy here with for and not use set in is do ops devops team company docker compose ' +
    'kube k8s cluster node db sql mq job jobs task tasks celery sidekiq rails node django laravel python php java go ' +
    'limited full all any tenant customer order orders cart shop payment payments analytics report reports reporting',
).sort((a, b) => b.length - a.length);

const PART = new RegExp(PARTS.join('|'), 'g');

/** Why a password in clear is easily guessed; undefined when nothing says so. */
export function guessReason(password: string, userName: string): string | undefined {
  if (password.length > PASSWORD_CHARS_MAX) return undefined;
  const plain = password.toLowerCase();
  if (TRIED_SET.has(plain)) return 'it is one of the first that are tried';
  const name = userName.toLowerCase();
  if (name.length > 1 && plain === name) return 'it is the name of the user';
  const body = plain.replace(/[\d\W_]+$/, '');
  if (name.length > 2 && body.includes(name) && isFiller(plain.replaceAll(name, ' '))) {
    return 'it is made from the name of the user';
  }
  if (new Set(plain).size < 3) return 'it repeats one or two characters';
  if (/^\d{1,15}$/.test(plain)) return 'it is a number';
  if (isWords(plain) || isWords(unleet(plain))) return 'it is made of common words';
  if (password.length < PASSWORD_CHARS_MIN) return `it has fewer than ${PASSWORD_CHARS_MIN} characters`;
  return undefined;
}

/** The same of a hash. */
export function guessReasonOfHash(hash: string, userName: string): string | undefined {
  if (hashes().has(hash)) return 'it is one of the first that are tried';
  const derived = [userName, `${userName}123`, `${userName}-password`, `${userName}_password`];
  if (derived.some((guess) => hashPassword(guess) === hash)) return 'it is made from the name of the user';
  return hash === EMPTY_HASH ? 'it is empty' : undefined;
}

/** SHA-256 of the empty password. */
export const EMPTY_HASH = hashPassword('');

const PASSWORD_CHARS_MAX = 256;
const TRIED_SET: ReadonlySet<string> = new Set(TRIED);
let triedHashes: ReadonlySet<string> | undefined;

function hashes(): ReadonlySet<string> {
  triedHashes ??= new Set(
    TRIED.flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]).map(
      hashPassword,
    ),
  );
  return triedHashes;
}

/** Known words, and not only digits and signs. */
function isWords(plain: string): boolean {
  return /[a-z]/.test(plain) && isFiller(plain);
}

/** Nothing is left but digits (a year, 1234) and punctuation once the known words are out. */
function isFiller(plain: string): boolean {
  const left = plain.replace(PART, ' ');
  const letters = left.replace(/[^a-z]/g, '').length;
  const digits = left.replace(/\D/g, '').length;
  const signs = left.replace(/[a-z\d\s]/g, '').length;
  // One letter is still guessable beside known words; seven digits are not.
  return letters <= 1 && digits <= 6 && signs <= 6;
}

/** `p@ssw0rd` as `password`; a trailing year keeps its digits. */
function unleet(plain: string): string {
  const [, head = '', tail = ''] = /^(.*?)([\d\W_]*)$/.exec(plain) ?? [];
  const letters: Readonly<Record<string, string>> = {
    0: 'o',
    1: 'i',
    3: 'e',
    4: 'a',
    5: 's',
    7: 't',
    '@': 'a',
    $: 's',
    '!': 'i', // prettier-ignore
  };
  return head.replace(/[^a-z]/g, (sign) => letters[sign] ?? sign) + tail;
}

function words(text: string): string[] {
  return text.split(' ');
}
