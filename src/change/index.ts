/** The door of the change room: plans, runs, and every operation that changes a fleet. */
export {
  CREDENTIALS_FILE,
  forgetCredential,
  lastRotated,
  printCredentialRecord,
  readCredentialRecord,
  recordRotation,
} from './access/credential-age.ts';
export type { CredentialEntry, CredentialRecord, ReadRecord } from './access/credential-age.ts';
export { usersDue } from './access/due.ts';
export type { DueUser } from './access/due.ts';
export { CHANGE_ERROR_CODES, ChangeError } from './change-error.ts';
export type { ChangeErrorCode } from './change-error.ts';
export type * from './plan.ts';
export type * from './run.ts';
export type * from './step.ts';
