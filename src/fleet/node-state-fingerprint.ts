/**
 * What a plan rests on, as one hash: it changes when users, settings, the role or the process change. Links that come
 * and go, sessions and counters are not part of it.
 *
 * Passwords and password hashes count by four hexadecimal digits only. A plan file shows the fingerprint, and with the
 * whole of them in it a weak password could be found by trying; four digits fit one wrong guess in 65,536. That a
 * password changed unseen is as unlikely, and each step compares the whole of its user once more.
 */

import { createHash } from 'node:crypto';
import type { NodeState } from './node-state.ts';

const SECRET_DIGITS = 4;

/** `userLines` are those of ACL LIST, with their hashes. */
export function fingerprintOf(
  state: Pick<NodeState, 'server' | 'mode' | 'runId' | 'role' | 'users' | 'settings' | 'secrets'>,
  userLines: readonly string[],
): string {
  const secrets = [...state.secrets].map(([name, fact]): readonly [string, string] => [
    name,
    fact.known ? `=${fact.value.reveal()}` : fact.reason,
  ]);
  const settings = [...state.settings].map(([name, fact]): readonly [string, string] => [
    name,
    fact.known ? `=${fact.value}` : fact.reason,
  ]);
  const users = state.users.known ? state.users.value.map(({ text }) => text) : [state.users.reason];
  const shown = [
    `${state.server.product} ${state.server.version}`,
    state.mode,
    state.runId,
    roleOf(state.role),
    users.toSorted(),
    settings.toSorted(byName),
    digestOf([userLines.toSorted(), secrets.toSorted(byName)]).slice(0, SECRET_DIGITS),
  ];
  return digestOf(shown);
}

function roleOf(role: NodeState['role']): string {
  if (!role.known) return role.reason;
  return role.value.kind === 'replica' ? `replica of ${role.value.primary}` : role.value.kind;
}

function byName(one: readonly [string, string], other: readonly [string, string]): number {
  return one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
