/** Prose folded at a width; a pipe gets 80 columns, because endless lines help nobody there. */

const COLUMNS_DEFAULT = 80;

/** Fold words into lines of at most `columns`, each with `indent`. */
export function foldText(text: string, columns: number, indent: string): string {
  const width = Math.max(
    20,
    (Number.isFinite(columns) ? Math.min(columns, 100) : COLUMNS_DEFAULT) - indent.length,
  );
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((folded) => `${indent}${folded}`).join('\n');
}
