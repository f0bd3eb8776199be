/** SCR-006: protected settings can be changed at run time. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readFact, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass, unknownFrom } from '../../verdict.ts';

const SETTING = 'enable-protected-configs';

export const protectedConfigsEnabled: Check = {
  id: 'SCR-006',
  area: 'scripting',
  title: 'Protected settings can be changed at run time',
  goal: 'dir and dbfilename are fixed while the server runs',
  severity: 'high',
  rationale:
    'enable-protected-configs yes lets CONFIG SET change dir and dbfilename again, with which SAVE writes files ' +
    'anywhere the account of the server may write. It is no by default from 7.0 on.',
  appliesWhen: since({ redis: '7.0', valkey: '7.2' }, 'before 7.0 no setting is protected: CMD-024'),
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
  remedy: 'enable-protected-configs no, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-01'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'enable-protected-configs yes\n' },
    good: { server: 'redis-7.2', conf: 'enable-protected-configs no\n' },
  },
};

/** Some of these settings are hidden: CONFIG GET shows them only by their exact name. */
const ABSENT = {
  status: 'unknown',
  missing: SETTING,
  why: 'the server did not show it',
  look: `CONFIG GET ${SETTING}`,
} as const;
