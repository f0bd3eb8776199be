/**
 * Text that a template engine or a person was meant to replace. A server takes it as it stands: a password `${VAR}` is
 * those six characters (AUTH with them works). Random passwords hold `$`, `%`, `{` and `<` too, so every form needs more
 * than one sign. Forms are those of public files: shell, Compose, make, Kubernetes, Jinja, Helm, ERB, Windows, words.
 */
import type { LintToken } from './rule.ts';

const NAME = '[A-Za-z_][A-Za-z0-9_.-]{0,127}';

// Each is bounded and anchored at a rare character: linear time.
const FORMS: readonly (readonly [form: string, pattern: RegExp])[] = [
  ['${…}', new RegExp(String.raw`\$?\$\{${NAME}(?:[-:?+=#%/^,!@][^{}]{0,200})?\}`)],
  ['$(…)', new RegExp(String.raw`\$\((?:${NAME}|[a-z][a-z0-9_-]{0,30} [^()]{1,200})\)`)],
  ['$…', /^\${1,2}(?:[A-Z][A-Z0-9]{1,63}(?:_[A-Z0-9]{1,64}){0,9}|[a-z][a-z0-9]{1,63}(?:_[a-z0-9]{1,64}){1,9})$/],
  ['{{ … }}', /\{\{[^{}]{0,300}\}\}/],
  ['{% … %}', /\{%[^{}]{0,300}%\}/],
  ['<%= … %>', /<%[^%]{0,300}%>/],
  ['__…__', /(?<![A-Za-z0-9_])__[A-Za-z][A-Za-z0-9]{0,63}(?:_[A-Za-z0-9]{1,64}){0,9}__(?![A-Za-z0-9_])/],
  ['@…@', /^@@?[A-Z][A-Z0-9_]{1,63}@@?$/],
  ['%…%', /%[A-Z][A-Z0-9_]{2,96}%/],
  ['<…>', /^<[A-Za-z](?:[A-Za-z0-9 _./:-]{0,80}[A-Za-z0-9])?>$/],
  ['[…]', /^\[[A-Z][A-Z_ -]{3,62}\]$/],
  ['#{…}', /#\{[A-Za-z_][A-Za-z0-9_.[\]:-]{0,127}\}/],
  ['%(…)s', /%\([A-Za-z_][A-Za-z0-9_]{0,63}\)s/],
  ['{…}', /^\{[A-Z][A-Z0-9_]{2,62}\}$/],
]; // prettier-ignore

const WORDS: readonly RegExp[] = [
  /(?<![A-Za-z0-9])PLACE[-_]?HOLDER(?![A-Za-z0-9])/i,
  /(?<![A-Za-z0-9])(?:PLEASE[-_]?)?CHANGE[-_]?(?:ME|THIS|IT)(?![A-Za-z])/i,
  /(?<![A-Za-z0-9])(?:REPLACE|SET|INSERT|PUT|FILL|ENTER|PASTE)[-_](?:ME|THIS|WITH|IN|YOUR|A|THE|HERE|FROM)(?![A-Za-z0-9])/i,
  /(?<![A-Za-z0-9])(?:REPLACEME|SETME|FILLME|TODO|FIXME|TBD|XXX{1,30})(?![A-Za-z0-9])/,
  // The name of a variable without its sign: REDIS_PASSWORD.
  /^[A-Z][A-Z0-9]{1,31}(?:_[A-Z0-9]{1,31}){0,6}_(?:PASSWORD|PASSWD|PASS|PWD?|SECRET|TOKEN)$/,
  /(?<![A-Za-z0-9])(?:WILL|TO)[-_]BE[-_]/i,
  /(?<![A-Za-z0-9])(?:MY|YOUR|UR)[-_](?:[A-Za-z0-9]{1,32}[-_]){0,6}(?:PASS(?:WORD|WD)?|PWD?|SECRET|KEY|TOKEN|HERE|USER|NAME|HASH)(?![a-z])/i,
  /(?<![A-Za-z0-9])YOUR[-_][A-Za-z]/i,
  /(?:PASSWORD|SECRET|HASH|TOKEN)[-_]?(?:GOES)?[-_]?HERE(?![A-Za-z])/i,
  /(?:PASSWORD|SECRET|HASH)[-_](?:FROM|VIA|IN)[-_](?:ENV|VAULT|SECRETS?|SSM|FILE)(?![A-Za-z])/i,
];

/** What a shell replaces before redis-cli sees it: in a script these are no placeholders. */
const OF_SHELLS: ReadonlySet<string> = new Set(['${…}', '$(…)', '$…']);

/** Would a shell have put something in its place? */
export function isShellForm(form: string): boolean {
  return OF_SHELLS.has(form);
}

/** The form of the placeholder that a text holds: `${…}`, `CHANGE_ME` and the like; undefined when it holds none. */
export function findPlaceholder(text: string): string | undefined {
  if (text.length > TEXT_CHARS_MAX) return undefined;
  const form = FORMS.find(([, pattern]) => pattern.test(text));
  if (form !== undefined) return form[0];
  return WORDS.some((pattern) => pattern.test(text)) ? 'a word to be replaced' : undefined;
}

/** The same of a key or channel pattern, where a word like `todo` is a name and a `{…}` in lower case a hash tag. */
export function findPatternPlaceholder(pattern: string): string | undefined {
  if (pattern.length > TEXT_CHARS_MAX) return undefined;
  const form = FORMS.find(
    ([name, expression]) => !['<…>', '[…]', '{…}', '@…@', '$…'].includes(name) && expression.test(pattern),
  );
  if (form !== undefined) return form[0];
  if (/(?<![A-Za-z0-9])\{[A-Z][A-Z0-9_]{2,62}\}/.test(pattern)) return '{…}';
  if (/(?:^|[:_-])<[A-Za-z][A-Za-z0-9_-]{0,62}>(?:$|[:*_-])/.test(pattern)) return '<…>';
  return /(?:^|[:_-])\$[A-Z][A-Z0-9_]{1,62}(?:$|[:*])/.test(pattern) ? '$…' : undefined;
}

/** Tokens `from` to `last` are one template that was split at its blanks: `>{{`, `password`, `}}`. */
export interface PlaceholderSpan {
  readonly from: number;
  readonly last: number;
  readonly form: string;
  readonly text: string;
}

/** Templates that the server splits at their blanks. */
export function findSpans(tokens: readonly LintToken[]): readonly PlaceholderSpan[] {
  const spans: PlaceholderSpan[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const pair = PAIRS.find(([open, close]) => isOpen(tokens[i]?.text ?? '', open, close));
    if (pair === undefined) continue;
    const [open, close, form] = pair;
    const last = findClose(tokens, i, close);
    if (last === undefined) continue;
    const text = tokens
      .slice(i, last + 1)
      .map((token) => token.text)
      .join(' ');
    spans.push({ from: i, last, form: open === '$(' ? '$(command)' : form, text });
    i = last;
  }
  return spans;
}

const TEXT_CHARS_MAX = 4096;
const SPAN_TOKENS_MAX = 64;
const PAIRS: readonly (readonly [open: string, close: string, form: string])[] = [
  ['{{', '}}', '{{ … }}'],
  ['{%', '%}', '{% … %}'],
  ['<%', '%>', '<%= … %>'],
  ['$(', ')', '$(…)'],
  ['${', '}', '${…}'],
];

function isOpen(word: string, open: string, close: string): boolean {
  const at = word.lastIndexOf(open);
  return at !== -1 && !word.includes(close, at + open.length);
}

function findClose(tokens: readonly LintToken[], from: number, close: string): number | undefined {
  const end = Math.min(tokens.length, from + SPAN_TOKENS_MAX);
  for (let i = from + 1; i < end; i++) if (tokens[i]?.text.includes(close) === true) return i;
  return undefined;
}
