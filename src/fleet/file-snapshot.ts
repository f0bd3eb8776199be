/**
 * A snapshot of files on this host: a configuration with its includes, the ACL file and the certificates that it
 * names, modes and owners, the systemd unit that starts it and the volume under its data. Nothing is written.
 */

import { dirname, resolve } from 'node:path';
import { decodeConf, type ServerVersion } from '../conf/index.ts';
import { readFileSettings } from './conf-settings.ts';
import { known, type Fact } from './fact.ts';
import { readConfiguration, readNamedFiles } from './host-facts.ts';
import { readHostFile, type HostRoot } from './host-file.ts';
import type { Snapshot } from './snapshot.ts';
import { assembleFromFiles } from './text-snapshot.ts';
import { readUnit } from './unit.ts';
import { seal } from './unasked.ts';
import { readVolume } from './volume.ts';

export interface FileSource {
  readonly configPath: string;
  /** Replaces what `aclfile` says. */
  readonly aclPath?: string;
  /** The version that will read them; the files do not tell. */
  readonly server: ServerVersion;
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  /** Default: the path. */
  readonly subject?: string;
  /** `files`: the host that the files lie on is not the server's: no unit, volume, modes or owners. */
  readonly scope?: 'host' | 'files';
  /** The directory that relative names count from; default: that of the configuration. */
  readonly base?: string;
  /** Where the system's own files are; default `/`. */
  readonly root?: HostRoot;
}

/** The configuration file itself cannot be read: there is nothing to take a snapshot of. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  readonly code = 'unreadable';
  readonly path: string;

  constructor(path: string, why: string) {
    super(why);
    this.path = path;
  }
}

/** Throws {@link UnreadableFileError}; whatever else cannot be read is an unknown fact of the snapshot. */
export function snapshotFromFiles(source: FileSource): Snapshot {
  const { server, configPath } = source;
  const base = source.base ?? dirname(resolve(configPath));
  const { configuration, root } = readConfiguration(configPath, server, base);
  if (!root.known) throw new UnreadableFileError(configPath, root.detail);
  const settings = readFileSettings(configuration, server);
  const aclfile = settings.settings.get('aclfile');
  const aclPath = source.aclPath ?? (aclfile?.known === true ? aclfile.value : '');
  const aclText = aclPath === '' ? undefined : readText(resolve(base, aclPath));
  const conf = configuration.documents.map(({ path }) => path);
  const named = readNamedFiles(settings, { base, conf, acl: aclPath, given: configPath }, source.root);
  const onHost = source.scope !== 'files';
  return seal(
    assembleFromFiles({
      server,
      serverFrom: { kind: 'host', what: 'the version that was given' },
      configuration,
      ...(aclText === undefined ? {} : { aclText }),
      aclPath,
      takenAt: source.takenAt,
      subject: source.subject ?? configPath,
      certificateFiles: named.certificateFiles,
      ...(onHost ? { paths: named.paths, host: readHost(source, settings.settings, base) } : {}),
    }),
  );
}

function readHost(
  source: FileSource,
  settings: Snapshot['settings'],
  base: string,
): Pick<Snapshot, 'unit' | 'volume'> {
  const dir = settings.get('dir');
  return {
    unit: readUnit({ confPath: resolve(source.configPath) }, source.root),
    volume: readVolume(resolve(base, dir?.known === true ? dir.value : '.'), source.root),
  };
}

function readText(path: string): Fact<string> {
  const bytes = readHostFile(path);
  return bytes.known ? known(decodeConf(bytes.value), bytes.from) : bytes;
}
