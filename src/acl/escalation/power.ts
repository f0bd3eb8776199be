/** What a user can come to hold beyond its own rights: the nodes of the escalation graph. */

/** A node: what somebody gains. */
export type Power = (typeof POWERS)[number]['power'];

/** Every power, the greatest first, with its name and its meaning in words. */
export const POWERS = [
  {
    power: 'full-control',
    title: 'full control',
    deed: 'take full control',
    means: 'any rule for any user: every command on every key',
  },
  {
    power: 'code-on-host',
    title: 'code on the host',
    deed: 'run code on the host',
    means: 'native code that runs with the account of the server process',
  },
  {
    power: 'default-user',
    title: 'the user default',
    deed: 'act as the user default',
    means: 'a connection that acts as the user default, with all that it may do',
  },
  {
    power: 'other-users-rights',
    title: 'the rights of other users',
    deed: 'use the rights of other users',
    means: 'commands that run with the rights of a stronger user',
  },
  {
    power: 'file-write',
    title: 'files on the host',
    deed: 'write files on the host',
    means: 'files of its choice, where the server may write',
  },
  {
    power: 'secrets',
    title: 'secrets in clear',
    deed: 'read secrets in clear',
    means: 'passwords of this server or of its primary, passphrases of TLS keys',
  },
  {
    power: 'password-hashes',
    title: 'password hashes',
    deed: 'read password hashes',
    means: 'unsalted SHA-256 of every password, to guess at offline',
  },
  {
    power: 'all-data-read',
    title: 'reading the data of others',
    deed: 'read the data of others',
    means: 'values outside its key patterns, all of them or those that pass',
  },
  {
    power: 'all-data-write',
    title: 'changing the data of others',
    deed: 'change the data of others',
    means: 'keys outside its key patterns: written, replaced or deleted',
  },
  {
    power: 'network',
    title: 'connections to other hosts',
    deed: 'connect the server to other hosts',
    means: 'the server opens connections to a host and port of its choice, and sends data there',
  },
  {
    power: 'denial-of-service',
    title: 'denial of service',
    deed: 'deny service to others',
    means: 'others are cut off, held up, or lose what they rely on',
  },
  {
    power: 'names-of-keys',
    title: 'names of the keys of others',
    deed: 'see the names of the keys of others',
    means: 'names of keys outside its key patterns, without their values',
  },
  {
    power: 'surroundings',
    title: 'knowledge of the surroundings',
    deed: 'look around',
    means: 'users, addresses, channels, sizes and versions: what an attack starts from',
  },
] as const satisfies readonly PowerText[];

interface PowerText {
  readonly power: string;
  readonly title: string;
  /** After `can`: `take full control`. */
  readonly deed: string;
  readonly means: string;
}

/** `read the data of others`, after `can`. */
export function powerDeed(power: Power): string {
  return POWERS.find((each) => each.power === power)?.deed ?? power;
}

/** `reading the data of others`. */
export function powerTitle(power: Power): string {
  return POWERS.find((each) => each.power === power)?.title ?? power;
}
