/** CLUS-006: nodes.conf decides whom the node believes after a restart. */

import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { inMode, printMode, readPath, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const nodeFileOpen: Check = {
  id: 'CLUS-006',
  area: 'cluster',
  title: 'Others on the host may change the cluster’s node file',
  goal: 'Only the server’s user writes the node file',
  severity: 'medium',
  rationale:
    'The node trusts cluster-config-file at start: its peers, its slots, its own identity. Whoever may write it can point the node to a cluster of his own.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () =>
      readSettings(snapshot, ['dir', 'cluster-config-file'], ({ dir, 'cluster-config-file': file }) => {
        const path = file.value.startsWith('/')
          ? file.value
          : `${dir.value.replace(/\/$/, '')}/${file.value}`;
        return readPath(snapshot, path, ({ mode }, from) => {
          const seen = `${path} has mode ${printMode(mode)}`;
          return (mode & 0o022) === 0
            ? pass(seen, from)
            : fail([evidence(seen, from)], [{ kind: 'file-mode', path, mode: '0640' }]);
        });
      }),
    ),
  remedy: 'chmod 0640, owned by the server’s user.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey],
  attackPaths: ['AP-08'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'cluster-enabled yes\ndir /var/lib/redis\n',
      facts: examplePaths({ '/var/lib/redis/nodes.conf': { mode: 0o666 } }),
    },
    good: {
      server: 'redis-7.2',
      conf: 'cluster-enabled yes\ndir /var/lib/redis\n',
      facts: examplePaths({ '/var/lib/redis/nodes.conf': { mode: 0o644 } }),
    },
  },
};
