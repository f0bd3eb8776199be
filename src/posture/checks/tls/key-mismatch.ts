/** TLS-018: certificate and key must be a pair, or the next start and the next reload fail. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { TLS_CONF, exampleFact } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { readKeyFile } from './private-key.ts';

export const keyMismatch: Check = {
  id: 'TLS-018',
  area: 'tls',
  title: 'The private key does not belong to the certificate',
  goal: 'Certificate and private key are a pair',
  severity: 'high',
  rationale:
    'The server refuses such a pair ("key values mismatch") and keeps the old one, so a running server hides it until it is restarted and does not come back.',
  evaluate: (snapshot) =>
    readKeyFile(snapshot, ({ matchesCertificate }, path, from) => {
      if (matchesCertificate === undefined) {
        return {
          status: 'unknown',
          missing: 'whether key and certificate are a pair',
          why: `${path} could not be compared`,
          look: 'compare: openssl x509 -pubkey -noout and openssl pkey -pubout',
        };
      }
      return matchesCertificate
        ? pass(`${path} belongs to the certificate`, from)
        : fail(
            [evidence(`${path} does not belong to tls-cert-file`, from)],
            [byHand('Put the key that the certificate was issued for in place.')],
            'The server will not start again.',
          );
    }),
  remedy:
    'Put the matching key in place, then CONFIG SET tls-cert-file to the same path to prove that it loads.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: TLS_CONF, facts: keyFacts(false) },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: keyFacts(true) },
  },
};

function keyFacts(matchesCertificate: boolean): Partial<Snapshot> {
  const file = {
    kind: 'key' as const,
    certificates: [],
    key: { type: 'ec', bits: 256, encrypted: false },
    matchesCertificate,
  };
  return { certificateFiles: new Map([['/etc/redis/tls/redis.key', exampleFact(file)]]) };
}
