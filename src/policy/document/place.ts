/**
 * Places in a YAML document: from a path such as users[2].role to line, column and length, and from a schema's issue to
 * a problem with that place. A line that may hold a secret is never quoted.
 */

import { isMap, isNode, isPair, isScalar, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { suggest, type PolicyProblem, type PolicyProblemCode } from '../problem.ts';

/** A document with what is needed to find places in it. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
  /** JSON Schema of the document: names the keys that would have been right. */
  readonly schema: object;
}

export type Path = readonly (string | number)[];

/** A problem at the value of `path`, or at its key where `at` says so; the nearest parent where it is missing. */
export function problemAt(
  source: Source,
  path: Path,
  found: { readonly code: PolicyProblemCode; readonly message: string; readonly help?: string | undefined },
  at: 'value' | 'key' = 'value',
): PolicyProblem {
  const range = at === 'key' ? keyRange(source.document, path) : valueRange(source.document, path);
  const bare = {
    code: found.code,
    message: found.message,
    file: source.file,
    ...(path.length === 0 ? {} : { path: printPath(path) }),
    ...(found.help === undefined ? {} : { help: found.help }),
  };
  return range === undefined ? bare : { ...bare, ...placeOf(source, range) };
}

/** Line, column, length and the line's text for a range of offsets. */
export function placeOf(
  source: Pick<Source, 'text' | 'lines'>,
  [start, end]: readonly [number, number],
): Pick<PolicyProblem, 'line' | 'column' | 'length' | 'excerpt'> {
  const { line, col } = source.lines.linePos(start);
  if (line === 0) return {};
  const begin = source.lines.lineStarts[line - 1] ?? 0;
  const stop = source.text.indexOf('\n', begin);
  const excerpt = source.text.slice(begin, stop < 0 ? source.text.length : stop).replace(/\r$/, '');
  const length = Math.max(1, Math.min(end, begin + excerpt.length) - start);
  return { line, column: col, length, ...(mayHoldSecret(excerpt) ? {} : { excerpt }) };
}

/** The text of a number as it was written: YAML reads 7.0 as 7. */
export function writtenNumber(document: Document, path: Path): string | undefined {
  const node = document.getIn(path, true);
  return isScalar(node) && typeof node.value === 'number' ? node.source : undefined;
}

