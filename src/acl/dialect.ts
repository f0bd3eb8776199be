/**
 * What differs between the ACL languages of the server versions, as data. Every flag was seen on real servers: Redis
 * 6.0.16, 6.2.16, 7.0.15, 7.2.6, 7.4.1, 8.0.6 and Valkey 7.2.7, 8.0.1, 8.1.1, 9.1.2; patch levels that were not run are
 * taken from the release notes of the fixes.
 */

export type Product = 'redis' | 'valkey';

/** A product and its version, as INFO names them (`7.0.15`; `7.0` is taken as 7.0.0). */
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
  readonly display: 'kept-rules' | 'from-bits' | 'from-bits-6.0';
  /** GETUSER in 6.x: `allkeys` among the flags, keys and channels as lists. */
  readonly getUserForm: 'lists' | 'strings';
  /** Category rules pass over commands of modules (7.0 and earlier). */
  readonly categoriesSkipModules: boolean;
  /** A first-argument rule on a command already allowed: an error (6.0), nothing (6.2), or kept. */
  readonly firstArgWhenAllowed: 'error' | 'ignored' | 'kept';
  /** Who is named in DRYRUN's refusals: nobody (7.0) or the user. */
  readonly refusalNamesUser: boolean;
  /** Commands that need no right at all, besides those flagged `no_auth`. */
  readonly alwaysAllowed: readonly string[];
  /** Deepest recursion of the glob matcher, or 0 for none (6.x, 7.0). */
  readonly globDepthMax: number;
  /** Width of a key count read from the arguments. */
  readonly keyCount: 'int32' | 'int64' | 'checked';
  /** 7.0: a second open parenthesis drops the unfinished selector before it. */
  readonly reopensSelector: boolean;
  /** Before the fixes of CVE-2024-51741: `%` alone is accepted, and the next display ends the server. */
  readonly percentAborts: boolean;
  /** 7.0 accepts `%~pattern` too, with the same end. */
  readonly percentTildeAborts: boolean;
  /** GEORADIUS: the first STORE is checked, the last one is written. */
  readonly georadiusFirstStore: boolean;
  /** SORT: `STORE by STORE victim` writes an unchecked key. */
  readonly sortSkipsStoreValue: boolean;
  /** XREADGROUP: a consumer called `streams` moves the window of checked keys. */
  readonly xreadKeywordWindow: boolean;
  /** A first-argument rule with a blank or a quote ends the server at the next display. */
  readonly firstArgBlankAborts: boolean;
  /** An unclosed parenthesis in an ACL file ends the server at ACL LOAD. */
  readonly aclFileParenthesisCrashes: boolean;
  /** ACL LOAD ends every connection that is not of the default user (up to 7.2). */
  readonly loadDisconnects: boolean;
}

export type PubsubDefault = 'allchannels' | 'resetchannels';

/** The rule language of a version. Unknown newer versions get the newest one known of the product. */
export function dialectOf(_server: ServerVersion): Dialect {
  throw new Error('not yet');
}
