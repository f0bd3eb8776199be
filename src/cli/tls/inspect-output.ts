/** Where an inspection goes: which formats, and each of them printed. */

import { renderReportParts, type Check, type ReportFormat } from '../../posture/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { InspectFlags } from '../commands/tls/inspect.ts';
import type { CommandContext } from '../context.ts';
import { writeParts } from '../file-output.ts';
import { parseOutputs, type OutputRequest } from '../format-option.ts';
import { htmlOfInspection } from './inspect-html.ts';
import { markdownOfInspection } from './inspect-markdown.ts';
import type { InspectReport } from './inspect-report.ts';
import { tableOfInspection } from './inspect-table.ts';

const FORMATS = ['table', 'json', 'markdown', 'html', 'junit', 'sarif', 'csv', 'ndjson'] as const;
export type InspectFormat = (typeof FORMATS)[number];

/** Of the reports of an audit, those that fit as they are. */
type SharedFormat = Extract<ReportFormat, 'junit' | 'sarif' | 'csv' | 'ndjson'>;

export function readInspectOutputs(flags: InspectFlags): readonly OutputRequest<InspectFormat>[] {
  return parseOutputs(flags.json === true ? ['json', ...flags.output] : flags.output, FORMATS, 'table');
}

export async function emitInspection(
  { format, path }: OutputRequest<InspectFormat>,
  report: InspectReport,
  checks: readonly Check[],
  flags: InspectFlags,
  { terminal }: CommandContext,
): Promise<void> {
  const look =
    path === undefined ? terminal.outLook : { ...terminal.outLook, colour: false, columns: Infinity };
  const parts = render(format, report, checks, flags, look);
  if (path !== undefined) return writeParts(path, parts, 0o644);
  for (const part of parts) {
    terminal.out(part);
    await terminal.drained?.();
  }
}

function render(
  format: InspectFormat,
  report: InspectReport,
  checks: readonly Check[],
  flags: InspectFlags,
  look: CommandContext['terminal']['outLook'],
): Iterable<string> {
  const detail = flags.showAll === true ? 'all' : 'findings';
  switch (format) {
    case 'table':
      return tableOfInspection(report, {
        ...look,
        detail,
        view: flags.timeline === true ? 'timeline' : 'facts',
      });
    case 'json':
      return [jsonOfInspection(report, checks, look)];
    case 'markdown':
      return markdownOfInspection(report);
    case 'html':
      return htmlOfInspection(report);
    case 'junit':
    case 'sarif':
    case 'csv':
    case 'ndjson':
      return shared(format, report, checks, look);
  }
}

/** The judgement as an audit prints it, each fix with its text. */
function jsonOfInspection(
  report: InspectReport,
  checks: readonly Check[],
  look: CommandContext['terminal']['outLook'],
): string {
  const assessment: unknown = JSON.parse([...shared('json', report, checks, look)].join(''));
  return `${printSafeJson({ ...report, assessment }, 2)}\n`;
}

function shared(
  format: SharedFormat | 'json',
  { assessment }: InspectReport,
  checks: readonly Check[],
  look: CommandContext['terminal']['outLook'],
): Iterable<string> {
  return renderReportParts(format, assessment, {
    checks,
    columns: look.columns,
    colour: look.colour,
    unicode: look.unicode,
    detail: 'all',
    baseDirectory: process.cwd(),
  });
}
