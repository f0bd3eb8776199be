/**
 * What differs between the ACL languages of the server versions, as data. Every flag was seen on real servers: Redis
 * 6.0.16, 6.2.16, 7.0.15, 7.2.6, 7.4.1, 8.0.6 and Valkey 7.2.7, 8.0.1, 8.1.1, 9.1.2; patch levels that were not run are
 * taken from the release notes of the fixes.
 */

export type Product = 'redis' | 'valkey';

/** A product and its version, as INFO names them (`7.0.15`). `7.0` means the build that was recorded: 7.0.15. */
export interface ServerVersion {
  readonly product: Product;
  readonly version: string;
}

/** One version's rule language. */
export interface Dialect {
  readonly product: Product;
  readonly version: string;
  /** Channel rules (`&`): 6.2 and later. */
  readonly channels: boolean;
  /** `acl-pubsub-default` when nothing sets it: what a new user may do with channels. */
  readonly pubsubDefault: PubsubDefault;
  /** `( ... )` selectors, `%R~` permissions, DRYRUN: 7.0 and later. */
  readonly selectors: boolean;
  readonly keyPermissions: boolean;
  /** Subcommands are commands of their own (7.0 and later); else `+a|b` only ever looks at the first argument. */
  readonly subcommands: boolean;
  /** `db=` rules: Valkey 9.1 and later. */
  readonly databases: boolean;
  /** `skip-sanitize-payload`: absent in 6.0, a flag, or (Valkey 9.1) accepted and ignored. */
  readonly sanitizePayload: 'absent' | 'flag' | 'ignored';
  /** A new user shows `sanitize-payload` at once (7.2 - 8.x), not only after `reset`. */
  readonly newUserSanitizes: boolean;
  /** How the command rules are shown: kept as written (7.2 and later), or worked out from the bits. */
  readonly display: 'kept-rules' | 'from-bits';
  /** GETUSER in 6.x: `allkeys` among the flags, keys and channels as lists. */
  readonly getUserForm: 'lists' | 'strings';
  /** Category rules pass over commands of modules (7.0 and earlier). */
  readonly categoriesSkipModules: boolean;
  /** A first-argument rule on a command already allowed: an error (6.0), nothing (6.2), or kept. */
  readonly firstArgWhenAllowed: 'error' | 'ignored' | 'kept';
  /** Who is named in DRYRUN's refusals: nobody (7.0) or the user. */
  readonly refusalNamesUser: boolean;
  /** Commands that need no right whatever their flags. */
  readonly alwaysAllowed: readonly string[];
  /** So do those flagged `no_auth` (6.2 and later: 6.0 flags HELLO but asks for the right). */
  readonly noAuthIsFree: boolean;
  /** Deepest recursion of the glob matcher, or 0 for none (6.x, 7.0). */
  readonly globDepthMax: number;
  /** Width of a key count read from the arguments. */
  readonly keyCount: 'int32' | 'int64' | 'checked';
  /** How the text inside parentheses becomes rules. */
  readonly argumentSplit: ArgumentSplit;
  /** 7.0: a second open parenthesis drops the unfinished selector before it. */
  readonly reopensSelector: boolean;
  /** Before the fixes of CVE-2024-51741: `%` alone is accepted, and the next display ends the server. */
  readonly percentAborts: boolean;
  /** Before the fixes of CVE-2024-31227: `%~pattern` is accepted too, with the same end. */
  readonly percentTildeAborts: boolean;
  /** GEORADIUS: the first STORE is checked, the last one is written. */
  readonly georadiusFirstStore: boolean;
  /** SORT: `STORE by STORE victim` writes an unchecked key. */
  readonly sortSkipsStoreValue: boolean;
  /** XREADGROUP: a consumer called `streams` moves the window of checked keys. */
  readonly xreadKeywordWindow: boolean;
  /** SORT_RO: no key is checked at all (CVE-2023-41053, fixed in 7.0.13 and 7.2.1). */
  readonly sortRoUnchecked: boolean;
  /** A first-argument rule with a blank or a quote ends the server at the next display. */
  readonly firstArgBlankAborts: boolean;
  /** An unclosed parenthesis in an ACL file ends the server at ACL LOAD. */
  readonly aclFileParenthesisCrashes: boolean;
  /** What an ACL file's refusal lists: every error of a line (6.x), or unknown commands by name and one other. */
  readonly aclFileErrors: 'every' | 'commands-and-first';
  /** Lines of an ACL file that start with `#` are comments (Redis 8.8, #14461); else an error. */
  readonly aclFileComments: boolean;
  /** A user named twice in a file: refused, or (6.x) the last line counts. */
  readonly duplicateUsers: 'refused' | 'last-wins';
  /** ACL LOAD ends every connection that is not of the default user (up to 7.2). */
  readonly loadDisconnects: boolean;
}

/**
 * `strict`: a closing quote ends its word. `drops-ff` (Valkey 8.1): the same, and a raw byte FF vanishes. `joined`
 * (Valkey 9.0): FF vanishes, and a word goes on behind a closing quote.
 */
export type ArgumentSplit = 'strict' | 'drops-ff' | 'joined';

export type PubsubDefault = 'allchannels' | 'resetchannels';

/**
 * The rule language of a version. Versions between two known ones speak the older one's language, versions newer than
 * all of them the newest one's; holes known to be fixed are closed from the patch level that fixed them on.
 */
