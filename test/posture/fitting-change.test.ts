/** Proposed changes fit the server: no report shows a CONFIG SET that the server would refuse. */
import { describe, expect, it } from 'vitest';

import { findDirective, formatServerName, listRecordedServers } from '../../src/conf/index.ts';
import { snapshotFromText } from '../../src/fleet/index.ts';
import { expectationsFor, SECURITY_LEVELS } from '../../src/policy/index.ts';
import { assess, CATALOGUE } from '../../src/posture/index.ts';

const NOW = new Date('2026-11-21T12:00:00Z');

describe('the fix of a finding', () => {
  it.each(listRecordedServers().map((server) => ({ ...server, name: formatServerName(server) })))(
    'can be applied as written on $name',
    ({ product, version, name }) => {
      const shown: { readonly check: string; readonly directive: string; readonly value: string }[] = [];
      for (const check of CATALOGUE) {
        for (const level of SECURITY_LEVELS) {
          for (const origin of ['live', 'files'] as const) {
            const snapshot = { ...snapshotFromText({ ...check.examples.bad, server: name }), origin };
            const mode = snapshot.mode.known ? snapshot.mode.value : 'standalone';
            const expected = expectationsFor({
              level,
              frameworks: [],
              exposure: 'private_network',
              server: { product, version },
              mode,
            });
            const { targets } = assess([{ snapshot, expected, gatheredInMs: 0 }], {
              checks: [check],
              now: NOW,
              toolVersion: '0',
              advisoriesAsOf: '2026-11-18',
            });
            for (const fix of targets[0]?.outcomes[0]?.fix ?? []) {
              if (fix.kind !== 'set-directive') continue;
              if (version.startsWith('6.0') && fix.name === 'bind') expect(fix.value).not.toContain('-');
              if (fix.apply !== 'runtime') continue;
              expect(origin, `${check.id}: files have no run time`).toBe('live');
              expect(mode, `${check.id}: a Sentinel has no CONFIG`).not.toBe('sentinel');
              shown.push({ check: check.id, directive: fix.name, value: fix.value });
            }
          }
        }
      }
      expect(shown.length).toBeGreaterThan(0);
      const refused = shown.filter(({ directive }) => {
        const found = findDirective(directive, { product, version });
        return found.kind === 'known' && found.directive.runtime !== 'mutable';
      });
      expect(refused).toEqual([]);
    },
  );
});
