/** Text that was saved as UTF-16 and read as UTF-8. */

/** Does it start with the mark FF FE or FE FF: as surrogates that stand for bytes, or as replacement characters. */
export function isUtf16(text: string): boolean {
  return /^(?:\uDCFF\uDCFE|\uDCFE\uDCFF|\uFFFD\uFFFD(?=[^]?\0))/.test(text);
}
