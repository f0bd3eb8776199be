/** VER-006: nodes of one fleet that run different versions. */

import type { Check } from '../../check.ts';
import { printSubjects } from '../../fleet-view.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const mixedVersions: Check = {
  id: 'VER-006',
  area: 'version',
  title: 'Nodes of the same fleet run different versions',
  goal: 'All nodes of a fleet run the same version',
  severity: 'low',
  rationale:
    'A rule may mean more on one version than on another, an ACL file may be refused by an older one, and a failover may land on a node whose flaws were mended elsewhere. During an upgrade it is normal; afterwards it is a forgotten node.',
  comparesNodes: true,
  evaluate: (snapshot, { fleet }) =>
    readFact(snapshot.product, 'product and version', ({ product, version }, from) => {
      const mine = `${product} ${version}`;
      const others = [...fleet.servers]
        .map(([name, all]) => ({ name, subjects: all.filter((each) => each !== snapshot.subject) }))
        .filter(({ subjects }) => subjects.length > 0);
      if (others.length === 0) return notApplicable('no other node was audited');
      const different = others.filter(({ name }) => name !== mine);
      const same = others.reduce((sum, { subjects }) => sum + subjects.length, 1);
      return different.length === 0
        ? pass(`${same} nodes run ${mine}`, from)
        : fail(
            [
              evidence(`this node: ${mine}`, from),
              ...rows(different, ({ subjects, name }) => evidence(`${printSubjects(subjects)}: ${name}`)),
            ],
            [byHand('Finish the upgrade: bring every node to the same release.')],
          );
    }),
  remedy: 'Bring every node to the same release.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2.14', conf: '' },
    good: { server: 'redis-7.2.16', conf: '' },
  },
};
