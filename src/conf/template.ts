/**
 * Unrendered template text, as it is found in committed configuration files. The server takes it
 * literally: in a number it refuses to start, in a password it starts, with a password that everybody
 * can read. So such text is recognised and never read as a value.
 */

export type TemplateKind =
  /** `${VAR}` */
  | 'shell-braces'
  /** `$VAR`, the whole value */
  | 'shell-name'
  /** `$${VAR}`, Compose's escape */
  | 'compose-escape'
  /** `$(VAR)` of make and Kubernetes, and `$(command)` of a shell */
  | 'parenthesis'
  /** `__VAR__` */
  | 'double-underscore'
  /** `APP_PASSWORD_PLACEHOLDER`, `CHANGE_ME`, `YOUR_PASSWORD` */
  | 'placeholder-word'
  /** `<password>` */
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

export function detectTemplates(_text: string): readonly Template[] {
  return [];
}
