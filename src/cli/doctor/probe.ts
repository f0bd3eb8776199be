/**
 * The examination of one target, from the bottom up: our files, the name, the socket, TLS, HELLO, AUTH, and a
 * command that was denied. It stops where nothing further can be learned. It changes nothing on the server, and
 * never runs the command that was denied.
 */

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import {
  FleetError,
  openConnection,
  recogniseManagedService,
  type Connection,
  type Target,
} from '../../fleet/index.ts';
import { probePort, type CertificateFact } from '../../tls/index.ts';
import { describeSpan } from '../tls/doctor-clock.ts';
import { examineDenial } from './denied-command.ts';
import { shakeHands } from './handshake.ts';
import { readLocalFiles } from './local-files.ts';
import { examineLogin, greet } from './login.ts';
import { note, type Notebook } from './notebook.ts';
import type { ClockSource } from './server-clock.ts';
import type {
  FilesObservation,
  NameObservation,
  Observations,
  SocketObservation,
  Subject,
} from './observation.ts';

/** What to examine. */
export interface Examination {
  readonly target: Target;
  readonly subject: Subject;
  /** A command that was denied; empty: only the connection. */
  readonly denied: readonly string[];
  readonly at: Date;
  /** A file, or `-`. */
  readonly serverLog?: string;
  readonly serverClock?: ClockSource;
}

type Seen = { -readonly [Key in keyof Observations]?: Observations[Key] };

/** A second knock at a port that was silent is not given longer than this. */
const KNOCK_MS_MAX = 3000;

/** Never throws for what the network or the server does. */
export async function examine(examination: Examination): Promise<Observations> {
  const { subject, at } = examination;
  const book: Notebook = { steps: [], traces: [] };
  const seen: Seen = {};
  await climb(examination, book, seen);
  return { ...seen, subject, at, steps: book.steps, traces: book.traces };
}

async function climb(examination: Examination, book: Notebook, seen: Seen): Promise<void> {
  const { target, subject } = examination;
  const { endpoint, transport } = target;
  if (endpoint.kind === 'tcp') {
    const service = recogniseManagedService({
      host: endpoint.host,
      info: new Map(),
      missing: new Set(),
      sentinel: 'no',
    });
    if (service !== undefined) seen.managed = service;
  }
  const files = transport === 'tls' ? readLocalFiles(target.tls ?? {}) : undefined;
  if (files !== undefined) {
    seen.files = files.seen;
    noteFiles(book, files.seen, examination);
  }
  seen.name = await resolveName(endpoint, subject.connectMs, book);
  if (seen.name.kind === 'failed') return;
  const { socket, connection } = await openSocket(target, subject, book);
  seen.socket = socket;
  if (connection === undefined) return;
  if (transport !== 'tls') {
    await converse(connection, examination, book, seen);
    return;
  }
  connection.close();
  if (files === undefined || files.seen.problems.length > 0) return;
  seen.handshake = await shakeHands(examination, files, book);
  const { diagnosis, observation } = seen.handshake;
  // An alert is an answer: that port speaks TLS.
  const mute = !observation.agreed && observation.errorCode?.includes('ALERT_') !== true;
  if (diagnosis !== undefined && (diagnosis.fault === 'tls-to-plaintext' || mute)) {
    await knockAgain(examination, book, seen);
  }
  if (diagnosis !== undefined && !isForgiven(seen.handshake, subject)) return;
  try {
    const { credentials: _credentials, ...bare } = target;
    await converse(await openConnection(bare, subject), examination, book, seen);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    seen.stranger = { kind: 'failed', code: error.code, message: error.message };
    note(book, 'hello', 'failed', error.message);
  }
}

/** What a client that verifies less does not mind. */
export function isForgiven({ observation, diagnosis }: NonNullable<Seen['handshake']>, { verify }: Subject) {
  if (observation.stage !== 'replied') return false;
  if (verify === 'none') return true;
  return verify === 'chain' && diagnosis?.fault === 'name-mismatch';
}

async function converse(
  connection: Connection,
  examination: Examination,
  book: Notebook,
  seen: Seen,
): Promise<void> {
  try {
    seen.stranger = await greet(connection, book);
    if (seen.stranger.kind === 'failed') {
      if (examination.target.transport === 'plaintext' && isMute(seen.stranger.code)) {
        await knockAgain(examination, book, seen);
      }
      return;
    }
    const { login, session } = await examineLogin(connection, examination, seen.stranger, book);
    if (login !== undefined) seen.login = login;
    if (session === undefined) return;
    seen.session = session;
    if (examination.denied.length === 0) return;
    seen.denied = await examineDenial(connection, session, examination.denied, book);
  } finally {
    connection.close();
  }
}

