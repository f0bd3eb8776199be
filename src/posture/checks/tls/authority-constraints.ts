/** TLS-039: what a CA certificate may do (RFC 5280, 4.2.1.3 and 4.2.1.9), in the chain that is sent and the files that are read. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Check, Evidence } from '../../check.ts';
import { TLS_CONF, exampleAuthority, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { type Certificate, readServerCertificates } from './server-certificate.ts';

export const authorityConstraints: Check = {
  id: 'TLS-039',
  area: 'tls',
  title: 'A certificate signs others and may not',
  goal: 'Only CA certificates sign, and within their bounds',
  severity: 'high',
  rationale:
    'A certificate that signs must say CA:true, and keyCertSign where it lists key usages; a path length bounds how many CAs may stand below it. Verifiers refuse chains that break these rules, some libraries later than others, so that a chain works with one client and not with the next. A server that signs for others holds a key that makes new identities.',
  evaluate: (snapshot) => {
    const seen = [...chainDefects(snapshot), ...trustDefects(snapshot)];
    if (seen.length > 0) {
      return fail(
        seen,
        [byHand('Make the CA anew with wardis tls ca init, and issue the certificates again from it.')],
        'Verifiers refuse such a chain.',
      );
    }
    const trust = trustFile(snapshot);
    if (trust !== undefined) return pass(`${trust.path} and the chain stay within their bounds`, trust.from);
    return readServerCertificates(snapshot, ([first]) =>
      pass(first && `nothing beyond its bounds above ${first.leaf.subject}`, first?.from),
    );
  },
  remedy:
    'Issue intermediates with CA:true and keyCertSign, with a path length that leaves room for what is below them; keep server certificates out of the CA file.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate(), {
        chain: [
          exampleCertificate({ issuer: 'CN=redis-0.example' }),
          exampleCertificate({ subject: 'CN=redis-0.example', fingerprintSha256: 'cc'.repeat(32) }),
        ],
      }),
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate(), { chain: [exampleCertificate(), exampleAuthority()] }),
    },
  },
};

interface Chain {
  readonly place: string;
  readonly chain: readonly Certificate[];
  readonly from: Provenance;
}

function chainDefects(snapshot: Snapshot): readonly Evidence[] {
  const seen = new Map<string, { readonly places: string[]; readonly from: Provenance }>();
  for (const { place, chain, from } of chainsOf(snapshot)) {
    for (const [index, certificate] of chain.slice(1).entries()) {
      // Only what stands above another and signed it; stray certificates are TLS-020.
      if (chain[index]?.issuer !== certificate.subject) continue;
      for (const defect of signerDefects(certificate, chain.slice(1, index + 1))) {
        const { places } = seen.get(defect) ?? { places: [] };
        seen.set(defect, { places: [...places, place], from });
      }
    }
  }
  return [...seen].map(([defect, { places, from }]) => evidence(`${places.join(', ')}: ${defect}`, from));
}

/** What ports send, and what the certificate file holds. */
function chainsOf(snapshot: Snapshot): readonly Chain[] {
  const path = settingValue(snapshot, 'tls-cert-file') ?? '';
  const file = snapshot.certificateFiles.get(path);
  const { listeners } = snapshot;
  return [
    ...(listeners.known
      ? listeners.value.map(({ address, tls }) => ({
          place: address,
          chain: tls?.chain ?? [],
          from: listeners.from,
        }))
      : []),
    ...(file?.known === true ? [{ place: path, chain: file.value.certificates, from: file.from }] : []),
  ];
}

/** `below`: the CAs between it and the leaf. */
function signerDefects(certificate: Certificate, below: readonly Certificate[]): readonly string[] {
  const { subject, isCa, keyUsages, pathLength } = certificate;
  if (!isCa) return [`${subject} signs others and is not a CA`];
  if (keyUsages.length > 0 && !keyUsages.includes('keyCertSign'))
    return [`${subject} is a CA and its key usage lacks keyCertSign`];
  const cas = below.filter(({ selfSigned }) => !selfSigned).length;
  return pathLength !== undefined && cas > pathLength
    ? [`${subject} allows ${pathLength} CAs below it and has ${cas}`]
    : [];
}

function trustFile(
  snapshot: Snapshot,
):
  | { readonly path: string; readonly certificates: readonly Certificate[]; readonly from: Provenance }
  | undefined {
  const path = settingValue(snapshot, 'tls-ca-cert-file') ?? '';
  const fact = snapshot.certificateFiles.get(path);
  return fact?.known === true ? { path, certificates: fact.value.certificates, from: fact.from } : undefined;
}

function trustDefects(snapshot: Snapshot): readonly Evidence[] {
  const file = trustFile(snapshot);
  if (file === undefined) return [];
  const { path, certificates, from } = file;
  return certificates.flatMap((certificate) => {
    // A server that signs itself is TLS-015; to trust it is how it is pinned.
    if (!certificate.isCa && certificate.selfSigned) return [];
    return signerDefects(certificate, []).map((defect) => evidence(`${path}: ${defect}`, from));
  });
}
