/** Why the authority on disk cannot do what was asked: one class with closed codes for the whole room. */

export const PKI_ERROR_CODES = [
  /** There is no authority in this state folder. */
  'no-authority',
  /** Something is there already; keys and certificates are never overwritten. */
  'exists',
  /** The key that signs is not in the folder. */
  'key-offline',
  /** A key is protected and no passphrase was given, or it is the wrong one. */
  'passphrase',
  /** Others may read a key, or write to the folder. */
  'permissions',
  /** Certificate and key, or issuer and root, do not belong together. */
  'mismatch',
  /** A file is torn, too large, or something else than its name says. */
  'unreadable',
  /** Another process is at work in the folder, and did not end in time. */
  'locked',
  /** The disk is full, or the folder cannot be written. */
  'write',
  /** What was asked for cannot go into a certificate, or may not. */
  'request',
  /** No certificate of that name, serial number or fingerprint is known. */
  'not-found',
  /** More than one certificate answers to the name. */
  'ambiguous',
  /** A new root is being brought in, or none is. */
  'succession',
  /** The authority itself has ended. */
  'expired',
] as const;

export type PkiErrorCode = (typeof PKI_ERROR_CODES)[number];

/** The world failed, or the request cannot be met: `path` is the file or folder, `next` the step that helps. No secret is in it. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;
  readonly path: string;
  readonly next: string | undefined;

  constructor(
    code: PkiErrorCode,
    path: string,
    message: string,
    options: { readonly next?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.path = path;
    this.next = options.next;
  }
}

/** What the system says, in a few words. */
export function whyOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EACCES':
    case 'EPERM':
      return 'you may not';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return error instanceof Error ? error.message : 'unknown';
  }
}
