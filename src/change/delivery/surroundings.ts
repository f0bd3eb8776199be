/**
 * What deliveries need of the world, so that tests give their own: environment, output, waiting. Every way in here has
 * three verbs: `examine` before anything is changed (could it work, and what is there now), `deliver`, and the same
 * `deliver` with the previous value to take it back. Delivering twice is harmless, since a crash may ask for it.
 */

import type { Secret } from '../../conf/index.ts';
import { ChangeError } from '../change-error.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output of the command. */
  readonly print: (text: string) => void;
  /** Default: setTimeout. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** For programs, in `WARDIS_USER` and `WARDIS_FLEET`: whose secret it is. */
  readonly user: string;
  readonly fleet?: string;
}

export interface Examination {
  /** What is in the place now, where it can be read: delivered again to take a delivery back. */
  readonly previous?: Secret;
  /** One sentence for the report: `is there, version 4`. */
  readonly detail: string;
}

export interface Delivery {
  /** One sentence for the report; never the secret. */
  readonly detail: string;
}

/** The world did not take the secret. */
export function undelivered(
  subject: string,
  message: string,
  options: { readonly next?: string; readonly cause?: unknown } = {},
): ChangeError {
  return new ChangeError('delivery', subject, message, options);
}

/** What a program or server said, without any form of the secret that it may have repeated, on one short line. */
export function withoutSecret(text: string, secrets: readonly Secret[]): string {
  let shown = text;
  for (const secret of secrets) {
    const clear = secret.reveal();
    if (clear === '') continue;
    const bytes = Buffer.from(clear, 'utf8');
    for (const form of [
      clear,
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      encodeURIComponent(clear),
      JSON.stringify(clear).slice(1, -1),
    ]) {
      shown = shown.replaceAll(form, '[secret]');
    }
  }
  // oxlint-disable-next-line no-control-regex -- texts of programs are shown on a terminal
  const line = shown.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > SAID_CHARS_MAX ? `${line.slice(0, SAID_CHARS_MAX)}…` : line;
}

const SAID_CHARS_MAX = 300;
