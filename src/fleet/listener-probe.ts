/**
 * What an address says to a stranger: a client without credentials and without a certificate. It asks HELLO,
 * which needs no right from 6.2 on, so that no denial is left in ACL LOG. 6.0 wants HELLO with a version and
 * the right to run it; there the answer follows from the user `default`, and only where that is not known either is
 * PING asked: whether a stranger is in is looked at before rights are, while a denied HELLO 2 would not tell.
 */

import type { Socket } from 'node:net';
import type { ProtocolReport, TlsInspection } from '../tls/index.ts';
import { openConnection, type ConnectionLimits } from './connection.ts';
import { FleetError } from './fleet-error.ts';
import { classify } from './reply-fact.ts';
import { isReplyError, type Reply } from './resp.ts';
import type { ListenerAnswer, ListenerFact } from './snapshot.ts';
import { printEndpoint, type Endpoint, type Target } from './target.ts';

/** Strangers are not kept waiting as long as we would wait for our own commands. */
export const PROBE_TIMEOUT_MS = 3000;

export interface ProbeOptions {
  /** PEM texts that the server's certificate must lead to; default: the system's. */
  readonly ca?: readonly string[];
  readonly serverName?: string;
  /** `versions`: also offer each protocol version and weak cipher; each refusal is a line in the server's log. */
  readonly tls: 'one' | 'versions';
  readonly limits?: ConnectionLimits;
  /** Ask PING where a bare HELLO is not enough; default: answer `needs-version`. */
  readonly doubt?: 'ping';
}

/** As a {@link ListenerFact}, but 6.0 may not have told yet whether strangers are in. */
export type KnockedListener = Omit<ListenerFact, 'answer'> & {
  readonly answer: ListenerAnswer | 'needs-version';
};

/** Knocks at one address. Never throws for what the network or the server does. */
export async function probeListener(
  endpoint: Endpoint,
  transport: ListenerFact['transport'],
  options: ProbeOptions,
): Promise<KnockedListener> {
  return transport === 'tls' && endpoint.kind === 'tcp'
    ? probeTls(endpoint, options)
    : probePlain(endpoint, transport, options);
}

/** Whether an address belongs to this machine's loopback; a unix socket does. */
export function vantageOf(
  endpoint: Endpoint,
  remoteAddress?: Socket['remoteAddress'],
): ListenerFact['vantage'] {
  if (endpoint.kind === 'unix') return 'loopback';
  const address = remoteAddress ?? endpoint.host;
  return /^(?:127\.|::1$|::ffff:127\.|localhost$)/i.test(address) ? 'loopback' : 'remote';
}

async function probePlain(
  endpoint: Endpoint,
  transport: ListenerFact['transport'],
  options: ProbeOptions,
): Promise<KnockedListener> {
  const { answer, remoteAddress } = await knock({ endpoint, transport }, options);
  return { address: printEndpoint(endpoint), transport, vantage: vantageOf(endpoint, remoteAddress), answer };
}

async function probeTls(
  endpoint: Extract<Endpoint, { kind: 'tcp' }>,
  options: ProbeOptions,
): Promise<KnockedListener> {
  const { host, port } = endpoint;
  const target = {
    host,
    port,
    timeoutMs: options.limits?.connectMs ?? PROBE_TIMEOUT_MS,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.serverName === undefined ? {} : { serverName: options.serverName }),
  };
  // Loaded only where TLS is spoken: the X.509 library is slow to start.
  const { inspectTls, probeProtocols } = await import('../tls/index.ts');
  const inspection = await inspectTls(target);
  const protocols = options.tls === 'versions' ? await probeProtocols(target) : undefined;
  const answer = await answerOverTls(endpoint, inspection, options);
  const tls = describeTls(inspection, protocols);
  return {
    address: printEndpoint(endpoint),
    transport: 'tls',
    vantage: vantageOf(endpoint),
    answer,
    ...(tls === undefined ? {} : { tls }),
  };
}

