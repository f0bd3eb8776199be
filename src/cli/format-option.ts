/**
 * The `-o` option: a format, or a format and a file, several times: `-o sarif=a.sarif -o html=r.html`.
 * Without a file the report goes to standard output, of which there is only one.
 */

import { CommandFailure } from './failure.ts';

export interface OutputRequest<Format extends string> {
  readonly format: Format;
  /** Absent: standard output. */
  readonly path?: string;
}

/** Read `-o` values; `standard` is used when nothing goes to standard output otherwise. */
export function parseOutputs<Format extends string>(
  values: readonly string[],
  formats: readonly Format[],
  standard: Format,
): readonly OutputRequest<Format>[] {
  const requests = values.map((value) => parseOutput(value, formats));
  const toStandard = requests.filter((request) => request.path === undefined);
  if (toStandard.length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `only one format can go to standard output, got ${toStandard.map((request) => request.format).join(' and ')}`,
      next: `give the others a file: -o ${toStandard[1]?.format ?? standard}=FILE`,
    });
  }
  return requests.length === 0 ? [{ format: standard }] : requests;
}

function parseOutput<Format extends string>(
  value: string,
  formats: readonly Format[],
): OutputRequest<Format> {
  const cut = value.indexOf('=');
  const name = cut === -1 ? value : value.slice(0, cut);
  const path = cut === -1 ? undefined : value.slice(cut + 1);
  const format = formats.find((known) => known === name);
  if (format === undefined || path === '') {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: path === '' ? `-o ${value} names no file` : `unknown output format ${JSON.stringify(name)}`,
      cause: `formats are ${formats.join(', ')}`,
      next: 'write -o FORMAT or -o FORMAT=FILE',
    });
  }
  return path === undefined || path === '-' ? { format } : { format, path };
}
