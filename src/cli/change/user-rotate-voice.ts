/**
 * What a rotation says while it goes on: a line for each phase as soon as it is over, or one JSON document at the end.
 * Where standard output is the place of the secret, nothing else is written to it.
 */

import {
  describeSink,
  type RotationEvent,
  type RotationNode,
  type RotationRecord,
  type RotationReport,
  type RotationRequest,
  type RotationStatus,
  type RotationUndo,
  type Sink,
} from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { UserRotateFlags } from '../commands/user/rotate.ts';
import type { CommandContext } from '../context.ts';
import { reportData, statusData, undoData } from './user-rotate-data.ts';
import {
  extendLines,
  printLine,
  retireLines,
  statusLines,
  waitLine,
  type Line,
} from './user-rotate-words.ts';

export interface Voice {
  readonly event: (event: RotationEvent) => void;
  readonly note: (text: string) => void;
  readonly preview: (
    request: RotationRequest,
    stages: readonly { readonly title: string; readonly nodes: number; readonly after: 'now' | 'delivery' }[],
    nodes: readonly RotationNode[],
  ) => void;
  readonly status: (status: RotationStatus, record: RotationRecord | undefined) => void;
  readonly finished: (report: RotationReport) => void;
  readonly undone: (end: RotationUndo) => void;
}

export function openVoice(context: CommandContext, flags: UserRotateFlags, sinks: readonly Sink[]): Voice {
  const { terminal } = context;
  const isJson = flags.json === true;
  const isTaken = sinks.some(({ kind }) => kind === 'stdout' || kind === 'manifest');
  const put = isTaken ? terminal.err : terminal.out;
  const say = (lines: readonly Line[]): void => {
    if (!isJson) for (const { phase, text } of lines) put(printLine({ phase, text: safeText(text) }));
  };
  const tell = (data: unknown): void => {
    if (isJson) put(`${printSafeJson(data, 2)}\n`);
  };
  const progress = flags.quiet === true || isJson ? () => undefined : terminal.err;
  return {
    event: followEvents(say, progress),
    note: (text) => terminal.err(`note: ${safeText(text)}\n`),
    preview: (request, stages, nodes) => {
      say(previewLines(request, stages, nodes));
      tell({
        schemaVersion: '1',
        user: request.user,
        outcome: 'preview',
        places: request.sinks.map(describeSink),
        stages,
      });
    },
    status: (status, record) => {
      say(statusLines(status));
      if (record !== undefined)
        say([{ phase: 'next', text: `wardis user rotate ${status.user} --resume, or --undo` }]);
      tell(statusData(status, record));
    },
    finished: (report) => {
      if (report.retire !== undefined) say(retireLines(report.retire, report.left, report.strays));
      say(endLines(report));
      tell(reportData(report));
    },
    undone: (end) => {
      say(end.notes.map((text) => ({ phase: 'note', text })));
      say([undoLine(end)]);
      tell(undoData(end));
    },
  };
}

function followEvents(
  say: (lines: readonly Line[]) => void,
  progress: (text: string) => void,
): Voice['event'] {
  let shown = 0;
  let stage = '';
  return (event) => {
    switch (event.kind) {
      case 'run':
        if (event.event.kind !== 'stage' || event.event.stage.title === stage) return;
        stage = event.event.stage.title;
        return progress(`${stage} …\n`);
      case 'extended':
        return say(extendLines(event.report));
      case 'delivered':
        return say([{ phase: 'delivered', text: `${describeSink(event.sink)}: ${event.detail}` }]);
      case 'waiting':
        if (event.old === shown) return;
        shown = event.old;
        return progress(
          `waiting: ${event.old} sessions of the old secret, ${Math.ceil(event.leftMs / 1000)} s left\n`,
        );
      case 'waited':
        return say([waitLine(event.wait)]);
    }
  };
}

function previewLines(
  request: RotationRequest,
  stages: Parameters<Voice['preview']>[1],
  nodes: readonly RotationNode[],
): readonly Line[] {
  const line = (stage: (typeof stages)[number]): Line => ({
    phase: stage.after === 'now' ? 'first' : 'then',
    text: `${stage.title}: ${stage.nodes} ${stage.nodes === 1 ? 'node' : 'nodes'}`,
  });
  const away = nodes
    .filter(({ state }) => state === 'unasked' || !('takenAt' in state))
    .map(({ node }) => node.id);
  const wait = request.deadlineMs === 0 ? 'for nobody' : `up to ${request.deadlineMs / 1000} s`;
  return [
    {
      phase: 'rotate',
      text: `${request.user} on ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}; nothing is changed (--dry-run)`,
    },
    ...stages.filter(({ after }) => after === 'now').map(line),
    ...request.sinks.map((sink) => ({ phase: 'deliver', text: describeSink(sink) })),
    { phase: 'wait', text: `${wait} until no session of the old secret is left` },
    ...stages.filter(({ after }) => after === 'delivery').map(line),
    ...(away.length === 0
      ? []
      : [
          {
            phase: 'pending',
            text: `${away.join(', ')} cannot be asked: nothing is delivered before it is back`,
          },
        ]),
  ];
}

function endLines(report: RotationReport): readonly Line[] {
  const { user } = report.record.facts;
  const { id } = report.record.run;
  const next = `wardis user rotate ${user} --resume goes on, --undo takes it back`;
  switch (report.outcome) {
    case 'done':
      return [{ phase: 'rotated', text: `${user} · run ${id}` }];
    case 'pending':
      return [
        { phase: 'pending', text: `${report.standstill ?? 'Not every node could be reached.'} ${next}` },
      ];
    case 'waiting':
      return [{ phase: 'waiting', text: `both secrets are good. ${next}` }];
    case 'stopped':
    case 'undone':
    case 'undo-incomplete':
      return [{ phase: report.outcome, text: next }];
  }
}

function undoLine({ outcome, record }: RotationUndo): Line {
  const { user } = record.facts;
  return outcome === 'undone'
    ? { phase: 'undone', text: `${user} has its old secret only · run ${record.run.id}` }
    : { phase: outcome, text: `wardis user rotate ${user} --undo tries again, --resume goes on` };
}
