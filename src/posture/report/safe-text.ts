/**
 * Text from servers and files made harmless before it is printed: user names, key names and client names are
 * chosen by strangers and may hold terminal escape sequences or direction overrides.
 */

/** Longer texts are cut in evidence; the rest says how much. */
const TEXT_CHARS_MAX = 2000;

/** Control characters and bidirectional overrides become `\xNN` or `\u{NNNN}`. */
export function safeText(text: string): string {
  const cut =
    text.length > TEXT_CHARS_MAX
      ? `${text.slice(0, TEXT_CHARS_MAX)}… (${text.length - TEXT_CHARS_MAX} more)`
      : text;
  return cut.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    },
  );
}
