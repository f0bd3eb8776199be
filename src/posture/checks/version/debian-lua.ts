/** VER-007: a flaw of packages, not of Redis: Debian and Ubuntu left Lua's package library reachable (CVE-2022-0543). */

import { compareVersions, versionAtLeast } from '../../../conf/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { readFact } from '../../reading.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

/** First fixed revision by Debian release (DSA-5081). */
const FIXED: readonly { readonly upstream: string; readonly release: string; readonly revision: number }[] = [
  { upstream: '6.0.16-1', release: 'deb11', revision: 2 },
  { upstream: '5.0.14-1', release: 'deb10', revision: 2 },
];

export const debianLua: Check = {
  id: 'VER-007',
  aliases: ['CVE-2022-0543'],
  area: 'version',
  title: 'The distribution’s package lets Lua scripts run any program',
  goal: 'The distribution’s package has the Lua sandbox closed',
  severity: 'critical',
  rationale:
    'Debian and Ubuntu linked Lua as a library and left its package object in reach of scripts: one EVAL loads a C library and runs commands. It is exploited in the wild, by worms too. The version that the server shows says nothing of it; the package version does.',
  evaluate: (snapshot) =>
    readFact(snapshot.product, 'product and version', ({ product, version }) => {
      if (product !== 'redis' || versionAtLeast({ product, version }, { redis: '7.0' }))
        return notApplicable('packages from 7.0 on were made with the fix');
      return readFact(snapshot.packageVersion, 'version of the package', (text, from) => {
        const parts = /(?:\d+:)?(\d[\d.]*-\d+)(?:\+|~)(deb\d+)u(\d+)/.exec(text);
        if (!/deb|ubuntu|^\S*\s*\d+:/i.test(text)) return notApplicable('not a package of Debian or Ubuntu');
        const row = FIXED.find(({ release }) => release === parts?.[2]);
        if (parts === null || row === undefined)
          return {
            status: 'unknown',
            missing: 'whether this package has the fix',
            why: `${text} is not in the data`,
            look: 'try, as a user who may run EVAL: EVAL "return type(package)" 0 (a table means open; nil or an error means closed)',
          };
        const order = compareVersions(parts[1]?.split('-')[0] ?? '', row.upstream.split('-')[0] ?? '');
        const fixed = order > 0 || (order === 0 && Number(parts[3]) >= row.revision);
        return fixed
          ? pass(`${text} has the fix`, from)
          : fail(
              [evidence(`${text}; fixed in ${row.upstream}+${row.release}u${row.revision}`, from)],
              [
                {
                  kind: 'upgrade',
                  product: 'the redis-server package',
                  to: [`5:${row.upstream}+${row.release}u${row.revision}`],
                },
              ],
              'Whoever may run EVAL runs programs on this host.',
            );
      });
    }),
  remedy: 'Install the fixed package; until then take @scripting from every user.',
  references: [{ title: 'CVE-2022-0543', url: 'https://nvd.nist.gov/vuln/detail/CVE-2022-0543' }],
  attackPaths: ['AP-04', 'AP-06'],
  examples: {
    bad: {
      server: 'redis-6.0.16',
      conf: '',
      facts: { packageVersion: exampleFact('redis-server 5:6.0.16-1+deb11u1') },
    },
    good: {
      server: 'redis-6.0.16',
      conf: '',
      facts: { packageVersion: exampleFact('redis-server 5:6.0.16-1+deb11u3') },
    },
  },
};
