/** What one file, or one server's users, comes to for one server version; places as lines and columns. */

import type { LintFinding, LintFix, LintRange, LintSource } from '../../acl/index.ts';
import type { LintVerdict } from './lint-verdict.ts';

export interface LintResult {
  readonly path: string;
  readonly kind: LintSource['kind'];
  /** `redis-7.2`. */
  readonly server: string;
  /** `7.2.6`: the build that it was judged for. */
  readonly version: string;
  /** That another version's table stands in, and which. */
  readonly note?: string;
  readonly users: number;
  /** Users that were too long to be judged in full. */
  readonly unjudged: readonly string[];
  /** Findings that `--fix` mends for this server, each for itself. */
  readonly fixable?: number;
  readonly verdict?: LintVerdict;
  readonly findings: readonly PlacedFinding[];
}

/** Lines and columns count from 1; columns in UTF-16 units, `end` exclusive. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface PlacedFinding extends Omit<LintFinding, 'range' | 'line' | 'fix'> {
  readonly line?: number;
  readonly region?: Region;
  readonly fix?: PlacedFix;
}

export interface PlacedFix {
  readonly words: string;
  /** Exact replacements; none when only words say what to do. */
  readonly edits: readonly (Region & { readonly text: string })[];
}

/** Findings with their places in the text. */
export function placeFindings(
  findings: readonly LintFinding[],
  text: string | undefined,
): readonly PlacedFinding[] {
  if (findings.length === 0) return [];
  const starts = text === undefined ? undefined : lineStarts(text);
  return findings.map(({ range, line, fix, ...rest }) => {
    const region = starts === undefined || range === undefined ? undefined : regionOf(range, starts);
    const at = region?.line ?? line;
    return {
      ...rest,
      ...(at !== undefined && { line: at }),
      ...(region !== undefined && { region }),
      ...(fix !== undefined && { fix: placeFix(fix, starts) }),
    };
  });
}

/** The edits of a fix as ranges. */
export function editsOf(
  fix: LintFix | undefined,
): readonly { readonly range: LintRange; readonly text: string }[] {
  switch (fix?.kind) {
    case 'edit':
      return [{ range: fix.range, text: fix.text }];
    case 'edits':
      return fix.edits;
    case 'words':
    case undefined:
      return [];
  }
}

function placeFix(fix: LintFix, starts: readonly number[] | undefined): PlacedFix {
  const edits =
    starts === undefined ? [] : editsOf(fix).map(({ range, text }) => ({ ...regionOf(range, starts), text }));
  return { words: fix.words, edits };
}

function regionOf(range: LintRange, starts: readonly number[]): Region {
  const [line, column] = placeOf(range[0], starts);
  const [endLine, endColumn] = placeOf(range[1], starts);
  return { line, column, endLine, endColumn };
}

function placeOf(offset: number, starts: readonly number[]): readonly [line: number, column: number] {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return [low + 1, offset - (starts[low] ?? 0) + 1];
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
