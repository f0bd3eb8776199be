/** Text as it may stand in XML, between tags and in attributes. */

import { safeText } from './safe-text.ts';

/** Markup is escaped; line ends stay, other control characters are shown as text. */
export function escapeXml(text: string): string {
  const lines = text.split('\n').map(safeText).join('\n');
  return lines.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
