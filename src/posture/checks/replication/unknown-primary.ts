/** REPL-008: whose replica is this? REPLICAOF to a stranger is how rogue primaries plant files and take data. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Change } from '../../../policy/index.ts';
import type { Check } from '../../check.ts';
import { directivesNamed } from '../../conf-reading.ts';
import { exampleFact } from '../../example.ts';
import { isPublicAddress } from '../../exposure.ts';
import { byHand, holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const unknownPrimary: Check = {
  id: 'REPL-008',
  area: 'replication',
  title: 'The server replicates from a host that nothing declares',
  goal: 'A replica follows a primary of its own fleet',
  severity: 'critical',
  rationale:
    'An intruder who may run REPLICAOF makes the server fetch a data set of his own: it wipes the data and, before 7.0, leaves a module file to load. A primary with a public address, or one that neither the configuration nor the fleet knows, is a sign of it.',
  comparesNodes: true,
  evaluate: (snapshot, { fleet }) =>
    holdingData(snapshot, () =>
      readFact(snapshot.role, 'role', (role, from) => {
        if (role.kind !== 'replica') return notApplicable('this node is not a replica');
        const host = role.primary.replace(/:\d+$/, '');
        const seen = `replica of ${role.primary}`;
        if (isPublicAddress(host))
          return fail(
            [evidence(`${seen}, a public address`, from)],
            FIX,
            'Its data may have been replaced by a stranger’s.',
          );
        if (fleet.addresses.has(role.primary)) return pass(`${seen}, a node of the same fleet`, from);
        if (!snapshot.conf.known) {
          return {
            status: 'unknown',
            missing: 'which primary is meant',
            why: `${role.primary} is no node of this audit, and the conf file was not read`,
            look: 'audit the whole fleet in one run, or compare with replicaof in the conf file',
          };
        }
        const declared = [
          ...directivesNamed(snapshot.conf.value, 'replicaof'),
          ...directivesNamed(snapshot.conf.value, 'slaveof'),
        ].at(-1);
        const wanted = declared === undefined ? undefined : declared.line.args.join(':');
        if (wanted === role.primary) return pass(`${seen}, as the conf file says`, declared?.from);
        return fail(
          [evidence(`${seen}, while the conf file says ${wanted ?? 'primary'}`, from)],
          FIX,
          'A failover that was not written to the file looks the same: find out which it was.',
        );
      }),
    ),
  remedy:
    'Find out who sent REPLICAOF: the server log names the client (user request from …); ACL LOG does not, it holds denials only. After a failover run CONFIG REWRITE so that the file agrees.',
  references: [REFERENCES.replication, REFERENCES.security],
  attackPaths: ['AP-02', 'AP-03'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port 6379\n', facts: { role: replica('8.9.10.11:6379') } },
    good: {
      server: 'redis-7.2',
      conf: 'replicaof 10.0.0.5 6379\n',
      facts: { role: replica('10.0.0.5:6379') },
    },
  },
};

const FIX: readonly Change[] = [
  byHand(
    'Find out who set this primary before anything else; if nobody did, isolate the host and treat it as compromised.',
  ),
];

function replica(primary: string): Snapshot['role'] {
  return exampleFact({ kind: 'replica', primary, linkUp: true });
}
