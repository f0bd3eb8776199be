/** The table of `wardis user list` on a narrow terminal: cells fold at blanks, columns stay columns. */
import { expect, it } from 'vitest';
import type { RosterUser } from '../../src/change/index.ts';
import { tableOfRoster } from '../../src/cli/change/user-list-table.ts';

const USER: RosterUser = {
  name: 'reports',
  on: 'servers',
  role: 'readonly',
  state: 'on',
  nopass: false,
  passwords: 2,
  rotating: true,
  sessions: 3,
  sessionsAre: 'at-least',
  idleSeconds: 5,
  ends: { at: '2026-11-20', passed: true },
  credential: { rotatedAt: '2026-01-01T00:00:00Z', ageDays: 325, overdue: true },
  present: ['a:1'],
  missing: [],
  differing: [],
};

function tableAt(columns: number): readonly string[] {
  const report = {
    takenAt: new Date('2026-11-22T06:00:00Z'),
    fleet: 'prod',
    kind: 'standalone',
    policy: 'given',
    nodes: [{ id: 'a:1', role: 'primary', unread: [] }],
    users: [USER],
    notes: [],
  } as const;
  const look = { tty: true, colour: false, unicode: true, columns };
  return [...tableOfRoster(report, look)].join('').trimEnd().split('\n');
}

it('folds the cells of a table that is wider than the terminal, and no word of them', () => {
  const narrow = tableAt(80);
  expect(Math.max(...narrow.map(({ length }) => length))).toBeLessThanOrEqual(80);
  const words = narrow.join(' ').split(/\s+/);
  for (const word of ['reports', 'rotation', '2026-11-20', '(past)', 'overdue', 'password'])
    expect(words).toContain(word);
  const head = narrow.findIndex((line) => line.startsWith('user'));
  expect(narrow[head]?.indexOf('ends')).toBe(narrow.join('\n').split('\n')[head + 2]?.indexOf('2026-11-20'));
});

it('has one line for each user where there is room', () => {
  expect(tableAt(Number.POSITIVE_INFINITY)).toHaveLength(4);
});
