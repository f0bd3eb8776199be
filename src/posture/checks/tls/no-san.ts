/**
 * TLS-013: clients that check names look at the subject alternative names; what they do without any differs. Seen with
 * Node 20.20, Python, Java and openssl 3.0: the common name counts as a host name, never as an address.
 */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeCertificates, reload } from './server-certificate.ts';

export const noSan: Check = {
  id: 'TLS-013',
  area: 'tls',
  title: 'The server certificate names no host',
  goal: 'The server certificate lists its host names as subject alternative names',
  severity: 'medium',
  rationale:
    'redis-cli and replicas check no host name at all, so the gap goes unseen. Of the clients that do check, none takes a common name for an IP address, and Sentinel and Cluster tell addresses; for a host name Node.js, Java and Python still take it, Go does not. People then switch the check off.',
  evaluate: (snapshot) =>
    judgeCertificates(
      snapshot,
      ({ dnsNames, ipAddresses, uris }) =>
        dnsNames.length + ipAddresses.length + uris.length === 0 ? 'no subject alternative name' : undefined,
      [
        byHand('Issue the certificate again with the host names and addresses that clients use.'),
        reload(snapshot),
      ],
      'Clients that verify names cannot connect by address, and not all can by host name; or they verify nothing.',
    ),
  remedy:
    'Issue the certificate with a subject alternative name for every host name and address that clients use.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ dnsNames: [], ipAddresses: [] })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
