/** Reports: one assessment, printed in the format asked for. Reporters never decide anything. */

import type { Check } from '../check.ts';
import type { Assessment } from '../outcome.ts';
import { csvParts } from './csv.ts';
import { htmlParts } from './html.ts';
import { jsonParts, ndjsonParts } from './json.ts';
import { junitParts } from './junit.ts';
import { printMarkdown } from './markdown.ts';
import { printOscal } from './oscal.ts';
import { sarifParts } from './sarif.ts';
import { printTable } from './table.ts';

export const REPORT_FORMATS = [
  'table',
  'json',
  'ndjson',
  'sarif',
  'junit',
  'csv',
  'markdown',
  'html',
  'oscal',
] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportOptions {
  /** The checks that ran, for their rationale and references. */
  readonly checks: readonly Check[];
  /** Width in columns; `Infinity` cuts nothing. */
  readonly columns: number;
  readonly colour: boolean;
  readonly unicode: boolean;
  /** `findings`: what fails or is unknown; `all`: every outcome. The machine formats always hold all. */
  readonly detail: 'findings' | 'all';
  /** Policy document that declares the targets; SARIF points live findings at it. */
  readonly policyPath?: string;
  /** Absolute directory that files are named relative to in SARIF, such as the checkout; default: none. */
  readonly baseDirectory?: string;
}

/** Print an assessment. The text ends with a line break. */
export function renderReport(format: ReportFormat, assessment: Assessment, options: ReportOptions): string {
  return [...renderReportParts(format, assessment, options)].join('');
}

/** Large enough to write, and small enough to be thrown away soon. */
const PART_CHARS_MIN = 32 * 1024;

/**
 * The same text in parts, to be written one after the other. Most formats come as a stream; those that are one
 * tree of data or one table come in one part.
 */
export function* renderReportParts(
  format: ReportFormat,
  assessment: Assessment,
  options: ReportOptions,
): Generator<string> {
  let held: string[] = [];
  let chars = 0;
  for (const part of partsOf(format, assessment, options)) {
    held.push(part);
    chars += part.length;
    if (chars < PART_CHARS_MIN) continue;
    yield held.join('');
    held = [];
    chars = 0;
  }
  if (chars > 0) yield held.join('');
}

function partsOf(format: ReportFormat, assessment: Assessment, options: ReportOptions): Iterable<string> {
  switch (format) {
    case 'table':
      return [printTable(assessment, options)];
    case 'json':
      return jsonParts(assessment);
    case 'ndjson':
      return ndjsonParts(assessment);
    case 'sarif':
      return sarifParts(assessment, options);
    case 'junit':
      return junitParts(assessment);
    case 'csv':
      return csvParts(assessment);
    case 'markdown':
      return [printMarkdown(assessment, options)];
    case 'html':
      return htmlParts(assessment, options);
    case 'oscal':
      return [printOscal(assessment, options)];
  }
}
