/**
 * The directive catalogue: for each version what a directive is, its default, and whether it can be changed at run
 * time. Built from what ten real servers answered (`catalogue/recorded.ts`) and from the tables beside it.
 */

import { RECORDED, RECORDED_SERVERS } from './catalogue/recorded.ts';
import {
  canonicalName,
  FILE_DIRECTIVES,
  IGNORED_DIRECTIVES,
  ADDING_DIRECTIVES,
  SECRET_DIRECTIVES,
  spellings,
} from './directive-names.ts';
import { directiveType, type DirectiveType } from './directive-types.ts';
import { lowerCase } from './lower-case.ts';
import { compareVersions, versionAtLeast, type Product, type ServerVersion } from './product-version.ts';

/** How a value can be changed: CONFIG SET, never, only with enable-protected-configs, or in the file only. */
export type RuntimeChange = 'mutable' | 'immutable' | 'protected' | 'file-only';

/** One directive as one version has it. */
export interface Directive {
  /** The canonical name, the same for all versions. */
  readonly name: string;
  /** Every name this version knows it by; the first is the one to write. */
  readonly names: readonly string[];
  readonly type: DirectiveType;
  /** As CONFIG GET prints it without a config file; undefined for directives that only files have. */
  readonly default: string | undefined;
  readonly runtime: RuntimeChange;
  /** Never to be printed. */
  readonly secret: boolean;
  /** The server shows `(redacted)` in its slow log instead of the value. */
  readonly redacted: boolean;
  /** Left out of CONFIG GET *; only its exact name shows it. */
  readonly hidden: boolean;
  /** Its lines add up instead of replacing each other. */
  readonly adds: boolean;
  /** Arguments in a file; `most` is Infinity when there is no limit. */
  readonly arguments: { readonly least: number; readonly most: number };
  readonly since: VersionSpan['since'];
  readonly removed: VersionSpan['removed'];
}

/** The recorded branches that have a directive. */
export interface VersionSpan {
  /** First recorded branch with it, by product; the oldest branch of all (6.0, 7.2) means "or older". */
  readonly since: Readonly<Partial<Record<Product, string>>>;
  /** First recorded branch without it again. */
  readonly removed: Readonly<Partial<Record<Product, string>>>;
}

/** The recorded server that stands for a version. */
export interface RecordedServer {
  readonly product: Product;
  /** `7.0` */
  readonly branch: string;
  /** `7.0.15` */
  readonly version: string;
  /** Whether the version asked for is of this very branch; otherwise it is the nearest older one. */
  readonly exact: boolean;
}

export type DirectiveLookup =
  | { readonly kind: 'known'; readonly directive: Directive }
  /** Read and dropped without a word. */
  | { readonly kind: 'ignored'; readonly name: string }
  /** Newer versions of the same product have it. */
  | {
      readonly kind: 'needs-newer';
      readonly name: string;
      readonly since: string;
      readonly instead: string | undefined;
    }
  /** Older versions of the same product had it. */
  | { readonly kind: 'removed'; readonly name: string; readonly removed: string }
  | {
      readonly kind: 'other-product';
      readonly name: string;
      readonly product: Product;
      readonly since: string;
    }
  /** A setting of a module, `module.name`; the server has no catalogue of these. */
  | { readonly kind: 'module'; readonly name: string }
  | { readonly kind: 'unknown'; readonly name: string; readonly suggestion: string | undefined };

type Row = (typeof RECORDED)[number];

const ROWS: ReadonlyMap<string, Row> = new Map(RECORDED.map((row) => [row[0], row]));
const CANONICAL_NAMES: readonly string[] = [...new Set(RECORDED.map((row) => canonicalName(row[0])))];
const FILE_ONLY = new Map(FILE_DIRECTIVES.map((directive) => [directive.name, directive]));
const BUILT = new Map<string, ReadonlyMap<string, Directive>>();

/** Every version that was recorded, oldest first per product. */
export function listRecordedServers(): readonly ServerVersion[] {
  return RECORDED_SERVERS.map(({ product, version }) => ({ product, version }));
}