export function dialectOf(server: ServerVersion): Dialect {
  const { product, version } = server;
  const v = buildOf(server);
  const valkey = product === 'valkey';
  const since = (major: number, minor: number): boolean => v[0] > major || (v[0] === major && v[1] >= minor);
  const seven = since(7, 0);
  const kept = since(7, 2);
  return {
    product,
    version,
    channels: since(6, 2),
    pubsubDefault: seven ? 'resetchannels' : 'allchannels',
    selectors: seven,
    keyPermissions: seven,
    subcommands: seven,
    databases: valkey && since(9, 1),
    sanitizePayload: !since(6, 2) ? 'absent' : valkey && since(9, 1) ? 'ignored' : 'flag',
    newUserSanitizes: kept && !(valkey && since(9, 1)),
    display: kept ? 'kept-rules' : 'from-bits',
    getUserForm: seven ? 'strings' : 'lists',
    categoriesSkipModules: !kept,
    firstArgWhenAllowed: seven ? 'kept' : since(6, 2) ? 'ignored' : 'error',
    refusalNamesUser: kept,
    alwaysAllowed: seven ? [] : ['auth', 'quit'],
    noAuthIsFree: since(6, 2),
    globDepthMax: fixedIn(v, valkey ? GLOB_DEPTH_VALKEY : GLOB_DEPTH_REDIS) ? GLOB_DEPTH_MAX : 0,
    keyCount: valkey ? (since(9, 0) ? 'checked' : 'int32') : since(7, 4) ? 'int64' : 'int32',
    argumentSplit: !valkey || !since(8, 1) ? 'strict' : since(9, 0) ? 'joined' : 'drops-ff',
    reopensSelector: seven && !kept,
    percentAborts: seven && !fixedIn(v, valkey ? PERCENT_VALKEY : PERCENT_REDIS),
    percentTildeAborts: seven && !fixedIn(v, valkey ? GLOB_DEPTH_VALKEY : GLOB_DEPTH_REDIS),
    georadiusFirstStore: seven && !fixedIn(v, valkey ? GEORADIUS_VALKEY : KEYWORDS_REDIS),
    sortSkipsStoreValue: valkey || !fixedIn(v, KEYWORDS_REDIS),
    xreadKeywordWindow: seven && (valkey || !fixedIn(v, KEYWORDS_REDIS)),
    sortRoUnchecked: seven && !fixedIn(v, SORT_RO_REDIS),
    firstArgBlankAborts: kept,
    aclFileParenthesisCrashes: seven,
    aclFileErrors: seven ? 'commands-and-first' : 'every',
    aclFileComments: !valkey && since(8, 8),
    duplicateUsers: seven ? 'refused' : 'last-wins',
    loadDisconnects: valkey ? !since(8, 0) : !since(7, 4),
  };
}

/** The build that a version means: without a patch level, the recorded one of the minor version. */
function buildOf({ product, version }: ServerVersion): Version {
  const [major, minor, patch] = parseVersion(version);
  const isWhole = /^\D*\d+\D+\d+\D+\d/.test(version);
  return [major, minor, isWhole ? patch : (RECORDED_PATCH.get(`${product}-${major}.${minor}`) ?? patch)];
}

/** `7.0.15` or `7.0` as numbers; what is missing is 0. */
export function parseVersion(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version
    .split(/[^0-9]+/)
    .map((part) => Number.parseInt(part, 10) || 0);
  return [major, minor, patch];
}

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

const GLOB_DEPTH_MAX = 1000;

/** Builds that the bundled tables and the test vectors were recorded from. */
const RECORDED_PATCH: ReadonlyMap<string, number> = new Map([
  ['redis-6.0', 16],
  ['redis-6.2', 16],
  ['redis-7.0', 15],
  ['redis-7.2', 6],
  ['redis-7.4', 1],
  ['redis-8.0', 6],
  ['valkey-7.2', 7],
  ['valkey-8.0', 1],
  ['valkey-8.1', 1],
  ['valkey-9.1', 2],
]);

// First fixed release of each branch, newest branch first; a branch newer than the first has the fix, a branch that is
// missing never got it.
type Fixes = readonly Version[];
// CVE-2024-31228 (glob depth) and CVE-2024-31227 (`%~`) were fixed in the same releases.
const GLOB_DEPTH_REDIS: Fixes = [[7, 4, 1], [7, 2, 6], [6, 2, 16]]; // prettier-ignore
const GLOB_DEPTH_VALKEY: Fixes = [[8, 0, 1], [7, 2, 7]]; // prettier-ignore
const PERCENT_REDIS: Fixes = [[7, 4, 2], [7, 2, 7]]; // prettier-ignore
const PERCENT_VALKEY: Fixes = [[8, 0, 2], [7, 2, 8]]; // prettier-ignore
const KEYWORDS_REDIS: Fixes = [[8, 8, 2], [8, 6, 6], [8, 4, 6], [8, 2, 9], [7, 4, 11], [7, 2, 16]]; // prettier-ignore
const SORT_RO_REDIS: Fixes = [[7, 2, 1], [7, 0, 13]]; // prettier-ignore
// Valkey #3971 is younger than 9.1.0; 9.1.2 has it (seen).
const GEORADIUS_VALKEY: Fixes = [[9, 1, 2]];

function fixedIn(version: Version, fixes: Fixes): boolean {
  const [major, minor, patch] = version;
  const branch = fixes.find((fix) => fix[0] === major && fix[1] === minor);
  if (branch !== undefined) return patch >= branch[2];
  const newest = fixes[0];
  return newest !== undefined && (major > newest[0] || (major === newest[0] && minor > newest[1]));
}
