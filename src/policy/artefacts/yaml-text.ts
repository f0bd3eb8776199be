/**
 * Plain data as YAML 1.2 in block style. A parser reads back the same data: every text that could be read as something
 * else is quoted as JSON, which YAML contains. Kept apart from the YAML library, which reads and is slow to load.
 */

/** Texts, numbers, lists and objects of these. */
export type YamlData = string | number | readonly YamlData[] | { readonly [key: string]: YamlData };

/** One document, with a line break at its end. */
export function printYaml(data: YamlData): string {
  return `${linesOf(data).join('\n')}\n`;
}

function linesOf(data: YamlData): readonly string[] {
  if (typeof data === 'string') return [printText(data)];
  if (typeof data === 'number') return [String(data)];
  if (isList(data)) return data.length === 0 ? ['[]'] : data.flatMap((item) => hang('- ', linesOf(item)));
  const entries = Object.entries(data);
  if (entries.length === 0) return ['{}'];
  return entries.flatMap(([key, value]) => {
    const lines = linesOf(value);
    const scalar = typeof value !== 'object' || lines[0] === '[]' || lines[0] === '{}';
    const head = `${printText(key)}:`;
    return scalar ? [`${head} ${lines[0] ?? ''}`] : [head, ...lines.map((line) => `  ${line}`)];
  });
}

/** The first line after `mark`, the others below it. */
function hang(mark: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === 0 ? mark : ' '.repeat(mark.length)) + line);
}

function printText(text: string): string {
  const plain =
    /^[A-Za-z][A-Za-z0-9./_-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function isList(data: object): data is readonly YamlData[] {
  return Array.isArray(data);
}
