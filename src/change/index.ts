/** The door of the change room: plans, runs, and every operation that changes a fleet. */
export { CHANGE_ERROR_CODES, ChangeError } from './change-error.ts';
export type { ChangeErrorCode } from './change-error.ts';
export type * from './plan.ts';
export type * from './run.ts';
export type * from './step.ts';
