/**
 * The server's process as /proc shows it (proc(5)), and the distribution package that its program came in. A
 * password on the command line is noticed and taken out: everybody on the host can read it.
 */

import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { known, unknown, type Fact } from './fact.ts';
import { readOwnerNames, readSystemText, type HostRoot } from './host-file.ts';
import type { ProcessFact } from './snapshot.ts';

const CLOCK_TICKS_PER_S = 100;
/** The process was started before the server counts its uptime: it may have loaded data in between. */
const START_TOLERANCE_S = 60;
/** Options of the command line whose next word is a secret. */
const SECRET_OPTIONS =
  /^--?(?:a|pass|requirepass|masterauth|primaryauth|tls-key-file-pass|tls-client-key-file-pass|sentinel-pass|auth-pass)$/i;

/** What the server says about itself. */
export interface ProcessSigns {
  readonly pid: number;
  readonly uptimeSeconds: number;
  /** Our clock, in ms, when it said so. */
  readonly atMs: number;
}

/** Whether the process with this number on this host is that server: both must have started at the same time. */
export function isProcessHere(signs: ProcessSigns, root: HostRoot = '/'): boolean {
  const stat = readSystemText(`${root}/proc/${signs.pid}/stat`);
  const boot = /^btime (\d+)$/m.exec(readSystemText(`${root}/proc/stat`) ?? '')?.[1];
  if (stat === undefined || boot === undefined) return false;
  // The name in parentheses may hold blanks; field 22 is the start in ticks since boot.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedS = Number(boot) + Number(fields[19]) / CLOCK_TICKS_PER_S;
  const countedS = signs.atMs / 1000 - signs.uptimeSeconds;
  return Math.abs(countedS - startedS) <= START_TOLERANCE_S;
}

export function readProcess(pid: number, root: HostRoot = '/'): Fact<ProcessFact> {
  const status = readSystemText(`${root}/proc/${pid}/status`);
  const words = readSystemText(`${root}/proc/${pid}/cmdline`)?.split('\0') ?? [];
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status ?? '')?.[1];
  const look = `ps -o user,pid,args -p ${pid}`;
  if (uid === undefined) return unknown('unreachable', `/proc/${pid} cannot be read`, look);
  let executable = '';
  try {
    executable = readlinkSync(`${root}/proc/${pid}/exe`);
  } catch {
    // Another user's process: everything but its program can be read.
  }
  const { commandLine, secretInCommandLine } = withoutSecrets(words.filter((word) => word !== ''));
  return known(
    { pid, user: readOwnerNames(root).user(Number(uid)), executable, commandLine, secretInCommandLine },
    { kind: 'host', what: `/proc/${pid}` },
  );
}

/** `redis-tools 5:7.0.15-1~deb12u5`, from dpkg's records; only packages named after the products are looked at. */
export function readPackage(executable: string, root: HostRoot = '/'): Fact<string> {
  const look = 'dpkg -S, or rpm -qf, on the path of the server program';
  if (executable === '') return unknown('unreachable', 'the path of the program is not known', look);
  const info = `${root}/var/lib/dpkg/info`;
  let lists: readonly string[];
  try {
    lists = readdirSync(info).filter((name) => /^(?:redis|valkey).*\.list$/.test(name));
  } catch {
    return unknown('missing', 'this host keeps no dpkg records', look);
  }
  const path = resolveLinks(executable);
  const owner = lists.find((name) => readSystemText(`${info}/${name}`)?.split('\n').includes(path) === true);
  const packageName = owner?.replace(/(?::[a-z0-9]+)?\.list$/, '');
  if (packageName === undefined) return unknown('missing', `no package holds ${path}`, look);
  const status = readSystemText(`${root}/var/lib/dpkg/status`) ?? '';
  const entry = status.split('\n\n').find((text) => text.startsWith(`Package: ${packageName}\n`));
  const version = /^Version: (.+)$/m.exec(entry ?? '')?.[1];
  if (version === undefined) return unknown('failed', `dpkg has no version of ${packageName}`, look);
  return known(`${packageName} ${version}`, { kind: 'host', what: 'dpkg' });
}

/** The words of a command line, with every password in them replaced. */
export function withoutSecrets(
  words: readonly string[],
): Pick<ProcessFact, 'commandLine' | 'secretInCommandLine'> {
  let secretInCommandLine = false;
  const commandLine = words.map((word, index) => {
    const option = words[index - 1] ?? '';
    const rule = /(?:^|\s)>\S/.test(word);
    const joined = /^(--?[a-z-]+)[= ](.+)$/i.exec(word);
    if ((SECRET_OPTIONS.test(option) && word !== '') || rule) {
      secretInCommandLine = true;
      return rule ? word.replaceAll(/(^|\s)>\S+/g, '$1>…') : '…';
    }
    if (joined?.[1] !== undefined && SECRET_OPTIONS.test(joined[1])) {
      secretInCommandLine = true;
      return `${joined[1]} …`;
    }
    return word;
  });
  return { commandLine, secretInCommandLine };
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
