/** An authority in words and as JSON: what was made or adopted, and what there is. */

import { join, relative } from 'node:path';
import type { AuthorityDescription, AuthorityStanding, KeyStanding } from '../../pki/index.ts';
import type { CertificateFact } from '../../tls/index.ts';
import { counted, fingerprintWords, keyWords, untilWords } from './certificate-words.ts';

/** Files below here are named from here. */
export function shownPath(path: string): string {
  const near = relative('.', path);
  return near === '' || near.startsWith('..') ? path : near;
}

export function authorityRows(
  role: string,
  fact: CertificateFact,
  now: Date,
): readonly (readonly [string, string])[] {
  return [
    [role, `${fact.subject}  ${keyWords(fact)}  until ${untilWords(fact.notAfter, now)}`],
    ['', `SHA-256 ${fingerprintWords(fact.fingerprintSha256)}`],
  ];
}

export function descriptionRows(
  { folder, root, issuer, next, trust, revocationList }: AuthorityDescription,
  now: Date,
): readonly (readonly [string, string])[] {
  const standing = (role: string, each: AuthorityStanding): readonly (readonly [string, string])[] => [
    ...authorityRows(role, each.fact, now),
    ['', `key ${keyStandingWords(each.key)}`],
  ];
  const others = trust.roots.filter(({ role }) => role === 'old' || role === 'adopted');
  return [
    ['folder', shownPath(folder)],
    ...standing('root', root),
    ...(issuer === undefined || root.key.state === 'away'
      ? []
      : [['', 'the issuer signs: this key can be taken away from here'] as const]),
    ...(issuer === undefined ? [] : standing('issuer', issuer)),
    ...(next === undefined ? [] : standing('next root', next)),
    ...others.flatMap(({ role, fact }) =>
      authorityRows(role === 'old' ? 'still trusted' : 'also trusted', fact, now),
    ),
    ...(trust.state === 'unreadable' ? [['trust', `cannot be read: ${trust.why ?? ''}`] as const] : []),
    ['revoked', listWords(revocationList, join(folder, 'crl.pem'), now)],
  ];
}

/** The facts of a certificate that a program asks for. */
export function authorityData(fact: CertificateFact): Readonly<Record<string, unknown>> {
  return {
    subject: fact.subject,
    issuer: fact.issuer,
    serial: fact.serial,
    fingerprintSha256: fact.fingerprintSha256,
    notBefore: fact.notBefore,
    notAfter: fact.notAfter,
    key: keyWords(fact),
    pathLength: fact.pathLength ?? null,
  };
}

export function descriptionData(description: AuthorityDescription): Readonly<Record<string, unknown>> {
  const { folder, root, issuer, next, trust, revocationList } = description;
  const standing = (each: AuthorityStanding | undefined): unknown =>
    each === undefined ? null : { ...authorityData(each.fact), file: each.path, privateKey: each.key };
  return {
    folder,
    root: standing(root),
    issuer: standing(issuer),
    next: standing(next),
    trust: {
      state: trust.state,
      roots: trust.roots.map(({ role, fact, path }) => ({ role, ...authorityData(fact), file: path })),
    },
    revocationList: revocationList ?? null,
  };
}

function keyStandingWords(key: KeyStanding): string {
  switch (key.state) {
    case 'plain':
      return 'here, without a passphrase';
    case 'protected':
      return 'here, under a passphrase';
    case 'away':
      return 'not here';
    case 'refused':
      return `not used: ${key.why}`;
  }
}

function listWords(list: AuthorityDescription['revocationList'], path: string, now: Date): string {
  if (list === undefined) return 'no list yet: wardis tls ca crl';
  if ('unreadable' in list) return `${shownPath(path)} cannot be read; make a new one: wardis tls ca crl`;
  const { serials, number, nextUpdate } = list;
  const due = nextUpdate === undefined ? '' : `, next due ${untilWords(nextUpdate, now)}`;
  return `${counted(serials.length, 'certificate')}, list ${number ?? '?'}${due}`;
}
