/** Text as a pattern: what the server's globs read as more than itself gets a backslash. */

/** A pattern that matches this text and nothing else. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, (character) => `\\${character}`);
}
