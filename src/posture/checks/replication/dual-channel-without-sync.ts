/** REPL-009: Valkey's dual channel replication sends SYNC too. */

import type { Check } from '../../check.ts';
import { readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { mayRun, rows, shortRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const dualChannelWithoutSync: Check = {
  id: 'REPL-009',
  area: 'replication',
  title: 'The replication user lacks SYNC, which dual channel replication needs',
  goal: 'The replication user may run everything that the replicas send',
  severity: 'high',
  rationale:
    'With dual-channel-replication-enabled yes (Valkey 8.0 and later) a replica opens a second connection and sends SYNC. Without +sync it loops for ever: "Dual channel replication: Received unexpected $ENDOFF response: -NOPERM". Redis 8.0’s own channel needs nothing more.',
  appliesWhen: (snapshot) =>
    !snapshot.product.known ||
    snapshot.settings.has('dual-channel-replication-enabled') ||
    'this version has no dual channel replication',
  evaluate: (snapshot) =>
    readSettings(
      snapshot,
      ['dual-channel-replication-enabled'],
      ({ 'dual-channel-replication-enabled': option }) => {
        if (option.value !== 'yes') return notApplicable('dual channel replication is off');
        return readFact(snapshot.users, 'users', (users) => {
          const bad = users.filter(
            ({ user }) => user.enabled && mayRun(user, 'psync') && !mayRun(user, 'sync'),
          );
          return bad.length === 0
            ? pass('every user that may run PSYNC may run SYNC')
            : fail(
                rows(bad, ({ user, text, from }) =>
                  evidence(`user ${user.name} may run PSYNC, not SYNC: ${shortRules(text)}`, from),
                ),
                bad.map(({ user }) => ({ kind: 'set-user', name: user.name, rules: ['+sync'] })),
              );
        });
      },
    ),
  remedy: 'Add +sync to the replication user on every node.',
  references: [REFERENCES.replicationValkey],
  examples: {
    bad: withUsers('valkey-8.1', [`user replica on ${HASH} +psync +replconf +ping`], {
      conf: 'dual-channel-replication-enabled yes\n',
    }),
    good: withUsers('valkey-8.1', [`user replica on ${HASH} +psync +sync +replconf +ping`], {
      conf: 'dual-channel-replication-enabled yes\n',
    }),
  },
};
