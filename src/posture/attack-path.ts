/**
 * Known ways from a reachable port, a login or an account on the host to more. Checks name the paths that they close or
 * prove open. Shown on real servers where a test says so; the rest from published advisories and reports of worms.
 */

export interface AttackPath {
  /** `AP-NN`, never reused. */
  readonly id: string;
  readonly title: string;
  /** What the attacker does, and what it takes. */
  readonly how: string;
  /** What ends it. */
  readonly end: string;
}

export const ATTACK_PATHS: readonly AttackPath[] = [
  {
    id: 'AP-01',
    title: 'write files by CONFIG SET dir',
    how: 'CONFIG SET dir and dbfilename, then SAVE: a snapshot with planted lines lands in a cron directory or in authorized_keys. It takes the commands, a directory that the server may write, and a version before 7.0 or enable-protected-configs.',
    end: 'Deny CONFIG SET, keep enable-protected-configs no, and give the server no directory but its own.',
  },
  {
    id: 'AP-02',
    title: 'rogue primary and module',
    how: 'REPLICAOF to a host of the attacker, whose full synchronisation brings a file of his choice; MODULE LOAD then runs it as the server.',
    end: 'Deny REPLICAOF and MODULE, keep enable-module-command no, and let the server open no connections to strangers.',
  },
  {
    id: 'AP-03',
    title: 'copy or wipe all data',
    how: 'SYNC as a false replica, MIGRATE to another host, REPLICAOF to an empty one, FLUSHALL: commands that name no key, so that key patterns do not hold them.',
    end: 'Deny the dangerous commands, and give replication a user that can do nothing else.',
  },
  {
    id: 'AP-04',
    title: 'break out of the scripting engine',
    how: 'A script that triggers a flaw of the Lua engine, by EVAL, EVALSHA, FCALL or FUNCTION LOAD, runs native code on a version without the fix.',
    end: 'Deny @scripting to users that need none (-@dangerous leaves it), and keep the version up to date.',
  },
  {
    id: 'AP-05',
    title: 'crafted payload',
    how: 'RESTORE, MIGRATE, FUNCTION RESTORE or a snapshot from a false primary carries a value that is made to break the reader.',
    end: 'Deny RESTORE and MIGRATE, sanitise payloads, and replicate from trusted nodes by TLS.',
  },
  {
    id: 'AP-06',
    title: 'open server on the network',
    how: 'Worms look for servers that answer without a password, or with one that everybody knows, and then take the paths above (P2PInfect, HeadCrab, Migo).',
    end: 'Bind named addresses, close the default user, keep protected mode on, and close the port at the firewall.',
  },
  {
    id: 'AP-07',
    title: 'exhaustion, before login too',
    how: 'Replies that are never read, endless connections or large requests fill the memory of the host; some flaws do it before AUTH (CVE-2025-21605).',
    end: 'Bound buffers, memory and connections, ask for client certificates, and keep the version up to date.',
  },
  {
    id: 'AP-08',
    title: 'join the cluster bus',
    how: 'The bus port takes whoever can reach it, where tls-cluster is off: a stranger becomes a node, and moves slots.',
    end: 'Set tls-cluster yes with a CA of the fleet, and let only the nodes reach the bus port.',
  },
  {
    id: 'AP-09',
    title: 'take over a Sentinel',
    how: 'An open Sentinel obeys SENTINEL SET, MONITOR and REMOVE: it makes a server of the attacker the primary, or runs a script at the next failover.',
    end: 'Give Sentinels users and passwords, keep deny-scripts-reconfig yes, and run at least three.',
  },
  {
    id: 'AP-10',
    title: 'read secrets',
    how: 'CONFIG GET, MONITOR, SLOWLOG, ACL LIST and CLIENT LIST show passwords, hashes and data; so do readable files, backups and command lines.',
    end: 'Deny these commands, store hashes only, and close the files.',
  },
  {
    id: 'AP-11',
    title: 'step out of a tenant',
    how: 'SCAN, KEYS, FLUSHDB, SWAPDB, FUNCTION FLUSH, CLIENT TRACKING and channels name no key: a user with patterns reaches the others through them, or by a pattern wider than it looks.',
    end: 'Deny them to confined users, and give each tenant patterns with a separator and channels of its own.',
  },
  {
    id: 'AP-12',
    title: 'keys checked wrongly',
    how: 'Flaws in single commands (SORT_RO, SORT, GEORADIUS, XREADGROUP) read or write keys that the patterns do not cover.',
    end: 'Upgrade, or deny these commands to users with patterns.',
  },
  {
    id: 'AP-13',
    title: 'pass with a foreign certificate',
    how: 'A certificate of a CA that was trusted too widely, an expired one through a resumed session, or none where tls-auth-clients is optional.',
    end: 'Trust a CA of the fleet alone, ask for certificates, and reload TLS when one must go.',
  },
  {
    id: 'AP-14',
    title: 'reach it through another service',
    how: 'A web service that can be made to send requests reaches the port from inside; where no login is needed the request is a command.',
    end: 'Ask every client for credentials, on loopback too, and for client certificates.',
  },
  {
    id: 'AP-15',
    title: 'from an account on the host',
    how: 'A socket that everybody may open, a directory or backup that everybody may read, or the moment before a socket gets its mode.',
    end: 'Close sockets, directories and snapshots to others, and encrypt what leaves the host.',
  },
  {
    id: 'AP-16',
    title: 'debugging left on',
    how: 'enable-debug-command and the insecure Lua options open memory, crashes and old interfaces to whoever may run the command.',
    end: 'Leave the options at no.',
  },
];

/** By id, in any case; undefined when there is none. */
export function findAttackPath(id: string): AttackPath | undefined {
  return ATTACK_PATHS.find((path) => path.id === id.toUpperCase());
}