/** The problems of a schema's refusal, in the order of the document. */
export function problemsOf(
  source: Source,
  data: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly PolicyProblem[] {
  return issues.flatMap((issue) => problemsOfIssue(source, data, issue)).sort(inOrder);
}

/** Orders problems by place. */
export function inOrder(a: PolicyProblem, b: PolicyProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function problemsOfIssue(source: Source, data: unknown, issue: z.core.$ZodIssue): readonly PolicyProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const value = valueAt(data, path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(source.schema, path);
    return issue.keys.map((key) =>
      problemAt(
        source,
        [...path, key],
        {
          code: 'policy-unknown-key',
          message: `unknown key ${quote(key)}${inside(path)}`,
          help: suggest(key, known),
        },
        'key',
      ),
    );
  }
  if (issue.code === 'invalid_union') return unionProblems(source, data, path, value, issue.errors);
  if (issue.code === 'invalid_key') {
    const message = `${quote(String(path.at(-1)))} is not right: expected ${issue.issues[0]?.message ?? 'another key'}`;
    return [problemAt(source, path, { code: 'policy-value', message }, 'key')];
  }
  if (value === undefined && path.length > 0) {
    const message = `${quote(String(path.at(-1)))} is missing${inside(path.slice(0, -1))}`;
    return [problemAt(source, path, { code: 'policy-missing-key', message })];
  }
  return [problemAt(source, path, describeValue(path, value, issue))];
}

/** The branch that was meant is the one that got furthest into the value. */
function unionProblems(
  source: Source,
  data: unknown,
  path: Path,
  value: unknown,
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly PolicyProblem[] {
  const meant = branches.find((branch) =>
    branch.every((issue) => !(issue.code === 'invalid_type' && issue.path.length === 0)),
  );
  if (meant === undefined) {
    return [
      problemAt(source, path, {
        code: 'policy-value',
        message: `${label(path)} is ${kindOf(value)}, which it does not take`,
      }),
    ];
  }
  return meant.flatMap((issue) =>
    problemsOfIssue(source, data, { ...issue, path: [...path, ...issue.path] }),
  );
}

function describeValue(
  path: Path,
  value: unknown,
  issue: z.core.$ZodIssue,
): { readonly code: PolicyProblemCode; readonly message: string; readonly help?: string | undefined } {
  const shown = isSecretPath(path) ? kindOf(value) : show(value);
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const help = suggest(show(value), values) ?? `one of ${values.join(', ')}`;
    return { code: 'policy-value', message: `unknown ${label(path)} ${shown}`, help };
  }
  if (issue.code === 'invalid_type') {
    return {
      code: 'policy-value',
      message: `${label(path)} is ${kindOf(value)}, expected ${article(issue.expected)}`,
    };
  }
  if (issue.code === 'too_small') {
    return {
      code: 'policy-value',
      message: `${label(path)} ${shown} is too small, at least ${issue.minimum}`,
    };
  }
  if (issue.code === 'too_big') {
    return {
      code: 'policy-value',
      message: `${label(path)} ${shown} is too large, at most ${issue.maximum}`,
    };
  }
  return { code: 'policy-value', message: `${label(path)} ${shown} is not right: expected ${issue.message}` };
}

/** Keys that the schema takes at a path. */
function keysAt(schema: object, path: Path): readonly string[] {
  const [first, ...rest] = path;
  const node = schema as Readonly<Record<string, unknown>>;
  const branches = [node['anyOf'], node['oneOf']].flat().filter(isObject);
  if (branches.length > 0) return branches.flatMap((branch) => keysAt(branch, path));
  const properties = isObject(node['properties'])
    ? (node['properties'] as Readonly<Record<string, unknown>>)
    : {};
  if (first === undefined) return Object.keys(properties);
  const next =
    typeof first === 'number' ? node['items'] : (properties[first] ?? node['additionalProperties']);
  return isObject(next) ? keysAt(next, rest) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function valueRange(document: Document, path: Path): readonly [number, number] | undefined {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && rangeOf(node) !== undefined) {
      const range = rangeOf(node);
      // A missing key is shown at the start of the map that lacks it.
      return range === undefined || depth === path.length ? range : [range[0], range[0] + 1];
    }
  }
  return undefined;
}

function keyRange(document: Document, path: Path): readonly [number, number] | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1),
    );
    if (isScalar(pair?.key)) return rangeOf(pair.key);
  }
  return valueRange(document, path);
}

/** Start and end of the value itself, without the blanks and comments behind it. */
function rangeOf(node: Node): readonly [number, number] | undefined {
  const range = node.range;
  return range === null || range === undefined
    ? undefined
    : [range[0], isSeq(node) || isMap(node) ? range[0] + 1 : range[1]];
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

/** `users[2].role` */
export function printPath(path: Path): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`))
    .join('');
}

function label(path: Path): string {
  const last = path.findLast((part) => typeof part === 'string');
  return last ?? 'the document';
}

function inside(path: Path): string {
  return path.length === 0 ? '' : ` in ${printPath(path)}`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : article(typeof value);
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a map',
    record: 'a map',
    string: 'text',
    int: 'a whole number',
  };
  return words[type] ?? `a ${type}`;
}

/** Text in quotes, numbers as they are, anything else by its kind. */
function show(value: unknown): string {
  // A rule such as >password or #hash is a secret that strayed into the document.
  if (typeof value === 'string') return /^[>#<!]/.test(value) ? 'text' : quote(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

function isSecretPath(path: Path): boolean {
  return path.some((part) => typeof part === 'string' && /^(?:auth|password|seeds)$/.test(part));
}

/** A secret in a policy is a mistake, but one that must not be repeated in a message. */
function mayHoldSecret(line: string): boolean {
  return /pass|secret|token|auth|:\/\/[^\s/]*@|[>#<][0-9A-Za-z]/i.test(line);
}
