/**
 * Addresses that servers announce of themselves and of each other. They come from the wire: a host that is no name and
 * no address is never dialled, nor is a loopback address that somebody on another machine announced, since it would
 * lead to whatever listens there on ours.
 */

import { BlockList, isIP } from 'node:net';
import { parseTarget, printEndpoint, type Endpoint } from '../target.ts';

/** As announced, before any mapping. */
export interface AnnouncedAddress {
  readonly host: string;
  readonly port: number;
}

/** Where to dial, or why not. */
export type Resolved =
  { readonly ok: true; readonly endpoint: Endpoint } | { readonly ok: false; readonly why: string };

const HOST = /^[0-9a-z_.:%-]{1,253}$/i;
/** Names that hosts files give to loopback: systems', Debian's and Fedora's, and all under `localhost` (RFC 6761). */
const LOOPBACK_NAME =
  /^(?:(?:.+\.)?localhost|(?:localhost[46]?)\.localdomain[46]?|localhost[46]|ip6-(?:localhost|loopback))$/;
/** 127.0.0.0/8 in IPv4, mapped (which BlockList does by itself) and in the obsolete ::a.b.c.d; and ::1. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
LOOPBACK.addSubnet('::127.0.0.0', 104, 'ipv6');
/** The address of nobody, which leads to this machine where it is dialled all the same. */
const NOWHERE = new BlockList();
NOWHERE.addAddress('0.0.0.0', 'ipv4');
NOWHERE.addAddress('::', 'ipv6');
const SHOWN_CHARS_MAX = 120;

/** Which announced addresses are dialled, and where they are reached. */
export interface AddressRules {
  /** Announced `host:port` to what is dialled instead, for networks that translate addresses. */
  readonly map: ReadonlyMap<string, string>;
  /** Networks outside of which no announced address is dialled; undefined: anywhere. */
  readonly within: BlockList | undefined;
}

/**
 * Where an announced address is reached from here.
 *
 * @param vantage How the announcer itself is reached from here.
 */
export function resolveAddress(
  address: AnnouncedAddress,
  { map, within }: AddressRules,
  vantage: 'loopback' | 'remote',
): Resolved {
  const text = printAddress(address);
  const mapped = map.get(text);
  if (mapped !== undefined) {
    const { target } = parseTarget(mapped);
    return target?.endpoint.kind === 'tcp'
      ? { ok: true, endpoint: target.endpoint }
      : { ok: false, why: `the address map leads ${text} to what is no address` };
  }
  const meant = meaningOf(address.host);
  if (meant === undefined || isOneOf(meant, NOWHERE)) {
    return { ok: false, why: `${show(text)} is no address that can be dialled` };
  }
  if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535) {
    return { ok: false, why: `${show(text)} announces no port for this kind of connection` };
  }
  if (vantage === 'remote' && (LOOPBACK_NAME.test(meant) || isOneOf(meant, LOOPBACK))) {
    return {
      ok: false,
      why: `${text} is a loopback address of another machine: map it to where it is reached`,
    };
  }
  if (within !== undefined && !isOneOf(address.host, within)) {
    return { ok: false, why: `${text} is outside of the networks that nodes may be in` };
  }
  return { ok: true, endpoint: { kind: 'tcp', host: address.host, port: address.port } };
}

/**
 * The networks as one list to check by; `undefined` for none. A name is within none of them: whoever may answer for it
 * decides where it leads.
 *
 * @param networks CIDRs: `10.0.1.0/24`, `2001:db8::/64`, or single addresses.
 * @throws RangeError when one of them is no network.
 */
export function readNetworks(networks: readonly string[]): BlockList | undefined {
  if (networks.length === 0) return undefined;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address);
    const bits = Number(prefix ?? (family === 6 ? 128 : 32));
    if (family === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) {
      throw new RangeError(`${show(network)} is no network`);
    }
    list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * The host as a resolver takes it, which has more ways to write an address than one: `2130706433`, `0x7f.1` and
 * `127.0.0.1` are the same (WHATWG URL reads them as inet_aton does). Undefined: neither a name nor an address.
 */
function meaningOf(host: string): string | undefined {
  if (!HOST.test(host)) return undefined;
  const [bare = ''] = host.split('%');
  const url = `http://${bare.includes(':') ? `[${bare}]` : bare.replace(/\.$/, '')}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

function isOneOf(host: string, networks: BlockList): boolean {
  const family = isIP(host);
  return family !== 0 && networks.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** `10.0.0.5:6379`, `[::1]:6379`: how nodes and maps name an address. */
export function printAddress({ host, port }: AnnouncedAddress): string {
  return printEndpoint({ kind: 'tcp', host, port });
}

/** Words of a server fit for a sentence: control characters gone, and cut. */
export function show(text: string): string {
  // The lone surrogates stand for bytes that are not UTF-8.
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return clean.length > SHOWN_CHARS_MAX ? `${clean.slice(0, SHOWN_CHARS_MAX)}…` : clean;
}

/** A key that sorts addresses as people count: 10.0.0.9 before 10.0.0.10, and by port within a host. */
export function addressOrder(text: string): string {
  return text.replace(/[0-9]+/g, (digits) => digits.padStart(10, '0'));
}
