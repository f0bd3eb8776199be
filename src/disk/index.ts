/** The door of the disk room: files written so that they outlast a power cut, and replaced where others may write too. */
export { replaceSynced, syncFolder, writeSynced } from './durable.ts';
export {
  holdFile,
  openHeldFolder,
  putInPlace,
  readHeld,
  readPlainFile,
  refuseChanged,
  replaceHeld,
  stageBeside,
} from './held-file.ts';
export type { HeldFile, HeldFolder, StagedFile } from './held-file.ts';
export { tryLock } from './lock-file.ts';
export type { LockAttempt, LockHolder } from './lock-file.ts';
