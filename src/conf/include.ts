/**
 * The files that a server reads, in the order in which their lines take effect: `include` is replaced by the lines
 * of the file it names (loadServerConfig, config.c). Wildcards since Redis 7.0. Nothing is opened here: reading and
 * globbing are parameters. A path is handed over as written; the server takes it relative to its working
 * directory, or to `dir` when that came earlier, never relative to the including file.
 */

import type { ConfDocument, ConfLine, DirectiveLine } from './conf-document.ts';
import type { ConfProblem, ConfRange } from './conf-problem.ts';
import { matchesGlob } from './glob.ts';
import { parseConf } from './parse-conf.ts';
import { versionAtLeast, type ServerVersion } from './product-version.ts';

/** Includes within includes. The server has no limit of its own and dies on a cycle. */
export const INCLUDE_DEPTH_MAX = 16;
/** Files read in all, repeats counted. */
export const INCLUDE_FILES_MAX = 1000;
/** Lines of all files together, repeats counted. */
export const INCLUDE_LINES_MAX = 2_000_000;

/** How included files are found; each call is a question to the outside. */
export interface ConfReader {
  /** The file's text or bytes, or undefined when it can not be read. */
  readonly read: (path: string) => string | Uint8Array | undefined;
  /** The files that match a wildcard, sorted as glob(3) sorts them. */
  readonly glob: (pattern: string) => readonly string[];
}

/** One line as it takes effect: which document and line it is in. */
export interface PlacedLine {
  readonly path: string;
  readonly line: ConfLine;
}

/** A configuration with all its files. */
export interface Configuration {
  /** Every file once, the root first, then in the order of first use. */
  readonly documents: readonly ConfDocument[];
  /** Every line in the order in which it takes effect; an `include` line stands before the lines it brings. */
  readonly lines: readonly PlacedLine[];
  /** Problems of reading and of including. */
  readonly problems: readonly ConfProblem[];
}

interface Walk {
  readonly reader: ConfReader;
  readonly server: ServerVersion | undefined;
  readonly documents: Map<string, ConfDocument>;
  readonly lines: PlacedLine[];
  readonly problems: ConfProblem[];
  filesLeft: number;
}

/**
 * A configuration of documents that were read already: the first is the root, and an `include` that names another of
 * them (by its path, or by a wildcard that matches it) brings its lines in. Other includes are not followed, and are
 * no problem here.
 */
export function configurationOf(
  documents: ConfDocument | readonly ConfDocument[],
  server?: ServerVersion,
): Configuration {
  const all = 'lines' in documents ? [documents] : documents;
  const root = all[0];
  if (root === undefined) return { documents: [], lines: [], problems: [] };
  const walk = newWalk({ read: () => undefined, glob: (pattern) => matchPaths(pattern, all) }, server);
  for (const document of all) walk.documents.set(document.path, document);
  for (const document of all) addProblems(walk, document.problems);
  enterDocument(walk, root, []);
  const problems = walk.problems.filter(
    ({ code }) => code !== 'include-missing' && code !== 'include-empty-glob',
  );
  return { documents: all, lines: walk.lines, problems };
}

/** Reads `root` and everything that it includes. Never throws unless the reader does. */
export function resolveIncludes(root: string, reader: ConfReader, server?: ServerVersion): Configuration {
  const walk: Walk = {
    reader,
    server,
    documents: new Map(),
    lines: [],
    problems: [],
    filesLeft: INCLUDE_FILES_MAX,
  };
  const input = reader.read(root);
  if (input === undefined) {
    walk.problems.push({
      code: 'include-missing',
      severity: 'error',
      stopsServer: 'yes',
      message: `Fatal error, can't open config file '${root}'`,
    });
  } else {
    enterDocument(walk, readDocument(walk, root, input), []);
  }
  return { documents: [...walk.documents.values()], lines: walk.lines, problems: walk.problems };
}

function newWalk(reader: ConfReader, server: ServerVersion | undefined): Walk {
  return { reader, server, documents: new Map(), lines: [], problems: [], filesLeft: INCLUDE_FILES_MAX };
}

