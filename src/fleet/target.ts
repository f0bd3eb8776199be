/**
 * Where a server is and how to get in, read from what a person types: the URL forms of redis-cli and
 * valkey-cli (`redis://`, `rediss://`, `valkey://`, `valkeys://`), `unix://`, `host:port`, a bare host, or the
 * path of a socket. As in the clients, both `redis://pw@host` and `redis://:pw@host` mean a password.
 */

import { Secret } from '../conf/index.ts';

/** A socket address, or the path of a unix socket. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** `username` absent: AUTH with one argument, the user `default`. */
export interface Credentials {
  readonly username?: string;
  readonly password: Secret;
}

/** Paths of PEM files; they are read when dialling. */
export interface TlsOptions {
  readonly caFile?: string;
  /** Every regular file in it is read as PEM, as `--cacertdir` wants. */
  readonly caDir?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly keyPassphrase?: Secret;
  /** SNI, and the name that is checked; default: the host, when it is a name. */
  readonly serverName?: string;
  /**
   * What the server must prove: `full` its chain and its name, `chain` its chain only (as redis-cli does),
   * `none` nothing (`--insecure`). Default `full`.
   */
  readonly verify?: 'full' | 'chain' | 'none';
  /**
   * SHA-256 of leaves (lower-case hex), by the address as {@link printEndpoint} has it: at that address, and nowhere
   * else, such a leaf is accepted although it does not verify. Whoever shows it holds its key.
   */
  readonly pins?: ReadonlyMap<string, readonly string[]>;
}

/** One server to talk to. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly transport: 'plaintext' | 'tls' | 'unix';
  readonly tls?: TlsOptions;
  readonly credentials?: Credentials;
  /** Database number, when the URL named one. An audit never selects it. */
  readonly database?: number;
}

export type TargetProblemCode =
  | 'empty'
  | 'too-long'
  | 'unknown-scheme'
  | 'bad-url'
  | 'bad-host'
  | 'bad-port'
  | 'bad-database'
  | 'bad-escape';

/** What is wrong with a target. The text of the target is not repeated: it may hold a password. */
export interface TargetProblem {
  readonly code: TargetProblemCode;
  readonly message: string;
  readonly help: string;
}

export type ParsedTarget =
  | { readonly target: Target; readonly problems: readonly [] }
  | { readonly target: undefined; readonly problems: readonly [TargetProblem, ...TargetProblem[]] };

/** 6379; a Sentinel's is 26379. */
export const PORT_DEFAULT = 6379;
/** Longer text is not a target. */
export const TARGET_CHARS_MAX = 4096;

const FORMS =
  'Write redis://[user:password@]host[:port][/db], rediss:// for TLS, unix:///path/to.sock, or host:port.';
const SCHEMES: ReadonlyMap<string, Target['transport']> = new Map([
  ['redis', 'plaintext'],
  ['valkey', 'plaintext'],
  ['rediss', 'tls'],
  ['valkeys', 'tls'],
  ['unix', 'unix'],
  ['redis+unix', 'unix'],
  ['redis-socket', 'unix'],
]);

/** Reads one target; never throws, and never repeats the text in a problem. */
export function parseTarget(text: string): ParsedTarget {
  const trimmed = text.trim();
  if (trimmed === '') return refuse('empty', 'The target is empty.');
  if (trimmed.length > TARGET_CHARS_MAX) {
    return refuse('too-long', `The target is longer than ${TARGET_CHARS_MAX} characters.`);
  }
  // Whitespace and control characters are never part of a URL, a host or, in practice, a socket path.
  if (/[\u0000-\u001f\u007f]/.test(trimmed))
    return refuse('bad-url', 'The target holds a control character.');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed);
  if (scheme === null) return parseBare(trimmed);
  const transport = SCHEMES.get(scheme[1]?.toLowerCase() ?? '');
  const rest = trimmed.slice(scheme[0].length);
  if (transport === undefined) {
    return refuse('unknown-scheme', `The scheme ${scheme[1]}:// is not one that Wardis knows.`);
  }
  return transport === 'unix' ? parseUnix(rest) : parseUrl(rest, transport);
}

/** The target as text, without its password: `rediss://audit@10.0.0.5:6380`. */
export function printTarget(target: Target): string {
  const user = target.credentials?.username;
  const login = user === undefined || user === '' ? '' : `${encodeURIComponent(user)}@`;
  const database = target.database === undefined ? '' : `/${target.database}`;
  switch (target.transport) {
    case 'unix':
      return `unix://${login}${printEndpoint(target.endpoint)}${target.database === undefined ? '' : `?db=${target.database}`}`;
    case 'tls':
      return `rediss://${login}${printEndpoint(target.endpoint)}${database}`;
    case 'plaintext':
      return `redis://${login}${printEndpoint(target.endpoint)}${database}`;
  }
}

