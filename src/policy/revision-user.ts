/**
 * The user that shows which revision of a policy a node runs: off, without a right, its password hashes the revision.
 * No policy may declare it, and nobody may own it.
 */
export const REVISION_USER = 'wardis-revision';
