/** The TLS handshake as our client does it, judged by the tls room, and the server's clock where it matters. */

import { FleetError, isReplyError, openConnection } from '../../fleet/index.ts';
import { diagnoseHandshake, inspectTls } from '../../tls/index.ts';
import type { LocalFiles } from './local-files.ts';
import { note, type Notebook } from './notebook.ts';
import type { HandshakeSeen } from './observation.ts';
import type { Examination } from './probe.ts';

/** One handshake with our files; a second one without our certificate when dates are in question. */
export async function shakeHands(
  { target, subject, at }: Examination,
  files: LocalFiles,
  book: Notebook,
): Promise<HandshakeSeen> {
  const { endpoint } = target;
  const place =
    endpoint.kind === 'tcp' ? { host: endpoint.host, port: endpoint.port } : { host: '', port: 0 };
  const { ca, cert, key, passphrase } = files;
  const began = performance.now();
  const observation = await inspectTls({
    ...place,
    timeoutMs: subject.connectMs,
    ...(subject.serverName === undefined ? {} : { serverName: subject.serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  const evidence = {
    observation,
    at,
    serverName: subject.serverName ?? place.host,
    ...(files.seen.certificate === undefined ? {} : { clientCertificate: files.seen.certificate }),
  };
  const first = diagnoseHandshake(evidence);
  noteHandshake(book, { observation, diagnosis: first }, began);
  const dates =
    first?.fault === 'client-certificate-expired' || first?.fault === 'client-certificate-not-yet-valid';
  const serverTime = dates ? await readServerClock({ target, subject, at, denied: [] }, book) : undefined;
  if (serverTime === undefined) return { observation, diagnosis: first };
  return { observation, diagnosis: diagnoseHandshake({ ...evidence, serverTime }), serverTime };
}

/** Works where `tls-auth-clients` is optional and the user `default` is open; no password is sent. */
async function readServerClock(
  { target, subject, at }: Examination,
  book: Notebook,
): Promise<Date | undefined> {
  const { certFile: _cert, keyFile: _key, ...tls } = target.tls ?? {};
  const began = performance.now();
  try {
    const connection = await openConnection({ endpoint: target.endpoint, transport: 'tls', tls }, subject);
    try {
      const [reply] = await connection.send([['TIME']]);
      if (isReplyError(reply) && reply.error.startsWith('NOPERM')) {
        book.traces.push('denied TIME');
      }
      const seconds = Array.isArray(reply) ? Number(reply[0]) : Number.NaN;
      if (!Number.isFinite(seconds))
        throw new FleetError('noauth', '', 'TIME is not answered without a login');
      const time = new Date(seconds * 1000);
      const drift = Math.round((time.getTime() - at.getTime()) / 1000);
      note(
        book,
        'clock',
        'ok',
        `the server's clock says ${time.toISOString()}, ${describeDrift(drift)}`,
        began,
      );
      return time;
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    note(book, 'clock', 'not-tried', "the server's clock cannot be read without a handshake or a login");
    return undefined;
  }
}

function describeDrift(seconds: number): string {
  if (Math.abs(seconds) < 3) return 'as ours';
  return `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} ours`;
}

function noteHandshake(book: Notebook, { observation, diagnosis }: HandshakeSeen, began: number): void {
  const { protocol, cipher, chain, errorCode } = observation;
  const agreed = protocol === undefined ? '' : `${protocol}, ${cipher ?? 'unknown cipher'}`;
  if (diagnosis === undefined) note(book, 'tls', 'ok', agreed, began);
  else if (observation.stage === 'replied') {
    note(book, 'tls', 'failed', `${agreed}, but ${observation.authorizationError ?? diagnosis.fault}`, began);
  } else {
    const what = agreed === '' ? '' : `${agreed}, then `;
    note(book, 'tls', 'failed', `${what}${errorCode ?? 'no answer'}`, began);
  }
  const [leaf] = chain;
  if (leaf === undefined) return;
  note(
    book,
    'server',
    'noted',
    `${leaf.subject}, issued by ${leaf.issuer}, valid ${leaf.notBefore.slice(0, 10)} to ${leaf.notAfter.slice(0, 10)}`,
  );
}
