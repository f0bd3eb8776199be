/** When a node that could not be reached is tried again, and when there is no use in it. */

import type { FleetError, FleetErrorCode } from '../../fleet/index.ts';

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 3000;

/** Failures that stay the same until somebody mends them: our own credentials, certificates, addresses. */
const LASTING: ReadonlySet<FleetErrorCode> = new Set([
  'wrongpass',
  'noauth',
  'protected-mode',
  'tls-untrusted',
  'plaintext-to-tls',
  'tls-to-plaintext',
  'local-material',
  'too-large',
]);

export function isLasting(error: FleetError): boolean {
  return LASTING.has(error.code);
}

/** Milliseconds before try number `tries` + 1, from 1. */
export function pauseAfter(tries: number): number {
  return Math.min(PAUSE_MIN_MS * 2 ** Math.min(tries - 1, 10), PAUSE_MAX_MS);
}
