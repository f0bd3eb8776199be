/** TLS-022: who may change what the server trusts. */

import type { PathFact, Provenance } from '../../../fleet/index.ts';
import type { Check, Verdict } from '../../check.ts';
import { TLS_CONF, examplePaths } from '../../example.ts';
import { combine, printMode, readPath, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

const NAMES = ['tls-ca-cert-file', 'tls-ca-cert-dir', 'tls-cert-file'] as const;

export const trustWritable: Check = {
  id: 'TLS-022',
  area: 'tls',
  title: 'Others on the host may change which certificates are trusted',
  goal: 'Only root or the server’s user changes the trust files',
  severity: 'high',
  rationale:
    'Whoever writes the CA file adds a CA of his own and is let in as any client at the next reload, which on Valkey 9.1 can happen by itself.',
  evaluate: (snapshot) =>
    readSettings(snapshot, NAMES, (seen) => {
      const paths = NAMES.map((name) => seen[name].value).filter((path) => path !== '');
      if (paths.length === 0) return notApplicable('no certificate files are set');
      const verdicts = paths.map((path) =>
        readPath(snapshot, path, (fact, from) => judgeMode(path, fact, from)),
      );
      return combine(verdicts);
    }),
  remedy: 'chmod go-w on the CA file or directory and on the certificate.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: examplePaths({
        '/etc/redis/tls/ca.crt': { mode: 0o666 },
        '/etc/redis/tls/redis.crt': { mode: 0o644 },
      }),
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: examplePaths({
        '/etc/redis/tls/ca.crt': { mode: 0o644 },
        '/etc/redis/tls/redis.crt': { mode: 0o644 },
      }),
    },
  },
};

function judgeMode(path: string, { mode, kind }: PathFact, from: Provenance): Verdict {
  const seen = `${path} has mode ${printMode(mode)}`;
  if ((mode & 0o022) === 0) return pass(seen, from);
  return fail(
    [evidence(seen, from)],
    [{ kind: 'file-mode', path, mode: kind === 'directory' ? '0755' : '0644' }],
  );
}
