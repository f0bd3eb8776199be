/** TLS-021: who may read the private key. */

import type { Check } from '../../check.ts';
import { TLS_CONF, examplePaths } from '../../example.ts';
import { printMode, readPath, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const keyReadable: Check = {
  id: 'TLS-021',
  area: 'tls',
  title: 'The private key can be read by others on the host',
  goal: 'Only the server’s user reads the private key',
  severity: 'high',
  rationale:
    'Whoever reads the key can pose as the server, and as a replica, until the certificate expires; no version checks revocation. The server does not look at the mode of the file.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-key-file'], ({ 'tls-key-file': { value: path } }) => {
      if (path === '') return notApplicable('no tls-key-file is set');
      return readPath(snapshot, path, ({ mode, owner, group }, from) => {
        const seen = `${path} has mode ${printMode(mode)}, owner ${owner}:${group}`;
        return (mode & 0o027) === 0
          ? pass(seen, from)
          : fail([evidence(seen, from)], [{ kind: 'file-mode', path, mode: '0600' }]);
      });
    }),
  remedy:
    'chmod 0600, owned by the server’s user (0640 with a group of its own is accepted). Issue a new key if others could have read it.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: examplePaths({ '/etc/redis/tls/redis.key': { mode: 0o644 } }),
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: examplePaths({ '/etc/redis/tls/redis.key': { mode: 0o600 } }),
    },
  },
};
