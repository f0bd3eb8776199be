/**
 * What the host of a server shows beside the server itself: its files, their modes and owners, certificates and
 * keys, process, systemd unit, volume and package. The same reading serves a live server on this host and files
 * alone.
 */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { globMatch } from '../acl/index.ts';
import { resolveIncludes, type Configuration, type ServerVersion } from '../conf/index.ts';
import { readCertificateFiles } from './certificate-files.ts';
import type { Fact } from './fact.ts';
import { readHostFile, readOwnerNames, readPathFact, type HostRoot } from './host-file.ts';
import type { CertificateFileFact, PathFact, Snapshot } from './snapshot.ts';

/** A configuration as read, and why its root could not be when it could not. */
export interface ReadConfiguration {
  readonly configuration: Configuration;
  readonly root: Fact<Buffer>;
}

/** Files that one wildcard of an `include` may bring. */
const GLOB_FILES_MAX = 1000;

type Settings = Pick<Snapshot, 'settings' | 'secrets'>;

/**
 * Reads a configuration with everything that it includes.
 *
 * @param base The server's working directory, from which relative names count; default the file's own directory.
 */
export function readConfiguration(
  path: string,
  server: ServerVersion | undefined,
  base = dirname(resolve(path)),
): ReadConfiguration {
  const root = readHostFile(path);
  const configuration = resolveIncludes(
    path,
    {
      read: (name) => {
        const bytes = name === path ? root : readHostFile(resolve(base, name));
        return bytes.known ? bytes.value : undefined;
      },
      glob: (pattern) => expandGlob(resolve(base, pattern)),
    },
    server,
  );
  return { configuration, root };
}

/** Certificates and keys, and the modes and owners of everything that the settings name. */
export function readNamedFiles(
  settings: Settings,
  places: {
    readonly base: string;
    readonly conf: readonly string[];
    readonly acl: string;
    /** The path that a person gave: it counts from our own working directory, not from the server's. */
    readonly given?: string;
  },
  root: HostRoot = '/',
): {
  readonly certificateFiles: ReadonlyMap<string, Fact<CertificateFileFact>>;
  readonly paths: ReadonlyMap<string, Fact<PathFact>>;
} {
  const names = readOwnerNames(root);
  const value = (name: string): string => {
    const fact = settings.settings.get(name);
    return fact?.known === true ? fact.value : '';
  };
  const certificateFiles = readCertificateFiles(settings, places.base);
  const directory = resolve(places.base, value('dir') === '' ? '.' : value('dir'));
  const socket = value('unixsocket');
  const wanted = [
    ...places.conf,
    places.acl,
    ...certificateFiles.keys(),
    value('tls-ca-cert-dir'),
    directory,
    value('dbfilename') === '' ? '' : resolve(directory, value('dbfilename')),
    ...appendOnlyPaths(value, directory),
    value('cluster-enabled') === 'yes'
      ? resolve(directory, value('cluster-config-file') || 'nodes.conf')
      : '',
    socket,
    socket === '' ? '' : dirname(resolve(places.base, socket)),
    value('logfile'),
  ];
  const paths = new Map<string, Fact<PathFact>>();
  for (const path of wanted) {
    if (path === '' || paths.has(path)) continue;
    const fact = readPathFact(path === places.given ? resolve(path) : resolve(places.base, path), names);
    // Data files come into being when the server first saves.
    if (fact.known || !isOptional(path, directory)) paths.set(path, fact);
  }
  return { certificateFiles, paths };
}

function appendOnlyPaths(value: (name: string) => string, directory: string): readonly string[] {
  const folder = value('appenddirname');
  const file = value('appendfilename');
  return [
    folder === '' ? '' : resolve(directory, folder),
    // Before 7.0 the file lies beside the snapshot.
    folder === '' && file !== '' ? resolve(directory, file) : '',
  ];
}

function isOptional(path: string, directory: string): boolean {
  return path !== directory && dirname(path) === directory;
}

/** `*`, `?` and `[…]` in any part of a path, sorted as glob(3) sorts. */
function expandGlob(pattern: string): readonly string[] {
  let found: readonly string[] = [resolve(pattern.startsWith('/') ? '/' : '.')];
  for (const part of pattern.split('/')) {
    const next = /[*?[]/.test(part)
      ? found.flatMap((folder) => namesLike(folder, part).map((name) => resolve(folder, name)))
      : found.map((folder) => resolve(folder, part));
    found = next.slice(0, GLOB_FILES_MAX);
  }
  return found.filter((path) => existsSync(path)).toSorted();
}

/** Not by a regular expression: the conf may be anybody's, and many stars would keep one busy for ever. */
function namesLike(folder: string, part: string): readonly string[] {
  const wanted = part.replaceAll('[!', '[^');
  try {
    return readdirSync(folder)
      .filter((name) => globMatch(wanted, name) && (part.startsWith('.') || !name.startsWith('.')))
      .toSorted();
  } catch {
    return [];
  }
}
