/** USER-032: a break-glass administrator that outlived its emergency, or never had an end. */

import { BREAK_GLASS_DAYS_MAX, longEmergency, userEnd, type Change } from '../../../policy/index.ts';
import type { Check, DeclaredUser, DeclaredUsers, Evidence } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

/** Names that say what the user is for. */
const EMERGENCY_NAME = /break[-_.]?glass|emergency|fire[-_.]?call/i;

const DECLARED: DeclaredUsers = new Map([
  [
    'breakglass',
    { role: 'admin', breakGlass: { reason: 'disk full on cache-3', until: '2020-01-31T18:00:00Z' } },
  ],
]);

export const emergencyAdministrator: Check = {
  id: 'USER-032',
  area: 'users',
  title: 'A break-glass administrator has no end, or outlived it',
  goal: 'Administrators for an emergency have a reason and an end, and go by then',
  severity: 'high',
  rationale:
    'A user made in an emergency holds every right, and its secret was handed out in a hurry. No version ends a user by ' +
    'itself: without an end in the policy it stays for years. Its open sessions outlive even the switching off: seen on ' +
    'Redis 7.0.15 and Valkey 9.1.2, a user set off keeps its connection and can set itself on again.',
  appliesWhen: (_snapshot, { declared }) => declared !== undefined || 'no policy declares users',
  evaluate: (snapshot, { declared, now }) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.flatMap((fact) => {
        if (!fact.user.enabled) return [];
        const { name } = fact.user;
        const administers = ['administrator', 'overpowered'].includes(dutyOf(fact.user));
        const finding = judgeUser(name, declared?.get(name), administers, now);
        return finding === undefined ? [] : [{ seen: evidence(finding.text, fact.from), fix: finding.fix }];
      });
      if (found.length === 0)
        return pass('no break-glass administrator is past its end or without one', from);
      return fail(
        rows(found, ({ seen }): Evidence => seen),
        found.flatMap(({ fix }) => fix),
      );
    }),
  remedy:
    'Switch the user off, take its password away and kill its sessions. For the next emergency: wardis user add with ' +
    '--break-glass and --for.',
  references: [REFERENCES.acl],
  examples: {
    bad: { ...withUsers('redis-7.2', [`user breakglass on ${HASH} ~* &* +@all`]), declared: DECLARED },
    good: { ...withUsers('redis-7.2', ['user breakglass off ~* &* +@all']), declared: DECLARED },
  },
};

function judgeUser(
  name: string,
  declared: DeclaredUser | undefined,
  administers: boolean,
  now: Date,
): { readonly text: string; readonly fix: readonly Change[] } | undefined {
  const breakGlass = declared?.breakGlass;
  if (breakGlass === undefined) {
    if (!administers || !EMERGENCY_NAME.test(name)) return undefined;
    return {
      text: `user ${name} is on; by its name it is for emergencies, and the policy has neither reason nor end for it`,
      fix: [byHand(`Give user ${name} break_glass with reason and until in the policy, or switch it off`)],
    };
  }
  const user = { expires: undefined, breakGlass };
  if (userEnd(user, now) !== undefined) {
    return {
      text: `user ${name} is on; its emergency (${breakGlass.reason}) ended at ${breakGlass.until}`,
      fix: [{ kind: 'set-user', name, rules: ['off', 'resetpass'] }, byHand(`CLIENT KILL USER ${name}`)],
    };
  }
  const days = longEmergency(user, now);
  return days === undefined
    ? undefined
    : {
        text: `user ${name} is on for ${days} more days; an emergency ends within ${BREAK_GLASS_DAYS_MAX}`,
        fix: [byHand(`Bring the end of user ${name} forward in the policy`)],
      };
}
