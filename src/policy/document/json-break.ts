/**
 * Where a text stops being JSON. JSON.parse names the place only in some of its messages (V8, Node 20 and 24), so the
 * shortest beginning that no continuation could mend is searched for.
 */

/** The offset of the first character that cannot stand where it stands; the text's length where it ends too early. */
export function findJsonBreak(text: string): number {
  let sound = 0;
  let broken = text.length + 1;
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (couldGoOn(text.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  return Math.min(sound, text.length);
}

/** True for what is JSON, and for what lacks only its end. */
function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/end of JSON input|^Unterminated/.test(message)) return true;
    const at = /at position ([0-9]+)/.exec(message)?.[1];
    return at !== undefined && Number(at) >= beginning.length;
  }
}
