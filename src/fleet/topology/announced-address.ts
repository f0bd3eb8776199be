/**
 * Addresses that servers announce of themselves and of each other. They come from the wire: a host that is no name and
 * no address is never dialled, nor is a loopback address that somebody on another machine announced, since it would
 * lead to whatever listens there on ours.
 */

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
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.|localhost$)/i;
const NOWHERE = /^(?:0\.0\.0\.0|::|\*)$/;
const SHOWN_CHARS_MAX = 120;

/**
 * Where an announced address is reached from here.
 *
 * @param map Announced `host:port` to what is dialled instead, for networks that translate addresses.
 * @param vantage How the announcer itself is reached from here.
 */
export function resolveAddress(
  address: AnnouncedAddress,
  map: ReadonlyMap<string, string>,
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
  if (address.host === '' || NOWHERE.test(address.host) || !HOST.test(address.host)) {
    return { ok: false, why: `${show(text)} is no address that can be dialled` };
  }
  if (!Number.isInteger(address.port) || address.port < 1 || address.port > 65_535) {
    return { ok: false, why: `${show(text)} announces no port for this kind of connection` };
  }
  if (vantage === 'remote' && LOOPBACK.test(address.host)) {
    return {
      ok: false,
      why: `${text} is a loopback address of another machine: map it to where it is reached`,
    };
  }
  return { ok: true, endpoint: { kind: 'tcp', host: address.host, port: address.port } };
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