async function answerOverTls(
  endpoint: Endpoint,
  inspection: TlsInspection,
  options: ProbeOptions,
): Promise<KnockedListener['answer']> {
  if (inspection.stage === 'replied') {
    return (await knock({ endpoint, transport: 'tls', tls: { verify: 'none' } }, options)).answer;
  }
  if (inspection.ok) return 'silent';
  switch (inspection.fault) {
    case 'client-certificate-required':
      return 'client-certificate-required';
    case 'refused':
    case 'unreachable':
      return 'closed';
    case 'timeout':
    case 'tls-to-plaintext':
    case 'reset':
      return inspection.agreed ? 'silent' : 'not-redis';
    default:
      return inspection.agreed && inspection.askedForCertificate
        ? 'client-certificate-required'
        : 'not-redis';
  }
}

function describeTls(inspection: TlsInspection, protocols: ProtocolReport | undefined): ListenerFact['tls'] {
  if (!inspection.agreed) return undefined;
  const required = !inspection.ok && inspection.fault === 'client-certificate-required';
  return {
    protocol: inspection.protocol ?? '',
    cipher: inspection.cipher ?? '',
    chain: inspection.chain,
    clientCertificate: required ? 'required' : inspection.stage === 'replied' ? 'not-required' : 'unknown',
    trusted: inspection.authorized,
    ...(inspection.authorizationError === undefined ? {} : { trustError: inspection.authorizationError }),
    ...(protocols === undefined ? {} : acceptedBy(protocols)),
  };
}

function acceptedBy(
  report: ProtocolReport,
): Pick<NonNullable<ListenerFact['tls']>, 'protocolsAccepted' | 'weakCiphersAccepted'> {
  const weak = (['cbcSha1', 'noForwardSecrecy'] as const).filter((name) => report[name] === 'accepted');
  return {
    protocolsAccepted: Object.entries(report.versions)
      .filter(([, acceptance]) => acceptance === 'accepted')
      .map(([version]) => version),
    weakCiphersAccepted: weak.map((name) => report.ciphers[name] ?? name),
  };
}

/** Connects as a stranger and reads one answer. */
async function knock(
  target: Target,
  options: ProbeOptions,
): Promise<{ readonly answer: KnockedListener['answer']; readonly remoteAddress?: string | undefined }> {
  const limits = { connectMs: PROBE_TIMEOUT_MS, commandMs: PROBE_TIMEOUT_MS, ...options.limits };
  try {
    const connection = await openConnection(target, limits);
    try {
      const [first] = await connection.send([['HELLO']]);
      const { remoteAddress } = connection;
      const answer = answerOf(first);
      if (answer !== undefined) return { answer, remoteAddress };
      const wantsVersion = isReplyError(first) && first.error.includes('wrong number of arguments');
      if (wantsVersion && options.doubt === undefined) return { answer: 'needs-version', remoteAddress };
      // Servers before 6.0 and some proxies do not know HELLO at all.
      const [second] = await connection.send([['PING']]);
      return { answer: answerOf(second) ?? 'open', remoteAddress };
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof FleetError) return { answer: answerOfFailure(error) };
    throw error;
  }
}

function answerOf(reply: Reply | undefined): ListenerAnswer | undefined {
  if (!isReplyError(reply)) return 'open';
  if (reply.error.startsWith('NOAUTH')) return 'authentication-required';
  if (reply.error.startsWith('DENIED')) return 'protected-mode';
  return classify(reply.error) === 'missing' ? undefined : 'open';
}

function answerOfFailure(error: FleetError): ListenerAnswer {
  switch (error.code) {
    case 'protected-mode':
      return 'protected-mode';
    case 'noauth':
      return 'authentication-required';
    case 'refused':
    case 'dns':
    case 'unreachable':
      return 'closed';
    case 'timeout':
    case 'closed':
    case 'reset':
    case 'max-clients':
      return 'silent';
    default:
      return 'not-redis';
  }
}
