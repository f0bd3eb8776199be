/** Text put into Markdown so that it stays text: no markup, no table cell, no link, no mention of anybody. */

import { safeText } from '../../text/index.ts';

/** As code, so that rules keep their signs. The fence is longer than any run of backticks inside. */
export function codeSpan(text: string): string {
  return fence(safeText(text));
}

/** As code inside a table, where a bar ends the cell even in code. */
export function codeInTable(text: string): string {
  return fence(safeText(text).replaceAll('|', '\\|'));
}

/** As prose. A comment of nothing breaks up what sites turn into links and mentions by themselves. */
export function plainText(text: string): string {
  return safeText(text)
    .replace(/[\\`*_{}[\]<>|~&]/g, (sign) => (sign === '&' ? '&amp;' : `\\${sign}`))
    .replace(/@|#(?=\d)|(?<=[A-Za-z]):(?=\/\/)|(?<=\bwww)\./gi, '$&<!-- -->');
}

function fence(safe: string): string {
  if (safe === '') return '';
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  const pad = longest > 0 || /^\s|\s$/.test(safe) ? ' ' : '';
  return `${ticks}${pad}${safe}${pad}${ticks}`;
}
