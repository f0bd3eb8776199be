/** The door of the disk room: files written so that they outlast a power cut. */
export { replaceSynced, syncFolder, writeSynced } from './durable.ts';
