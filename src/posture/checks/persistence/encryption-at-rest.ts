/** DATA-009: no server encrypts its files; the volume must. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const encryptionAtRest: Check = {
  id: 'DATA-009',
  area: 'persistence',
  title: 'The data volume is not encrypted',
  goal: 'The volume under dir is encrypted',
  severity: 'high',
  rationale:
    'Redis and Valkey write RDB and AOF in clear; no version encrypts at rest. An encrypted volume protects a lost disk or a copied image, not against whoever runs on the host; for card numbers PCI DSS 3.5.1.2 asks for more than disk encryption.',
  evaluate: (snapshot, context) =>
    holdingData(snapshot, () => {
      if (!context.expected.host.encryptionAtRest)
        return notApplicable('encryption at rest is not asked for at this level');
      return readFact(
        snapshot.volume,
        'the volume under dir',
        ({ mountPoint, device, filesystem, encrypted }, from) => {
          const seen = `${device} (${filesystem}) on ${mountPoint}`;
          if (encrypted === undefined)
            return {
              status: 'manual',
              instruction: `Show that ${seen} is encrypted (LUKS, or by the cloud provider’s keys), and where its key is kept.`,
            };
          return encrypted
            ? pass(`${seen} is encrypted`, from)
            : fail(
                [evidence(`${seen} is not encrypted`, from)],
                [byHand('Move dir to an encrypted volume, and the backups too.')],
              );
        },
      );
    }),
  remedy:
    'Put dir on LUKS or on a volume encrypted by the provider, keep the key elsewhere, encrypt backups, and encrypt the most sensitive fields in the application.',
  references: [REFERENCES.security, REFERENCES.persistence],
  attackPaths: ['AP-15'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'dir /var/lib/redis\n', facts: { volume: volume(false) } },
    good: { server: 'redis-7.2', conf: 'dir /var/lib/redis\n', facts: { volume: volume(true) } },
  },
};

function volume(encrypted: boolean): Snapshot['volume'] {
  return exampleFact({
    mountPoint: '/var/lib/redis',
    device: encrypted ? '/dev/mapper/redis' : '/dev/sdb1',
    filesystem: 'ext4',
    options: ['rw'],
    encrypted,
  });
}
