/** TLS-014: the names that clients use against the names that the certificate holds (RFC 6125, names of the SAN only). */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { type Certificate, judgeCertificates, readServerCertificates, reload } from './server-certificate.ts';

const LOOPBACK = /^(?:127\.|::1$|localhost$)/;
const ANNOUNCED = ['replica-announce-ip', 'cluster-announce-ip', 'cluster-announce-hostname'];

export const nameMismatch: Check = {
  id: 'TLS-014',
  area: 'tls',
  title: 'The server certificate does not cover the name that clients use',
  goal: 'The server certificate covers every name and address that clients use',
  severity: 'medium',
  rationale:
    'In a cluster or behind Sentinel clients connect to the announced address. If the certificate does not hold it, clients that verify names fail after the first redirect, and verification gets switched off.',
  evaluate: (snapshot) => {
    const names = namesOf(snapshot);
    if (names.length > 0) {
      return judgeCertificates(
        snapshot,
        (certificate) => {
          const missing = names.filter((name) => !covers(certificate, name));
          return missing.length === 0 ? undefined : `does not cover ${missing.join(', ')}`;
        },
        [byHand(`Issue the certificate again for ${names.join(', ')}.`), reload(snapshot)],
        'Clients that verify host names cannot connect there.',
      );
    }
    return readServerCertificates(snapshot, ([first]) => ({
      status: 'manual',
      instruction: `Compare the names that clients use with those of ${first?.leaf.subject ?? 'the certificate'}: ${[...(first?.leaf.dnsNames ?? []), ...(first?.leaf.ipAddresses ?? [])].join(', ') || 'none'}.`,
    }));
  },
  remedy:
    'Issue the certificate with every announced address and host name among its subject alternative names.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ dnsNames: ['other.example'], ipAddresses: [] })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};

function namesOf(snapshot: Snapshot): readonly string[] {
  const announced = ANNOUNCED.map((name) => settingValue(snapshot, name) ?? '');
  const reached = snapshot.listeners.known
    ? snapshot.listeners.value.flatMap(({ address, tls }) => (tls === undefined ? [] : [hostOf(address)]))
    : [];
  return [...new Set([...announced, ...reached])].filter((name) => name !== '' && !LOOPBACK.test(name));
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function covers({ dnsNames, ipAddresses }: Certificate, name: string): boolean {
  const wanted = name.toLowerCase();
  if (ipAddresses.some((address) => address.toLowerCase() === wanted)) return true;
  return dnsNames.some((pattern) => {
    const held = pattern.toLowerCase();
    if (!held.startsWith('*.')) return held === wanted;
    const dot = wanted.indexOf('.');
    return dot > 0 && wanted.slice(dot) === held.slice(1);
  });
}
