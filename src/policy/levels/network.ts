/**
 * Addresses, ports and idle connections. Seen on real servers: on 6.x protected mode does nothing once any `bind` is
 * set, 6.0 takes no optional address (`-::1`), and 6.2 and later refuse to start on an address the host lacks.
 */

import { versionAtLeast } from '../../conf/index.ts';
import type { ExpectedSetting } from '../expectation.ts';
import { levelAtLeast, type HardeningRequest } from '../request.ts';
import { exactly, within } from './accept.ts';
import { tlsRequired } from './tls.ts';

/** Port that clients use when nothing else is said. */
export function defaultPort(request: HardeningRequest): number {
  return request.mode === 'sentinel' ? 26379 : 6379;
}

/** The loopback addresses in the words of the version. */
export function loopback(request: HardeningRequest): string {
  return versionAtLeast(request.server, { redis: '6.2', valkey: '7.2' }) ? '127.0.0.1 -::1' : '127.0.0.1';
}

export function networkSettings(request: HardeningRequest): readonly ExpectedSetting[] {
  const settings = [bindSetting(request), protectedMode(), ...portSettings(request)];
  if (levelAtLeast(request.level, 'standard')) {
    settings.push(
      within(
        'network',
        'tcp-keepalive',
        { value: 60, least: 1, most: 300, unit: 'seconds' },
        'Finds peers that are gone, so that their connections and rights do not linger.',
      ),
      within(
        'network',
        'maxclients',
        { value: 10_000, least: 1, most: 50_000 },
        'A bound on connections keeps one client from exhausting the file descriptors.',
      ),
    );
  }
  const idle = idleSeconds(request);
  if (idle !== undefined) {
    settings.push(
      within(
        'network',
        'timeout',
        { value: idle, least: 1, most: idle, unit: 'seconds' },
        'Idle sessions end. The server spares replicas, blocked clients and subscribers; pools must reconnect.',
      ),
    );
  }
  return settings;
}

/** Seconds after which an idle connection must end; undefined where nothing asks for it. */
function idleSeconds(request: HardeningRequest): number | undefined {
  if (request.mode === 'sentinel') return undefined;
  const asked = request.frameworks.includes('pci_dss') || request.frameworks.includes('hipaa');
  if (asked || request.level === 'compliance') return 900;
  return request.level === 'hardened' ? 3600 : undefined;
}

function protectedMode(): ExpectedSetting {
  return exactly(
    'network',
    'protected-mode',
    'yes',
    'Refuses remote clients should the default user ever lose its password.',
  );
}

function portSettings(request: HardeningRequest): ExpectedSetting[] {
  if (tlsRequired(request)) {
    return [
      exactly('network', 'port', '0', 'The plaintext port is closed: tls-replication alone leaves it open.'),
    ];
  }
  return [
    within(
      'network',
      'port',
      { value: defaultPort(request), least: 0, most: 65_535 },
      'The port clients connect to.',
    ),
  ];
}

function bindSetting(request: HardeningRequest): ExpectedSetting {
  const value = loopback(request);
  if (request.level === 'basic' || request.exposure === 'localhost') {
    return {
      section: 'network',
      name: 'bind',
      value,
      accepted: 'loopback addresses only',
      reason: 'Only this host may connect.',
      accepts: (actual) => everyAddress(actual, isLoopback),
    };
  }
  const isPrivate = request.exposure === 'private_network';
  return {
    section: 'network',
    name: 'bind',
    value,
    accepted: isPrivate ? 'named loopback or private addresses' : 'named addresses',
    reason: 'Listens only where it was told to; an address added to the host later is not exposed by itself.',
    accepts: (actual) =>
      everyAddress(
        actual,
        isPrivate ? (each) => !isWildcard(each) && !isPublic(each) : (each) => !isWildcard(each),
      ),
  };
}

/** An empty `bind` means every interface on 6.x, so an empty list is never good. */
function everyAddress(actual: string, good: (address: string) => boolean): boolean {
  const addresses = actual.replaceAll('"', '').trim().split(/\s+/).filter(Boolean);
  return addresses.length > 0 && addresses.every((address) => good(address.replace(/^-/, '').toLowerCase()));
}

/** The resolver reads every spelling of zero as every address: `0`, `0.0`, `0x0`, `0:0::0`. */
function isWildcard(address: string): boolean {
  const zeros = /^0(?:x0+|0*)(?:\.0(?:x0+|0*)){0,3}$/.test(address) || /^(?=.*:)[0:.]+$/.test(address);
  return address === '*' || address === '::*' || zeros;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || /^127(?:\.[0-9]{1,3}){1,3}$/.test(address);
}

/** A global address. Names cannot be judged here and pass. */
function isPublic(address: string): boolean {
  const octets = /^([0-9]{1,3})\.([0-9]{1,3})\.[0-9]{1,3}\.[0-9]{1,3}$/.exec(address);
  if (octets !== null) {
    const [first, second] = [Number(octets[1]), Number(octets[2])];
    return !(
      first === 10 ||
      first === 127 ||
      (first === 172 && second >= 16 && second <= 31) ||
      (first === 192 && second === 168) ||
      (first === 169 && second === 254) ||
      (first === 100 && second >= 64 && second <= 127)
    );
  }
  // Outside fc00::/7 (private) and fe80::/10 (link-local), an IPv6 address is global unless it is ::1.
  return address.includes(':') && !isLoopback(address) && !/^(?:f[cd]|fe[89ab])/.test(address);
}
