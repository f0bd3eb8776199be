/**
 * Which addresses of a server are knocked at: the one that was dialled, at once, and the other ports that the
 * settings name on the same host, as soon as they are known.
 */

import { readTlsMaterial } from './dial.ts';
import { probeListener, vantageOf, type ProbeOptions } from './listener-probe.ts';
import type { ConnectionLimits } from './connection.ts';
import type { ListenerFact, Snapshot } from './snapshot.ts';
import { printEndpoint, type Endpoint, type Target } from './target.ts';

interface Place {
  readonly endpoint: Endpoint;
  readonly transport: ListenerFact['transport'];
}

/** Starts with the dialled address; the function that it returns adds the others and waits for all. */
export function probeListeners(
  target: Target,
  options: { readonly tls?: 'one' | 'versions'; readonly limits?: ConnectionLimits },
): (settings: Snapshot['settings']) => Promise<readonly ListenerFact[]> {
  const probe = probeOptions(target, options);
  const dialled = probeListener(target.endpoint, target.transport, probe);
  // When the conversation fails first, nobody waits for this one; it never rejects for the network's reasons.
  dialled.catch(() => undefined);
  return (settings) => {
    const others = otherPlaces(target, settings).map(({ endpoint, transport }) =>
      probeListener(endpoint, transport, probe),
    );
    return Promise.all([dialled, ...others]);
  };
}

function probeOptions(
  target: Target,
  options: { readonly tls?: 'one' | 'versions'; readonly limits?: ConnectionLimits },
): ProbeOptions {
  const tls = target.tls;
  const ca =
    tls === undefined ? undefined : readTlsMaterial(authoritiesOf(target), printEndpoint(target.endpoint)).ca;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(tls?.serverName === undefined ? {} : { serverName: tls.serverName }),
    tls: options.tls ?? 'one',
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
}

function authoritiesOf({ tls }: Target): { readonly caFile?: string; readonly caDir?: string } {
  return {
    ...(tls?.caFile === undefined ? {} : { caFile: tls.caFile }),
    ...(tls?.caDir === undefined ? {} : { caDir: tls.caDir }),
  };
}

function otherPlaces(target: Target, settings: Snapshot['settings']): readonly Place[] {
  const value = (name: string): string => {
    const fact = settings.get(name);
    return fact?.known === true ? fact.value : '';
  };
  const { endpoint } = target;
  const host = endpoint.kind === 'tcp' ? endpoint.host : '127.0.0.1';
  const places: Place[] = [];
  for (const [name, transport] of [
    ['port', 'plaintext'],
    ['tls-port', 'tls'],
  ] as const) {
    const port = Number(value(name));
    if (!Number.isInteger(port) || port < 1 || port > 65_535) continue;
    places.push({ endpoint: { kind: 'tcp', host, port }, transport });
  }
  const socket = value('unixsocket');
  if (socket.startsWith('/') && vantageOf(endpoint) === 'loopback') {
    places.push({ endpoint: { kind: 'unix', path: socket }, transport: 'unix' });
  }
  const dialled = printEndpoint(endpoint);
  return places.filter((place) => printEndpoint(place.endpoint) !== dialled);
}
