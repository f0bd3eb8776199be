/** TLS-019: an encrypted key without its passphrase stops the server. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { TLS_CONF, exampleFact } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass, unknownFrom } from '../../verdict.ts';
import { readKeyFile } from './private-key.ts';

export const encryptedKey: Check = {
  id: 'TLS-019',
  area: 'tls',
  title: 'The private key is encrypted and no passphrase is configured',
  goal: 'The server can open its private key',
  severity: 'high',
  rationale:
    'Without tls-key-file-pass (6.2 and later) the server cannot open an encrypted key and refuses to start; 6.0 cannot use one at all.',
  evaluate: (snapshot) =>
    readKeyFile(snapshot, ({ key }, path, from) => {
      if (key === undefined)
        return {
          status: 'unknown',
          missing: `whether ${path} is encrypted`,
          why: 'the key could not be read',
          look: `read the first line of ${path}`,
        };
      if (!key.encrypted) return pass(`${path} is not encrypted`, from);
      const secret = snapshot.secrets.get('tls-key-file-pass');
      if (secret !== undefined && !secret.known) return unknownFrom(secret, 'tls-key-file-pass');
      return secret?.value.isEmpty() === false
        ? pass(`${path} is encrypted and tls-key-file-pass is set`, from)
        : fail(
            [evidence(`${path} is encrypted, tls-key-file-pass is not set`, from)],
            [byHand('Set tls-key-file-pass, or store the key unencrypted with mode 0600.')],
            'The server will not start.',
          );
    }),
  remedy: 'Store the key unencrypted with mode 0600 on an encrypted volume, or set tls-key-file-pass.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: TLS_CONF, facts: keyFacts(true) },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: keyFacts(false) },
  },
};

function keyFacts(encrypted: boolean): Partial<Snapshot> {
  const file = { kind: 'key' as const, certificates: [], key: { type: 'ec', bits: 256, encrypted } };
  return { certificateFiles: new Map([['/etc/redis/tls/redis.key', exampleFact(file)]]) };
}