/** One by one: a call takes some hundred thousand arguments at most, and a file may have more problems. */
function addProblems(walk: Walk, problems: readonly ConfProblem[]): void {
  for (const problem of problems) walk.problems.push(problem);
}

function readDocument(walk: Walk, path: string, input: string | Uint8Array): ConfDocument {
  const document = parseConf(input, walk.server === undefined ? { path } : { path, server: walk.server });
  walk.documents.set(path, document);
  addProblems(walk, document.problems);
  return document;
}

function enterDocument(walk: Walk, document: ConfDocument, above: readonly string[]): void {
  const { path } = document;
  for (const line of document.lines) {
    walk.lines.push({ path, line });
    if (
      line.kind === 'directive' &&
      line.name === 'include' &&
      line.args.length === 1 &&
      line.templates.length === 0
    ) {
      follow(walk, path, line, [...above, path]);
    }
  }
}

function follow(walk: Walk, from: string, line: DirectiveLine, chain: readonly string[]): void {
  const target = line.args[0] ?? '';
  const place = line.argRanges[0] ?? line.nameRange;
  const range = { path: from, line: line.number, start: place.start, end: place.end };
  for (const path of targets(walk, target, range)) {
    if (chain.includes(path)) {
      walk.problems.push(cycle(chain, path, range));
      continue;
    }
    if (chain.length >= INCLUDE_DEPTH_MAX) {
      walk.problems.push(
        limit('include-too-deep', `includes are nested more than ${INCLUDE_DEPTH_MAX} deep`, range),
      );
      return;
    }
    if (walk.filesLeft === 0 || walk.lines.length > INCLUDE_LINES_MAX) {
      walk.problems.push(
        limit(
          'include-too-many',
          `more than ${INCLUDE_FILES_MAX} files or ${INCLUDE_LINES_MAX} lines`,
          range,
        ),
      );
      return;
    }
    walk.filesLeft -= 1;
    const document = walk.documents.get(path) ?? openDocument(walk, path);
    if (document === undefined) walk.problems.push(missing(path, range));
    else enterDocument(walk, document, chain);
  }
}

function openDocument(walk: Walk, path: string): ConfDocument | undefined {
  const input = walk.reader.read(path);
  return input === undefined ? undefined : readDocument(walk, path, input);
}

function matchPaths(pattern: string, documents: readonly ConfDocument[]): readonly string[] {
  return documents
    .map(({ path }) => path)
    .filter((path) => matchesGlob(pattern, path))
    .sort();
}

function targets(walk: Walk, target: string, range: ConfRange): readonly string[] {
  if (!/[*?[]/.test(target)) return [target];
  const server = walk.server;
  if (server !== undefined && !versionAtLeast(server, '7.0')) {
    walk.problems.push({
      code: 'include-glob-unsupported',
      severity: 'error',
      stopsServer: 'yes',
      message: `Fatal error, can't open config file '${target}': wildcards need 7.0 or newer`,
      range,
      help: 'name each file in an include line of its own',
    });
    return [];
  }
  const paths = walk.reader.glob(target);
  if (paths.length === 0) {
    walk.problems.push({
      code: 'include-empty-glob',
      severity: 'info',
      stopsServer: 'no',
      message: `no file matches '${target}'; the server goes on without a word`,
      range,
    });
  }
  return paths;
}

function missing(path: string, range: ConfRange): ConfProblem {
  return {
    code: 'include-missing',
    severity: 'error',
    stopsServer: 'yes',
    message: `Fatal error, can't open config file '${path}'`,
    range,
    help: 'create the file, or remove the line; a relative path counts from the directory that the server is started in, or from `dir` above',
  };
}

function cycle(chain: readonly string[], path: string, range: ConfRange): ConfProblem {
  return {
    code: 'include-cycle',
    severity: 'error',
    stopsServer: 'yes',
    message: `include cycle: ${[...chain.slice(chain.indexOf(path)), path].join(' -> ')}`,
    range,
    help: 'the server follows a cycle until it dies; remove one of these include lines',
  };
}

function limit(
  code: 'include-too-deep' | 'include-too-many',
  message: string,
  range: ConfRange,
): ConfProblem {
  return { code, severity: 'error', stopsServer: 'depends', message, range, help: 'the rest was not read' };
}
