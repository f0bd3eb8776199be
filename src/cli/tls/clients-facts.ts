/** What a node says of its clients' certificates in general: by its settings, and on Valkey 9.1 by INFO. */

import {
  readClientSettings,
  type ClientNode,
  type ClientSettings,
  type ClientSight,
} from '../../change/index.ts';

export interface NodeFacts extends ClientSettings {
  readonly node: string;
  readonly role: ClientNode['node']['role'];
  readonly server: string;
  /** Ours not among them. `unclear`: a version that does not say to which port somebody came. */
  readonly connections: { readonly tls: number; readonly without: number; readonly unclear: number };
  /**
   * Of the certificate that the node itself shows to others as a client, as INFO of Valkey 9.1 tells it; 0: it is over.
   * Absent: not told.
   */
  readonly ownExpiresInSeconds?: number;
}

export function factsOf(each: ClientNode, sights: readonly ClientSight[]): NodeFacts {
  const { node, state } = each;
  const settings = readClientSettings(each);
  const own = sights.filter(
    ({ node: of, link }) => of === node.id && link !== 'ourselves' && link !== 'primary',
  );
  const count = (kinds: readonly ClientSight['transport'][]): number =>
    own.filter(({ transport }) => kinds.includes(transport)).length;
  // Without one of its own it shows the one that it serves.
  const serial = state.info.get('tls_client_cert_serial') ?? 'none';
  const which = serial === 'none' || serial === '' ? 'server' : 'client';
  const seconds = state.info.get(`tls_${which}_cert_expires_in_seconds`);
  return {
    node: node.id,
    role: node.role,
    server: `${state.server.product} ${state.server.version}`,
    ...settings,
    connections: { tls: count(['tls']), without: count(['plaintext', 'unix']), unclear: count(['unknown']) },
    ...(seconds === undefined ? {} : { ownExpiresInSeconds: Number(seconds) }),
  };
}
