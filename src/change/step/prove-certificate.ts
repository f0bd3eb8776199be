/**
 * Every port of a node shows one certificate: a handshake on each, because a server tells its certificate nowhere else,
 * and the date of a file says nothing of what was read.
 */

import { FleetError } from '../../fleet/index.ts';
import { readServed } from '../../tls/index.ts';
import type { ServedCertificate, Step } from '../step.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

/** A server may close its port for a moment while it starts. */
const PROOF_WAIT_MS = 5000;
const PROOF_POLL_MS = 100;
const HANDSHAKE_TIMEOUT_MS = 5000;
/** Of a fingerprint, in messages. */
const SHOWN_DIGITS = 12;

export function proveCertificateWork(
  { serves }: Extract<Step, { readonly kind: 'prove-certificate' }>,
  node: StepNode,
): StepWork {
  return {
    look: () => Promise.resolve({ kind: 'unseen' }),
    perform: () => waitForServed(serves, serves.after, node),
    verify: () => Promise.resolve({ ok: true, detail: describeServed(serves, serves.after) }),
  };
}

/** Which certificate the ports show. Throws a `FleetError` when nobody takes a connection at one of them. */
export async function lookAtServed({ ports, before, after }: ServedCertificate): Promise<Standing> {
  const shown = await Promise.all(ports.map(readFingerprint));
  const strange = shown.findIndex((each) => each !== after && before !== undefined && each !== before);
  const port = ports[strange];
  if (port !== undefined) {
    return { kind: 'other', detail: `${placeOf(port)} shows ${shortOf(shown[strange])}` };
  }
  if (shown.every((each) => each === after)) return { kind: 'after' };
  return { kind: shown.includes(after) ? 'between' : 'before' };
}

/** Every port shows `wanted`, at once or within a moment. */
export async function waitForServed(
  serves: ServedCertificate,
  wanted: string,
  node: Pick<StepNode, 'now' | 'sleep'>,
): Promise<Result> {
  const until = node.now().getTime() + PROOF_WAIT_MS;
  for (;;) {
    const shown = await Promise.all(serves.ports.map(readFingerprint));
    const at = shown.findIndex((each) => each !== wanted);
    const port = serves.ports[at];
    if (port === undefined) return { ok: true, detail: describeServed(serves, wanted) };
    if (node.now().getTime() >= until) {
      const said = `${placeOf(port)} shows ${shortOf(shown[at])}, not ${shortOf(wanted)}`;
      return { ok: false, detail: said };
    }
    await node.sleep(PROOF_POLL_MS);
  }
}

function describeServed({ ports }: ServedCertificate, fingerprint: string): string {
  return `${shortOf(fingerprint)} on ${ports.map(({ port }) => port).join(', ')}`;
}

/** Undefined: a handshake that came to no certificate. */
async function readFingerprint(port: ServedCertificate['ports'][number]): Promise<string | undefined> {
  const reading = await readServed({ ...port, timeoutMs: HANDSHAKE_TIMEOUT_MS });
  if (reading.kind === 'served') return reading.leaf.fingerprintSha256;
  if (reading.stage === 'handshake') return undefined;
  const place = placeOf(port);
  const code = reading.errorCode === 'TIMEOUT' ? 'timeout' : 'refused';
  throw new FleetError(code, place, `${place} takes no connection (${reading.errorCode})`);
}

function placeOf({ host, port }: ServedCertificate['ports'][number]): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function shortOf(fingerprint: string | undefined): string {
  return fingerprint === undefined ? 'no certificate' : fingerprint.slice(0, SHOWN_DIGITS);
}
