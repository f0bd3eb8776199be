// The one place of this room that speaks TLS on the wire. It makes a single attempt and says what happened, unjudged.
import type { Buffer } from 'node:buffer';
import { isIP } from 'node:net';
import { checkServerIdentity, connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { readCertificate } from '../certificate/certificate.ts';
import type { CertificateFact } from '../certificate/certificate.ts';
import type { HandshakeObservation, TlsTarget, TlsVersion } from './observation.ts';

/** For an attempt whose target names no other. */
export const TIMEOUT_MS_DEFAULT = 5000;

/** QUIT needs no rights, changes nothing, and is answered by every version of Redis and Valkey before it closes. */
export const QUIT = '*1\r\n$4\r\nQUIT\r\n';

/** Sessions that outlast an attempt. */
export interface SessionUse {
  /** Of an earlier attempt, to be resumed. */
  readonly session?: Buffer;
  /** Called for each session that the server lets us resume later. */
  readonly onSession?: (session: Buffer) => void;
}

/**
 * Handshakes, writes QUIT, and waits for the first bytes or the alert. A server that refuses our certificate closes on
 * bytes it has not read, so its kernel may send a reset that overtakes the alert: then once more, and more patiently.
 */
export async function attemptHandshake(
  target: TlsTarget,
  use: SessionUse = {},
): Promise<HandshakeObservation> {
  const first = await attemptOnce(target, use, CONSENT_MS);
  const cut = first.errorCode === 'ECONNRESET' || first.errorCode === 'EPIPE';
  if (!cut || !first.askedForCertificate || target.socket !== undefined) return first;
  const second = await attemptOnce(target, use, CONSENT_AGAIN_MS);
  return { ...second, elapsedMs: first.elapsedMs + second.elapsedMs };
}

async function attemptOnce(
  target: TlsTarget,
  use: SessionUse,
  consentMs: number,
): Promise<HandshakeObservation> {
  const begun = performance.now();
  const notes: Notes = { stage: 'dialling', agreed: false, asked: false, chain: [], seen: {} };
  const outcome = await runAttempt(target, use, notes, consentMs);
  return {
    stage: notes.stage,
    ...outcome,
    agreed: notes.agreed,
    askedForCertificate: notes.asked,
    sentCertificate: target.cert !== undefined && notes.asked,
    chain: notes.chain,
    authorized: false,
    sessionResumed: false,
    ...notes.seen,
    ...(notes.from === undefined ? {} : { localPort: notes.from }),
    elapsedMs: performance.now() - begun,
  };
}

/** At most `max` characters of the first line, without control characters. */
export function readFirstLine(bytes: Buffer, max = 200): string {
  const line =
    bytes
      .subarray(0, max * 4)
      .toString('utf8')
      .split(/\r?\n/, 1)[0] ?? '';
  return line.replace(/\p{Cc}/gu, '\ufffd').slice(0, max);
}

interface Notes {
  stage: HandshakeObservation['stage'];
  from?: number | undefined;
  agreed: boolean;
  asked: boolean;
  chain: readonly CertificateFact[];
  seen: Partial<
    Pick<HandshakeObservation, 'protocol' | 'cipher' | 'authorized' | 'authorizationError' | 'sessionResumed'>
  >;
}

type Outcome = Pick<HandshakeObservation, 'errorCode' | 'errorMessage' | 'reply'>;

/** Certificates of one chain that are read; a server sending more is not believed. */
const CHAIN_CERTIFICATES_MAX = 10;
const ERROR_CHARS_MAX = 300;
/** How long a server without session tickets is given to refuse our certificate. */
const CONSENT_MS = 50;
const CONSENT_AGAIN_MS = 500;

function runAttempt(
  target: TlsTarget,
  { session, onSession }: SessionUse,
  notes: Notes,
  consentMs: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let socket: TLSSocket;
    try {
      socket = connect({ ...readOptions(target), ...(session === undefined ? {} : { session }) });
    } catch (error) {
      resolve(describeError(error));
      return;
    }
    const { until = 'reply', timeoutMs = TIMEOUT_MS_DEFAULT } = target;
    const finish = endOnce(socket, timeoutMs, resolve);
    const proceed = (): void => {
      if (!socket.writable) return;
      if (until === 'reply') socket.write(QUIT);
      // A farewell spares the server's log a line about an unexpected end.
      else socket.end(() => noteAdmission(socket, notes, finish));
    };
    if (target.socket === undefined) {
      socket.once('connect', () => {
        notes.stage = 'handshake';
        notes.from = socket.localPort;
      });
    } else notes.stage = 'handshake';
    // Keys are drawn once version and cipher are agreed, and in TLS 1.2 once the server has shown its certificate and
    // its wishes. The line holds secrets: only that it came is noted.
    socket.on('keylog', () => noteAgreement(socket, notes));
    socket.once('secureConnect', () => {
      notes.stage = 'waiting-for-reply';
      noteSession(socket, notes);
      // In TLS 1.3 the server judges our certificate only now. Bytes that reach it before it refuses make its kernel
      // answer with a reset that can overtake the alert: so wait for its ticket (a sign of consent) or a moment.
      if (until === 'agreement' || !notes.asked || notes.seen.protocol !== 'TLSv1.3') proceed();
      else awaitConsent(socket, until === 'reply' ? consentMs : CONSENT_AGAIN_MS, proceed);
    });
    if (onSession !== undefined) socket.on('session', onSession);
    socket.once('data', (bytes: Buffer) => {
      notes.stage = 'replied';
      finish({ reply: readFirstLine(bytes) });
    });
    socket.on('error', (error) => finish(describeError(error)));
    socket.once('end', () =>
      finish({ errorCode: 'CLOSED', errorMessage: 'the server closed without an alert' }),
    );
    socket.once('close', () => finish({ errorCode: 'CLOSED', errorMessage: 'the connection closed' }));
  });
}

