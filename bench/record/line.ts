/** The one line that every bench prints per figure, and the median that most figures are. */

export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** What the figure was measured against, in the same run. */
  readonly against?: string;
}

export function printFigure(figure: Figure): void {
  const value = Number(figure.value.toPrecision(4));
  console.log(JSON.stringify({ ...figure, value, against: figure.against ?? null }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Fewer rounds, for a look. */
export const quick = process.argv.includes('--quick');
