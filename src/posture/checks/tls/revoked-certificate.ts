/** TLS-036: a certificate that was revoked and is still served. No server and few clients look at a revocation list. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleLook, exampleLookPort } from '../../example.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readLook } from './fleet-look.ts';
import { renewal } from './server-certificate.ts';

export const revokedCertificate: Check = {
  id: 'TLS-036',
  area: 'tls',
  title: 'The server serves a certificate that was revoked',
  goal: 'No revoked certificate is served',
  severity: 'high',
  rationale:
    'Revoking a certificate changes nothing by itself: no version of Redis or Valkey reads a revocation list, and hardly any client does. Whoever has the key still passes for this server until the certificate is replaced here and has run out everywhere.',
  evaluate: (snapshot) =>
    readLook(snapshot, ({ ports }, from) => {
      const recorded = ports.filter(({ record }) => record.state !== 'unrecorded');
      if (recorded.length === 0) return notApplicable('nothing is recorded of what is served');
      const seen = recorded.flatMap(({ address, leaf, record }) =>
        record.state === 'revoked'
          ? [
              evidence(
                `${address} serves ${leaf.subject}, serial ${leaf.serial}, revoked on ${record.at.slice(0, 10)}: ${record.reason}`,
                from,
              ),
            ]
          : [],
      );
      return seen.length === 0
        ? pass('no certificate that is served was revoked', from)
        : fail(seen, renewal(snapshot), 'Whoever holds its key passes for this server.');
    }),
  remedy:
    'Rotate the leaf on every node that serves it. If its key was stolen, change the CA too: clients cannot tell the stolen certificate from the new one.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        ports: [
          exampleLookPort({
            record: { state: 'revoked', at: '2026-11-20T09:00:00.000Z', reason: 'key-compromise' },
          }),
        ],
      }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleLook() },
  },
};
