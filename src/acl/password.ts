/** SHA-256 of a password's UTF-8 bytes, lower-case hex: what `>password` stores. */
export function hashPassword(_password: string): string {
  throw new Error('not yet');
}
