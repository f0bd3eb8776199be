/** tolower() of the C locale, which the server uses for directive names and values. */

/** ASCII letters only: the Turkish and the Kelvin sign stay as they are. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
