/** The work of `wardis acl matrix`: whose rights, against what, in which formats. */

import type { MatrixFlags } from '../commands/acl/matrix.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { writeParts } from '../file-output.ts';
import { parseOutputs } from '../format-option.ts';
import { csvOfGrid } from './matrix-csv.ts';
import { categoryGrid, commandGrid, ownPrefixes, prefixGrid, type Grid } from './matrix-grid.ts';
import { htmlOfGrids } from './matrix-html.ts';
import { jsonOfGrids } from './matrix-json.ts';
import { tableOfGrids } from './matrix-table.ts';
import { readSubject, type Subject } from './subject.ts';

const FORMATS = ['table', 'csv', 'html', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** What every format prints beside the matrices. */
export interface MatrixReport {
  readonly subject: Subject;
  /** At least one. */
  readonly grids: readonly Grid[];
  readonly notes: readonly string[];
}

export async function runMatrix(
  target: string | undefined,
  flags: MatrixFlags,
  context: CommandContext,
): Promise<void> {
  const asked = flags.json === true ? ['json', ...flags.output] : flags.output;
  const outputs = parseOutputs(asked, FORMATS, 'table');
  const subject = await readSubject(target === undefined ? [] : [target], flags, context);
  const report = drawGrids(subject, flags);
  if (report.grids.length > 1 && isAsked(flags) && outputs.some(({ format }) => format === 'csv')) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'a CSV file holds one matrix',
      next: 'keep one of --categories, --prefix and --commands, or write JSON',
    });
  }
  for (const { format, path } of outputs) await emit(format, path, report, context);
}

function drawGrids(subject: Subject, flags: MatrixFlags): MatrixReport {
  const grids: Grid[] = [];
  const notes = [...subject.notes];
  if (flags.categories === true || !isAsked(flags)) grids.push(categoryGrid(subject));
  if (flags.prefix.length > 0) grids.push(prefixGrid(subject, flags.prefix));
  else if (!isAsked(flags)) {
    const { prefixes, left } = ownPrefixes(subject);
    if (prefixes.length > 0) grids.push(prefixGrid(subject, prefixes));
    if (left > 0) notes.push(`${left} more prefixes are in the rules; name those that matter with --prefix`);
  }
  if (flags.commands === true || flags.command.length > 0) {
    const grid = commandGrid(subject, flags.commands === true ? ['*'] : flags.command);
    if (grid.columns.length === 0) {
      throw new CommandFailure({
        code: 'E_USAGE',
        what: `no command is called ${flags.command.join(' or ')}`,
        target: subject.table.server,
        next: "write it as ACL rules do: --command 'config|set'",
      });
    }
    grids.push(grid);
  }
  return { subject, grids, notes };
}

function isAsked(flags: MatrixFlags): boolean {
  return (
    flags.categories === true ||
    flags.commands === true ||
    flags.prefix.length > 0 ||
    flags.command.length > 0
  );
}

async function emit(
  format: Format,
  path: string | undefined,
  report: MatrixReport,
  context: CommandContext,
): Promise<void> {
  const parts = render(format, path, report, context);
  if (path !== undefined) return writeParts(path, parts, 0o644);
  for (const part of parts) {
    context.terminal.out(part);
    await context.terminal.drained?.();
  }
}

function render(
  format: Format,
  path: string | undefined,
  report: MatrixReport,
  { terminal, now }: CommandContext,
): Iterable<string> {
  const look = terminal.outLook;
  switch (format) {
    case 'table':
      return tableOfGrids(report, path === undefined ? look : { ...look, colour: false, columns: Infinity });
    case 'csv':
      return csvOfGrid(report);
    case 'html':
      return htmlOfGrids(report, now());
    case 'json':
      return jsonOfGrids(report);
  }
}
