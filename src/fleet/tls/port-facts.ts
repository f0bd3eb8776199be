/** One port: what it serves, accepts and asks for, each by handshakes of its own. */

import {
  inspectClientAuthentication,
  inspectTls,
  judgeClientAuthentication,
  probeOffer,
  probeResumption,
  type ClientAuthentication,
  type TlsContext,
  type TlsInspection,
  type TlsTarget,
  type TlsVersion,
} from '../../tls/index.ts';
import type { TlsMaterial } from '../dial.ts';
import type { ResumptionFact, TlsOffer, TlsPort, TlsPortFact } from '../tls-survey.ts';

export interface PortOptions {
  readonly depth: 'handshake' | 'offer';
  /** For each handshake. */
  readonly timeoutMs: number;
}

/** What we show and trust at a port, and under which name we ask for it. */
export interface PortAccess {
  readonly material: TlsMaterial;
  /** The same, read already; undefined where it cannot be used. */
  readonly context: TlsContext | undefined;
  readonly serverName: string | undefined;
}

/** Handshakes one after the other. Never throws for what the network or the server does. */
export async function inspectPort(
  port: TlsPort,
  access: PortAccess,
  options: PortOptions,
): Promise<TlsPortFact> {
  const target = targetOf(port, access, options);
  const handshake = await inspectTls(target);
  return completePort(port, handshake, target, options);
}

/** The rest of what is looked at, after the first handshake. */
async function completePort(
  port: TlsPort,
  handshake: TlsInspection,
  target: TlsTarget,
  { depth }: PortOptions,
): Promise<TlsPortFact> {
  const clientAuthentication = await readClientAuthentication(handshake, target);
  const fact: TlsPortFact = { ...port, handshake, clientAuthentication };
  if (depth === 'handshake' || !handshake.agreed) return fact;
  const { versions, suites, untried } = await probeOffer(target);
  const offer: TlsOffer = { versions, suites, untried };
  return { ...fact, offer, resumption: await readResumption(handshake, target, offer) };
}

/** One handshake tells where we have no certificate or are not asked for it; else another one without. */
async function readClientAuthentication(
  handshake: TlsInspection,
  target: TlsTarget,
): Promise<ClientAuthentication> {
  if (!handshake.agreed) return 'unknown';
  return handshake.sentCertificate
    ? inspectClientAuthentication(target)
    : judgeClientAuthentication(handshake);
}

/** The newest first. A port that does not let us in resumes nothing of ours, and is not asked again. */
async function readResumption(
  handshake: TlsInspection,
  target: TlsTarget,
  { versions }: TlsOffer,
): Promise<readonly ResumptionFact[]> {
  const facts: ResumptionFact[] = [];
  for (const version of RESUMABLE) {
    if (versions[version] !== 'accepted') continue;
    if (handshake.ok) facts.push(await probeResumption(target, version));
    else facts.push({ kind: 'unknown', version, why: `the port does not let us in: ${handshake.detail}` });
  }
  return facts;
}

const RESUMABLE: readonly TlsVersion[] = ['TLSv1.3', 'TLSv1.2'];

function targetOf(
  { purpose, host, port }: TlsPort,
  { material, context, serverName }: PortAccess,
  { timeoutMs }: PortOptions,
): TlsTarget {
  return {
    host,
    port,
    timeoutMs,
    ...material,
    ...(context === undefined ? {} : { context }),
    ...(serverName === undefined ? {} : { serverName }),
    // The bus speaks a protocol of its own, which has no question that changes nothing.
    ...(purpose === 'bus' ? { until: 'admission' as const } : {}),
  };
}
