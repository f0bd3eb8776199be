/** AUTH-020: many failed logins: somebody is guessing, or a client has the wrong password. */

import type { DenialFacts } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Failed logins in ACL LOG below which nobody need look. */
const FAILED_LOGINS_MAX = 20;

const ENTRY: DenialFacts['entries'][number] = {
  count: 1,
  reason: 'auth',
  context: 'toplevel',
  object: 'AUTH',
  username: 'admin',
  ageSeconds: 30,
  client: 'addr=10.0.9.9:51000',
};

export const failedLogins: Check = {
  id: 'AUTH-020',
  area: 'authentication',
  title: 'ACL LOG holds many failed logins',
  goal: 'Failed logins are rare and looked at',
  severity: 'medium',
  rationale:
    'Failed AUTH is written to no log file on any version, not even at loglevel debug: ACL LOG is all there is, 128 ' +
    'entries by default, and made-up user names push real entries out. (LOG-009 judges the counters of INFO.)',
  evaluate: (snapshot) =>
    readFact(snapshot.denials, 'ACL LOG', ({ entries }, from) => {
      const failed = entries.filter(({ reason }) => reason === 'auth');
      const total = failed.reduce((sum, { count }) => sum + count, 0);
      if (total <= FAILED_LOGINS_MAX) return pass(`${total} failed logins in ACL LOG`, from);
      return fail(
        [
          evidence(`${total} failed logins in ACL LOG`, from),
          ...rows(failed.slice(0, 5), ({ username, count, client }) =>
            evidence(`${count} as ${username} from ${addressOf(client)}`, from),
          ),
        ],
        [
          byHand(
            'Find the addresses with ACL LOG 128, block those that do not belong, mend the clients that do',
          ),
          byHand('Save the entries before ACL LOG RESET: it deletes the evidence'),
        ],
      );
    }),
  remedy: 'Look where they come from; bound who can reach the port; collect ACL LOG regularly.',
  references: [REFERENCES.aclLog],
  attackPaths: ['AP-06'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: { denials: exampleFact({ entries: [{ ...ENTRY, count: 400 }] }) },
    },
    good: { server: 'redis-7.2', conf: '', facts: { denials: exampleFact({ entries: [ENTRY] }) } },
  },
};

function addressOf(client: string): string {
  return /(?:^|\s)addr=(\S+)/.exec(client)?.[1] ?? 'an unknown address';
}
