/** Exit codes are outcomes: a script can tell findings from faults. Frozen; `wardis help exit-codes` prints them. */

export const EXIT = {
  /** Clean, or done. */
  ok: 0,
  /** Findings at or above `--fail-on`. */
  findings: 1,
  /** Wrong usage, a bad policy, or an operational error. */
  error: 2,
  /** A target or a check could not be assessed. */
  incomplete: 3,
  /** The server refused our own credentials. */
  refused: 4,
  /** Interrupted by the operator. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, for help and documentation. */
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.ok, meaning: 'clean, or done' },
  {
    code: EXIT.findings,
    meaning:
      'findings at or above --fail-on (default high); denied (acl check); failed (acl test); different (--check)',
  },
  { code: EXIT.error, meaning: 'usage, policy or operational error' },
  {
    code: EXIT.incomplete,
    meaning: 'incomplete: a target, or a check at or above --fail-on, could not be assessed',
  },
  { code: EXIT.refused, meaning: 'our own credentials were refused' },
  { code: EXIT.interrupted, meaning: 'interrupted' },
];