/** The end of an attempt, which comes once: by what happened first, or by the clock. */
function endOnce(
  socket: TLSSocket,
  timeoutMs: number,
  resolve: (outcome: Outcome) => void,
): (outcome: Outcome) => void {
  const finish = (outcome: Outcome): void => {
    clearTimeout(timer);
    socket.destroy();
    // Only the first call of a promise's resolve counts.
    resolve(outcome);
  };
  const timer = setTimeout(() => {
    finish({ errorCode: 'TIMEOUT', errorMessage: `no answer within ${timeoutMs} ms` });
  }, timeoutMs);
  return finish;
}

/** Calls `proceed` once, as soon as the server takes us, as far as that can be told. */
function awaitConsent(socket: TLSSocket, patienceMs: number, proceed: () => void): void {
  let proceeding = false;
  const once = (): void => {
    clearTimeout(timer);
    if (!proceeding) proceed();
    proceeding = true;
  };
  // By way of setImmediate, so that what has come meanwhile is read before anything is written.
  const timer = setTimeout(() => setImmediate(once), patienceMs);
  // Not inside the event: OpenSSL is still reading, and a write there stalls the connection (Node 20).
  socket.once('session', () => setImmediate(once));
  socket.once('close', () => clearTimeout(timer));
}

function noteAdmission(socket: TLSSocket, notes: Notes, finish: (outcome: Outcome) => void): void {
  if (socket.destroyed) return;
  notes.stage = 'replied';
  finish({});
}

