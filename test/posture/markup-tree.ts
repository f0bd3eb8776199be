/**
 * Strict reading of markup that Wardis prints: every tag closed in order, every attribute quoted, no stray `<` or
 * `&`. Stricter than any browser, so that text which slipped through unescaped cannot pass for well-formed.
 */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const TOKEN =
  /<!--[^]*?-->|<\?[^>]*\?>|<!doctype html>|<\/([a-zA-Z][\w-]*)\s*>|<([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:="[^"<]*")?)*)\s*(\/?)>|[^<]+|</gy;

/** The root elements. `voids` have no end tag, the content of `raw` is not markup. Throws at the first fault. */
export function parseMarkup(
  text: string,
  voids: readonly string[] = [],
  raw: readonly string[] = [],
): readonly Element[] {
  const root: { name: string; attributes: Record<string, string>; children: (Element | string)[] } = {
    name: '',
    attributes: {},
    children: [],
  };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    const top = open.at(-1);
    if (token === null || top === undefined)
      throw new Error(`no markup at ${at}: ${text.slice(at, at + 60)}`);
    const [whole, end, start, attributes = '', closed] = token;
    if (whole === '<') throw new Error(`stray < at ${at}: ${text.slice(at, at + 60)}`);
    if (end !== undefined) {
      if (top.name !== end) throw new Error(`</${end}> closes <${top.name}> at ${at}`);
      open.pop();
    } else if (start !== undefined) {
      const element = { name: start, attributes: readAttributes(attributes), children: [] };
      top.children.push(element);
      if (closed === '/' || voids.includes(start)) continue;
      if (raw.includes(start)) TOKEN.lastIndex = text.indexOf(`</${start}>`, TOKEN.lastIndex);
      open.push(element);
    } else if (!whole.startsWith('<')) top.children.push(decode(whole));
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name ?? ''}> is never closed`);
  return root.children.filter((child) => typeof child !== 'string');
}

/** Every element below, in document order. */
export function listElements(elements: readonly (Element | string)[]): readonly Element[] {
  return elements.flatMap((each) => (typeof each === 'string' ? [] : [each, ...listElements(each.children)]));
}

/** All text below. */
export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

function readAttributes(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/\s+([\w-]+)(?:="([^"<]*)")?/g)].map(([, name = '', value = '']) => [
      name,
      decode(value),
    ]),
  );
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d+);)?/g, (whole, code: string | undefined) => {
    if (code === undefined) throw new Error(`stray & in ${text.slice(0, 60)}`);
    return String.fromCodePoint(Number(code));
  });
}
