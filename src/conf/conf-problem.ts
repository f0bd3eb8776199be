/**
 * What is wrong or surprising in configuration files, as data: a closed code, the message (the server's
 * own words where it has any), where, what to do, and whether the server refuses to start because of it.
 */

/** Every code that this room can report. Codes are never reused with another meaning. */
export type ConfProblemCode =
  | 'conf-too-large'
  | 'byte-order-mark'
  | 'nul-byte'
  | 'unbalanced-quotes'
  | 'trailing-comment'
  | 'template'
  | 'unknown-directive'
  | 'needs-newer-version'
  | 'other-product'
  | 'removed-directive'
  | 'ignored-directive'
  | 'old-name'
  | 'wrong-number-of-arguments'
  | 'bad-value'
  | 'duplicate-directive'
  | 'duplicate-user'
  | 'users-and-aclfile'
  | 'requirepass-with-aclfile'
  | 'requirepass-empty'
  | 'rename-command'
  | 'rename-command-unknown'
  | 'secret-in-comment'
  | 'activedefrag'
  | 'bind-ipv6-optional'
  | 'bind-address-specific'
  | 'save-one-line'
  | 'sentinel-host-name'
  | 'sentinel-only'
  | 'tls-without-ca'
  | 'tls-without-certificate'
  | 'replicaof-in-cluster'
  | 'include-missing'
  | 'include-empty-glob'
  | 'include-cycle'
  | 'include-too-deep'
  | 'include-too-many'
  | 'include-glob-unsupported'
  | 'version-not-recorded';

export type ConfSeverity = 'error' | 'warning' | 'info';

/** Where in a file: `line` counts from 1, `start` and `end` are offsets in characters within that line. */
export interface ConfRange {
  readonly path: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface ConfProblem {
  readonly code: ConfProblemCode;
  readonly severity: ConfSeverity;
  /** What is wrong; never holds a secret. The server's wording where it has one. */
  readonly message: string;
  /**
   * Whether the server refuses to start because of it: `yes`, `no`, or `depends` on something that the
   * file does not show (the build, the machine's addresses, what a template is rendered to).
   */
  readonly stopsServer: 'yes' | 'no' | 'depends';
  readonly range?: ConfRange;
  /** What to do about it. */
  readonly help?: string;
}
