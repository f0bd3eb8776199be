/**
 * The commands that an audit sends, all of them read-only, each with the rights it needs and the place to look
 * when the server will not answer it. HELLO without arguments needs no right from 6.2 on and changes nothing.
 */

/** One question to the server. */
export interface AuditCommand {
  readonly argv: readonly string[];
  /** Shown as provenance. */
  readonly name: string;
  /** The ACL rule that allows it; absent where none is needed. */
  readonly rule?: string;
  /** Where a person finds the answer when the server withholds it. */
  readonly look: string;
}

/** Newest entries of ACL LOG that are read. Without a count the server gives 10. */
export const DENIALS_MAX = 1000;

/** The one pipeline that every live audit sends. TIME goes first: its reply dates the clock comparison. */
export const AUDIT_COMMANDS = {
  time: ask(['TIME'], '+time', 'compare `date -u` on the host with a time server'),
  hello: { argv: ['HELLO'], name: 'HELLO', look: 'read the version from the package or the service console' },
  // Not `everything`, which a Sentinel of 6.0 does not know; it only adds what modules say.
  info: ask(['INFO', 'all'], '+info', 'run `redis-cli info all` as an administrator'),
  config: ask(
    ['CONFIG', 'GET', '*'],
    '+config|get',
    'read the configuration file: wardis audit --config FILE',
  ),
  users: ask(['ACL', 'LIST'], '+acl|list', 'read the ACL file: wardis audit --config FILE --aclfile FILE'),
  whoami: ask(['ACL', 'WHOAMI'], '+acl|whoami', 'look at the user name that you gave'),
  denials: ask(
    ['ACL', 'LOG', String(DENIALS_MAX)],
    '+acl|log',
    'run `redis-cli acl log 128` as an administrator',
  ),
  commands: ask(['COMMAND'], '+command', 'the bundled table of the version stands in'),
  clients: ask(['CLIENT', 'LIST'], '+client|list', 'run `redis-cli client list` as an administrator'),
  modules: ask(['MODULE', 'LIST'], '+module|list', 'read the loadmodule lines of the configuration file'),
  role: ask(['ROLE'], '+role', 'read the `# Replication` section of INFO as an administrator'),
} as const satisfies Readonly<Record<string, AuditCommand>>;

/**
 * Sent in a second pipeline, where the first showed that they apply. SENTINEL CONFIG GET is not among them: no rule
 * allows it without SENTINEL CONFIG SET, and it prints a password.
 */
export const FOLLOW_UP_COMMANDS = {
  clusterInfo: ask(['CLUSTER', 'INFO'], '+cluster|info', 'run `redis-cli cluster info` as an administrator'),
  clusterNodes: ask(
    ['CLUSTER', 'NODES'],
    '+cluster|nodes',
    'run `redis-cli cluster nodes` as an administrator',
  ),
  sentinelMasters: ask(['SENTINEL', 'MASTERS'], '+sentinel|masters', 'read sentinel.conf'),
} as const satisfies Readonly<Record<string, AuditCommand>>;

function ask(argv: readonly string[], rule: string, look: string): AuditCommand {
  return { argv, name: argv.join(' '), rule, look };
}
