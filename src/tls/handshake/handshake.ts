// One TLS attempt against a live port: handshake, send QUIT, wait for the first reply or alert. QUIT needs no rights and
// every version of Redis and Valkey answers +OK and closes. Nothing is resumed, nothing is kept open.
import { attemptHandshake } from './attempt.ts';
import { readCertificates } from '../certificate/certificate.ts';
import { isCertificateRequired } from './diagnose-alert.ts';
import { diagnoseHandshake } from './diagnose.ts';
import type { HandshakeFault, Diagnosis } from './diagnose.ts';
import type { HandshakeObservation, TlsTarget } from './observation.ts';

/** `ok` means that the server let us in and answered; whether it can be trusted is `observation.authorized`. */
export type TlsInspection =
  | ({ readonly ok: true } & HandshakeObservation)
  | ({
      readonly ok: false;
      readonly fault: HandshakeFault;
      /** One plain sentence. */
      readonly detail: string;
      readonly diagnosis: Diagnosis;
    } & HandshakeObservation);

/** What `tls-auth-clients` must be, from outside; `unknown` when the port could not be judged. */
export type ClientAuthentication = 'required' | 'optional' | 'off' | 'unknown';

/** Handshakes once. Never throws for what the network or the server does. */
export async function inspectTls(target: TlsTarget): Promise<TlsInspection> {
  const observation = await attemptHandshake(target);
  if (observation.stage === 'replied') return { ok: true, ...observation };
  const certificate = target.cert === undefined ? undefined : readCertificates(target.cert).certificates[0];
  const diagnosis = diagnoseHandshake({
    observation,
    at: new Date(),
    ...(certificate === undefined ? {} : { clientCertificate: certificate }),
    serverName: target.serverName ?? target.host,
  });
  if (diagnosis === undefined) throw new Error('an attempt without a reply has a diagnosis');
  return { ok: false, fault: diagnosis.fault, detail: diagnosis.explanation, diagnosis, ...observation };
}

/** Handshakes once without a certificate, to tell `required`, `optional` and `off` apart. */
export async function inspectClientAuthentication(target: TlsTarget): Promise<ClientAuthentication> {
  const { cert: _cert, key: _key, passphrase: _passphrase, ...bare } = target;
  return judgeClientAuthentication(await attemptHandshake(bare));
}

/** The same from a handshake that was made: one in which we sent no certificate. */
export function judgeClientAuthentication(observation: HandshakeObservation): ClientAuthentication {
  if (observation.sentCertificate) return 'unknown';
  if (observation.stage === 'replied') return observation.askedForCertificate ? 'optional' : 'off';
  return isCertificateRequired(observation) ? 'required' : 'unknown';
}
