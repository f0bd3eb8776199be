/**
 * A snapshot of files from their text alone: what the server of a given version would be after starting with
 * them. Pure: nothing is opened, and the moment is a parameter. What only a running server shows is unknown.
 */

import { tableFor } from '../acl/index.ts';
import {
  configurationOf,
  parseConf,
  parseServerName,
  type Configuration,
  type ServerVersion,
} from '../conf/index.ts';
import { readFileSettings, type FileSettings } from './conf-settings.ts';
import { readConfiguredUsers } from './configured-users.ts';
import { known, unknown, type Fact, type Provenance } from './fact.ts';
import type {
  CertificateFileFact,
  ClusterFact,
  PathFact,
  RoleFact,
  SentinelFact,
  Snapshot,
} from './snapshot.ts';
import { seal, unaskedHostFacts, unaskedLiveFacts } from './unasked.ts';

export interface TextSource {
  /** A version, or its name: `redis-7.2`, `valkey-8.1.1`. */
  readonly server: ServerVersion | string;
  readonly conf: string;
  /** Content of the ACL file; where `conf` names none, it is taken for `users.acl`. */
  readonly acl?: string;
  /** ISO 8601 UTC; default: the epoch, so that the same text gives the same snapshot. */
  readonly takenAt?: string;
  /** What reports call it; default `redis.conf`, or `valkey.conf`. */
  readonly subject?: string;
  /** Facts from elsewhere, put over the snapshot of the files. */
  readonly facts?: Partial<Snapshot>;
}

/** Files already read: what the text form and the form that opens files have in common. */
export interface ReadFiles {
  readonly server: ServerVersion;
  /** Where the version was learned. */
  readonly serverFrom: Provenance;
  readonly configuration: Configuration;
  /** Absent: the ACL file was not given. */
  readonly aclText?: Fact<string>;
  /** Replaces what `aclfile` says. */
  readonly aclPath?: string;
  readonly takenAt: string;
  readonly subject: string;
  readonly certificateFiles?: ReadonlyMap<string, Fact<CertificateFileFact>>;
  readonly paths?: ReadonlyMap<string, Fact<PathFact>>;
  readonly host?: Pick<Snapshot, 'unit' | 'volume'>;
}

/** Throws only when `server` is a string that names no server: that is a bug of the caller. */
export function snapshotFromText(source: TextSource): Snapshot {
  const server = typeof source.server === 'string' ? parseServerName(source.server) : source.server;
  if (server === undefined) throw new TypeError('server must be a version, or a name such as redis-7.2');
  const subject = source.subject ?? `${server.product}.conf`;
  const snapshot = assembleFromFiles({
    server,
    serverFrom: { kind: 'host', what: 'the version that was given' },
    configuration: configurationOf(parseConf(source.conf, { path: subject, server })),
    ...(source.acl === undefined
      ? {}
      : { aclText: known(source.acl, { kind: 'file', path: 'users.acl' } as const) }),
    takenAt: source.takenAt ?? new Date(0).toISOString(),
    subject,
  });
  return seal({ ...snapshot, ...source.facts });
}

/** Puts a snapshot together from files that are already in memory. */
export function assembleFromFiles(files: ReadFiles): Snapshot {
  const table = tableFor(files.server);
  const { settings, secrets, requirepass, refusals } = readFileSettings(files.configuration, files.server);
  const root = files.configuration.documents[0]?.path ?? files.subject;
  const fromRoot: Provenance = { kind: 'file', path: root };
  const value = (name: string): string | undefined => valueOf(settings, name);
  const pubsub = value('acl-pubsub-default');
  const named = files.aclPath ?? value('aclfile') ?? '';
  const aclPath = named === '' && files.aclText !== undefined ? 'users.acl' : named;
  const users = readConfiguredUsers({
    table,
    configuration: files.configuration,
    aclPath,
    ...(files.aclText === undefined ? {} : { aclText: files.aclText }),
    ...(requirepass === undefined ? {} : { requirepass }),
    ...(pubsub === 'allchannels' || pubsub === 'resetchannels' ? { pubsubDefault: pubsub } : {}),
  });
  const sentinel = readSentinel(files.configuration);
  return {
    subject: files.subject,
    origin: 'files',
    takenAt: files.takenAt,
    product: known(
      {
        product: files.server.product,
        version: files.server.version,
        redisVersion: files.server.product === 'valkey' ? '7.2.4' : files.server.version,
      },
      files.serverFrom,
    ),
    mode: readMode(settings, sentinel, fromRoot),
    role: readRole(files.configuration, sentinel),
    settings,
    secrets,
    ...users,
    refusals: [...refusals, ...users.refusals],
    commands: known(table, { kind: 'default', of: table.server }),
    ...unaskedLiveFacts(),
    ...unaskedHostFacts(),
    ...files.host,
    conf: known({ root, ...files.configuration }, fromRoot),
    certificateFiles: files.certificateFiles ?? new Map(),
    paths: files.paths ?? new Map(),
    sentinel: sentinel ?? unknown('missing', 'not a Sentinel', 'give the sentinel.conf'),
    cluster: unaskedCluster(settings),
    managed: undefined,
  };
}