/** The recorded server for a version: its branch, else the nearest older one, else the oldest of the product. */
export function recordedServer(server: ServerVersion): RecordedServer {
  if (server.product !== lastAsked.product || server.version !== lastAsked.version) {
    lastAsked = { product: server.product, version: server.version, recorded: nearestServer(server) };
  }
  return lastAsked.recorded;
}

/** Every directive of a version by canonical name. */
export function listDirectives(server: ServerVersion): ReadonlyMap<string, Directive> {
  const recorded = recordedServer(server);
  const key = `${recorded.product}-${recorded.branch}`;
  const known = BUILT.get(key);
  if (known !== undefined) return known;
  const index = RECORDED_SERVERS.findIndex(({ product, branch }) => `${product}-${branch}` === key);
  const directives = new Map<string, Directive>();
  for (const name of CANONICAL_NAMES) {
    const directive = buildDirective(name, index, recorded);
    if (directive !== undefined) directives.set(name, directive);
  }
  for (const { name } of FILE_DIRECTIVES) directives.set(name, fileDirective(name));
  BUILT.set(key, directives);
  return directives;
}

/** What a word at the start of a line is to this server. Any spelling and any case is understood. */
export function findDirective(name: string, server: ServerVersion): DirectiveLookup {
  const asked = lowerCase(name);
  const canonical = canonicalName(asked);
  const directive = listDirectives(server).get(canonical);
  if (directive?.names.includes(asked) === true) return { kind: 'known', directive };
  const ignored = IGNORED_DIRECTIVES.find((entry) => entry.name === asked);
  if (ignored !== undefined && versionAtLeast(server, ignored.since)) return { kind: 'ignored', name: asked };
  const elsewhere = whereKnown(asked, server, directive?.names[0]);
  if (elsewhere !== undefined) return elsewhere;
  if (asked.includes('.')) return { kind: 'module', name: asked };
  return { kind: 'unknown', name: asked, suggestion: suggestDirective(asked, server) };
}

/** Like `findDirective`, but undefined for everything that this version does not have. */
export function getDirective(name: string, server: ServerVersion): Directive | undefined {
  const canonical = canonicalName(lowerCase(name));
  return listDirectives(server).get(canonical);
}

/** The known name nearest to a misspelt one, or undefined when none is near. */
export function suggestDirective(name: string, server?: ServerVersion): string | undefined {
  const asked = lowerCase(name).slice(0, 64);
  const names =
    server === undefined
      ? [...ROWS.keys(), ...FILE_ONLY.keys()]
      : [...listDirectives(server).values()].flatMap((d) => d.names);
  const bare = asked.replace(/[-_]/g, '');
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    const distance = nameDistance(asked, bare, candidate);
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  const near = asked.length < 5 ? 1 : asked.length < 10 ? 2 : 3;
  return best !== undefined && best.distance <= near ? best.name : undefined;
}

/** `tls-cert` lacks a word of `tls-cert-file` and is nearer to it than letters tell. */
function nameDistance(asked: string, bare: string, candidate: string): number {
  if (candidate.replace(/[-_]/g, '') === bare) return 0.5;
  if (asked.includes('-') && candidate.startsWith(`${asked}-`)) return 0.5 + candidate.length / 1000;
  if (Math.abs(candidate.length - asked.length) > 3) return Number.POSITIVE_INFINITY;
  return editDistance(asked, candidate);
}

// One file asks thousands of times about one server.
let lastAsked = {
  product: RECORDED_SERVERS[0].product as Product,
  version: RECORDED_SERVERS[0].version as string,
  recorded: { ...RECORDED_SERVERS[0], exact: true } as RecordedServer,
};

function nearestServer(server: ServerVersion): RecordedServer {
  const same = RECORDED_SERVERS.filter((known) => known.product === server.product);
  const older = same.filter((known) => compareVersions(known.branch, server.version) <= 0);
  const found = older.at(-1) ?? same[0] ?? RECORDED_SERVERS[0];
  return {
    ...found,
    exact: server.version === found.branch || server.version.startsWith(`${found.branch}.`),
  };
}

