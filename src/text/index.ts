/** The door of the text room: text made fit to be shown, in a terminal, a table, a page or a file. */
export { printCsvRow } from './csv-row.ts';
export { foldText } from './fold.ts';
export { HTML_PALETTE, HTML_STYLE } from './html-style.ts';
export { html, NOTHING } from './markup.ts';
export type { Markup } from './markup.ts';
export { printSafeJson, safeText } from './safe-text.ts';
export { cutTo, padTo, widthOf, wrapTo } from './text-width.ts';
export { escapeXml } from './xml.ts';
