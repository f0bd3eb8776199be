/**
 * The volume under a directory, and whether it is encrypted: /proc/self/mountinfo (proc(5)) names the mount, and
 * device-mapper names a dm-crypt device by a uuid that starts with CRYPT-, itself or below LVM and RAID.
 */

import { readdirSync, realpathSync } from 'node:fs';
import { known, unknown, type Fact } from './fact.ts';
import { codeOf, readSystemText, type HostRoot } from './host-file.ts';
import type { VolumeFact } from './snapshot.ts';

/** Device-mapper devices stacked on each other. */
const STACK_MAX = 8;
/** File systems that live on a block device of their own; of every other kind encryption cannot be told here. */
const ON_BLOCK_DEVICE = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs', 'jfs', 'reiserfs']);
const ENCRYPTS_ITSELF = new Set(['ecryptfs', 'fuse.encfs', 'fuse.gocryptfs']);

interface Mount {
  readonly id: string;
  readonly point: string;
  readonly options: readonly string[];
  readonly filesystem: string;
  readonly device: string;
}

export function readVolume(directory: string, root: HostRoot = '/'): Fact<VolumeFact> {
  const look = `findmnt -T ${directory} and lsblk -o NAME,TYPE on the host`;
  const text = readSystemText(`${root}/proc/self/mountinfo`);
  if (text === undefined) return unknown('missing', 'this host has no /proc/self/mountinfo', look);
  let path: string;
  try {
    path = realpathSync(directory);
  } catch (error) {
    return unknown('unreachable', `${directory} cannot be read: ${codeOf(error)}`, look);
  }
  const mount = findMount(text, path);
  if (mount === undefined) return unknown('failed', `no mount holds ${path}`, look);
  return known(
    {
      mountPoint: mount.point,
      device: mount.device,
      filesystem: mount.filesystem,
      options: mount.options,
      encrypted: isEncrypted(mount, root),
    },
    { kind: 'host', what: '/proc/self/mountinfo' },
  );
}

/** The last of the deepest mounts: a later one hides an earlier one at the same place. */
function findMount(text: string, path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const line of text.split('\n')) {
    const mount = readMount(line);
    if (mount === undefined || !isInside(path, mount.point)) continue;
    if (best === undefined || mount.point.length >= best.point.length) best = mount;
  }
  return best;
}

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue` */
function readMount(line: string): Mount | undefined {
  const [left = '', right = ''] = line.split(' - ');
  const [, , id, , point, options] = left.split(' ');
  const [filesystem, device] = right.split(' ');
  if (id === undefined || point === undefined || filesystem === undefined) return undefined;
  return {
    id,
    point: point.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
    options: (options ?? '').split(','),
    filesystem,
    device: device ?? '',
  };
}

function isInside(path: string, point: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`);
}

function isEncrypted(mount: Mount, root: HostRoot): boolean | undefined {
  if (ENCRYPTS_ITSELF.has(mount.filesystem)) return true;
  const encrypted = isOnCrypt(`${root}/sys/dev/block/${mount.id}`, 0);
  if (encrypted === true) return true;
  // Without dm-crypt the disk itself may still encrypt, but nothing here shows it.
  return ON_BLOCK_DEVICE.has(mount.filesystem) ? encrypted : undefined;
}

/** Undefined when the kernel does not show the device (in most containers). */
function isOnCrypt(device: string, depth: number): boolean | undefined {
  if (depth > STACK_MAX) return undefined;
  if (readSystemText(`${device}/dm/uuid`)?.startsWith('CRYPT-') === true) return true;
  let below: readonly string[];
  try {
    below = readdirSync(`${device}/slaves`);
  } catch {
    return readSystemText(`${device}/dev`) === undefined ? undefined : false;
  }
  // A partition's own directory has no slaves; what is stacked on several devices is as open as the least of them.
  const answers = below.map((name) => isOnCrypt(`${device}/slaves/${name}`, depth + 1));
  if (answers.length === 0) return false;
  return answers.every((answer) => answer === true) ? true : answers.includes(false) ? false : undefined;
}
