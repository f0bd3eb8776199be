/** The door of the pki room: the authority on disk, and the inventory of certificates. */
export type * from './inventory.ts';