function buildDirective(name: string, index: number, recorded: RecordedServer): Directive | undefined {
  const digit = index.toString(36);
  const cells = spellings(name).flatMap((spelling) => {
    const cell = ROWS.get(spelling)
      ?.slice(1)
      .find((found) => found[0].includes(digit));
    return cell === undefined || typeof cell === 'string' ? [] : [{ spelling, cell }];
  });
  const first = cells[0];
  if (first === undefined) return undefined;
  const [, flags, byDefault] = first.cell;
  const type = directiveType(name, byDefault, recorded);
  // replicaof has worked in files since Redis 5, though CONFIG GET of 6.x shows slaveof only.
  const names = name === 'replicaof' ? ['replicaof', 'slaveof'] : cells.map((found) => found.spelling);
  return {
    name,
    names,
    type,
    default: byDefault,
    runtime: flags.startsWith('m') ? 'mutable' : flags.startsWith('p') ? 'protected' : 'immutable',
    secret: SECRET_DIRECTIVES.has(name),
    redacted: flags.includes('r'),
    hidden: flags.includes('h'),
    adds: ADDING_DIRECTIVES.has(name),
    arguments: argumentCount(name, type, recorded),
    ...span(names, index),
  };
}

function fileDirective(name: string): Directive {
  const { least, most } = FILE_ONLY.get(name) ?? { least: 1, most: Infinity };
  return {
    name,
    names: [name],
    type: { kind: 'words' },
    default: undefined,
    runtime: 'file-only',
    secret: false,
    redacted: false,
    hidden: false,
    adds: ADDING_DIRECTIVES.has(name),
    arguments: { least, most },
    since: { redis: RECORDED_SERVERS[0].branch, valkey: '7.2' },
    removed: {},
  };
}

function argumentCount(name: string, type: DirectiveType, server: ServerVersion): Directive['arguments'] {
  const modern = versionAtLeast(server, '7.0');
  switch (name) {
    case 'bind':
      return { least: modern ? 0 : 1, most: modern ? Infinity : 16 };
    case 'replicaof':
      return modern ? { least: 1, most: 2 } : { least: 2, most: 2 };
    case 'oom-score-adj-values':
      return modern ? { least: 1, most: 3 } : { least: 3, most: 3 };
    case 'save':
    case 'client-output-buffer-limit':
    case 'latency-tracking-info-percentiles':
      return { least: name === 'save' ? 1 : modern ? 1 : 4, most: Infinity };
    default:
      return type.kind === 'enum' && type.several ? { least: 1, most: Infinity } : { least: 1, most: 1 };
  }
}

/** Where any of these names is known. */
function span(names: readonly string[], around?: number): VersionSpan {
  const known = RECORDED_SERVERS.map((_, index) =>
    names.some((name) => cellsOf(name).includes(index.toString(36))),
  );
  const since: Partial<Record<Product, string>> = {};
  const removed: Partial<Record<Product, string>> = {};
  RECORDED_SERVERS.forEach(({ product, branch }, index) => {
    if (known[index] === true) since[product] ??= branch;
    else if (since[product] !== undefined) removed[product] ??= branch;
  });
  return around === undefined || known[around] === true ? { since, removed } : { since: {}, removed: {} };
}

function cellsOf(name: string): string {
  return (ROWS.get(name)?.slice(1) ?? []).map((cell) => (typeof cell === 'string' ? '' : cell[0])).join('');
}

function whereKnown(
  name: string,
  server: ServerVersion,
  instead: string | undefined,
): DirectiveLookup | undefined {
  const { since, removed } = span([name]);
  const here = since[server.product];
  if (here !== undefined && compareVersions(recordedServer(server).branch, here) < 0) {
    return { kind: 'needs-newer', name, since: here, instead };
  }
  const gone = removed[server.product];
  if (gone !== undefined) return { kind: 'removed', name, removed: gone };
  const other: Product = server.product === 'redis' ? 'valkey' : 'redis';
  const there = since[other];
  return there === undefined ? undefined : { kind: 'other-product', name, product: other, since: there };
}

/** Restricted Damerau-Levenshtein: insert, delete, replace, swap neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
