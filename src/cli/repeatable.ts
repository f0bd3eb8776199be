/** Options that may be given several times: each value is added to the ones before. */

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
