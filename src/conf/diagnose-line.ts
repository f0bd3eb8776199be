/** What is wrong with one directive line, seen alone: its name, the number of its arguments, its value, its age. */

import { findDirective, type Directive, type DirectiveLookup } from './catalogue.ts';
import type { ColumnRange } from './conf-document.ts';
import type { ConfProblem, ConfProblemCode, ConfRange, ConfSeverity } from './conf-problem.ts';
import { readDirectiveValue } from './directive-value.ts';
import type { EffectiveSettings, PlacedDirective } from './effective.ts';
import { compareVersions, versionAtLeast, type ServerVersion } from './product-version.ts';

const MODULE_REFUSAL =
  'Module Configuration detected without loadmodule directive or no ApplyConfig call: aborting';

/** Builds a problem at a place in a line. */
export function problemAt(
  placed: PlacedDirective,
  what: {
    readonly code: ConfProblemCode;
    readonly severity: ConfSeverity;
    readonly stopsServer: ConfProblem['stopsServer'];
    readonly message: string;
    readonly help?: string;
  },
  columns: ColumnRange = { start: placed.line.nameRange.start, end: placed.line.raw.length },
): ConfProblem {
  const range: ConfRange = {
    path: placed.path,
    line: placed.line.number,
    start: columns.start,
    end: columns.end,
  };
  return { ...what, range };
}

/** Problems of one line. */
export function diagnoseLine(placed: PlacedDirective, effective: EffectiveSettings): readonly ConfProblem[] {
  const { line } = placed;
  // Said once, by the reader.
  if (line.number === 1 && line.raw.startsWith('\uFEFF')) return [];
  const lookup = findDirective(line.name, effective.server);
  if (line.templates.length > 0) return [templateProblem(placed, lookup)];
  switch (lookup.kind) {
    case 'known':
      return diagnoseKnown(placed, lookup.directive, effective);
    case 'ignored':
      return [
        problemAt(placed, {
          code: 'ignored-directive',
          severity: 'info',
          stopsServer: 'no',
          message: `${line.name} is read and ignored by ${describe(effective.server)}`,
          help: 'remove the line',
        }),
      ];
    case 'module':
    case 'needs-newer':
    case 'removed':
    case 'other-product':
    case 'unknown':
      return [unknownProblem(placed, lookup, effective)];
  }
}

function diagnoseKnown(
  placed: PlacedDirective,
  directive: Directive,
  effective: EffectiveSettings,
): readonly ConfProblem[] {
  const { line } = placed;
  const { server } = effective;
  const reading = readDirectiveValue(directive, line.args, server);
  const comment = trailingComment(placed, directive);
  if (comment !== undefined) {
    const silent = reading.ok && directive.name !== 'bind';
    return [
      problemAt(
        placed,
        {
          code: 'trailing-comment',
          severity: 'error',
          stopsServer: silent ? 'no' : 'yes',
          message: reading.ok ? 'the comment is read as arguments' : reading.message,
          help: `\`#\` is a comment only at the start of a line: move it to a line of its own`,
        },
        { start: comment.start, end: line.raw.length },
      ),
    ];
  }
  if (!reading.ok) {
    const late =
      directive.runtime === 'file-only' && line.args.length > 0 && versionAtLeast(server, { redis: '8.0' });
    return [refusedProblem(placed, directive, late ? MODULE_REFUSAL : reading.message)];
  }
  return [...oldName(placed, directive), ...oddValue(placed, directive, server)];
}

function refusedProblem(placed: PlacedDirective, directive: Directive, message: string): ConfProblem {
  const { args, argRanges } = placed.line;
  const { least, most } = directive.arguments;
  const count = args.length < least || args.length > most;
  const first = argRanges[0];
  return problemAt(
    placed,
    {
      code: count ? 'wrong-number-of-arguments' : 'bad-value',
      severity: 'error',
      stopsServer: 'yes',
      message: `${directive.name}: ${message}`,
      ...(count
        ? {
            help:
              count && args.length > most
                ? 'put a value with blanks in double quotes'
                : 'give a value; none is written ""',
          }
        : {}),
    },
    count || first === undefined
      ? undefined
      : { start: first.start, end: argRanges.at(-1)?.end ?? first.end },
  );
}

/** A bare argument that starts with `#` where the line has more arguments than it may, or is a list. */
function trailingComment(placed: PlacedDirective, directive: Directive): ColumnRange | undefined {
  const { line } = placed;
  const { most } = directive.arguments;
  const index = line.argRanges.findIndex(({ start, end }, i) => {
    if (line.raw[start] !== '#') return false;
    // `user x on #<hash>` is a rule; `requirepass #x` is a password.
    if (directive.name === 'user' || directive.name === 'sentinel') return end === start + 1;
    return i > 0 || line.args.length > most || end === start + 1;
  });
  if (index === -1) return undefined;
  if (directive.secret && index === 0 && line.args.length === 1) return undefined;
  return line.argRanges[index];
}

