/** A line of comma-separated values after RFC 4180. */

import { safeText } from './safe-text.ts';

/** One line; cells that a spreadsheet would run are made inert. */
export function printCsvRow(row: readonly string[]): string {
  return `${row.map(printCell).join(',')}\r\n`;
}

function printCell(value: string): string {
  const safe = safeText(value);
  // A leading = + - @, in either width, makes a spreadsheet evaluate the cell; user names and rules may begin so.
  const inert = /^\s*[=+\-@＝＋－＠]/u.test(safe) ? `'${safe}` : safe;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
