/** Where the servers' own documents say more: one title and address per subject, for the pages of the checks. */

export interface Reference {
  readonly title: string;
  readonly url: string;
}

const REDIS = 'https://redis.io/docs/latest/operate/oss_and_stack/management';

export const REFERENCES = {
  tls: { title: 'Redis: TLS', url: `${REDIS}/security/encryption/` },
  tlsValkey: { title: 'Valkey: TLS', url: 'https://valkey.io/topics/encryption/' },
  security: { title: 'Redis: security', url: `${REDIS}/security/` },
  securityValkey: { title: 'Valkey: security', url: 'https://valkey.io/topics/security/' },
  acl: { title: 'Redis: ACL', url: `${REDIS}/security/acl/` },
  persistence: { title: 'Redis: persistence', url: `${REDIS}/persistence/` },
  persistenceValkey: { title: 'Valkey: persistence', url: 'https://valkey.io/topics/persistence/' },
  replication: { title: 'Redis: replication', url: `${REDIS}/replication/` },
  replicationValkey: { title: 'Valkey: replication', url: 'https://valkey.io/topics/replication/' },
  sentinel: { title: 'Redis: Sentinel', url: `${REDIS}/sentinel/` },
  sentinelValkey: { title: 'Valkey: Sentinel', url: 'https://valkey.io/topics/sentinel/' },
  cluster: {
    title: 'Redis: cluster specification',
    url: 'https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/',
  },
  clusterValkey: { title: 'Valkey: cluster specification', url: 'https://valkey.io/topics/cluster-spec/' },
  admin: { title: 'Redis: administration', url: `${REDIS}/admin/` },
  adminValkey: { title: 'Valkey: administration', url: 'https://valkey.io/topics/admin/' },
  clients: {
    title: 'Redis: client handling',
    url: 'https://redis.io/docs/latest/develop/reference/clients/',
  },
  clientsValkey: { title: 'Valkey: client handling', url: 'https://valkey.io/topics/clients/' },
  eviction: {
    title: 'Redis: key eviction',
    url: 'https://redis.io/docs/latest/develop/reference/eviction/',
  },
  aclLog: { title: 'Redis: ACL LOG', url: 'https://redis.io/docs/latest/commands/acl-log/' },
  systemd: {
    title: 'systemd.exec: the execution environment of a unit',
    url: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html',
  },
} as const satisfies Readonly<Record<string, Reference>>;
