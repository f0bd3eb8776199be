/** The runs of a state folder as a list: what was done from here, and what is not over. */

import { listRuns, type RunSummary } from '../../change/index.ts';
import { padTo, printSafeJson, safeText, widthOf } from '../../text/index.ts';

export function renderRuns(stateFolder: string, format: 'table' | 'json'): string {
  const runs = listRuns(stateFolder);
  if (format === 'json') {
    const rows = runs.map(({ id, operation, startedAt, actor, subject, continues, status, problem }) => ({
      id,
      operation: operation ?? null,
      startedAt: startedAt ?? null,
      actor: actor ?? null,
      subject: subject ?? null,
      continues: continues ?? null,
      status,
      problem: problem ?? null,
    }));
    return `${printSafeJson({ schemaVersion: '1', runs: rows }, 2)}\n`;
  }
  if (runs.length === 0) return `no runs in ${safeText(stateFolder)}\n`;
  const rows = runs.map((run) => [run.id, STATUS_WORDS[run.status], run.problem ?? describe(run)]);
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, at) => padTo(safeText(cell), widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .concat('')
    .join('\n');
}

const STATUS_WORDS: Readonly<Record<RunSummary['status'], string>> = {
  done: 'done',
  pending: 'pending',
  stopped: 'stopped',
  undone: 'undone',
  'undo-incomplete': 'undone in part',
  open: 'cut short',
  damaged: 'damaged',
};

function describe({ operation, subject, actor, continues, phase }: RunSummary): string {
  const part = operation === 'rotate' ? partOf(phase) : '';
  const link = continues === undefined ? '' : `, goes on with ${continues}`;
  return `${operation ?? ''} ${subject ?? ''}${part} by ${actor ?? 'somebody'}${link}`;
}

/** A rotation has two runs or more: the one that brings the new password, and those that take the old one away. */
function partOf(phase: string | undefined): string {
  if (phase === 'extend') return ' (add)';
  return phase === 'retire' ? ' (finish)' : '';
}