function templateProblem(placed: PlacedDirective, lookup: DirectiveLookup): ConfProblem {
  const directive = lookup.kind === 'known' ? lookup.directive : undefined;
  const first = placed.line.templates[0] ?? { start: 0, end: 0 };
  const kind = directive?.type.kind;
  const literal =
    kind === 'string' ||
    kind === 'path' ||
    directive?.name === 'user' ||
    directive?.name === 'rename-command';
  return problemAt(
    placed,
    {
      code: 'template',
      severity:
        literal && (directive?.secret === true || directive?.name === 'user')
          ? 'error'
          : literal
            ? 'warning'
            : 'info',
      stopsServer: 'depends',
      message: literal
        ? `unrendered template in ${placed.line.name}: the server starts and takes the text literally`
        : `unrendered template in ${placed.line.name}: as it is, the server refuses the value`,
      help: 'check the rendered file',
    },
    first,
  );
}

type Missing = Exclude<DirectiveLookup, { kind: 'known' | 'ignored' }>;

function unknownProblem(placed: PlacedDirective, lookup: Missing, effective: EffectiveSettings): ConfProblem {
  const { server, recorded } = effective;
  const future = !recorded.exact && compareVersions(server.version, recorded.version) > 0;
  const modules =
    effective.modules.length > 0 && (lookup.kind === 'module' || versionAtLeast(server, { redis: '8.0' }));
  // `requirepass=secret` is one word to the server: what follows is no name, and may be a secret.
  const name = placed.line.name.slice(0, 64).replace(/([=:]).+$/s, '$1…');
  const { code, help } = explainMissing(lookup, server);
  const certain = !future && !modules;
  return problemAt(
    placed,
    {
      code,
      severity: certain ? 'error' : 'warning',
      stopsServer: certain ? 'yes' : 'depends',
      message: `${refusal(lookup, placed.line.args.length, server)}: ${name}`,
      ...(help === undefined ? {} : { help }),
    },
    placed.line.nameRange,
  );
}

function explainMissing(
  lookup: Missing,
  server: ServerVersion,
): { readonly code: ConfProblemCode; readonly help: string | undefined } {
  switch (lookup.kind) {
    case 'needs-newer': {
      const instead = lookup.instead === undefined ? '' : `; ${describe(server)} calls it ${lookup.instead}`;
      return {
        code: 'needs-newer-version',
        help: `needs ${server.product} ${lookup.since} or newer${instead}`,
      };
    }
    case 'removed':
      return {
        code: 'removed-directive',
        help: `gone since ${server.product} ${lookup.removed}: remove the line`,
      };
    case 'other-product':
      return {
        code: 'other-product',
        help: `a directive of ${lookup.product} ${lookup.since}, not of ${server.product}`,
      };
    case 'module':
      return {
        code: 'unknown-directive',
        help: 'a setting of a module: it needs a loadmodule line for that module',
      };
    case 'unknown': {
      const help = lookup.suggestion === undefined ? undefined : `did you mean \`${lookup.suggestion}\`?`;
      return { code: 'unknown-directive', help };
    }
  }
}

/** The server's words; Redis 8 takes an unknown word with arguments for a module's, and says so only later. */
function refusal(lookup: Missing, words: number, server: ServerVersion): string {
  const late = versionAtLeast(server, lookup.kind === 'module' ? '7.0' : { redis: '8.0' });
  return late && words > 0 ? MODULE_REFUSAL : 'Bad directive or wrong number of arguments';
}

function oldName(placed: PlacedDirective, directive: Directive): readonly ConfProblem[] {
  const { name } = placed.line;
  const current = directive.names[0] ?? directive.name;
  if (name === current || !/slave|ziplist|lua-time-limit|_/.test(name)) return [];
  return [
    problemAt(
      placed,
      {
        code: 'old-name',
        severity: 'info',
        stopsServer: 'no',
        message: `${name} is the old name of ${current}; both are accepted`,
      },
      placed.line.nameRange,
    ),
  ];
}

function oddValue(
  placed: PlacedDirective,
  directive: Directive,
  server: ServerVersion,
): readonly ConfProblem[] {
  const { args } = placed.line;
  const value = (args[0] ?? '').toLowerCase();
  switch (directive.name) {
    case 'activedefrag':
      if (value !== 'yes') return [];
      return [
        problemAt(placed, {
          code: 'activedefrag',
          severity: 'warning',
          stopsServer: 'depends',
          message:
            'Active defragmentation cannot be enabled: it requires a server compiled with a modified Jemalloc',
          help: "works only in builds with the bundled jemalloc; Debian's packages and builds with the system's allocator refuse to start",
        }),
      ];
    case 'requirepass':
      if (value !== '') return [];
      return [
        problemAt(placed, {
          code: 'requirepass-empty',
          severity: 'warning',
          stopsServer: 'no',
          message: 'requirepass "" switches the password off: the default user needs none',
          help: 'give a password, or remove the line and define users',
        }),
      ];
    case 'save': {
      const short = args.length === 2 || (args.length === 1 && value === '');
      if (versionAtLeast(server, '7.0') || short) return [];
      return [
        problemAt(placed, {
          code: 'save-one-line',
          severity: 'error',
          stopsServer: 'no',
          message: `${describe(server)} accepts this line and then saves no snapshot at all: several save points on one line need 7.0`,
          help: 'write one `save <seconds> <changes>` line for each point',
        }),
      ];
    }
    default:
      return [];
  }
}

function describe(server: ServerVersion): string {
  return `${server.product === 'redis' ? 'Redis' : 'Valkey'} ${server.version}`;
}
