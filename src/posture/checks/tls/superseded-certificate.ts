/** TLS-037: what is served against what was issued: a rotation that did not arrive, or a certificate from elsewhere. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleLook, exampleLookPort } from '../../example.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readLook, type Look } from './fleet-look.ts';
import { renewal } from './server-certificate.ts';

export const supersededCertificate: Check = {
  id: 'TLS-037',
  area: 'tls',
  title: 'The server does not serve the certificate that was issued for it',
  goal: 'The server serves the certificate that was issued for it last',
  severity: 'medium',
  rationale:
    'Issuing a certificate changes nothing on a server, and neither do new files: only a reload does, and a Sentinel needs a restart. Until then the old certificate runs on towards its end while the record says that it was replaced.',
  evaluate: (snapshot) =>
    readLook(snapshot, ({ ports }, from) => {
      const recorded = ports.filter(({ record }) => record.state !== 'unrecorded');
      if (recorded.length === 0) return notApplicable('nothing is recorded of what is served');
      const seen = recorded.flatMap((port) => {
        const defect = describe(port);
        return defect === undefined ? [] : [evidence(defect, from)];
      });
      return seen.length === 0
        ? pass('what is served is what was issued', from)
        : fail(seen, renewal(snapshot), 'The certificate that was meant to be in force is not.');
    }),
  remedy: 'Rotate the leaf: files, reload, and the proof by a handshake on every port belong together.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        ports: [
          exampleLookPort({
            record: { state: 'superseded', serial: '0B02', until: '2028-02-01T00:00:00.000Z' },
          }),
        ],
      }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleLook() },
  },
};

function describe({ address, leaf, record }: Look['ports'][number]): string | undefined {
  const serves = `${address} serves serial ${leaf.serial}, until ${leaf.notAfter.slice(0, 10)}`;
  switch (record.state) {
    case 'superseded':
      return `${serves}; serial ${record.serial}, until ${record.until.slice(0, 10)}, took its place`;
    case 'another':
      return `${serves}, which is not recorded; serial ${record.serial}, until ${record.until.slice(0, 10)}, was issued for this node`;
    case 'current':
    case 'revoked':
    case 'unrecorded':
      return undefined;
  }
}
