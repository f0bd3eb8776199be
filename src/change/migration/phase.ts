/**
 * The way from `requirepass` and a plaintext port to named users and TLS, in five phases. The old way stays open until
 * nobody is left on it. What servers do at each, seen on real ones (Redis 6.0.16, 7.0.15, 8.0.2, 8.0.6, Valkey 8.0.1,
 * 8.1.1, 9.1.2):
 *
 * - dual-port: CONFIG SET of certificate, key, CA and `tls-port` in one command works from 7.0 on, with clients
 *   connected; 6.0 has `tls-port` and `port` fixed until a restart. In a Cluster TLS clients are redirected to TLS ports
 *   from 8.0 on; 7.0.15 redirects them to plaintext ports.
 * - clients: `tls-replication yes` alone changes nothing until the link breaks, and then it stays down, because the
 *   replica speaks TLS to the plaintext port. With REPLICAOF to the TLS port in the same MULTI the link is up within
 *   0.1 s by a partial resync; the replica then announces its own TLS port. Under Sentinels that would not last: ten
 *   seconds later one that watches the plaintext port sends the replica back to it (`+fix-slave-config`), where the link
 *   stays down (Redis 7.0.15, Valkey 9.1.2).
 * - default-off: sessions of `default` stay as they are until they end; replication links of `default` too, and then
 *   they do not come back. `default off resetpass` holds over CONFIG REWRITE and a restart, although the conf still has
 *   its `requirepass` line and CONFIG GET still shows it.
 * - plaintext-closed: `CONFIG SET port 0` works from 7.0 on; open connections stay. In a Cluster the nodes do not tell
 *   one another: TLS clients were redirected to closed ports on every version, so that it needs a restart there.
 */

export const PHASES = ['dual-port', 'users', 'clients', 'default-off', 'plaintext-closed'] as const;

export type Phase = (typeof PHASES)[number];

/** What a phase does, in a line. */
export const PHASE_TITLES: Readonly<Record<Phase, string>> = {
  'dual-port': 'open a TLS port beside the plaintext port',
  users: 'add the users of the policy beside default',
  clients: 'replication moves to its own user and TLS; clients move when they are ready',
  'default-off': 'switch default off',
  'plaintext-closed': 'close the plaintext port',
};

/** What a session still needs of the old way. */
export type OldWay = 'default' | 'plaintext';

/** What a phase takes away: it must not begin while somebody needs it. */
export function takenAwayBy(phase: Phase): OldWay | undefined {
  switch (phase) {
    case 'default-off':
      return 'default';
    case 'plaintext-closed':
      return 'plaintext';
    case 'dual-port':
    case 'users':
    case 'clients':
      return undefined;
  }
}
