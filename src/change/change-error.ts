/** Why an operation on a fleet could not go on: one class with closed codes for the whole room. */

export const CHANGE_ERROR_CODES = [
  /** Another run holds the state folder. */
  'locked',
  /** The journal or the state folder cannot be read, written or trusted. */
  'journal',
  /** The key that seals secrets is missing or does not fit. */
  'seal',
  /** A node is not as it was when the plan was made. */
  'moved',
  /** No run with that id, or none to resume. */
  'no-run',
  /** A file on a host. */
  'host',
  /** The receipt is not one, or its signature does not fit. */
  'receipt',
  /** The new secret could not be delivered. */
  'delivery',
] as const;

export type ChangeErrorCode = (typeof CHANGE_ERROR_CODES)[number];

/** The world failed: `next` is the step that helps. */
export class ChangeError extends Error {
  readonly code: ChangeErrorCode;
  /** Node, file or run. */
  readonly subject: string;
  readonly next: string | undefined;

  constructor(
    code: ChangeErrorCode,
    subject: string,
    message: string,
    options: { readonly next?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ChangeError';
    this.code = code;
    this.subject = subject;
    this.next = options.next;
  }
}
