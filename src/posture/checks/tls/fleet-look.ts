/** Asking what only `wardis tls inspect` gathers: an audit of single servers leaves it aside, and never passes it. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Verdict } from '../../check.ts';
import { notApplicable } from '../../verdict.ts';
import { whereTlsIsOn } from './server-certificate.ts';

export type Look = NonNullable<Snapshot['tlsLook']>;

/** Ask where the TLS of the fleet was looked at. */
export function readLook(snapshot: Snapshot, judge: (look: Look, from: Provenance) => Verdict): Verdict {
  const { tlsLook } = snapshot;
  if (tlsLook !== undefined)
    return judge(tlsLook, { kind: 'probe', address: snapshot.subject, what: 'tls inspect' });
  return whereTlsIsOn(snapshot, () => notApplicable('an audit does not ask this: wardis tls inspect does'));
}

/** Another node that this one has to get on with. */
export function peersOf({ subject }: Snapshot, { peers }: Look): Look['peers'] {
  return peers.filter(({ node }) => node !== subject);
}
