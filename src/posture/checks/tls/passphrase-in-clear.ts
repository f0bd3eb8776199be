/** TLS-032: the passphrase of the key lies beside the key. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass, unknownFrom } from '../../verdict.ts';

const NAMES = ['tls-key-file-pass', 'tls-client-key-file-pass'];

export const passphraseInClear: Check = {
  id: 'TLS-032',
  area: 'tls',
  title: 'The passphrase of the TLS key stands in clear in the configuration',
  goal: 'The TLS key is protected by the file system, not by a passphrase beside it',
  severity: 'low',
  rationale:
    'The passphrase is written beside the key that it protects, CONFIG GET hands it to everybody who may run CONFIG GET, and the slow log hides it only on Redis 7.4 and later and Valkey 8.0 and later. It protects against nothing that reads the configuration.',
  evaluate: (snapshot) => {
    const facts = NAMES.flatMap((name) => {
      const fact = snapshot.secrets.get(name);
      return fact === undefined ? [] : [{ name, fact }];
    });
    if (facts.length === 0)
      return readFact(snapshot.product, 'tls-key-file-pass', ({ product, version }) =>
        notApplicable(`${product} ${version} has no tls-key-file-pass`),
      );
    for (const { name, fact } of facts) {
      if (!fact.known) return unknownFrom(fact, name);
      if (!fact.value.isEmpty())
        return fail(
          [evidence(`${name} is set`, fact.from)],
          [
            byHand(
              'Store the key unencrypted with mode 0600 on an encrypted volume, then remove the passphrase.',
            ),
          ],
        );
    }
    return pass('no passphrase is configured');
  },
  remedy:
    'Store the key unencrypted with mode 0600, owned by the server’s user, on an encrypted volume; withhold CONFIG GET from ordinary users.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-10'],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-key-file-pass': 'an-example-passphrase' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
