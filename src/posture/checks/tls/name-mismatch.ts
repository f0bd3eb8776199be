/**
 * TLS-014: the names that clients use against the names that the certificate holds (RFC 9525). The common name is left
 * out: some clients take it for a host name where there is no SAN at all, and that is TLS-013.
 */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';
import type { Look } from './fleet-look.ts';
import {
  type Certificate,
  judgeCertificates,
  readServerCertificates,
  renewal,
} from './server-certificate.ts';

const LOOPBACK = /^(?:127\.|::1$|localhost$)/;
/** Who says that a node is to be found at an address. */
const TELLS: Readonly<Record<Look['told'][number]['by'], string>> = {
  seed: 'named here',
  cluster: 'the Cluster tells it to clients',
  sentinel: 'Sentinels tell it to clients',
  primary: 'its primary tells it',
  policy: 'the policy names it',
};
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
    if (names.size > 0) {
      return judgeCertificates(
        snapshot,
        (certificate) => {
          const missing = [...names].filter(([name]) => !covers(certificate, name));
          return missing.length === 0 ? undefined : `does not cover ${missing.map(printName).join(', ')}`;
        },
        [byHand(`Issue the certificate again for ${[...names.keys()].join(', ')}.`), ...renewal(snapshot)],
        'Clients that verify host names cannot connect there.',
      );
    }
    if (snapshot.tlsLook !== undefined && snapshot.tlsLook.ports.length > 0)
      return notApplicable('clients are told no address but those of loopback that were named here');
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

/** By name, who sends clients to it. A loopback address that only we dialled says nothing about other clients. */
function namesOf(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  const add = (name: string, by: string): void => {
    const known = names.get(name) ?? [];
    if (name !== '' && !known.includes(by)) names.set(name, [...known, by]);
  };
  if (snapshot.tlsLook !== undefined) {
    for (const { host, by } of snapshot.tlsLook.told)
      if (by !== 'seed' || snapshot.origin === 'files' || !LOOPBACK.test(host)) add(host, TELLS[by]);
    return names;
  }
  for (const setting of ANNOUNCED) {
    const name = settingValue(snapshot, setting) ?? '';
    if (!LOOPBACK.test(name)) add(name, setting);
  }
  if (snapshot.listeners.known) {
    for (const { address, tls } of snapshot.listeners.value)
      if (tls !== undefined && !LOOPBACK.test(hostOf(address))) add(hostOf(address), '');
  }
  return names;
}

function printName([name, by]: readonly [string, readonly string[]]): string {
  const tellers = by.filter((teller) => teller !== '');
  return tellers.length === 0 ? name : `${name} (${tellers.join(', ')})`;
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
