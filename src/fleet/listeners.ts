/**
 * Which addresses of a server are knocked at: the one that was dialled, at once, and the other ports that the
 * settings name on the same host, as soon as they are known.
 */

import { readTlsMaterial } from './dial.ts';
import { probeListener, vantageOf, type KnockedListener, type ProbeOptions } from './listener-probe.ts';
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
): (known: Pick<Snapshot, 'settings' | 'users'>) => Promise<readonly ListenerFact[]> {
  const probe = probeOptions(target, options);
  const here: Place = { endpoint: target.endpoint, transport: target.transport };
  const dialled = probeListener(here.endpoint, here.transport, probe);
  // When the conversation fails first, nobody waits for this one; it never rejects for the network's reasons.
  dialled.catch(() => undefined);
  return async ({ settings, users }) => {
    const others = otherPlaces(target, settings);
    const knocked = await Promise.all([
      dialled,
      ...others.map(({ endpoint, transport }) => probeListener(endpoint, transport, probe)),
    ]);
    const places = [here, ...others];
    return Promise.all(
      knocked.map((listener, index) => decide(listener, places[index] ?? here, users, probe)),
    );
  };
}

/** A 6.0 server that wants HELLO with a version: the user `default` tells, or else PING is asked. */
async function decide(
  listener: KnockedListener,
  place: Place,
  users: Snapshot['users'],
  probe: ProbeOptions,
): Promise<ListenerFact> {
  const { answer } = listener;
  if (answer !== 'needs-version') return { ...listener, answer };
  const stranger = users.known ? users.value.find(({ user }) => user.name === 'default')?.user : undefined;
  if (stranger !== undefined) {
    const open = stranger.enabled && stranger.nopass;
    return { ...listener, answer: open ? 'open' : 'authentication-required' };
  }
  const again = await probeListener(place.endpoint, place.transport, { ...probe, doubt: 'ping' });
  return { ...listener, answer: again.answer === 'needs-version' ? 'open' : again.answer };
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
