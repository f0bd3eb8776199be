/**
 * Managed services: which one runs a server, told from the host name, from INFO, and from the commands that are
 * gone; and where its settings are read instead. Sources: the services' own lists of restricted commands (AWS
 * ElastiCache and MemoryDB, Google Memorystore, Redis Software and Cloud, Azure), read in November 2026.
 */

export interface ManagedService {
  readonly id: 'elasticache' | 'memorydb' | 'memorystore' | 'redis-cloud' | 'azure' | 'oci-cache';
  /** Where a person reads what the service withholds. */
  readonly look: string;
}

/** What tells a service. */
export interface ManagedSigns {
  /** Name or address that was dialled; empty for a unix socket. */
  readonly host: string;
  readonly info: ReadonlyMap<string, string>;
  /** Names of the audit's commands that the server does not know at all: `CONFIG GET *`. */
  readonly missing: ReadonlySet<string>;
  readonly sentinel: 'yes' | 'no';
}

const LOOK: Readonly<Record<ManagedService['id'], string>> = {
  elasticache:
    'AWS console or CLI: aws elasticache describe-replication-groups, describe-cache-parameters, describe-users',
  memorydb:
    'AWS console or CLI: aws memorydb describe-clusters, describe-parameters, describe-users, describe-acls',
  memorystore:
    'Google Cloud console or CLI: gcloud redis instances describe, or gcloud memorystore instances describe',
  'redis-cloud':
    'Redis Cloud or Redis Software console: database configuration, and access control (roles, ACLs, users)',
  azure:
    'Azure portal or CLI: az redis show, or az redisenterprise show; Data access configuration for users',
  'oci-cache': 'OCI console or CLI: oci redis redis-cluster get',
};

const HOSTS: readonly (readonly [RegExp, ManagedService['id']])[] = [
  [/\.memorydb\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/, 'memorydb'],
  [/\.cache\.amazonaws\.com(?:\.cn)?$/, 'elasticache'],
  [/\.(?:redislabs\.com|redis-cloud\.com|redis-enterprise\.com|rlrcp\.com|redis\.io)$/, 'redis-cloud'],
  [/\.(?:redis\.cache\.windows\.net|redis\.azure\.net|redisenterprise\.cache\.azure\.net)$/, 'azure'],
  [/\.redis\.[a-z0-9-]+\.oci\.oraclecloud\.com$/, 'oci-cache'],
];

/** The service, or undefined when nothing shows one. */
export function recogniseManagedService(signs: ManagedSigns): ManagedService | undefined {
  const id = fromHost(signs.host) ?? fromInfo(signs.info) ?? fromCommands(signs);
  return id === undefined ? undefined : { id, look: LOOK[id] };
}

function fromHost(host: string): ManagedService['id'] | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  return HOSTS.find(([pattern]) => pattern.test(name))?.[1];
}

function fromInfo(info: ReadonlyMap<string, string>): ManagedService['id'] | undefined {
  const os = info.get('os') ?? '';
  if (os.startsWith('Amazon ElastiCache')) return 'elasticache';
  if (os.startsWith('Amazon MemoryDB')) return 'memorydb';
  if (info.has('rlec_version')) return 'redis-cloud';
  return undefined;
}

/** Memorystore for Redis has an address only, and knows none of these four; no server does without them by itself. */
function fromCommands({ missing, sentinel }: ManagedSigns): ManagedService['id'] | undefined {
  const gone = ['CONFIG GET *', 'ACL LIST', 'CLIENT LIST', 'COMMAND'];
  return sentinel === 'no' && gone.every((name) => missing.has(name)) ? 'memorystore' : undefined;
}
