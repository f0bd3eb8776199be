/** The users of a fleet for other programs (JSON, CSV) and for pages (Markdown). */

import type { RosterUser } from '../../change/index.ts';
import { printCsvRow, printSafeJson, safeText } from '../../text/index.ts';
import { columnsFor } from './user-list-cells.ts';
import type { RosterReport } from './user-list.ts';

export function jsonOfRoster({ takenAt, fleet, kind, policy, nodes, users, notes }: RosterReport): string {
  const answer = {
    schemaVersion: '1',
    takenAt: takenAt.toISOString(),
    fleet: fleet ?? null,
    kind,
    nodes: nodes.map(({ id, role, server, unread }) => ({
      node: id,
      role,
      server: server ?? null,
      unread,
    })),
    users: users.map((user) => ({
      ...user,
      role: user.role ?? null,
      // Without a policy nobody is declared, and nobody undeclared.
      declared: policy === 'none' ? null : user.role !== undefined,
      idleSeconds: user.idleSeconds ?? null,
      ends: user.ends ?? null,
      credential: user.credential ?? null,
    })),
    notes,
  };
  return `${printSafeJson(answer, 2)}\n`;
}

const CSV: readonly (readonly [string, (user: RosterUser) => string | number | boolean | undefined])[] = [
  ['user', ({ name }) => name],
  ['on', ({ on }) => on],
  ['role', ({ role }) => role ?? 'undeclared'],
  ['state', ({ state }) => state],
  ['nopass', ({ nopass }) => nopass],
  ['passwords', ({ passwords }) => passwords],
  ['rotation_open', ({ rotating }) => rotating],
  ['sessions', ({ sessions }) => sessions],
  ['sessions_are', ({ sessionsAre }) => sessionsAre],
  ['idle_seconds', ({ idleSeconds }) => idleSeconds],
  ['ends', ({ ends }) => ends?.at],
  ['ended', ({ ends }) => ends?.passed ?? false],
  ['reason', ({ ends }) => ends?.reason],
  ['rotated_at', ({ credential }) => credential?.rotatedAt],
  ['age_days', ({ credential }) => credential?.ageDays],
  ['overdue', ({ credential }) => credential?.overdue],
  ['nodes_with', ({ present }) => present.length],
  ['missing_on', ({ missing }) => missing.join(' ')],
  [
    'differing_on',
    ({ differing }) => differing.map((each) => `${each.node} (${each.in.join(' ')})`).join('; '),
  ],
];

export function* csvOfRoster({ users, policy }: RosterReport): Generator<string> {
  const columns = CSV.filter(([name]) => name !== 'role' || policy === 'given');
  yield printCsvRow(columns.map(([name]) => name));
  for (const user of users) yield printCsvRow(columns.map(([, value]) => String(value(user) ?? '')));
}

export function* markdownOfRoster({ users, policy, nodes }: RosterReport): Generator<string> {
  const columns = columnsFor(policy);
  const twoPlaces = users.some(({ on }) => on === 'sentinels');
  const heads = [...columns.map(({ head }) => head), ...(twoPlaces ? ['on'] : []), 'missing or other on'];
  yield `| ${heads.join(' | ')} |\n|${' --- |'.repeat(heads.length)}\n`;
  for (const user of users) {
    const odd = [...user.missing, ...user.differing.map((each) => `${each.node} (${each.in.join(', ')})`)];
    const cells = [
      ...columns.map(({ cell }) => cell(user)),
      ...(twoPlaces ? [user.on] : []),
      user.present.length === 0 ? '' : odd.join(', '),
    ];
    yield `| ${cells.map(escape).join(' | ')} |\n`;
  }
  for (const { id, unread } of nodes)
    for (const { what, why } of unread) yield `\nNot read: ${escape(`${id}, ${what}: ${why}`)}\n`;
}

function escape(text: string): string {
  return safeText(text).replace(/[\\|`*_<>[\]]/g, (character) => `\\${character}`);
}