function readOptions(target: TlsTarget): ConnectionOptions {
  const { host, port, socket } = target;
  const name = target.serverName ?? host;
  return {
    ...(socket === undefined ? { host, port } : { socket }),
    // Node checks the certificate against `host` where `servername` is absent; SNI may not be an address (RFC 6066 3).
    ...(isIP(name) === 0 ? { servername: name } : { servername: '' }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    rejectUnauthorized: false,
    ...readMaterial(target),
  };
}

function readMaterial(target: TlsTarget): ConnectionOptions {
  const { ca, cert, key, passphrase, minVersion, maxVersion, ciphers, context } = target;
  const chosen = minVersion ?? maxVersion ?? ciphers;
  if (context !== undefined && chosen === undefined) {
    return { secureContext: cert === undefined ? context.bare : context.whole };
  }
  return {
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
  };
}

/**
 * Looks while the connection certainly lives: asking a destroyed one for its algorithms ends the process (Node 20).
 * A client holds shared signature algorithms only after a CertificateRequest (OpenSSL tls1_process_sigalgs).
 */
function noteAgreement(socket: TLSSocket, notes: Notes): void {
  if (socket.destroyed) return;
  notes.agreed = true;
  // Where RSA transports the keys, the first line comes before the cipher is in force.
  const cipher = socket.getCipher() as ReturnType<TLSSocket['getCipher']> | undefined;
  if (cipher !== undefined) notes.seen = { cipher: cipher.name, ...notes.seen };
  notes.asked ||= socket.getSharedSigalgs().length > 0;
  // The end of the handshake tells it better. In TLS 1.3 it follows in any case; before, the server may refuse us first.
  const mayFail = notes.stage === 'handshake' && socket.getProtocol() !== 'TLSv1.3';
  if (mayFail && notes.chain.length === 0) notes.chain = readLinkedChain(socket);
}

function noteSession(socket: TLSSocket, notes: Notes): void {
  noteAgreement(socket, notes);
  const sent = readSentChain(socket);
  if (sent.length > 0) notes.chain = sent;
  const error: unknown = socket.authorizationError;
  const protocol = socket.getProtocol();
  notes.seen = {
    ...(protocol === null ? {} : { protocol: protocol as TlsVersion }),
    cipher: socket.getCipher().name,
    authorized: socket.authorized,
    ...(socket.authorized ? {} : { authorizationError: nameError(error) }),
    sessionResumed: socket.isSessionReused(),
  };
}

/**
 * The certificates in the order in which they were sent. Only once, and after Node's own look at them: Node takes them
 * off OpenSSL's list as it reads them (crypto_x509.cc, 20 and 24).
 */
function readSentChain(socket: TLSSocket): readonly CertificateFact[] {
  const sent: Buffer[] = [];
  let link = socket.getPeerX509Certificate();
  while (link !== undefined && sent.length < CHAIN_CERTIFICATES_MAX) {
    sent.push(link.raw);
    link = link.issuerCertificate;
  }
  return readAll(sent);
}

/** What was sent, as far as each certificate issued the one before, and what our own authorities add to it. */
function readLinkedChain(socket: TLSSocket): readonly CertificateFact[] {
  const linked: Buffer[] = [];
  let link = socket.getPeerCertificate(true);
  while (link?.raw !== undefined && linked.length < CHAIN_CERTIFICATES_MAX) {
    if (linked.some((raw) => raw.equals(link.raw))) break;
    linked.push(link.raw);
    link = link.issuerCertificate;
  }
  return readAll(linked);
}

/** A certificate that cannot be read ends the chain; what came before it is kept. */
function readAll(certificates: readonly Buffer[]): readonly CertificateFact[] {
  const chain: CertificateFact[] = [];
  try {
    for (const raw of certificates) chain.push(readCertificate(raw));
  } catch {
    return chain;
  }
  return chain;
}

/** The message without OpenSSL's thread id and file names, which differ from run to run. */
function describeError(error: unknown): Outcome {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = /:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message;
  return { errorCode: code ?? 'UNKNOWN', errorMessage: text.slice(0, ERROR_CHARS_MAX) };
}

function nameError(error: unknown): string {
  if (typeof error === 'string') return error;
  return (error as NodeJS.ErrnoException | null)?.code ?? 'UNKNOWN';
}
