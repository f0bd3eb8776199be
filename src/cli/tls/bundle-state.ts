/** The trust that the state folder holds. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readStateTrust(folder: string): string {
  try {
    return readFileSync(join(folder, 'tls', 'ca.crt'), 'utf8');
  } catch {
    return '';
  }
}
