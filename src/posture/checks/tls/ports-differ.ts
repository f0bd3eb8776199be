/** TLS-038: one node, one certificate: client port and bus port read the same files in the same moment. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleLook, exampleLookPort } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readLook } from './fleet-look.ts';

export const portsDiffer: Check = {
  id: 'TLS-038',
  area: 'tls',
  title: 'The ports of one node show different certificates',
  goal: 'All ports of a node show the same certificate',
  severity: 'medium',
  rationale:
    'Client port and cluster bus use one TLS context, so one reload changes both. Where they differ, something stands in between (a proxy or a load balancer that ends TLS) or the port belongs to another process: what is rotated and proved on one port is then not what runs on the other.',
  evaluate: (snapshot) =>
    readLook(snapshot, ({ ports }, from) => {
      const [first, ...others] = ports;
      if (first === undefined || others.length === 0)
        return notApplicable('one port at most shows a certificate');
      const same = others.every(({ leaf }) => leaf.fingerprintSha256 === first.leaf.fingerprintSha256);
      return same
        ? pass(`${ports.length} ports show serial ${first.leaf.serial}`, from)
        : fail(
            ports.map(({ address, purpose, leaf }) =>
              evidence(`${address} (${purpose}): ${leaf.subject}, serial ${leaf.serial}`, from),
            ),
            [byHand('Find out what answers on each port: a proxy in between, or another process.')],
          );
    }),
  remedy:
    'Find what ends TLS on the port that differs, and rotate it as well, or let the server end TLS itself.',
  references: [REFERENCES.tls, REFERENCES.clusterValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        ports: [
          exampleLookPort(),
          exampleLookPort({
            address: '10.0.0.5:16379',
            purpose: 'bus',
            leaf: exampleCertificate({ serial: '09', fingerprintSha256: '09'.repeat(32) }),
          }),
        ],
      }),
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        ports: [exampleLookPort(), exampleLookPort({ address: '10.0.0.5:16379', purpose: 'bus' })],
      }),
    },
  },
};
