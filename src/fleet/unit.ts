/**
 * The systemd unit that runs a server, read from unit files and drop-ins as systemd.unit(5) merges them: the
 * first directory that has the file wins, then every drop-in in the order of its name, a later value over an
 * earlier one, an empty value over all before it.
 */

import { readdirSync } from 'node:fs';
import { known, unknown, type Fact } from './fact.ts';
import { readSystemText, type HostRoot } from './host-file.ts';
import { withoutSecrets } from './process.ts';
import type { UnitFact } from './snapshot.ts';

const DIRECTORIES = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
/** Units that are looked into when none is named. */
const UNITS_MAX = 500;
const LOOK = 'systemctl cat redis-server, or systemd-analyze security redis-server';

/** What points at the unit: the process that runs, or the configuration file that it starts with. */
export interface UnitSigns {
  readonly pid?: number;
  readonly confPath?: string;
}

export function readUnit(signs: UnitSigns, root: HostRoot = '/'): Fact<UnitFact> {
  if (signs.pid !== undefined) {
    const name = unitOfProcess(signs.pid, root);
    if (name === undefined) {
      return unknown('missing', 'the process was not started by a systemd service', LOOK);
    }
    return readNamed(name, root) ?? unknown('missing', `no unit file of ${name} can be read`, LOOK);
  }
  const name = signs.confPath === undefined ? undefined : unitOfConf(signs.confPath, root);
  const found = name === undefined ? undefined : readNamed(name, root);
  return found ?? unknown('missing', 'no systemd unit on this host starts with this configuration', LOOK);
}

/** `0::/system.slice/redis-server.service` */
function unitOfProcess(pid: number, root: HostRoot): string | undefined {
  const text = readSystemText(`${root}/proc/${pid}/cgroup`) ?? '';
  return /\/([^/\n]+\.service)(?:\/|$)/m.exec(text)?.[1];
}

function unitOfConf(confPath: string, root: HostRoot): string | undefined {
  let left = UNITS_MAX;
  for (const directory of DIRECTORIES) {
    for (const name of list(`${root}${directory}`)) {
      if (!/^(?:redis|valkey|keydb).*\.service$/.test(name) || left === 0) continue;
      left -= 1;
      const text = readSystemText(`${root}${directory}/${name}`) ?? '';
      if (text.split(/\s+/).includes(confPath)) return name;
    }
  }
  return undefined;
}

function readNamed(name: string, root: HostRoot): Fact<UnitFact> | undefined {
  const template = name.replace(/@[^.]*\./, '@.');
  const names = template === name ? [name] : [name, template];
  const service = new Map<string, string>();
  let path: string | undefined;
  for (const candidate of names.flatMap((each) => DIRECTORIES.map((directory) => `${directory}/${each}`))) {
    const text = readSystemText(`${root}${candidate}`);
    if (text === undefined) continue;
    path = candidate;
    apply(service, text);
    break;
  }
  if (path === undefined) return undefined;
  for (const dropIn of listDropIns(names, root)) apply(service, readSystemText(dropIn) ?? '');
  return known({ name, service }, { kind: 'file', path });
}

function listDropIns(names: readonly string[], root: HostRoot): readonly string[] {
  // Of drop-ins with the same name the one in the earlier directory counts.
  const byName = new Map<string, string>();
  for (const name of ['service', ...names]) {
    for (const directory of DIRECTORIES) {
      const place = `${root}${directory}/${name}.d`;
      for (const file of list(place)) {
        if (file.endsWith('.conf') && !byName.has(file)) byName.set(file, `${place}/${file}`);
      }
    }
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** Adds the [Service] section of one file. */
function apply(service: Map<string, string>, text: string): void {
  let section = '';
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue;
    const header = /^\[(.+)\]$/.exec(trimmed)?.[1];
    if (header !== undefined) section = header;
    const [, name = '', value = ''] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(trimmed) ?? [];
    if (section !== 'Service' || name === '') continue;
    const before = service.get(name);
    const adds = value !== '' && before !== undefined && before !== '' && ADDING.has(name);
    service.set(name, adds ? `${before} ${value}` : withoutSecretsIn(name, value));
  }
}

/** Environment variables and command lines hold passwords; what is judged is the rest. */
function withoutSecretsIn(name: string, value: string): string {
  if (name === 'Environment') return value === '' ? '' : '…';
  return name.startsWith('Exec') ? withoutSecrets(value.split(/\s+/)).commandLine.join(' ') : value;
}

/** Lists: each line adds to what is there. */
const ADDING = new Set([
  'CapabilityBoundingSet',
  'AmbientCapabilities',
  'SystemCallFilter',
  'RestrictAddressFamilies',
  'ReadWritePaths',
  'ReadWriteDirectories',
  'ReadOnlyPaths',
  'InaccessiblePaths',
  'IPAddressAllow',
  'IPAddressDeny',
  'SystemCallArchitectures',
]);

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
