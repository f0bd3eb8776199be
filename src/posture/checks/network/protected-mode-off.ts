/** NET-003: protected mode, the last guard of a server whose default user has no password, is off. */

import type { Check, CheckContext, Verdict } from '../../check.ts';
import type { Snapshot } from '../../../fleet/index.ts';
import { listensBeyondLoopback } from '../../exposure.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const protectedModeOff: Check = {
  id: 'NET-003',
  area: 'network',
  title: 'Protected mode is off',
  goal: 'Protected mode refuses remote clients while the default user has no password',
  severity: 'medium',
  rationale:
    'Protected mode answers -DENIED to remote clients for as long as the default user is nopass. It costs nothing on a ' +
    'server whose users are in order, and catches the day when an ACL file loses its `user default` line.',
  evaluate: (snapshot, context) =>
    readSettings(snapshot, ['protected-mode'], ({ 'protected-mode': mode }) => {
      if (mode.value === 'yes') return pass('protected-mode yes', mode.from);
      const seen = evidence(`protected-mode ${mode.value}`, mode.from);
      return raise(snapshot, context, fail([seen], [set('protected-mode', 'yes')]));
    }),
  remedy:
    'CONFIG SET protected-mode yes, and the same line in the conf file. If remote clients are then refused, the default ' +
    'user still has nopass: mend that, not this.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-06'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'protected-mode no\n' },
    good: { server: 'redis-7.2', conf: 'protected-mode yes\n' },
  },
};

function raise(snapshot: Snapshot, context: CheckContext, verdict: Verdict): Verdict {
  const users = snapshot.users.known ? snapshot.users.value : [];
  const open = users.some(({ user }) => user.name === 'default' && user.enabled && user.nopass);
  if (verdict.status !== 'fail' || !open || listensBeyondLoopback(snapshot) !== true) return verdict;
  const value = context.expected.request.exposure === 'public' ? 'critical' : 'high';
  const because = 'the default user has no password and the server listens beyond loopback';
  return { ...verdict, severity: { value, because } };
}
