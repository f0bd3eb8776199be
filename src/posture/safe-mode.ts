/**
 * Permission bits that would keep the server itself out. A file that the server reads as "others" becomes unreadable to
 * it when those bits go: it then fails at the next start, or at the next reload of its certificate.
 */

import type { Snapshot } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import type { Guard } from './fitting-change.ts';

type FileMode = Extract<Change, { readonly kind: 'file-mode' }>;

export function guardMode(change: FileMode, snapshot: Snapshot): Guard | undefined {
  const fact = snapshot.paths.get(change.path);
  if (change.owner !== undefined || fact?.known !== true) return undefined;
  const { owner, group, mode } = fact.value;
  const wanted = Number.parseInt(change.mode, 8);
  const account = snapshot.process.known
    ? snapshot.process.value.user
    : snapshot.unit.known
      ? snapshot.unit.value.service.get('User')
      : undefined;
  if (owner === account || account === 'root' || (account === undefined && owner !== 'root'))
    return undefined;
  const losesGroup = (mode & 0o040) !== 0 && (wanted & 0o040) === 0;
  const losesOthers = (mode & 0o004) !== 0 && (wanted & 0o004) === 0;
  if (!losesGroup && !losesOthers) return undefined;
  // The group of the server keeps reading, as Debian has it for its conf files.
  if (losesOthers && !losesGroup && group !== 'root' && group === account) return undefined;
  const mine = account ?? 'the account of the server';
  return {
    change: { ...change, mode: (wanted | 0o040).toString(8).padStart(4, '0') },
    sentence: (command) =>
      `First give it to the server (chown ${account ?? 'SERVER_ACCOUNT'} ${change.path}, or chgrp and keep group reading): ${mine} must still read it; then ${command}`,
  };
}