/** Plaintext and TLS in turn: what is this port? */
async function knockAgain({ target, subject }: Examination, book: Notebook, seen: Seen): Promise<void> {
  const { endpoint } = target;
  if (endpoint.kind !== 'tcp') return;
  const began = performance.now();
  const timeoutMs = Math.min(subject.connectMs, KNOCK_MS_MAX);
  const port = await probePort({ host: endpoint.host, port: endpoint.port, timeoutMs });
  seen.port = port;
  switch (port.kind) {
    case 'plaintext':
      return note(book, 'knock', 'noted', `plaintext QUIT is answered ${port.reply}`, began);
    case 'other':
      return note(book, 'knock', 'noted', `plaintext is answered ${JSON.stringify(port.reply)}`, began);
    case 'tls': {
      const { protocol, chain, askedForCertificate } = port.inspection;
      const issuer = chain[0] === undefined ? '' : `, certificate ${chain[0].subject} by ${chain[0].issuer}`;
      const wants = askedForCertificate ? ', asks for a client certificate' : '';
      return note(
        book,
        'knock',
        'noted',
        `answers TLS${protocol === undefined ? '' : ` (${protocol})`}${issuer}${wants}`,
        began,
      );
    }
    case 'closed':
      return note(book, 'knock', 'failed', 'refused this time', began);
    case 'unreachable':
      return note(book, 'knock', 'failed', `no way there (${port.errorCode})`, began);
    case 'silent':
      return note(book, 'knock', 'failed', `neither plaintext nor TLS is answered (${port.ended})`, began);
  }
}

function isMute(code: FleetError['code']): boolean {
  return ['reset', 'closed', 'timeout', 'protocol', 'plaintext-to-tls'].includes(code);
}

async function resolveName(
  endpoint: Target['endpoint'],
  timeoutMs: number,
  book: Notebook,
): Promise<NameObservation> {
  if (endpoint.kind === 'unix' || isIP(endpoint.host) !== 0) return { kind: 'address' };
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'TIMEOUT' })), timeoutMs);
  });
  try {
    const found = await Promise.race([lookup(endpoint.host, { all: true }), late]);
    const addresses = [...new Set(found.map(({ address }) => address))];
    note(book, 'name', 'ok', `${endpoint.host} is ${addresses.slice(0, 4).join(', ')}`, began);
    return { kind: 'resolved', addresses };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    note(book, 'name', 'failed', `${endpoint.host} does not resolve (${code})`, began);
    return { kind: 'failed', code };
  } finally {
    clearTimeout(timer);
  }
}

async function openSocket(
  { endpoint }: Target,
  { connectMs, commandMs }: Subject,
  book: Notebook,
): Promise<{ readonly socket: SocketObservation; readonly connection?: Connection }> {
  const began = performance.now();
  try {
    const transport = endpoint.kind === 'unix' ? 'unix' : 'plaintext';
    const connection = await openConnection({ endpoint, transport }, { connectMs, commandMs });
    const address = connection.remoteAddress;
    note(
      book,
      'connect',
      'ok',
      endpoint.kind === 'unix' ? 'socket opened' : `TCP to ${address} opened`,
      began,
    );
    return { socket: { kind: 'open', address }, connection };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    note(book, 'connect', 'failed', error.message, began);
    return { socket: { kind: 'failed', code: error.code, message: error.message } };
  }
}

function noteFiles(book: Notebook, seen: FilesObservation, { target: { tls }, at }: Examination): void {
  const [problem] = seen.problems;
  if (problem !== undefined) {
    note(book, 'our files', 'failed', `${problem.file}: ${problem.message}`);
    return;
  }
  const { certificate } = seen;
  const parts = [
    tls?.caFile === undefined && tls?.caDir === undefined
      ? 'no --cacert: the roots that Node brings'
      : `CA ${tls.caFile ?? tls.caDir}`,
    certificate === undefined
      ? 'no client certificate'
      : `${certificate.subject} ${describeLife(certificate, at)}, its key fits`,
  ];
  const lives = certificate === undefined || isAlive(certificate, at);
  note(book, 'our files', lives ? 'ok' : 'failed', parts.join('; '));
}

/** By our clock, to the second: a certificate may live for minutes. */
function isAlive({ notBefore, notAfter }: CertificateFact, at: Date): boolean {
  return Date.parse(notBefore) <= at.getTime() && at.getTime() < Date.parse(notAfter);
}

function describeLife({ notBefore, notAfter }: CertificateFact, at: Date): string {
  const [begins, ends, now] = [Date.parse(notBefore), Date.parse(notAfter), at.getTime()];
  const show = (moment: string): string => `${moment.slice(0, 19).replace('T', ' ')} UTC`;
  if (now >= ends) return `ENDED ${show(notAfter)}, ${describeSpan(now - ends)} ago by our clock`;
  if (now < begins) return `begins only ${show(notBefore)}, in ${describeSpan(begins - now)} by our clock`;
  return `until ${show(notAfter)}`;
}