function unaskedCluster(settings: FileSettings['settings']): Fact<ClusterFact> {
  return valueOf(settings, 'cluster-enabled') === 'yes'
    ? unaskedLiveFacts().cluster
    : unknown('missing', 'cluster-enabled is no', 'nothing to look for');
}

function readMode(
  settings: FileSettings['settings'],
  sentinel: Fact<SentinelFact> | undefined,
  from: Provenance,
): Snapshot['mode'] {
  if (sentinel?.known === true) return known('sentinel', sentinel.from);
  const cluster = settings.get('cluster-enabled');
  if (cluster?.known === true && cluster.value === 'yes') return known('cluster', cluster.from);
  return known('standalone', cluster?.known === true ? cluster.from : from);
}

function readRole(configuration: Configuration, sentinel: Fact<SentinelFact> | undefined): Fact<RoleFact> {
  if (sentinel?.known === true) {
    const primaries = sentinel.value.primaries.map(({ name }) => name);
    return known({ kind: 'sentinel', primaries }, sentinel.from);
  }
  let role: Fact<RoleFact> | undefined;
  for (const { line, from } of directives(configuration)) {
    if (line.name !== 'replicaof' && line.name !== 'slaveof') continue;
    const [host = '', port = ''] = line.args;
    role =
      host.toLowerCase() === 'no'
        ? undefined
        : known({ kind: 'replica', primary: `${host}:${port}`, linkUp: undefined }, from);
  }
  return (
    role ??
    unknown('not-asked', 'files do not show who replicates from it', 'audit the running server (ROLE)')
  );
}

function readSentinel(configuration: Configuration): Fact<SentinelFact> | undefined {
  type Watched = { address: string; quorum: number; otherSentinels: number; authenticates: boolean };
  const watched = new Map<string, Watched>();
  let denyScriptsReconfig: boolean | undefined;
  let first: Provenance | undefined;
  for (const { line, from } of directives(configuration)) {
    if (line.name !== 'sentinel') continue;
    first ??= from;
    const [verb = '', name = '', ...rest] = line.args;
    const entry = watched.get(name);
    switch (verb.toLowerCase()) {
      case 'monitor':
        watched.set(name, {
          address: `${rest[0] ?? ''}:${rest[1] ?? ''}`,
          quorum: Number(rest[2] ?? 0),
          otherSentinels: 0,
          authenticates: false,
        });
        break;
      case 'auth-pass':
        if (entry !== undefined) entry.authenticates = true;
        break;
      case 'known-sentinel':
        if (entry !== undefined) entry.otherSentinels += 1;
        break;
      case 'deny-scripts-reconfig':
        denyScriptsReconfig = name.toLowerCase() === 'yes';
        break;
    }
  }
  if (first === undefined) return undefined;
  const primaries = [...watched].map(([name, entry]) => ({ name, ...entry }));
  // The server's default since the option exists (5.0) is yes.
  return known({ primaries, denyScriptsReconfig: denyScriptsReconfig ?? true }, first);
}

function* directives(configuration: Configuration) {
  for (const { path, line } of configuration.lines) {
    if (line.kind !== 'directive') continue;
    const from: Provenance = { kind: 'file', path, line: line.number };
    yield { line, from };
  }
}

function valueOf(settings: FileSettings['settings'], name: string): string | undefined {
  const fact = settings.get(name);
  return fact?.known === true ? fact.value : undefined;
}
