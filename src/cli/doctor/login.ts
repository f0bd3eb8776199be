/**
 * Who are we to the server: HELLO before any login, AUTH alone, then PING. HELLO and AUTH need no right, so a
 * user with few rights leaves nothing in ACL LOG. 6.0 knows HELLO only with a version and asks a right for it:
 * there PING stands in, and the refusal of a bare HELLO tells the version.
 */

import { hashPassword, tableFor } from '../../acl/index.ts';
import { parseVersion, type Secret } from '../../conf/index.ts';
import type { Connection, Reply } from '../../fleet/index.ts';
import { ask, note, noteDenial, tell, type Notebook } from './notebook.ts';
import type {
  AccountObservation,
  Exchange,
  Greeting,
  LoginObservation,
  SessionObservation,
  StrangerObservation,
} from './observation.ts';
import { findPasswordHints } from './password-hint.ts';
import type { Examination } from './probe.ts';
import { readShownUser } from './user-rules.ts';

/** Bare HELLO is refused for its arguments by 6.0 only. */
const REDIS_6_0: Greeting = { server: { product: 'redis', version: '6.0' }, mode: '', role: '' };

/** What the server says to a stranger. */
export async function greet(connection: Connection, book: Notebook): Promise<StrangerObservation> {
  const began = performance.now();
  const { exchange, reply } = await ask(connection, ['HELLO']);
  if (exchange.kind === 'failed') {
    note(book, 'hello', 'failed', exchange.message, began);
    return { kind: 'failed', code: exchange.code, message: exchange.message };
  }
  if (exchange.kind === 'answered') {
    const greeting = readGreeting(reply ?? null);
    note(book, 'hello', 'ok', `answered without a login: ${describeGreeting(greeting)}`, began);
    return { kind: 'open', ...(greeting === undefined ? {} : { greeting }) };
  }
  if (exchange.text.startsWith('NOAUTH')) {
    note(book, 'hello', 'noted', 'NOAUTH: the server wants a login first', began);
    return { kind: 'closed', text: exchange.text };
  }
  const old = exchange.text.includes('wrong number of arguments') ? { greeting: REDIS_6_0 } : {};
  const ping = await ask(connection, ['PING']);
  if (ping.exchange.kind === 'failed') {
    note(book, 'hello', 'failed', ping.exchange.message, began);
    return { kind: 'failed', code: ping.exchange.code, message: ping.exchange.message };
  }
  noteDenial(book, ping.exchange, 'PING');
  const closed = ping.exchange.kind === 'refused' && ping.exchange.text.startsWith('NOAUTH');
  const known = old.greeting === undefined ? '' : ' (HELLO without arguments is not known: 6.0)';
  note(book, 'hello', closed ? 'noted' : 'ok', `PING without a login: ${tell(ping.exchange)}${known}`, began);
  return closed ? { kind: 'closed', text: tell(ping.exchange), ...old } : { kind: 'open', ...old };
}

/** AUTH, if we have something to log in with; then what a logged-in client meets. */
export async function examineLogin(
  connection: Connection,
  { target, subject }: Examination,
  stranger: Exclude<StrangerObservation, { kind: 'failed' }>,
  book: Notebook,
): Promise<{ readonly login?: LoginObservation; readonly session?: SessionObservation }> {
  const credentials = target.credentials;
  if (credentials === undefined) {
    if (stranger.kind === 'closed') return {};
    const user = subject.certFile === undefined ? 'default' : await askWho(connection, book);
    return { session: await meet(connection, user, stranger.greeting, book) };
  }
  const login = await logIn(connection, target.credentials?.username, credentials.password, book);
  if (login.kind === 'wrong' && stranger.kind === 'open') {
    const account = await lookAtAccount(connection, subject.user ?? 'default', credentials.password, book);
    return { login: account === undefined ? login : { ...login, account } };
  }
  const inside = login.kind === 'ok' || (login.kind === 'not-wanted' && stranger.kind === 'open');
  if (!inside) return { login };
  const user = login.kind === 'ok' ? (subject.user ?? 'default') : 'default';
  return { login, session: await meet(connection, user, stranger.greeting, book) };
}

async function logIn(
  connection: Connection,
  username: string | undefined,
  password: Secret,
  book: Notebook,
): Promise<LoginObservation> {
  const began = performance.now();
  const secret = password.reveal();
  const { exchange } = await ask(
    connection,
    username === undefined ? ['AUTH', secret] : ['AUTH', username, secret],
  );
  const text = secret === '' ? tell(exchange) : tell(exchange).replaceAll(secret, '[secret]');
  const said = `AUTH ${username === undefined ? 'PASSWORD' : `${username} PASSWORD`}: ${text}`;
  const kind = judgeLogin(exchange);
  if (kind === 'wrong') book.traces.push(`failed AUTH as ${username ?? 'default'}`);
  note(book, 'auth', kind === 'ok' ? 'ok' : kind === 'not-wanted' ? 'noted' : 'failed', said, began);
  const hints = kind === 'ok' ? [] : findPasswordHints(password);
  return {
    kind,
    text,
    hints,
    ...(exchange.kind === 'failed' ? { code: exchange.code } : {}),
  };
}

