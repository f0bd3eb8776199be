// One TLS attempt against a live port: handshake, send QUIT, wait for the first reply or alert. QUIT needs no rights and
// every version of Redis and Valkey answers +OK and closes. Nothing is resumed, nothing is kept open.
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

export const TIMEOUT_MS_DEFAULT = 5000;

/** Handshakes once. Never throws for what the network or the server does. */
export async function inspectTls(target: TlsTarget): Promise<TlsInspection> {
  throw new Error(`not written: ${target.host}`);
}

/** Handshakes once without a certificate, to tell `required`, `optional` and `off` apart. */
export async function inspectClientAuthentication(target: TlsTarget): Promise<ClientAuthentication> {
  throw new Error(`not written: ${target.host}`);
}
