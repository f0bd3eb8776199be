/** What every soak takes: `--runs N`, `--seed S`, `--server ID` (may be repeated), `--failures N`. */
import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly runs: number;
  readonly seed: number;
  readonly failuresMax: number;
  /** Empty: every server of this machine. */
  readonly servers: readonly string[];
}

export function readOptions(runs: number): SoakOptions {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: String(runs) },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      failures: { type: 'string', default: '5' },
      server: { type: 'string', multiple: true, default: [] },
    },
  });
  return {
    runs: readNumber(values.runs, 'runs'),
    seed: readNumber(values.seed, 'seed'),
    failuresMax: readNumber(values.failures, 'failures'),
    servers: values.server,
  };
}

function readNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${option} takes a whole number, not ${JSON.stringify(text)}`);
  process.exit(2);
}

/** One line for a program to read. */
export function printLine(line: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(line));
}