function judgeLogin(exchange: Exchange): LoginObservation['kind'] {
  if (exchange.kind === 'failed') return 'failed';
  if (exchange.kind === 'answered') return 'ok';
  if (/^(?:WRONGPASS|ERR invalid password|ERR invalid username-password)/i.test(exchange.text))
    return 'wrong';
  return /without any password configured|but no password is set/.test(exchange.text)
    ? 'not-wanted'
    : 'other';
}

/** The server lets anybody in, so it may also show why it does not let this user in. */
async function lookAtAccount(
  connection: Connection,
  name: string,
  password: Secret,
  book: Notebook,
): Promise<AccountObservation | undefined> {
  const began = performance.now();
  const { exchange, reply } = await ask(connection, ['ACL', 'GETUSER', name]);
  noteDenial(book, exchange, 'ACL GETUSER');
  if (exchange.kind !== 'answered') {
    note(book, 'account', 'not-tried', `ACL GETUSER ${name}: ${tell(exchange)}`, began);
    return undefined;
  }
  if (reply === null || reply === undefined) {
    note(book, 'account', 'ok', `ACL GETUSER ${name}: there is no such user`, began);
    return { kind: 'absent' };
  }
  const shown = readShownUser(reply, tableFor({ product: 'redis', version: '7.2' }));
  if (shown === undefined) return undefined;
  const { enabled, nopass, passwords } = shown;
  const ours = passwords.includes(hashPassword(password.reveal())) ? 'yes' : 'no';
  const count = nopass ? 'nopass' : `${passwords.length} password${passwords.length === 1 ? '' : 's'}`;
  note(
    book,
    'account',
    'ok',
    `ACL GETUSER ${name}: ${enabled ? 'on' : 'off'}, ${count}, ours ${ours === 'yes' ? 'among them' : 'not among them'}`,
    began,
  );
  return {
    kind: 'present',
    state: enabled ? 'on' : 'off',
    nopass: nopass ? 'yes' : 'no',
    passwords: passwords.length,
    ours,
  };
}

async function meet(
  connection: Connection,
  user: string,
  known: Greeting | undefined,
  book: Notebook,
): Promise<SessionObservation> {
  let greeting = known;
  if (greeting === undefined) {
    const { exchange, reply } = await ask(connection, ['HELLO']);
    greeting = readGreeting(reply ?? null);
    const said = greeting === undefined ? tell(exchange) : describeGreeting(greeting);
    note(book, 'hello', greeting === undefined ? 'noted' : 'ok', said);
  }
  const began = performance.now();
  const { exchange: ping } = await ask(connection, ['PING']);
  noteDenial(book, ping, 'PING');
  const result = ping.kind === 'answered' ? 'ok' : tell(ping).startsWith('NOPERM') ? 'noted' : 'failed';
  note(book, 'ping', result, `PING as ${user}: ${tell(ping)}`, began);
  return { user, ping, ...(greeting === undefined ? {} : { greeting }) };
}

/** Valkey 9 and Redis 8.6 may take the user from the client certificate. */
async function askWho(connection: Connection, book: Notebook): Promise<string> {
  const began = performance.now();
  const { exchange } = await ask(connection, ['ACL', 'WHOAMI']);
  noteDenial(book, exchange, 'ACL WHOAMI');
  const known = exchange.kind === 'answered' && exchange.text !== '';
  note(book, 'whoami', known ? 'ok' : 'noted', `ACL WHOAMI: ${tell(exchange)}`, began);
  return known ? exchange.text : 'default';
}

function readGreeting(reply: Reply): Greeting | undefined {
  if (!Array.isArray(reply)) return undefined;
  const fields = new Map<string, Reply>();
  for (let i = 0; i + 1 < reply.length; i += 2) {
    if (typeof reply[i] === 'string') fields.set(reply[i], reply[i + 1]);
  }
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const product = text('server');
  const version = parseVersion(text('version'))?.join('.');
  const known = version !== undefined && (product === 'redis' || product === 'valkey');
  return { server: known ? { product, version } : undefined, mode: text('mode'), role: text('role') };
}

function describeGreeting(greeting: Greeting | undefined): string {
  if (greeting === undefined) return 'not what HELLO answers';
  const { server, mode, role } = greeting;
  const name = server === undefined ? 'unknown server' : `${server.product} ${server.version}`;
  return [name, mode, role].filter((part) => part !== '').join(', ');
}