/** `127.0.0.1:6379`, `[::1]:6379`, or the socket's path: what reports call a node. */
export function printEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return endpoint.path;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}

function parseBare(text: string): ParsedTarget {
  if (text.startsWith('/') || text.startsWith('./')) return accept({ kind: 'unix', path: text }, 'unix');
  if (text.includes('@')) {
    return refuse('bad-url', 'A user or a password needs a scheme before it.');
  }
  return parseHostPort(text, 'plaintext', {});
}

function parseUnix(rest: string): ParsedTarget {
  const [location = '', query = ''] = split(rest, '?');
  const at = location.indexOf('@');
  const slash = location.indexOf('/');
  const hasLogin = at >= 0 && at < slash;
  const path = decode(hasLogin ? location.slice(at + 1) : location);
  const credentials = hasLogin ? readCredentials(location.slice(0, at), 'user') : {};
  if (path === undefined || credentials === undefined) return badEscape();
  if (!path.startsWith('/')) return refuse('bad-url', 'A unix target needs an absolute path after unix://.');
  const database = /(?:^|&)db=([^&]*)/.exec(query)?.[1];
  if (database === undefined) return accept({ kind: 'unix', path }, 'unix', credentials);
  return withDatabase(database, (number) =>
    accept({ kind: 'unix', path }, 'unix', { ...credentials, database: number }),
  );
}

function parseUrl(rest: string, transport: 'plaintext' | 'tls'): ParsedTarget {
  const [location = ''] = split(rest.replace(/#.*$/, ''), '?');
  // A password may hold `/` or `@` when somebody forgot to escape it: the last `@` ends the login.
  const at = location.lastIndexOf('@');
  const login = at >= 0 ? location.slice(0, at) : undefined;
  const [authority = '', database = ''] = split(location.slice(at + 1), '/');
  const credentials = login === undefined ? {} : readCredentials(login, 'password');
  if (credentials === undefined) return badEscape();
  if (database === '') return parseHostPort(authority, transport, credentials);
  return withDatabase(database, (number) =>
    parseHostPort(authority, transport, { ...credentials, database: number }),
  );
}

/** `alone` says what a login without a colon is: redis-cli reads it as the password. */
function readCredentials(
  login: string,
  alone: 'user' | 'password',
): { readonly credentials?: Credentials } | undefined {
  const colon = login.indexOf(':');
  const user = decode(colon < 0 ? (alone === 'user' ? login : '') : login.slice(0, colon));
  const password = decode(colon < 0 ? (alone === 'user' ? '' : login) : login.slice(colon + 1));
  if (user === undefined || password === undefined) return undefined;
  if (user === '' && password === '') return {};
  const credentials = { password: new Secret(password), ...(user === '' ? {} : { username: user }) };
  return { credentials };
}

function parseHostPort(
  text: string,
  transport: 'plaintext' | 'tls',
  rest: { readonly credentials?: Credentials; readonly database?: number },
): ParsedTarget {
  const bracketed = /^\[([0-9a-f:.%a-z]+)\](?::(.*))?$/i.exec(text);
  // A bare IPv6 address has several colons and no room for a port.
  const address = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(text) ? ([text, text] as const) : null;
  const match = bracketed ?? address ?? /^([^:[\]]*)(?::(.*))?$/.exec(text) ?? undefined;
  if (match === undefined) return refuse('bad-host', 'The host of the target cannot be read.');
  const host = match[1] === undefined || match[1] === '' ? '127.0.0.1' : match[1];
  if (!/^[0-9a-z_.:%-]{1,253}$/i.test(host)) {
    return refuse('bad-host', 'The host of the target is neither a name nor an address.');
  }
  const port = match[2] === undefined || match[2] === '' ? PORT_DEFAULT : Number(match[2]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || (match[2] ?? '').startsWith('+')) {
    return refuse('bad-port', 'The port of the target is not a number from 1 to 65535.');
  }
  return accept({ kind: 'tcp', host, port }, transport, rest);
}

function withDatabase(text: string, next: (database: number) => ParsedTarget): ParsedTarget {
  if (!/^[0-9]{1,9}$/.test(text)) {
    return refuse('bad-database', 'The database of the target is not a number.');
  }
  return next(Number(text));
}

function accept(
  endpoint: Endpoint,
  transport: Target['transport'],
  rest: { readonly credentials?: Credentials; readonly database?: number } = {},
): ParsedTarget {
  const target: Target = { endpoint, transport, ...rest, ...(transport === 'tls' ? { tls: {} } : {}) };
  return { target, problems: [] };
}

function refuse(code: TargetProblemCode, message: string): ParsedTarget {
  return { target: undefined, problems: [{ code, message, help: FORMS }] };
}

function badEscape(): ParsedTarget {
  return refuse('bad-escape', 'The target holds a % that is not followed by two hexadecimal digits.');
}

function split(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
