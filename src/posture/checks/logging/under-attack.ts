/** LOG-009: the counters of refusals. */

import type { Check } from '../../check.ts';
import { exampleInfo } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Refused logins since the counters began that no forgotten password explains. */
const REFUSED_MAX = 100;

export const underAttack: Check = {
  id: 'LOG-009',
  area: 'logging',
  title: 'The counters show an attack on the logins',
  goal: 'Refused logins are few',
  severity: 'high',
  rationale:
    'The server never slows or locks out a guesser: 39 to 49 thousand guesses a second were made on one connection, which stayed open. From 7.2 acl_access_denied_auth counts each refusal; before it, errorstat_WRONGPASS (6.2 and later) counts the replies.',
  evaluate: (snapshot) =>
    readFact(snapshot.info, 'INFO stats', (info, from) => {
      const refused = refusals(info);
      if (refused === undefined)
        return {
          status: 'unknown',
          missing: 'count of refused logins',
          why: 'this server does not show it',
          look: 'read: ACL LOG, with a count of acllog-max-len',
        };
      const [field, count] = refused;
      return count > REFUSED_MAX
        ? fail(
            [evidence(`${field}: ${count}`, from)],
            [
              byHand(
                'Read ACL LOG for names and addresses, close the port to strangers, and rotate the passwords of the names that were tried.',
              ),
            ],
            'Somebody is guessing passwords, or a client retries a wrong one.',
          )
        : pass(`${field}: ${count}`, from);
    }),
  remedy:
    'Find the source in ACL LOG, close the port to it, require client certificates, and rotate what may have been guessed.',
  references: [REFERENCES.aclLog, REFERENCES.security],
  attackPaths: ['AP-06'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: exampleInfo({ acl_access_denied_auth: '52340' }) },
    good: { server: 'redis-7.2', conf: '', facts: exampleInfo({ acl_access_denied_auth: '2' }) },
  },
};

function refusals(info: ReadonlyMap<string, string>): readonly [string, number] | undefined {
  const counted = info.get('acl_access_denied_auth');
  if (counted !== undefined) return ['acl_access_denied_auth', Number(counted)];
  const errors = info.get('errorstat_WRONGPASS');
  if (errors !== undefined) return ['errorstat_WRONGPASS', Number(/count=(\d+)/.exec(errors)?.[1] ?? 0)];
  // From 6.2 on an error that never happened has no line; the total shows that errors are counted at all.
  return info.has('total_error_replies') ? ['errorstat_WRONGPASS', 0] : undefined;
}
