/** HTML as a tagged template: every value is escaped unless it is markup already, so that no name can inject any. */

import { safeText } from './safe-text.ts';

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | readonly Markup[];

/** Build markup; strings and numbers are escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const pieces = strings.map((text, index) =>
    index < parts.length ? text + printPart(parts[index] ?? '') : text,
  );
  return { markup: pieces.join('') };
}

/** Nothing. */
export const NOTHING: Markup = { markup: '' };

function printPart(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if (Array.isArray(part)) return (part as readonly Markup[]).map((item) => item.markup).join('');
  return (part as Markup).markup;
}

function escapeHtml(text: string): string {
  return safeText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
