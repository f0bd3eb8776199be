/** SCR-003: the deprecated Lua API is switched on. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readFact, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass, unknownFrom } from '../../verdict.ts';

const SETTING = 'lua-enable-deprecated-api';

export const deprecatedLua: Check = {
  id: 'SCR-003',
  area: 'scripting',
  title: 'Deprecated Lua functions are enabled',
  goal: 'Scripts run without deprecated functions',
  severity: 'medium',
  rationale:
    'The deprecated functions were taken out of the script environment because of what they expose. lua-enable- ' +
    'deprecated-api is hidden from CONFIG GET * (Redis 8.0, Valkey 8.1 and later).',
  appliesWhen: since({ redis: '8.0', valkey: '8.1' }, 'this version has no such setting'),
  evaluate: (snapshot, context) =>
    readFact(snapshot.product, 'the server version', () => {
      const expected = context.expected.settings.get(SETTING);
      const fact = snapshot.settings.get(SETTING);
      if (fact === undefined) return ABSENT;
      if (!fact.known) return unknownFrom(fact, SETTING);
      if (snapshot.mode.known && snapshot.mode.value === 'sentinel')
        return notApplicable('a Sentinel runs no scripts');
      const seen = evidence(`${SETTING} ${fact.value}`, fact.from);
      const good = expected === undefined ? fact.value === 'no' : expected.accepts(fact.value);
      return good ? pass(seen.text, seen.from) : fail([seen], [setAndRestart(SETTING, 'no')]);
    }),
  remedy: 'Remove the line, correct the scripts that need it, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-16'],
  examples: {
    bad: { server: 'redis-8.0', conf: 'lua-enable-deprecated-api yes\n' },
    good: { server: 'redis-8.0', conf: 'lua-enable-deprecated-api no\n' },
  },
};

/** Some of these settings are hidden: CONFIG GET shows them only by their exact name. */
const ABSENT = {
  status: 'unknown',
  missing: SETTING,
  why: 'the server did not show it',
  look: `CONFIG GET ${SETTING}`,
} as const;
