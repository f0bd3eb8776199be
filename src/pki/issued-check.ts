/**
 * What was signed, looked at as a server or a client would before it is recorded and handed out: an authority from
 * elsewhere may forbid names or usages, or be too weak, and then nobody accepts what it issues. Pure.
 */

import { sharesKey, verifyChain, type CertificateFact } from '../tls/index.ts';
import type { InventoryEntry } from './inventory.ts';
import { PkiError } from './pki-error.ts';

/** Throws {@link PkiError} (`request`). */
export function checkIssued(
  leaf: CertificateFact,
  usage: Exclude<InventoryEntry['usage'], 'authority' | 'intermediate'>,
  { root, issuer }: { readonly root: CertificateFact; readonly issuer: CertificateFact },
  { path, at }: { readonly path: string; readonly at: Date },
): void {
  if (sharesKey(leaf, root) || sharesKey(leaf, issuer)) {
    throw new PkiError('request', path, 'the request was made with the key of the authority itself', {
      next: 'make the request with a key of its own: whoever holds a leaf must not hold the authority',
    });
  }
  for (const side of usage === 'node' ? (['server', 'client'] as const) : [usage]) {
    const { problems } = verifyChain([leaf.pem, issuer.pem], [root.pem], at, side);
    // The clock may have gone back since the authority was made.
    const problem = problems.find(({ code }) => code !== 'expired' && code !== 'not-yet-valid');
    if (problem === undefined) continue;
    throw new PkiError('request', path, `nobody would accept it as a ${side}'s: ${problem.message}`, {
      next: 'ask for what the authority may issue, or make another one: wardis tls ca show, wardis tls ca init',
    });
  }
}
