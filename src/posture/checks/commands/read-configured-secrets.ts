/** CMD-010: CONFIG GET shows the passwords of the conf file in clear. */

import type { UserFact } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, judgeGrant, mayRun } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { notApplicable, pass } from '../../verdict.ts';

export const readConfiguredSecrets: Check = {
  id: 'CMD-010',
  area: 'commands',
  title: 'A user without need may read configured passwords',
  goal: 'Only administrators and auditors may CONFIG GET where passwords are configured',
  severity: 'high',
  rationale:
    'CONFIG GET answers requirepass, masterauth and the passphrases of key files in clear to everybody who may run it, on ' +
    'every version. masterauth opens the primary, requirepass the default user. Exporters ask for CONFIG GET by habit and ' +
    'work without it. A user that may also list the users is taken for an auditor.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users) => {
      const secrets = [...snapshot.secrets];
      if (snapshot.secrets.size === 0 && !snapshot.product.known)
        return readFact(snapshot.product, 'the configured passwords', () => notApplicable('none'));
      const set = secrets.filter(([, fact]) => !fact.known || !fact.value.isEmpty());
      if (set.length === 0) return pass('no password is configured outside the users');
      const auditors = new Set(users.filter(isAuditor).map(({ user }) => user));
      const verdict = judgeGrant(snapshot, {
        commands: ['config|get'],
        powerful: 'left',
        only: (user) => !auditors.has(user),
        risk: `CONFIG GET shows ${set.map(([name]) => name).join(', ')} in clear.`,
      });
      const unread = set.find(([, fact]) => !fact.known);
      if (verdict.status !== 'fail' || unread === undefined || unread[1].known) return verdict;
      return set.some(([, fact]) => fact.known)
        ? verdict
        : readFact(unread[1], unread[0], () => notApplicable('it is set'));
    }),
  remedy:
    'ACL SETUSER name -config|get (up to 6.2: -config); keep passwords in the ACL file as hashes, not in requirepass.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user exporter on ${HASH} -@all +info +config|get`], {
      conf: 'masterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\n',
    }),
    good: withUsers('redis-7.2', [`user exporter on ${HASH} -@all +info`], {
      conf: 'masterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\n',
    }),
  },
};

function isAuditor({ user }: UserFact): boolean {
  return dutyOf(user) === 'observer' && (mayRun(user, 'acl|list') || mayRun(user, 'acl|getuser'));
}
