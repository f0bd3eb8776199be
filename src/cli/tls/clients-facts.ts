/** What a node says of its clients' certificates in general: by its settings, and on Valkey 9.1 by INFO. */

import { readClientSettings, type ClientNode, type ClientSettings } from '../../change/index.ts';

export interface NodeFacts extends ClientSettings {
  readonly node: string;
  readonly role: ClientNode['node']['role'];
  readonly server: string;
  readonly connections: { readonly tls: number; readonly plaintext: number };
  /**
   * Of the certificate that the node itself shows to others as a client, as INFO of Valkey 9.1 tells it; 0: it is over.
   * Absent: not told, or it has none of its own.
   */
  readonly ownExpiresInSeconds?: number;
}

export function factsOf(each: ClientNode): NodeFacts {
  const { node, state } = each;
  const settings = readClientSettings(each);
  const clients = state.clients.known ? state.clients.value : [];
  const tls = clients.filter(({ localAddress }) => {
    const port = Number(/:(\d+)$/.exec(localAddress)?.[1]);
    return settings.tlsPorts.includes(port);
  }).length;
  const own = state.info.get('tls_client_cert_expires_in_seconds');
  const serial = state.info.get('tls_client_cert_serial') ?? 'none';
  return {
    node: node.id,
    role: node.role,
    server: `${state.server.product} ${state.server.version}`,
    ...settings,
    connections: { tls, plaintext: clients.length - tls },
    ...(own === undefined || serial === 'none' || serial === '' ? {} : { ownExpiresInSeconds: Number(own) }),
  };
}
