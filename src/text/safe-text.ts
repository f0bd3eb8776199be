/**
 * Text from servers and files made harmless before it is printed: user names, key names and client names are
 * chosen by strangers and may hold terminal escape sequences, direction overrides or characters that nobody sees.
 */

/** Longer texts are cut in evidence; the rest says how much. */
const TEXT_CHARS_MAX = 2000;

/** Controls, invisible and direction characters, line separators, lone surrogates, and code points that are none. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** Control, invisible and direction characters become `\xNN` or `\u{NNNN}`; nothing is hidden and nothing acts. */
export function safeText(text: string): string {
  const cut =
    text.length > TEXT_CHARS_MAX
      ? `${text.slice(0, TEXT_CHARS_MAX)}… (${text.length - TEXT_CHARS_MAX} more)`
      : text;
  return cut.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * JSON whose strings hold no character that a terminal or an editor acts on. Escapes are part of JSON, so the data
 * stay exactly the same. `indent` is in spaces; 0 gives one line.
 */
export function printSafeJson(value: unknown, indent: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : character
          .split('')
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
