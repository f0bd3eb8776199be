/** One user of a fleet in words, as the table, Markdown and nothing else show it. */

import type { RosterUser } from '../../change/index.ts';

/** A column: its head, and what it says of a user. */
export interface Column {
  readonly head: string;
  readonly cell: (user: RosterUser) => string;
  /** Worth a look. */
  readonly alarm?: (user: RosterUser) => boolean;
}

const NOTHING = '-';

/** The columns; the role is left out where no policy could declare one. */
export function columnsFor(policy: 'given' | 'none'): readonly Column[] {
  const role: Column = {
    head: 'role',
    cell: ({ name, role: declared }) => declared ?? (name === 'default' ? NOTHING : 'undeclared'),
    alarm: ({ name, role: declared, state }) =>
      declared === undefined && (name !== 'default' || state !== 'off'),
  };
  return [
    { head: 'user', cell: ({ name }) => name },
    ...(policy === 'given' ? [role] : []),
    {
      head: 'state',
      cell: ({ state }) => state,
      // One that has ended is meant to be gone.
      alarm: ({ state, ends }) => state === 'mixed' || (state === 'absent' && ends?.passed !== true),
    },
    {
      head: 'passwords',
      cell: passwordsOf,
      alarm: ({ nopass, rotating }) => nopass || rotating,
    },
    { head: 'sessions', cell: sessionsOf, alarm: ({ sessions, state }) => sessions > 0 && state === 'off' },
    { head: 'idle', cell: ({ idleSeconds }) => (idleSeconds === undefined ? NOTHING : age(idleSeconds)) },
    {
      head: 'ends',
      cell: ({ ends }) => (ends === undefined ? NOTHING : ends.passed ? `${ends.at} (past)` : ends.at),
      alarm: ({ ends, state }) => ends?.passed === true && (state === 'on' || state === 'mixed'),
    },
    {
      head: 'password age',
      cell: ({ credential, passwords }) =>
        credential === undefined
          ? passwords === 0
            ? NOTHING
            : 'unknown'
          : `${credential.ageDays} d${credential.overdue ? ', overdue' : ''}`,
      alarm: ({ credential }) => credential?.overdue === true,
    },
    {
      head: 'nodes',
      cell: nodesOf,
      alarm: ({ missing, differing }) => missing.length + differing.length > 0,
    },
  ];
}

/** `2/3`, and whether those that have it agree. */
export function nodesOf({ present, missing, differing }: RosterUser): string {
  const count = `${present.length}/${present.length + missing.length}`;
  return differing.length === 0 ? count : `${count}, ${differing.length} differ`;
}

function passwordsOf({ nopass, passwords, rotating }: RosterUser): string {
  if (nopass) return 'any (nopass)';
  return rotating ? `${passwords}, rotation open` : String(passwords);
}

function sessionsOf({ sessions, sessionsAre }: RosterUser): string {
  return sessionsAre === 'exact' ? String(sessions) : `${sessions} or more`;
}

function age(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
