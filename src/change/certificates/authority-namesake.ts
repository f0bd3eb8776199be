/**
 * Authorities of one name with different keys. OpenSSL takes for an issuer the first certificate of the file whose name
 * fits and whose key identifier does not say otherwise, and tries no other when the signature then fails
 * (x509_vfy.c, `X509_STORE_CTX_get1_issuer`; seen on Redis 7.0.15 and Valkey 9.1.2): with both in one file and no key
 * identifier in the certificates below, everybody may be refused.
 */

import { X509Certificate } from 'node:crypto';
import { certificatesOf, type AuthorityChange } from './authority-side.ts';
import type { AuthorityObstacle } from './authority-progress.ts';
import type { AuthoritySight } from './authority-sight.ts';
import { addTrust } from './authority-trust.ts';

/** What the files would hold after `trust`, and who would take the wrong one of two for the issuer. */
export function namesakeObstacles(
  { nodes, clients, own }: AuthoritySight,
  { next, intermediates = [] }: AuthorityChange,
): readonly AuthorityObstacle[] {
  const shown: readonly (readonly [string, readonly string[]])[] = [
    ...nodes.flatMap(({ id, served, shows }) => [
      ...served.flatMap((port) => ('chain' in port ? [[id, port.chain] as const] : [])),
      ...(shows === undefined ? [] : [[`${id}: ${shows.path}`, shows.chain] as const]),
    ]),
    ...[...clients, ...own.shows].map(({ name, chain }) => [`client ${name}`, chain] as const),
  ];
  const files = [...nodes.map(({ trust }) => trust), ...own.trust].flatMap((trust) =>
    trust.kind === 'file' ? [addTrust(trust.pem, next)] : [],
  );
  const confused = new Map<string, string>();
  for (const content of new Set(files)) {
    const roots = namesakesAmong(content);
    if (roots.length === 0) continue;
    for (const [about, chain] of shown) {
      const wrong = wrongIssuerOf([...chain, ...intermediates], roots);
      if (wrong !== undefined) confused.set(about, wrong);
    }
  }
  return [...confused].map(([about, name]) => ({
    about,
    why: `its certificate does not tell by key identifier which of two authorities named ${name} issued it: with both trusted, servers would take the wrong one and refuse it`,
    next: 'give the new authority another name (subject); or have certificates with an authority key identifier issued by the old one first',
  }));
}

interface Root {
  readonly subject: string;
  readonly certificate: X509Certificate;
}

/** Those whose name another one with another key has too. */
function namesakesAmong(content: string): readonly Root[] {
  const all = certificatesOf([content]);
  const names = new Map<string, number>();
  for (const { subject } of all) names.set(subject, (names.get(subject) ?? 0) + 1);
  const twins = all
    .filter(({ subject }) => (names.get(subject) ?? 0) > 1)
    .map(({ subject, pem }) => ({ subject, certificate: new X509Certificate(pem) }));
  return twins.filter((root) =>
    twins.some(
      (other) =>
        other.subject === root.subject && !other.certificate.publicKey.equals(root.certificate.publicKey),
    ),
  );
}

/** Name of one that fits a certificate of these by all that OpenSSL looks at, and did not sign it. */
function wrongIssuerOf(chain: readonly string[], roots: readonly Root[]): string | undefined {
  for (const { pem, issuer } of certificatesOf(chain)) {
    const child = new X509Certificate(pem);
    const wrong = roots.find(
      ({ subject, certificate }) =>
        subject === issuer && child.checkIssued(certificate) && !child.verify(certificate.publicKey),
    );
    if (wrong !== undefined) return wrong.subject;
  }
  return undefined;
}
