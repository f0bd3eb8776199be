/** Asking what only `wardis tls inspect` gathers: an audit of single servers answers unknown, never pass. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Verdict } from '../../check.ts';
import { whereTlsIsOn } from './server-certificate.ts';

export type Look = NonNullable<Snapshot['tlsLook']>;

/** Ask where the TLS of the fleet was looked at. */
export function readLook(snapshot: Snapshot, judge: (look: Look, from: Provenance) => Verdict): Verdict {
  const { tlsLook } = snapshot;
  if (tlsLook !== undefined)
    return judge(tlsLook, { kind: 'probe', address: snapshot.subject, what: 'tls inspect' });
  return whereTlsIsOn(snapshot, () => ({
    status: 'unknown',
    missing: 'the TLS of the whole fleet',
    why: 'an audit does not look at it',
    look: 'run wardis tls inspect',
    reason: 'not-asked',
  }));
}

/** Another node that this one has to get on with. */
export function peersOf({ subject }: Snapshot, { peers }: Look): Look['peers'] {
  return peers.filter(({ node }) => node !== subject);
}
