// What a port really offers: each protocol version with a handshake of its own, and for TLS 1.2 and 1.3 each suite. All
// suites are offered at once, the one that the server takes is left out of the next offer, until it takes none: accepted
// suites and one more handshake, instead of one for each suite there is. What cannot be tried from here stays unknown.
import { attemptHandshake } from './attempt.ts';
import type { HandshakeObservation, TlsTarget, TlsVersion } from './observation.ts';
import { cipherList, listSuites } from './suites.ts';
import { judgeOffer, type Acceptance } from './versions.ts';

/** What was found out, and at what cost. */
export interface OfferReport {
  readonly versions: Readonly<Record<TlsVersion, Acceptance>>;
  /** OpenSSL's names, in the order in which the server took them; of TLS 1.2 and 1.3, where it accepts them. */
  readonly suites: Readonly<Partial<Record<TlsVersion, readonly string[]>>>;
  /** Suites of TLS 1.2 and 1.3 of which nothing is known: not ours to offer, or no try came to an end. */
  readonly untried: readonly string[];
  readonly handshakes: number;
}

/** For one port, all versions together. */
export const OFFER_HANDSHAKES_MAX = 250;
/** The same, in time: a server that takes 100 ms for each handshake and accepts everything is cut here. */
const OFFER_MS_MAX = 60_000;
/** Silence, and bytes that are not TLS. */
const LOST =
  /^(?:TIMEOUT|ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL))$/;
/** After as many tries in a row that came to nothing of the kind, the rest is left unknown. */
const LOST_MAX = 2;

/**
 * Handshakes one after the other, each ended once version and suite are agreed. A client certificate is not needed: being
 * asked for one is acceptance too. Each refusal, and without a certificate each acceptance, is a line in the server's log.
 */
export async function probeOffer(target: TlsTarget): Promise<OfferReport> {
  const { socket: _socket, ...place } = target;
  const desk: Desk = { place, begun: performance.now(), handshakes: 0, lost: 0 };
  const suites: Partial<Record<TlsVersion, readonly string[]>> = {};
  const untried: string[] = [];
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const found = await exhaust(desk, version);
    if (found.accepted.length > 0) suites[version] = found.accepted;
    untried.push(...found.undecided);
  }
  const newer = (version: 'TLSv1.2' | 'TLSv1.3'): Acceptance => {
    if (suites[version] !== undefined) return 'accepted';
    const { offerable } = listSuites(version);
    return offerable.length > 0 && offerable.every((suite) => !untried.includes(suite))
      ? 'refused'
      : 'unknown';
  };
  const versions = {
    TLSv1: await tryVersion(desk, 'TLSv1'),
    'TLSv1.1': await tryVersion(desk, 'TLSv1.1'),
    'TLSv1.2': newer('TLSv1.2'),
    'TLSv1.3': newer('TLSv1.3'),
  };
  return { versions, suites, untried, handshakes: desk.handshakes };
}

/** Where handshakes are made and counted. */
interface Desk {
  readonly place: TlsTarget;
  readonly begun: number;
  handshakes: number;
  /** Tries in a row that met no TLS. */
  lost: number;
}

interface Exhausted {
  readonly accepted: readonly string[];
  readonly undecided: readonly string[];
}

async function exhaust(desk: Desk, version: TlsVersion): Promise<Exhausted> {
  const { offerable, unoffered } = listSuites(version);
  const accepted: string[] = [];
  const undecided = [...unoffered];
  const groups: (readonly string[])[] = offerable.length === 0 ? [] : [offerable];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    if (isSpent(desk)) {
      undecided.push(...group);
      continue;
    }
    const seen = await offer(desk, version, group);
    const { cipher } = seen;
    const acceptance = judgeOffer(seen);
    if (acceptance === 'accepted' && cipher !== undefined && group.includes(cipher)) {
      accepted.push(cipher);
      const rest = group.filter((suite) => suite !== cipher);
      if (rest.length > 0) groups.push(rest);
    } else if (acceptance !== 'refused') {
      groups.push(...divide(desk, seen, group, undecided));
    }
  }
  return { accepted, undecided };
}

/**
 * What to try next after no verdict. A lost way is tried again; where our own library gave up (on a key that is too short
 * for it, say), one of the suites is to blame, and halving finds it.
 */
function divide(
  desk: Desk,
  seen: HandshakeObservation,
  group: readonly string[],
  undecided: string[],
): readonly (readonly string[])[] {
  if (desk.lost > 0) return [group];
  const isOurs = /^ERR_SSL_(?!.*ALERT_)/.test(seen.errorCode ?? '');
  if (!isOurs || group.length === 1) {
    undecided.push(...group);
    return [];
  }
  const middle = group.length >> 1;
  return [group.slice(middle), group.slice(0, middle)];
}

/** One handshake with everything that this version has. */
async function tryVersion(desk: Desk, version: TlsVersion): Promise<Acceptance> {
  const { offerable } = listSuites(version);
  while (offerable.length > 0 && !isSpent(desk)) {
    const acceptance = judgeOffer(await offer(desk, version, offerable));
    if (desk.lost === 0) return acceptance;
  }
  return 'unknown';
}

async function offer(
  desk: Desk,
  version: TlsVersion,
  suites: readonly string[],
): Promise<HandshakeObservation> {
  desk.handshakes += 1;
  const seen = await attemptHandshake({
    ...desk.place,
    until: 'agreement',
    minVersion: version,
    maxVersion: version,
    ciphers: cipherList(version, suites),
  });
  const isLost = !seen.agreed && (seen.stage === 'dialling' || LOST.test(seen.errorCode ?? ''));
  desk.lost = isLost ? desk.lost + 1 : 0;
  return seen;
}

function isSpent({ begun, handshakes, lost }: Desk): boolean {
  return lost >= LOST_MAX || handshakes >= OFFER_HANDSHAKES_MAX || performance.now() - begun >= OFFER_MS_MAX;
}
