/** LOG-002: a full ACL LOG has lost entries. */

import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, readFact, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Different names tried without success: more than forgotten passwords explain. */
const NAMES_MAX = 20;

export const accessLogOverrun: Check = {
  id: 'LOG-002',
  area: 'logging',
  title: 'ACL LOG has overflowed: older denials are lost',
  goal: 'ACL LOG is collected before it overflows',
  severity: 'medium',
  rationale:
    'A full ACL LOG drops its oldest entry for each new one. Repeats of one entry are counted together only while it is among the newest 10, so an attacker with made-up names hides the rest; many different names are a sign of that.',
  evaluate: (snapshot) =>
    readFact(snapshot.denials, 'ACL LOG', ({ entries }, from) =>
      readSettings(snapshot, ['acllog-max-len'], ({ 'acllog-max-len': { value } }) => {
        const names = new Set(
          entries.filter(({ reason }) => reason === 'auth').map(({ username }) => username),
        );
        const seen = `${entries.length} entries of at most ${value}, ${names.size} names tried without success`;
        const full = Number(value) > 0 && entries.length >= Number(value);
        return full || names.size > NAMES_MAX
          ? fail(
              [evidence(seen, from)],
              [
                set('acllog-max-len', String(Math.max(1024, Number(value) * 4))),
                byHand('Find the addresses in ACL LOG (client-info) and close the port to them.'),
              ],
            )
          : pass(seen, from);
      }),
    ),
  remedy: 'Raise acllog-max-len, collect the log often, and keep strangers away from the port.',
  references: [REFERENCES.aclLog, REFERENCES.acl],
  attackPaths: ['AP-06'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: {
        denials: exampleFact({ entries: Array.from({ length: 128 }, (_, at) => attempt(`name${at}`)) }),
      },
    },
    good: { server: 'redis-7.2', conf: '', facts: { denials: exampleFact({ entries: [attempt('app')] }) } },
  },
};

function attempt(username: string) {
  return {
    count: 1,
    reason: 'auth',
    context: 'toplevel',
    object: 'AUTH',
    username,
    ageSeconds: 5,
    client: 'addr=10.0.0.9:40000',
  };
}
