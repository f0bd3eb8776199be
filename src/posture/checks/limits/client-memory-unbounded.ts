/** LIM-012: the buffers of all clients together. */

import { publicName } from '../../advisories/advisory.ts';
import { ADVISORIES } from '../../advisories/list.ts';
import { matchAdvisories } from '../../advisories/match.ts';
import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting, notApplicable } from '../../verdict.ts';

/** Flaws that only client eviction reaches. */
const EVICTION = ADVISORIES.filter(({ aliases }) =>
  ['CVE-2026-23479', 'CVE-2026-130822'].some((name) => aliases.includes(name)),
);

export const clientMemoryUnbounded: Check = {
  id: 'LIM-012',
  area: 'limits',
  title: 'The buffers of all clients together are not bounded',
  goal: 'maxmemory-clients bounds the buffers of all clients together',
  severity: 'low',
  rationale:
    'From 7.0 maxmemory-clients ends the connections that hold the most buffer memory before the data suffers. While a server is open to CVE-2026-23479 or CVE-2026-130822 (a freed client is used after eviction) keep it at 0 and upgrade first.',
  appliesWhen: since({ redis: '7.0', valkey: '7.2' }, 'this version has no maxmemory-clients'),
  evaluate: (snapshot, context) => {
    const held = matchAdvisories(snapshot, EVICTION).find(({ state }) => state === 'mitigated');
    if (held !== undefined && settingValue(snapshot, 'maxmemory-clients') === '0') {
      return notApplicable(
        `maxmemory-clients 0 keeps ${publicName(held.advisory)} from being reached: upgrade first`,
      );
    }
    return judgeSetting(snapshot, context, 'maxmemory-clients');
  },
  remedy: 'Upgrade to a version without the eviction flaws, then set maxmemory-clients 20%.',
  references: [REFERENCES.clients, REFERENCES.clientsValkey],
  attackPaths: ['AP-07'],
  examples: {
    bad: { server: 'valkey-8.1.12', conf: 'maxmemory-clients 0\n' },
    good: { server: 'valkey-8.1.12', conf: 'maxmemory-clients 20%\n' },
  },
};
