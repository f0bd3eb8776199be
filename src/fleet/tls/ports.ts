/**
 * Which ports of a node speak TLS: the one for clients, the bus of a Cluster, a Sentinel's own. From the settings where
 * they can be read, else from INFO, from what the other nodes say, and from what answers.
 */

import type { FleetError } from '../fleet-error.ts';
import type { Fact } from '../fact.ts';
import type { TlsPort } from '../tls-survey.ts';
import type { FleetNode } from '../topology.ts';
import { printAddress } from '../topology/announced-address.ts';
import type { NodeMode } from './node-answers.ts';

/** What is known of a node before its ports are tried. */
export interface PortSigns {
  readonly node: FleetNode;
  readonly mode: NodeMode;
  readonly settings: ReadonlyMap<string, Fact<string>>;
  readonly info: ReadonlyMap<string, string>;
  /** As the other nodes announce it. */
  readonly busPort: number | undefined;
  readonly unreachable: FleetError | undefined;
  /** Announced `host:port` to what is dialled instead. */
  readonly addressMap: ReadonlyMap<string, string>;
}

/** A port to try. `certain`: it speaks TLS by the settings; the others count only if they agree to a handshake. */
export interface PortToTry {
  readonly port: TlsPort;
  readonly certain: 'yes' | 'no';
}

/** `cluster-port` 0 (cluster.h CLUSTER_PORT_INCR). */
const BUS_PORT_OFFSET = 10_000;

/** Ports in the order in which they are tried; none for a node that only others know. */
export function listTlsPorts(signs: PortSigns): readonly PortToTry[] {
  const { node, mode } = signs;
  if (node.reachable === 'unasked') return [];
  const { endpoint } = node.target;
  const host = endpoint.kind === 'tcp' ? endpoint.host : '127.0.0.1';
  const purpose = mode === 'sentinel' ? 'sentinel' : 'clients';
  const main = clientPort(signs);
  const bus = busOf(signs, host);
  return [
    ...(main === undefined ? [] : [{ port: { purpose, host, port: main }, certain: 'yes' } as const]),
    ...(bus === undefined ? [] : [bus]),
  ];
}

/** A setting as the server runs by it; undefined where it is not known. */
export function valueOf(settings: PortSigns['settings'], name: string): string | undefined {
  const fact = settings.get(name);
  return fact?.known === true ? fact.value : undefined;
}

/** What we dial by TLS is the port, whatever a network translates it to. */
function clientPort({ node, settings, info, unreachable }: PortSigns): number | undefined {
  const { endpoint, transport } = node.target;
  if (endpoint.kind === 'tcp' && transport === 'tls') return endpoint.port;
  if (endpoint.kind === 'tcp' && unreachable?.code === 'plaintext-to-tls') return endpoint.port;
  return portOf(valueOf(settings, 'tls-port')) ?? portOf(listenerPort(info));
}

/** `listener1:name=tls,bind=127.0.0.1,port=6380`, from Redis and Valkey 7.2 on (server.c genListenerInfo). */
function listenerPort(info: PortSigns['info']): string | undefined {
  for (const [name, line] of info) {
    if (/^listener[0-9]+$/.test(name) && /^name=tls(?:,|$)/.test(line))
      return /,port=([0-9]+)/.exec(line)?.[1];
  }
  return undefined;
}

function busOf(signs: PortSigns, host: string): PortToTry | undefined {
  const { mode, settings, busPort, addressMap } = signs;
  if (mode !== 'cluster') return undefined;
  const speaks = valueOf(settings, 'tls-cluster');
  if (speaks === 'no') return undefined;
  const base = portOf(valueOf(settings, speaks === 'yes' ? 'tls-port' : 'port'));
  const own =
    portOf(valueOf(settings, 'cluster-port')) ?? (base === undefined ? undefined : base + BUS_PORT_OFFSET);
  const port = busPort ?? own;
  if (port === undefined || port > 65_535) return undefined;
  const mapped = readHostPort(addressMap.get(printAddress({ host, port })));
  return {
    port: { purpose: 'bus', host: mapped?.host ?? host, port: mapped?.port ?? port },
    certain: speaks === 'yes' ? 'yes' : 'no',
  };
}

function readHostPort(
  text: string | undefined,
): { readonly host: string; readonly port: number } | undefined {
  const match = /^\[?(.+?)\]?:([0-9]{1,5})$/.exec(text ?? '');
  const port = portOf(match?.[2]);
  return match?.[1] === undefined || port === undefined ? undefined : { host: match[1], port };
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text ?? '');
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : undefined;
}
