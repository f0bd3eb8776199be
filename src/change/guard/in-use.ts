/**
 * What clients did lately must stay possible: the last command of each session, the counters of a node with a single
 * application user, and what `wardis acl learn` recorded. A user whose time is over is removed on purpose.
 */

import { canRun, decide, type Recording, type User } from '../../acl/index.ts';
import type { SessionFact } from '../../fleet/index.ts';
import type { Refusal } from '../plan.ts';
import {
  canLogIn,
  countSessions,
  describeSessions,
  isPrimaryLink,
  isReplica,
  isSentinel,
  listNames,
  lostCommands,
  lostPasswords,
  showCommand,
  type Guard,
  type GuardedNode,
} from './case.ts';
import { imageOf } from '../plan/user-image.ts';
import { isExporter } from './exporter.ts';

export const guardCommandsInUse: Guard = (guarded, { input, denials }) => {
  const alone = soleApplication(guarded);
  return guarded.changes.flatMap((change): readonly Refusal[] => {
    const { name, after, due } = change;
    if (due || name === guarded.own || name === 'default') return [];
    const sessions = sessionsOf(guarded, name);
    const node = guarded.draft.node.id;
    if (after === undefined || (change.before.enabled && !after.enabled)) {
      if (sessions.length === 0) return [];
      return [
        {
          code: 'commands-in-use',
          node,
          user: name,
          message: `${name} would be removed while ${countSessions(sessions.length)} ${sessions.length === 1 ? 'uses' : 'use'} it: ${describeSessions(sessions)}.`,
          next: `declare ${name} in the policy, or end its use first`,
          override: 'allow',
        },
      ];
    }
    const last = lostCommands(
      change.before,
      after,
      new Set(sessions.map(({ lastCommand }) => lastCommand.toLowerCase())),
    );
    const used = name === alone ? countedCommands(guarded) : [];
    const counted = lostCommands(change.before, after, used).filter((command) => !last.includes(command));
    const seen = recordedDenials(input.recording?.get(name), change.before, after, denials);
    const said = [
      ...(last.length === 0
        ? []
        : [
            `${listNames(last.map(showCommand))}, which ${describeSessions(sessionsWith(sessions, last))} ran last`,
          ]),
      ...(counted.length === 0
        ? []
        : [
            `${listNames(counted.map(showCommand))}, which the counters of the node show, and ${name} is its one application user`,
          ]),
      ...(seen.length === 0 ? [] : [`${listNames(seen, 3)}, which were recorded`]),
    ];
    if (said.length === 0) return [];
    return [
      {
        code: 'commands-in-use',
        node,
        user: name,
        message: `${name} would be denied ${said.join('; ')}.`,
        next: `grant it in the policy, or pass --allow commands-in-use`,
        override: 'allow',
      },
    ];
  });
};

/** Whoever logs in anew must still know a password. */
export const guardPasswordsInUse: Guard = (guarded) =>
  guarded.changes.flatMap((change): readonly Refusal[] => {
    const { name, before, after, due } = change;
    if (due || after === undefined || !after.enabled || name === guarded.own || name === 'default') return [];
    const gone = lostPasswords(before, after).length;
    const sessions = sessionsOf(guarded, name);
    if (sessions.length === 0 || (gone === 0 && !(before.nopass && !after.nopass))) return [];
    const what =
      before.nopass && !after.nopass
        ? 'would want a password'
        : `would lose ${gone} of ${before.passwords.length} passwords`;
    const harm = canLogIn(after) ? 'whoever uses what goes could not' : 'nobody could';
    return [
      {
        code: 'password-in-use',
        node: guarded.draft.node.id,
        user: name,
        message: `${name} ${what} while ${countSessions(sessions.length)} ${sessions.length === 1 ? 'uses' : 'use'} it (${describeSessions(sessions)}): ${harm} log in again.`,
        next: `wardis user rotate ${name} waits until nobody uses the old one; or pass --allow password-in-use`,
        override: 'allow',
      },
    ];
  });

function sessionsOf({ sessions }: GuardedNode, user: string): readonly SessionFact[] {
  return (sessions.get(user) ?? []).filter(
    (session) =>
      !isReplica(session) && !isPrimaryLink(session) && !isSentinel(session) && !isExporter(session),
  );
}

function sessionsWith(sessions: readonly SessionFact[], commands: readonly string[]): readonly SessionFact[] {
  return sessions.filter(({ lastCommand }) => commands.includes(lastCommand.toLowerCase()));
}

/** Commands of ours, of administrators and of replication are in the counters too. */
const NOT_OF_APPLICATIONS = new Set(
  'info role command ping hello auth client replconf psync sync latency slowlog acl config memory time lastsave monitor shutdown'.split(
    ' ',
  ),
);

/** The counters do not tell users apart: they speak for a user only where it is alone. */
function countedCommands({ draft }: GuardedNode): readonly string[] {
  const { commandStats } = draft.state;
  if (!commandStats.known) return [];
  return [...commandStats.value]
    .filter(([command, calls]) => calls > 0 && !NOT_OF_APPLICATIONS.has(command.split('|')[0] ?? ''))
    .map(([command]) => command);
}

/** The one user that is no administrator, not ours, and neither replicates nor observes. */
function soleApplication({ before, own, draft }: GuardedNode): string | undefined {
  const roles = draft.users?.desired.users;
  const isApplication = (user: User): boolean => {
    if (user.name === own || !canLogIn(user)) return false;
    const role = roles?.get(user.name)?.role;
    if (role === 'replication' || role === 'sentinel' || role === 'monitor' || role === 'backup')
      return false;
    return canRun(user, 'acl|setuser', user.table) === 'no' && canRun(user, 'psync', user.table) === 'no';
  };
  let found: string | undefined;
  for (const user of before.values()) {
    if (!isApplication(user)) continue;
    if (found !== undefined) return undefined;
    found = user.name;
  }
  return found;
}

/** Recorded commands with their keys that were allowed and would not be. Most nodes ask the same: answered once. */
function recordedDenials(
  recording: Recording | undefined,
  before: User,
  after: User,
  known: Map<string, readonly string[]>,
): readonly string[] {
  if (recording === undefined) return [];
  const key = `${before.name} ${imageOf(before)} ${imageOf(after)}`;
  const found = known.get(key) ?? findDenials(recording, before, after);
  known.set(key, found);
  return found;
}

function findDenials({ samples }: Recording, before: User, after: User): readonly string[] {
  const denied = new Set<string>();
  for (const { argv, db } of samples) {
    const where = db === undefined ? {} : { db };
    if (!decide(before, argv, before.table, where).allowed) continue;
    const decision = decide(after, argv, after.table, where);
    if (decision.allowed) continue;
    const command = (argv[0] ?? '').toUpperCase();
    denied.add(
      decision.denied === 'command' ? showCommand(decision.object) : `${command} of ${decision.object}`,
    );
  }
  return [...denied];
}
