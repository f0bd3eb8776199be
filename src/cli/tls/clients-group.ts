/** Connections with the same answer, put together: what is known of the certificate, of which user. Pure. */

import type { CertificateStanding, ClientSight } from '../../change/index.ts';
import type { InventoryEntry } from '../../pki/index.ts';

/** What can be said of a connection. */
export type ClientAnswer =
  | {
      readonly kind: CertificateStanding;
      readonly by: 'login' | 'login-or-password' | 'name' | 'address';
    }
  /** Certificates of its name were all over when it began. */
  | { readonly kind: 'elapsed' }
  /** Of no known name, and older than every certificate that is valid now. */
  | { readonly kind: 'old' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'no-certificate'; readonly why: 'plaintext' | 'not-asked' };

export interface ClientGroup {
  readonly answer: ClientAnswer;
  readonly user: string;
  readonly link: ClientSight['link'];
  readonly entries: readonly InventoryEntry[];
  /** Fingerprints of those whose authority is trusted no more. */
  readonly dropped?: readonly string[] | undefined;
  readonly sights: readonly ClientSight[];
}

/** The worst first. */
const ORDER: readonly ClientAnswer['kind'][] = [
  'revoked',
  'expired',
  'dropped',
  'elapsed',
  'perhaps-expired',
  'perhaps-dropped',
  'old',
  'due',
  'perhaps-due',
  'unknown',
  'valid',
  'no-certificate',
];

/** Ourselves, and links of which the other end is the client, are no clients. */
export function groupClients(sights: readonly ClientSight[]): readonly ClientGroup[] {
  const groups = new Map<string, ClientGroup & { readonly sights: ClientSight[] }>();
  for (const sight of sights) {
    if (sight.link === 'ourselves' || sight.link === 'primary') continue;
    const { answer, entries, dropped } = answerOf(sight);
    const { user } = sight.session;
    const { link } = sight;
    const key = JSON.stringify([
      answer,
      user,
      link,
      entries.map(({ fingerprintSha256 }) => fingerprintSha256),
    ]);
    const found = groups.get(key);
    if (found === undefined) groups.set(key, { answer, user, link, entries, dropped, sights: [sight] });
    else found.sights.push(sight);
  }
  const rank = ({ answer }: ClientGroup): number => ORDER.indexOf(answer.kind);
  return [...groups.values()].toSorted((a, b) => rank(a) - rank(b) || (a.user < b.user ? -1 : 1));
}

/** Somebody is connected who would not be let in again; a link of a node comes back with what the node has by now. */
export function isOver({ answer, link }: ClientGroup): boolean {
  if (answer.kind === 'dropped') return link === 'none';
  return answer.kind === 'revoked' || answer.kind === 'expired';
}

function answerOf({ certificate }: ClientSight): Pick<ClientGroup, 'answer' | 'entries' | 'dropped'> {
  switch (certificate.kind) {
    case 'none':
      return { answer: { kind: 'no-certificate', why: certificate.why }, entries: [] };
    case 'matched':
      return {
        answer: { kind: certificate.standing, by: certificate.by },
        entries: certificate.entries,
        dropped: certificate.dropped,
      };
    case 'unknown':
      if (certificate.elapsed !== undefined) {
        return { answer: { kind: 'elapsed' }, entries: certificate.elapsed };
      }
      return { answer: { kind: certificate.isOld ? 'old' : 'unknown' }, entries: [] };
  }
}
