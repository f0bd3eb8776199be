/** DATA-002: several save points on one line mean no snapshot at all before 7.0. */

import { versionAtLeast } from '../../../conf/index.ts';
import type { Check } from '../../check.ts';
import { directivesNamed } from '../../conf-reading.ts';
import { holdingData, readFact, readServer } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const savePointsIgnored: Check = {
  id: 'DATA-002',
  area: 'persistence',
  title: 'The save line is read as "never" by this version',
  goal: 'Save points are written as this version reads them',
  severity: 'high',
  rationale:
    'Redis 6.2 accepts "save 3600 1 300 100 60 10000" on one line without a word and then takes no snapshot at all: CONFIG GET save is empty. One line per point is right everywhere; several on one line only from 7.0.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readServer(snapshot, (server) => {
        if (versionAtLeast(server, { redis: '7.0', valkey: '7.2' }))
          return notApplicable(`${server.product} ${server.version} reads several save points on one line`);
        return readFact(snapshot.conf, 'the conf file', (conf) => {
          const bad = directivesNamed(conf, 'save').filter(({ line }) => line.args.length > 2);
          if (bad.length === 0) return pass('every save line holds one point');
          return fail(
            bad.map(({ line, from }) => evidence(`save ${line.args.join(' ')}`, from)),
            bad.map(({ line, from }) => ({
              kind: 'edit-line',
              file: from.path,
              line: from.line,
              replacement: onePerLine(line.args),
            })),
            'No snapshot is ever taken.',
          );
        });
      }),
    ),
  remedy: 'Write one save line per point.',
  references: [REFERENCES.persistence],
  examples: {
    bad: { server: 'redis-6.2', conf: 'save 3600 1 300 100 60 10000\n' },
    good: { server: 'redis-6.2', conf: 'save 3600 1\nsave 300 100\nsave 60 10000\n' },
  },
};

function onePerLine(args: readonly string[]): string {
  const points: string[] = [];
  for (let at = 0; at + 1 < args.length; at += 2) points.push(`save ${args[at] ?? ''} ${args[at + 1] ?? ''}`);
  return points.join('\n');
}
