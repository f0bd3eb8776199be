/**
 * A live server that runs on this very host: what its process, its files and its volume show. A server counts as
 * local only when the process number that it names started here at the time that its uptime tells, so that a
 * forwarded port or another container is not taken for it.
 */

import { dirname, resolve } from 'node:path';
import { parseAclFile, type CommandTable } from '../acl/index.ts';
import { decodeConf, type ServerVersion } from '../conf/index.ts';
import { known, unknown, type Fact } from './fact.ts';
import { readConfiguration, readNamedFiles } from './host-facts.ts';
import { readHostFile, type HostRoot } from './host-file.ts';
import { isProcessHere, readPackage, readProcess } from './process.ts';
import { sharedHostFacts, type SharedFacts } from './shared-facts.ts';
import type { Snapshot } from './snapshot.ts';
import { readUnit } from './unit.ts';
import { readVolume } from './volume.ts';

export type HostFacts = Pick<
  Snapshot,
  'conf' | 'aclFile' | 'certificateFiles' | 'paths' | 'process' | 'unit' | 'volume' | 'packageVersion'
>;

export interface LocalServer {
  readonly info: ReadonlyMap<string, string>;
  readonly settings: Pick<Snapshot, 'settings' | 'secrets'>;
  readonly server: ServerVersion;
  readonly table: CommandTable;
  /** Our clock when INFO was answered. */
  readonly atMs: number;
  readonly shared: SharedFacts;
  readonly root?: HostRoot;
}

/** The host's facts, or why there are none. */
export function readLocalServer(local: LocalServer): HostFacts {
  const pid = Number(local.info.get('process_id') ?? Number.NaN);
  const uptimeSeconds = Number(local.info.get('uptime_in_seconds') ?? Number.NaN);
  if (!Number.isInteger(pid) || !isProcessHere({ pid, uptimeSeconds, atMs: local.atMs }, local.root)) {
    return remoteHostFacts('the server does not run on this host');
  }
  const process = readProcess(pid, local.root);
  // In a container the server is process 1, and so is another program here that may be as old.
  if (process.known && !/redis|valkey/i.test(process.value.commandLine.join(' '))) {
    return remoteHostFacts('the server runs in a container, or on another host');
  }
  const key = `${pid} ${local.info.get('run_id') ?? ''}`;
  return sharedHostFacts(local.shared, key, () => readHere(local, pid, process));
}

/** Every fact of the host unknown, for one reason. */
export function remoteHostFacts(why: string): HostFacts {
  const gone = (what: string, command: string): Fact<never> =>
    unknown('not-asked', why, `run wardis audit on the server’s own host, or there: ${command} (${what})`);
  return {
    conf: gone('the configuration file', 'redis-cli info server | grep config_file'),
    aclFile: gone('the ACL file', 'redis-cli config get aclfile'),
    certificateFiles: new Map(),
    paths: new Map(),
    process: gone('the process', 'ps -o user,args -C redis-server'),
    unit: gone('the unit', 'systemctl cat redis-server'),
    volume: gone('the volume under dir', 'findmnt -T "$(redis-cli config get dir | tail -1)"'),
    packageVersion: gone('the package', 'dpkg -S "$(readlink -f /usr/bin/redis-server)"'),
  };
}

function readHere(local: LocalServer, pid: number, process: HostFacts['process']): HostFacts {
  const { settings, server, root } = local;
  const value = (name: string): string => {
    const fact = settings.settings.get(name);
    return fact?.known === true ? fact.value : '';
  };
  const confPath = local.info.get('config_file') ?? '';
  const dir = value('dir');
  // The server changed into `dir` when it read the setting; relative names count from there.
  const base = dir !== '' ? dir : confPath === '' ? '/' : dirname(confPath);
  const conf = readConf(confPath, server, base);
  const confPaths = conf.known ? conf.value.documents.map(({ path }) => path) : [confPath];
  return {
    conf,
    aclFile: readAclFile(settings.settings.get('aclfile'), base, local.table),
    ...readNamedFiles(settings, { base, conf: confPaths, acl: value('aclfile') }, root),
    process,
    unit: readUnit({ pid }, root),
    volume: dir === '' ? dirUnknown(settings.settings.get('dir')) : readVolume(dir, root),
    packageVersion: readPackage(process.known ? process.value.executable : '', root),
  };
}

function readConf(path: string, server: ServerVersion, base: string): Snapshot['conf'] {
  if (path === '') {
    return unknown(
      'missing',
      'the server was started without a configuration file',
      'look at its command line',
    );
  }
  const { configuration, root } = readConfiguration(path, server, base);
  return root.known ? known({ root: path, ...configuration }, root.from) : root;
}

function readAclFile(
  setting: Fact<string> | undefined,
  base: string,
  table: CommandTable,
): Snapshot['aclFile'] {
  // Refused is not the same as not set: there may well be an ACL file.
  if (setting?.known === false)
    return setting.reason === 'missing' ? { ...setting, reason: 'failed' } : setting;
  const path = setting?.value ?? '';
  if (path === '')
    return unknown('missing', 'aclfile is not set', 'users are in the configuration file, if anywhere');
  const bytes = readHostFile(resolve(base, path));
  if (!bytes.known) return bytes;
  return known({ path, file: parseAclFile(decodeConf(bytes.value), table, { file: path }) }, bytes.from);
}

function dirUnknown(dir: Fact<string> | undefined): Fact<never> {
  const why = dir?.known === false ? dir : undefined;
  const look = 'run CONFIG GET dir as an administrator, then findmnt -T on it';
  return unknown(why?.reason ?? 'missing', why?.detail ?? 'dir is not known', look);
}
