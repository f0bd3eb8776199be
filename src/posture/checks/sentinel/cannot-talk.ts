/** SENT-009: Sentinels that ask each other for a password must know it. */

import type { Check } from '../../check.ts';
import { byHand, readFact, setAndRestart, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { HASH } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { SENTINEL_CONF } from './example-conf.ts';
import { readSentinelLines } from './sentinel-lines.ts';

export const cannotTalk: Check = {
  id: 'SENT-009',
  area: 'sentinel',
  title: 'The Sentinels cannot log in to each other',
  goal: 'Sentinels know the credentials that they ask each other for',
  severity: 'high',
  rationale:
    'When the default user of a Sentinel needs a password by its ACL file, or is off, the other Sentinels log in with sentinel sentinel-user and sentinel-pass (6.2 and later). Without them they do not hear each other, never agree, and never fail over. requirepass alone is also used for that login.',
  evaluate: (snapshot) =>
    readSentinelLines(snapshot, (lines) =>
      readFact(snapshot.users, 'users of the Sentinel', (users) => {
        const open = users.some(({ user }) => user.name === 'default' && user.enabled && user.nopass);
        if (open) return notApplicable('the Sentinel asks for no password (SENT-001)');
        const secret = snapshot.secrets.get('requirepass');
        const byPassword =
          secret?.known === true && !secret.value.isEmpty() && settingValue(snapshot, 'aclfile') === '';
        const told = lines.find(({ verb }) => verb === 'sentinel-pass');
        if (told !== undefined) return pass('sentinel sentinel-pass is set', told.from);
        return byPassword
          ? pass('requirepass serves for the login to other Sentinels')
          : fail(
              [evidence('users of the Sentinel need a password, sentinel sentinel-pass is not set')],
              [
                setAndRestart('sentinel sentinel-user', 'sentinel'),
                byHand('Set sentinel sentinel-pass to the password of that user, on every Sentinel.'),
              ],
            );
      }),
    ),
  remedy: 'Set sentinel sentinel-user and sentinel sentinel-pass, the same on every Sentinel.',
  references: [REFERENCES.sentinel, REFERENCES.sentinelValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: `${SENTINEL_CONF}aclfile users.acl\n`,
      acl: `user default off resetpass\nuser ops on ${HASH} ~* &* +@all\n`,
    },
    good: {
      server: 'redis-7.2',
      conf: `${SENTINEL_CONF}aclfile users.acl\nsentinel sentinel-user sentinel\nsentinel sentinel-pass an-example-password\n`,
      acl: `user default off resetpass\nuser sentinel on ${HASH} ~* &* +@all\n`,
    },
  },
};
