/**
 * The room that text takes in a terminal: East Asian and emoji characters take two columns, combining marks none,
 * colour codes none. Enough for aligned columns; terminals differ on rare characters.
 */

const COLOUR = /\u001b\[[0-9;]*m/g;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const NONE = /\p{M}/u;

/** Columns of one line of text. */
export function widthOf(text: string): number {
  const plain = text.includes('\u001b') ? text.replace(COLOUR, '') : text;
  if (/^[ -~]*$/.test(plain)) return plain.length;
  let columns = 0;
  for (const character of plain) columns += widthOfCharacter(character);
  return columns;
}

/** Spaces after the text up to `columns`. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** Text of at most `columns`; what is left out shows as `ellipsis`. Plain text only. */
export function cutTo(text: string, columns: number, ellipsis: string): string {
  if (widthOf(text) <= columns) return text;
  const room = Math.max(0, columns - widthOf(ellipsis));
  return headOf(text, room) + ellipsis;
}

/** Lines of at most `columns`, broken at spaces; a longer word is broken where it must be. Plain text only. */
export function wrapTo(text: string, columns: number): readonly string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = line === '' ? word : `${line} ${word}`;
    if (widthOf(rest) > columns && line !== '') {
      lines.push(line);
      rest = word;
    }
    while (widthOf(rest) > columns) {
      const head = headOf(rest, columns);
      if (head === '') break;
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  return line === '' ? lines : [...lines, line];
}

function headOf(text: string, room: number): string {
  let used = 0;
  let head = '';
  for (const character of text) {
    used += widthOfCharacter(character);
    if (used > room) break;
    head += character;
  }
  return head;
}

function widthOfCharacter(character: string): number {
  if (NONE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
