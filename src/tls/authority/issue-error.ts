// Why a certificate, a request or a revocation list cannot be made.

export type IssueErrorCode = 'bad-name' | 'bad-time' | 'bad-authority' | 'bad-request';

/** A certificate that cannot be made from what was asked. */
export class IssueError extends Error {
  override readonly name = 'IssueError';
  readonly code: IssueErrorCode;
  constructor(code: IssueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
