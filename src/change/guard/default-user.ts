/**
 * Closing the user `default`: whoever is connected without a login, or with the old one-argument AUTH, loses everything.
 * And the reverse: while `default` takes any password, protected mode refuses every remote client, whoever it is.
 */

import { versionAtLeast } from '../../conf/index.ts';
import type { SessionFact } from '../../fleet/index.ts';
import {
  canLogIn,
  countSessions,
  describeSessions,
  isPrimaryLink,
  isReplica,
  isSentinel,
  type Guard,
} from './case.ts';

export const guardDefaultUser: Guard = ({ draft, changes, sessions }) => {
  const change = changes.find(({ name }) => name === 'default');
  if (change === undefined || canLogIn(change.after)) return [];
  const { nopass } = change.before;
  const using = (sessions.get('default') ?? []).filter(
    (session) =>
      !isReplica(session) &&
      !isPrimaryLink(session) &&
      !isSentinel(session) &&
      // Where default has a password, who has not logged in yet is listed under its name too.
      (nopass || !hasDoneNothing(session)),
  );
  if (using.length === 0) return [];
  return [
    {
      code: 'default-in-use',
      node: draft.node.id,
      user: 'default',
      message: `default would be closed while ${countSessions(using.length)} ${using.length === 1 ? 'uses' : 'use'} it: ${describeSessions(using)}.`,
      next: 'wardis migrate leads them to users of their own; --allow default-in-use cuts them off',
      override: 'allow',
    },
  ];
};

function hasDoneNothing({ lastCommand }: SessionFact): boolean {
  return ['', 'null', 'auth', 'hello'].includes(lastCommand.toLowerCase());
}

/**
 * Seen on real servers: up to 6.2 protected mode does nothing once any bind is set; from 7.0 on it refuses remote
 * clients of every user while `default` has `nopass`, even when `default` is off.
 */
export const guardProtectedMode: Guard = ({ draft, before, after, sessions }) => {
  if (before.get('default')?.nopass !== false || after.get('default')?.nopass !== true) return [];
  const { state } = draft;
  const mode = state.settings.get('protected-mode');
  const bind = state.settings.get('bind');
  const acts =
    mode?.known === true &&
    mode.value === 'yes' &&
    (versionAtLeast(state.server, { redis: '7.0', valkey: '7.2' }) ||
      (bind?.known === true && bind.value === ''));
  const remote = [...sessions.values()].flat().filter(({ address }) => !isLocal(address));
  if (!acts || remote.length === 0) return [];
  return [
    {
      code: 'protected-mode',
      node: draft.node.id,
      user: 'default',
      message: `default would take any password, and protected mode then refuses every remote client: ${describeSessions(remote)}.`,
      next: 'close default with resetpass, or turn protected-mode off',
      override: 'allow',
    },
  ];
};

/** A unix socket is shown by its path. */
function isLocal(address: string): boolean {
  return /^(?:127\.|\[?::1\]?:|\/)/.test(address) || !address.includes(':');
}
