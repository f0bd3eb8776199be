/** What reading a policy document or a request gives, and how much of it is read. */

import type { PolicyDocument } from './policy-document.ts';
import type { PolicyProblem } from './problem.ts';

/** What reading gave: a policy, or every problem of the text. */
export type ParsedPolicy =
  | { readonly ok: true; readonly policy: PolicyDocument; readonly problems: readonly [] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

export const POLICY_BYTES_MAX = 8 * 1024 * 1024;
