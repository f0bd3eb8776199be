/**
 * redis.conf or valkey.conf. Every line is one that the version knows; what a line is for stands above it, because the
 * server takes no comment behind a directive. Secrets are never in it: they are in secrets.conf, mode 0600.
 */

import { formatDirective, getDirective, versionAtLeast, type ServerVersion } from '../../conf/index.ts';
import { describeRequest, productName, type Artefact, type Blueprint } from '../blueprint.ts';
import type { ExpectedSetting, SettingSection } from '../expectation.ts';

/** One directive with the reason for it. */
export interface ConfEntry {
  readonly name: string;
  readonly args: readonly string[];
  readonly reason?: string;
}

const TITLES: Readonly<Record<SettingSection | 'access' | 'process', string>> = {
  network: 'Network',
  tls: 'TLS',
  access: 'Authentication and users',
  limits: 'Limits',
  surface: 'Attack surface',
  records: 'Logs',
  data: 'Data on disk and replication',
  cluster: 'Cluster',
  process: 'Process',
};

export function confFile(blueprint: Blueprint): Artefact {
  const product = productName(blueprint);
  const parts = [
    `# ${product}.conf written by wardis for ${describeRequest(blueprint.request)}.\n# Change the policy and compile again; this file is overwritten.\n`,
  ];
  for (const [section, title] of Object.entries(TITLES)) {
    const entries = confEntries(blueprint).get(section as keyof typeof TITLES) ?? [];
    if (entries.length > 0)
      parts.push(`# === ${title} ===\n${printEntries(entries, blueprint.request.server)}`);
  }
  return { path: `${product}.conf`, content: parts.join('\n'), mode: 0o640, about: 'server configuration' };
}

/** The directives of the conf by section, in the order they are written. */
export function confEntries(
  blueprint: Blueprint,
): ReadonlyMap<SettingSection | 'access' | 'process', readonly ConfEntry[]> {
  const sections = new Map<SettingSection | 'access' | 'process', ConfEntry[]>();
  const add = (section: SettingSection | 'access' | 'process', entries: readonly ConfEntry[]): void => {
    sections.set(section, [...(sections.get(section) ?? []), ...entries]);
  };
  for (const setting of blueprint.expected.settings.values())
    add(setting.section, settingEntries(blueprint, setting));
  add('access', accessEntries(blueprint));
  add('limits', limitEntries(blueprint));
  add('records', recordEntries(blueprint));
  add('data', dataEntries(blueprint));
  add('cluster', clusterEntries(blueprint));
  add('process', processEntries(blueprint));
  return sections;
}

/** Directives as text, each under its reason. A directive that the version writes otherwise gets that name. */
export function printEntries(entries: readonly ConfEntry[], server: ServerVersion): string {
  return entries
    .map((entry) => {
      const name = getDirective(entry.name, server)?.names[0] ?? entry.name;
      const comment = entry.reason === undefined ? '' : `# ${entry.reason}\n`;
      return `${comment}${formatDirective(name, entry.args)}\n`;
    })
    .join('');
}

/** What the operator chose wins over the level's value; one line for each class of output buffer. */
export function settingEntries(blueprint: Blueprint, setting: ExpectedSetting): readonly ConfEntry[] {
  const { choices, paths } = blueprint;
  const { name, reason, value } = setting;
  switch (name) {
    case 'bind':
      return [{ name, reason, args: bindAddresses(blueprint, value) }];
    case 'port':
    case 'tls-port':
      return [{ name, reason, args: [value === '0' ? '0' : String(blueprint.port)] }];
    case 'tls-cert-file':
    case 'tls-key-file':
    case 'tls-ca-cert-file':
      return [{ name, reason, args: [`${paths.tls}/${value}`] }];
    case 'maxmemory':
      return [{ name, reason, args: [choices.maxmemory ?? value] }];
    case 'maxclients':
      return [{ name, reason, args: [String(choices.maxclients ?? value)] }];
    case 'client-output-buffer-limit':
      return value
        .split(' ')
        .flatMap((_, at, words) => (at % 4 === 0 ? [words.slice(at, at + 4)] : []))
        .map((args, at) => ({ name, args, ...(at === 0 ? { reason } : {}) }));
    default:
      return [{ name, reason, args: [value] }];
  }
}

function bindAddresses(blueprint: Blueprint, value: string): readonly string[] {
  const { bind } = blueprint.choices;
  const { level, exposure } = blueprint.request;
  const chosen = bind.length > 0 && level !== 'basic' && exposure !== 'localhost';
  return chosen ? bind : value.split(' ');
}

