/** What `wardis migrate` prints: phases, nodes, and who still needs the old way. */

import { PHASES, PHASE_TITLES, takenAwayBy, type Blocker, type MigrationNode } from '../../change/index.ts';
import { cutTo, padTo, safeText, widthOf } from '../../text/index.ts';
import type { Standing } from './migrate.ts';

export interface ShowLook {
  readonly colour: boolean;
  readonly unicode: boolean;
  readonly columns: number;
}

const ROWS_MAX = 40;

export function printStanding(standing: Standing, look: ShowLook): string {
  const { migration, found, sights, progress, old } = standing;
  const versions = [...new Set(sights.map(({ seen }) => seen.server))].join(', ');
  const nodes = `${found.topology.nodes.length} node${found.topology.nodes.length === 1 ? '' : 's'}`;
  const head = `${migration.name} · ${found.topology.kind} · ${nodes} · ${versions}`;
  const marks = look.unicode ? { done: '✓', next: '▸', open: ' ' } : { done: 'x', next: '>', open: ' ' };
  const phases = progress.phases.map(({ phase, done, open }, index) => {
    const mark = open.length === 0 ? marks.done : phase === progress.next ? marks.next : marks.open;
    return [
      `${mark} ${index + 1} ${phase}`,
      PHASE_TITLES[phase],
      `${done.length}/${done.length + open.length}`,
    ];
  });
  const away = found.away.map(({ node, detail }) => `not reached: ${node}: ${detail}`);
  return `${[
    head,
    '',
    ...table(phases, look),
    '',
    ...table([NODE_HEAD, ...sights.map(({ seen }) => nodeRow(seen))], look),
    ...away.map(safeText),
    '',
    ...sessionLines(standing, old, look),
    nextLine(standing),
  ].join('\n')}\n`;
}

export function printBlockers(blockers: readonly Blocker[], look: ShowLook): string {
  const rows = blockers.slice(0, ROWS_MAX).map(blockerRow);
  const more = blockers.length > ROWS_MAX ? [`and ${blockers.length - ROWS_MAX} more kinds`] : [];
  return `${[...table([BLOCKER_HEAD, ...rows], look), ...more].join('\n')}\n`;
}

export function standingAsData(
  standing: Standing,
): Readonly<Record<string, unknown>> & { readonly schemaVersion: '1' } {
  const { migration, found, sights, progress, old } = standing;
  return {
    schemaVersion: '1',
    fleet: migration.name,
    kind: found.topology.kind,
    next: progress.next,
    phases: progress.phases,
    nodes: sights.map(({ seen }) => {
      const { sessions, sessionsCut, unseen, ...node } = seen;
      return {
        ...node,
        sessions: sessions.length + sessionsCut,
        ...(unseen === undefined ? {} : { unseen }),
      };
    }),
    notReached: found.away,
    oldWay: old,
  };
}

const NODE_HEAD = ['node', 'role', 'plaintext', 'TLS', 'default', 'missing users', 'replication'];

function nodeRow({
  id,
  role,
  mode,
  port,
  tlsPort,
  defaultUser,
  missingUsers,
  link,
}: MigrationNode): readonly string[] {
  const replication =
    link === undefined ? '' : `as ${link.user} by ${link.transport}, link ${link.up ? 'up' : 'down'}`;
  const tls = mode === 'sentinel' ? 'by restart' : tlsPort === 0 ? 'none' : String(tlsPort);
  return [
    id,
    role,
    port === 0 ? 'closed' : String(port),
    tls,
    defaultUser,
    missingUsers.length === 0 ? 'none' : missingUsers.join(' '),
    replication,
  ];
}

const BLOCKER_HEAD = ['user', 'name', 'library', 'address', 'runs', 'needs', 'sessions', 'nodes'];

function blockerRow(blocker: Blocker): readonly string[] {
  const { who, user, name, library, address, lastCommand, needs, sessions, nodes } = blocker;
  return [
    user,
    who === 'client' ? name || '-' : `${name || '-'} (${who})`,
    library || '-',
    address,
    lastCommand || '-',
    needs.join(', '),
    String(sessions),
    nodes.length > 2 ? `${nodes.length} nodes` : nodes.join(' '),
  ];
}

function sessionLines({ sights }: Standing, old: readonly Blocker[], look: ShowLook): readonly string[] {
  const unseen = sights.filter(({ seen }) => seen.unseen !== undefined);
  const lines = unseen.map(({ seen }) =>
    safeText(`${seen.id} does not show its sessions: ${seen.unseen ?? ''}`),
  );
  const cut = sights.reduce((sum, { seen }) => sum + seen.sessionsCut, 0);
  if (cut > 0) lines.push(`${cut} more sessions, of the kinds below, were not counted`);
  if (old.length === 0) return [...lines, 'nobody is connected by the old way now', ''];
  const sessions = old.reduce((sum, each) => sum + each.sessions, 0);
  return [...lines, `still on the old way: ${sessions}`, printBlockers(old, look)];
}

function nextLine({ progress, old }: Standing): string {
  const { next } = progress;
  if (next === 'done') return 'done: put the rediss:// addresses into the seeds of the policy';
  const way = takenAwayBy(next);
  const waits = way !== undefined && old.some(({ needs }) => needs.includes(way));
  const number = PHASES.indexOf(next) + 1;
  return waits
    ? `next: ${number} ${next}, once nobody above needs ${way === 'default' ? 'default' : 'the plaintext port'} any more`
    : `next: wardis migrate --next   (${number} ${next}: ${PHASE_TITLES[next]})`;
}

/** Columns as wide as their widest cell, a cell cut only where the whole is too wide for the terminal. */
function table(rows: readonly (readonly string[])[], { columns, unicode }: ShowLook): readonly string[] {
  const safe = rows.map((row) => row.map(safeText));
  const widths = (safe[0] ?? []).map((_, at) => Math.max(...safe.map((row) => widthOf(row[at] ?? ''))));
  return safe.map((row) => {
    const line = row.map((cell, at) => padTo(cell, widths[at] ?? 0)).join('  ');
    return cutTo(line.trimEnd(), columns, unicode ? '…' : '...');
  });
}
