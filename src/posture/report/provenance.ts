/** Where a piece of evidence came from, in a short phrase. posture/ knows the facts of fleet/ by type only. */

import type { Provenance } from '../../fleet/index.ts';

export function printFrom(from: Provenance): string {
  switch (from.kind) {
    case 'command':
      return from.command;
    case 'file':
      return from.line === undefined ? from.path : `${from.path}:${from.line}`;
    case 'default':
      return `default of ${from.of}`;
    case 'probe':
      return `${from.what} ${from.address}`;
    case 'host':
      return from.what;
  }
}