function accessEntries(blueprint: Blueprint): readonly ConfEntry[] {
  const entries: ConfEntry[] = [
    {
      name: 'aclfile',
      args: [`${blueprint.paths.conf}/users.acl`],
      reason: 'The only place of users. With it, requirepass is dropped in silence, so there is none.',
    },
  ];
  if (blueprint.replication === undefined || blueprint.request.mode === 'standalone') return entries;
  entries.push({
    name: 'masteruser',
    args: [blueprint.replication.user],
    reason: 'Whom this node logs in as on its primary.',
  });
  return entries;
}

function limitEntries(blueprint: Blueprint): readonly ConfEntry[] {
  const policy = blueprint.choices.maxmemoryPolicy;
  return policy === undefined
    ? []
    : [{ name: 'maxmemory-policy', args: [policy], reason: 'As the policy says.' }];
}

function recordEntries(blueprint: Blueprint): readonly ConfEntry[] {
  const product = productName(blueprint);
  const entries: ConfEntry[] = [
    {
      name: 'logfile',
      args: [`${blueprint.paths.log}/${product}-server.log`],
      reason: "Readable by the server's user and the log shipper only.",
    },
  ];
  if (blueprint.expected.settings.has('syslog-enabled')) {
    entries.push({ name: 'syslog-ident', args: [product] }, { name: 'syslog-facility', args: ['local0'] });
  }
  return entries;
}

function dataEntries(blueprint: Blueprint): readonly ConfEntry[] {
  const strict = blueprint.expected.users.named && blueprint.expected.tls.clientCertificates === 'yes';
  const persistence = blueprint.choices.persistence ?? (strict ? 'both' : 'rdb');
  const saves =
    persistence === 'none' || persistence === 'aof'
      ? [['']]
      : [
          ['3600', '1'],
          ['300', '100'],
          ['60', '10000'],
        ];
  const appends = persistence === 'aof' || persistence === 'both';
  const entries: ConfEntry[] = [
    {
      name: 'dir',
      args: [blueprint.paths.data],
      reason: 'On an encrypted volume, mode 0700: dumps hold everything.',
    },
    { name: 'dbfilename', args: ['dump.rdb'] },
    ...saves.map((args, at) => ({
      name: 'save',
      args,
      ...(at === 0 ? { reason: 'Snapshots: seconds and changes.' } : {}),
    })),
    { name: 'appendonly', args: [appends ? 'yes' : 'no'] },
  ];
  const { primary } = blueprint.choices;
  if (blueprint.request.mode === 'replica' && primary !== undefined) {
    entries.push({
      name: 'replicaof',
      args: [primary.host, String(primary.port)],
      reason: 'Leave this line out on the primary itself.',
    });
  }
  return entries;
}

function clusterEntries(blueprint: Blueprint): readonly ConfEntry[] {
  if (blueprint.request.mode !== 'cluster') return [];
  return [
    { name: 'cluster-node-timeout', args: ['15000'] },
    {
      name: 'cluster-allow-reads-when-down',
      args: ['no'],
      reason: 'A minority must not answer with stale data.',
    },
  ];
}

/**
 * `include` comes last: seen on Redis 7.0.15 and 8.0.2 and Valkey 8.0.1 to 9.1.2, each `save` line after an include
 * replaces the one before, so that only the last snapshot point would be left.
 */
function secretEntries({ replication, request, paths }: Blueprint): readonly ConfEntry[] {
  if (replication?.secret === undefined || request.mode === 'standalone') return [];
  return [
    {
      name: 'include',
      args: [`${paths.conf}/secrets.conf`],
      reason: 'masterauth must be in clear text; it stands in a file of its own, mode 0600.',
    },
  ];
}

function processEntries(blueprint: Blueprint): readonly ConfEntry[] {
  const { server } = blueprint.request;
  return [
    { name: 'daemonize', args: ['no'] },
    { name: 'supervised', args: ['auto'], reason: 'Tells systemd when it is ready; does nothing elsewhere.' },
    { name: 'pidfile', args: [`${blueprint.paths.run}/${productName(blueprint)}-server.pid`] },
    ...(versionAtLeast(server, { redis: '6.2', valkey: '7.2' })
      ? [{ name: 'disable-thp', args: ['yes'] }]
      : []),
    ...secretEntries(blueprint),
  ];
}
