/**
 * Unrendered template text, as it is found in committed configuration files. The server takes it
 * literally: in a number it refuses to start, in a password it starts, with a password that everybody
 * can read. So such text is recognised and never read as a value. Random passwords hold `$`, `%`, `{` and `<`
 * too, and ACL rules hold `%R~` and `<old`: each form here needs more than one such sign.
 */

export type TemplateKind =
  /** `${VAR}`, `${VAR:-default}` */
  | 'shell-braces'
  /** `$VAR`, the whole word */
  | 'shell-name'
  /** `$${VAR}`, Compose's escape */
  | 'compose-escape'
  /** `$(VAR)` of make and Kubernetes, and `$(command)` of a shell */
  | 'parenthesis'
  /** `__VAR__` */
  | 'double-underscore'
  /** `APP_PASSWORD_PLACEHOLDER`, `CHANGE_ME`, `YOUR_PASSWORD`, `WILL_BE_GENERATED` */
  | 'placeholder-word'
  /** `<password>`, the whole word */
  | 'angle-brackets'
  /** `{{ x }}` of Jinja, Helm, Go and others */
  | 'expression'
  /** `{% if x %}` */
  | 'statement'
  /** `{# note #}` */
  | 'comment'
  /** `%VAR%` */
  | 'percent'
  /** `<%= x %>` */
  | 'erb';

export interface Template {
  readonly kind: TemplateKind;
  /** Offsets in characters in the text that was searched; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Forms found on one text; more are not told apart. */
export const TEMPLATES_MAX = 1000;

const PAIRS: readonly (readonly [TemplateKind, string, string])[] = [
  ['expression', '{{', '}}'],
  ['statement', '{%', '%}'],
  ['comment', '{#', '#}'],
  ['erb', '<%', '%>'],
];

// Every pattern starts at a rare character or at a word's start, and every repeat inside is bounded: linear time.
const WORDS: readonly (readonly [TemplateKind, RegExp])[] = [
  ['compose-escape', /\$\$\{[A-Za-z_][A-Za-z0-9_]{0,127}(?:[-:?+=][^{}]{0,200})?\}/g],
  ['shell-braces', /(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]{0,127}(?:[-:?+=#%/^,!][^{}]{0,200})?\}/g],
  [
    'shell-name',
    /(?<![^\s"'>#=])\$(?:[A-Z]{2,64}(?:_[A-Z0-9]{1,64}){0,9}[0-9]{0,3}|[a-z]{2,64}(?:_[a-z0-9]{1,64}){1,9})(?![^\s"'])/g,
  ],
  ['parenthesis', /\$\((?:[A-Za-z_][A-Za-z0-9_]{0,127}|[a-z][a-z0-9_-]{0,30} [^()]{1,200})\)/g],
  ['double-underscore', /(?<![A-Za-z0-9_])__[A-Z][A-Z0-9]{0,63}(?:_[A-Z0-9]{1,64}){0,9}__(?![A-Za-z0-9_])/g],
  [
    'placeholder-word',
    /(?<![A-Za-z0-9_])(?:[A-Za-z0-9]{1,64}[-_]){0,9}PLACEHOLDER(?:[-_][A-Za-z0-9]{1,64}){0,9}(?![A-Za-z0-9])/gi,
  ],
  [
    'placeholder-word',
    /(?<![A-Za-z0-9])(?:CHANGE[-_]?(?:ME|THIS|IT)|REPLACE[-_]?(?:ME|THIS|WITH)|WILL[-_]BE[-_]|TO[-_]BE[-_]|FILL[-_]ME|INSERT[-_][A-Z]{1,32}[-_]HERE)[A-Za-z0-9_-]{0,64}/gi,
  ],
  ['placeholder-word', /(?<![A-Za-z0-9])YOUR[-_][A-Za-z][A-Za-z0-9_-]{0,64}/gi],
  ['angle-brackets', /(?<![^\s"'>#~&])<[A-Za-z](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9])?>(?![^\s"'])/g],
  ['percent', /%[A-Z]{2,64}(?:_[A-Z0-9]{1,64}){0,9}%/g],
];

const WORTH_SEARCHING = /[$<{%]|__|placeholder|change|replace|will|to[-_]be|fill|insert|your/i;

/** Every unrendered template form in `text`, in order, not overlapping. */
export function detectTemplates(text: string): readonly Template[] {
  if (!WORTH_SEARCHING.test(text)) return [];
  const found: Template[] = [];
  for (const [kind, open, close] of PAIRS) findPairs(text, kind, open, close, found);
  for (const [kind, pattern] of WORDS) {
    for (const match of text.matchAll(pattern)) {
      if (found.length >= TEMPLATES_MAX) break;
      found.push({ kind, start: match.index, end: match.index + match[0].length });
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const apart: Template[] = [];
  for (const template of found) {
    if (template.start >= (apart.at(-1)?.end ?? 0)) apart.push(template);
  }
  return apart;
}

function findPairs(text: string, kind: TemplateKind, open: string, close: string, found: Template[]): void {
  let at = text.indexOf(open);
  while (at !== -1 && found.length < TEMPLATES_MAX) {
    const end = text.indexOf(close, at + 2);
    if (end === -1) return;
    found.push({ kind, start: at, end: end + 2 });
    at = text.indexOf(open, end + 2);
  }
}
