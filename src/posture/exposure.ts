/**
 * Who can reach the server's address at all, judged from `bind` and from the exposure that the request states.
 * Listening rules: networking in server.c listenToPort, Redis 6.0 to 8.0 and Valkey 7.2 to 9.1.
 */

import { versionAtLeast, type ServerVersion } from '../conf/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import type { CheckContext, Severity, Verdict } from './check.ts';
import { serverOf } from './conf-reading.ts';
import { settingValue } from './reading.ts';

/** The addresses of a `bind` value, as written (`-::1` keeps its dash). */
export function bindAddresses(value: string): readonly string[] {
  return value.split(/\s+/).filter((address) => address !== '');
}

/** Where a `bind` value listens. An empty value is every interface up to 6.2, and no TCP port from 7.0 on. */
export function bindReach(
  value: string,
  server: ServerVersion | undefined,
): 'nowhere' | 'loopback' | 'addresses' | 'everywhere' {
  const addresses = bindAddresses(value).map(bare);
  if (addresses.length === 0)
    return server !== undefined && versionAtLeast(server, { redis: '7.0', valkey: '7.2' })
      ? 'nowhere'
      : 'everywhere';
  if (addresses.some(isWildcard)) return 'everywhere';
  return addresses.every(isLoopback) ? 'loopback' : 'addresses';
}

/** Where this server listens for clients by TCP, its ports taken into account. */
export function tcpReach(snapshot: Snapshot, bind: string): ReturnType<typeof bindReach> {
  return hasTcpPort(snapshot) ? bindReach(bind, serverOf(snapshot)) : 'nowhere';
}

/** Reachable from other hosts, as far as `bind` and the ports tell; undefined when `bind` is not known. */
export function listensBeyondLoopback(snapshot: Snapshot): boolean | undefined {
  if (!hasTcpPort(snapshot)) return false;
  const value = settingValue(snapshot, 'bind');
  if (value === undefined) return undefined;
  const reach = bindReach(value, serverOf(snapshot));
  return reach === 'everywhere' || reach === 'addresses';
}

/** `*`, `0.0.0.0`, `::`, and the other spellings that the resolver reads as all zeros: `0`, `0.0`, `0x0`, `0:0::0`. */
export function isWildcard(address: string): boolean {
  const name = bare(address);
  const zeros = /^0(?:x0+|0*)(?:\.0(?:x0+|0*)){0,3}$/i.test(name) || /^(?=.*:)[0:.]+$/.test(name);
  return name === '*' || name === '::*' || zeros;
}

export function isLoopback(address: string): boolean {
  const name = bare(address).toLowerCase();
  return (
    /^127(?:\.[0-9]{1,3}){1,3}$/.test(name) ||
    /^[0:]*:0{0,3}1$/.test(name) ||
    name === 'localhost' ||
    name === '::ffff:127.0.0.1'
  );
}

/** An address that is routed on the public internet; host names and private ranges are not. */
export function isPublicAddress(address: string): boolean {
  const name = bare(address);
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name)?.slice(1).map(Number);
  if (octets !== undefined) {
    const [a = 0, b = 0] = octets;
    const reserved =
      a === 0 ||
      a === 10 ||
      a === 127 ||
      a >= 224 ||
      (a === 100 && b >= 64 && b < 128) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168);
    return !reserved;
  }
  // Global unicast is 2000::/3; fc00::/7 is private, fe80::/10 is the link.
  return /^[23][0-9a-f]{3}:/i.test(name);
}

/** `port 0` without a TLS port: clients come by the unix socket only. A port that is not known counts as open. */
export function hasTcpPort(snapshot: Snapshot): boolean {
  return settingValue(snapshot, 'port') !== '0' || (settingValue(snapshot, 'tls-port') ?? '0') !== '0';
}

/** A finding weighs more where everybody can try it. Names its reason, as every change of severity must. */
export function raiseWhenPublic(context: CheckContext, verdict: Verdict, value: Severity): Verdict {
  if (verdict.status !== 'fail' || context.expected.request.exposure !== 'public') return verdict;
  return {
    ...verdict,
    severity: { value, because: 'the server is exposed to public networks' },
  };
}

/** The dash means "if it exists" (6.2 and later); it is not part of the address. */
function bare(address: string): string {
  return address.replace(/^-/, '');
}
