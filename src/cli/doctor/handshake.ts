/**
 * The TLS handshake as our client does it, judged by the tls room; where dates are in question the server's clock, by
 * whatever way there is; and the server's log, where one was given.
 */

import {
  diagnoseHandshake,
  findWeakness,
  inspectTls,
  type HandshakeEvidence,
  type HandshakeFault,
} from '../../tls/index.ts';
import type { LocalFiles } from './local-files.ts';
import { note, type Notebook } from './notebook.ts';
import type { HandshakeSeen } from './observation.ts';
import type { Examination } from './probe.ts';
import { askClock, readClock } from './server-clock.ts';
import { lookIntoLog } from './server-log.ts';

/** One handshake with our files; further looks where they can tell more. */
export async function shakeHands(
  examination: Examination,
  files: LocalFiles,
  book: Notebook,
): Promise<HandshakeSeen> {
  const began = performance.now();
  const startedAt = new Date();
  const evidence = await attempt(examination, files);
  const { observation } = evidence;
  const first = diagnoseHandshake(evidence);
  noteHandshake(book, { observation, diagnosis: first }, began);
  const log =
    examination.serverLog === undefined
      ? undefined
      : await lookIntoLog(examination.serverLog, { ...observation, at: startedAt }, book);
  const dated = first !== undefined && DATED.includes(first.fault);
  const told =
    examination.serverClock === undefined
      ? undefined
      : await readClock(examination.serverClock, examination, book);
  const clock = told ?? (dated ? ((await askClock(examination, book)) ?? log?.clock) : undefined);
  const diagnosis = diagnoseHandshake({
    ...evidence,
    ...(clock === undefined ? {} : { serverTime: clock.at, serverTimeWithinMs: clock.withinMs }),
    ...(log?.seen.own === undefined ? {} : { log: log.seen.own }),
  });
  return {
    observation,
    diagnosis,
    ...(clock === undefined ? {} : { clock }),
    ...(log === undefined ? {} : { log: log.seen }),
  };
}

/** Faults that the server's clock decides. */
const DATED: readonly HandshakeFault[] = [
  'client-certificate-expired',
  'client-certificate-not-yet-valid',
  'client-certificate-unsuitable',
];

async function attempt(
  { target, subject, at }: Examination,
  { ca, cert, key, passphrase, seen }: LocalFiles,
): Promise<HandshakeEvidence> {
  const { endpoint } = target;
  const place =
    endpoint.kind === 'tcp' ? { host: endpoint.host, port: endpoint.port } : { host: '', port: 0 };
  const version = subject.tlsVersion;
  const observation = await inspectTls({
    ...place,
    timeoutMs: subject.connectMs,
    ...(subject.serverName === undefined ? {} : { serverName: subject.serverName }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    // Our own library must let it pass, so that the server is heard.
    ...(seen.chain.some((certificate) => findWeakness(certificate) !== undefined)
      ? { ciphers: 'DEFAULT:@SECLEVEL=0' }
      : {}),
  });
  return {
    observation,
    at,
    serverName: subject.serverName ?? place.host,
    ...(seen.certificate === undefined ? {} : { clientCertificate: seen.certificate }),
    clientChain: seen.chain,
    trust: seen.authorities,
  };
}

function noteHandshake(
  book: Notebook,
  { observation, diagnosis }: Pick<HandshakeSeen, 'observation' | 'diagnosis'>,
  began: number,
): void {
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
