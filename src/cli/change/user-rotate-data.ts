/** The answer of `wardis user rotate --json`: no secret and no hash of one. */

import {
  describeSink,
  listStrays,
  type RotationRecord,
  type RotationReport,
  type RotationStatus,
  type RotationUndo,
} from '../../change/index.ts';
import type { RunReport } from '../../change/index.ts';
import { sum } from './user-rotate-words.ts';

export function reportData(report: RotationReport): unknown {
  const { record, outcome, extend, retire, wait, left, standstill } = report;
  return {
    schemaVersion: '1',
    user: record.facts.user,
    fleet: record.facts.fleet,
    outcome,
    runs: [record.run.id, ...record.retirements],
    standstill: standstill ?? null,
    deliveredAt: record.deliveredAt ?? null,
    places: record.facts.sinks.map(describeSink),
    waited: wait === undefined ? null : { ended: wait.ended, old: sum(wait, 'old'), unseen: wait.unseen },
    sessions:
      left === undefined
        ? null
        : {
            old: sum(left, 'old'),
            either: sum(left, 'either'),
            fresh: sum(left, 'fresh'),
            replicationLinks: sum(left, 'links'),
            unseen: left.unseen,
          },
    strays: {
      ended: report.strays ?? [],
      left: [...listStrays(left?.counts ?? [], 'foreign'), ...listStrays(left?.counts ?? [], 'unsure')].map(
        ({ node, address }) => ({ node, address }),
      ),
    },
    steps: [...stepsData(extend), ...(retire === undefined ? [] : stepsData(retire))],
  };
}

export function undoData({ record, outcome, extend, retire, notes }: RotationUndo): unknown {
  return {
    schemaVersion: '1',
    user: record.facts.user,
    fleet: record.facts.fleet,
    outcome,
    runs: [record.run.id, ...record.retirements],
    notes,
    steps: [...stepsData(extend), ...(retire === undefined ? [] : stepsData(retire))],
  };
}

export function statusData(status: RotationStatus, record: RotationRecord | undefined): unknown {
  return {
    schemaVersion: '1',
    user: status.user,
    phase: status.phase,
    run: record?.run.id ?? null,
    startedAt: record?.run.startedAt ?? null,
    deliveredAt: record?.deliveredAt ?? null,
    nodes: status.nodes,
  };
}

function stepsData(report: RunReport): readonly unknown[] {
  return report.steps.map(({ step, state, detail, tookMs }) => ({
    stage: step.stage,
    node: step.node,
    kind: step.kind,
    state,
    detail: detail ?? null,
    tookMs: tookMs ?? null,
  }));
}
