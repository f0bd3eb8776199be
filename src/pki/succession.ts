/**
 * A new root beside the old one. It is made first and trusted everywhere, then issues, then takes the old one's place,
 * and the old one is dropped last: each of these is a step of its own, and each can be done again after a crash.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Secret } from '../conf/index.ts';
import { syncFolder } from '../disk/index.ts';
import { COMMON_NAME_CHARACTERS_MAX, type IssuedKeyType } from '../tls/index.ts';
import { openAuthority, readAuthority, type AuthorityHandle } from './authority.ts';
import { recordAuthorityFiles } from './authority-files.ts';
import { FILES, folderOf, openFolder, unwritten } from './folder.ts';
import { createFoundation } from './foundation.ts';
import { whileLocked } from './lock.ts';
import { PkiError } from './pki-error.ts';
import { settleSuccession, swapHeld } from './swap.ts';

/** What the new root is to be; what is not given is as it was. */
export interface SuccessionRequest {
  /** Common name; default the old one's with the next number. */
  readonly name?: string;
  readonly days?: number;
  readonly keyType?: IssuedKeyType;
  /** `with` or `without`; default as the old one. */
  readonly intermediate?: 'with' | 'without';
  readonly intermediateDays?: number;
  /** Of the new keys. */
  readonly passphrase?: Secret | undefined;
  readonly now?: () => Date;
}

/**
 * Makes the root that follows, beside the old one; `underway` and the same handle when it was made before. The old
 * authority's key is not needed. Throws {@link PkiError}.
 */
export async function startAuthoritySuccession(
  stateFolder: string,
  request: SuccessionRequest = {},
): Promise<{ readonly state: 'started' | 'underway'; readonly authority: AuthorityHandle }> {
  const folder = folderOf(stateFolder);
  await settleSuccession(stateFolder);
  const { passphrase, now } = request;
  const open = (): Promise<AuthorityHandle> =>
    openAuthority(stateFolder, { which: 'next', passphrase, ...(now === undefined ? {} : { now }) });
  if (existsSync(join(folder, FILES.nextRoot.certificate))) {
    return { state: 'underway', authority: await open() };
  }
  const root = readAuthority(folder, FILES.root.certificate);
  if (root === undefined) {
    throw new PkiError('no-authority', folder, 'there is no authority here that another could follow', {
      next: 'wardis tls ca init',
    });
  }
  const withIssuer =
    request.intermediate === undefined
      ? existsSync(join(folder, FILES.issuer.certificate))
      : request.intermediate === 'with';
  const { days, keyType, intermediateDays } = request;
  await createFoundation(
    stateFolder,
    {
      name: request.name ?? nameAfter(root.subjectCommonName ?? 'CA'),
      passphrase,
      ...(days === undefined ? {} : { days }),
      ...(keyType === undefined ? {} : { keyType }),
      ...(now === undefined ? {} : { now }),
      ...(withIssuer
        ? { intermediate: intermediateDays === undefined ? {} : { days: intermediateDays } }
        : {}),
    },
    { root: FILES.nextRoot, issuer: FILES.nextIssuer },
  );
  return { state: 'started', authority: await open() };
}

/**
 * The next root becomes the current one. The old one stays trusted as `ca.old-….crt`, its key beside it, until
 * `dropTrust`. `finished` where it happened before. Throws {@link PkiError} (`succession` where none was started).
 */
export async function finishAuthoritySuccession(stateFolder: string): Promise<'swapped' | 'finished'> {
  const folder = openFolder(stateFolder);
  await settleSuccession(stateFolder);
  return whileLocked(folder, () => {
    const next = readAuthority(folder, FILES.nextRoot.certificate);
    const current = readAuthority(folder, FILES.root.certificate);
    if (next === undefined) return 'finished';
    if (current === undefined) {
      throw new PkiError('succession', folder, 'there is a next root and no current one', {
        next: 'put tls/ back from its copy',
      });
    }
    swapHeld(folder, current.fingerprintSha256);
    return 'swapped';
  });
}

/**
 * Gives the next root up, with its keys, as long as it has not taken over; the inventory keeps what it issued. Throws
 * {@link PkiError} (`succession` where there is none).
 */
export async function abandonAuthoritySuccession(stateFolder: string): Promise<void> {
  const folder = openFolder(stateFolder);
  await settleSuccession(stateFolder);
  await whileLocked(folder, () => {
    if (!existsSync(join(folder, FILES.nextRoot.certificate))) {
      throw new PkiError('succession', folder, 'no other root is being brought in');
    }
    try {
      for (const { key, certificate } of [FILES.nextIssuer, FILES.nextRoot]) {
        rmSync(join(folder, key), { force: true });
        rmSync(join(folder, certificate), { force: true });
      }
      syncFolder(folder);
      recordAuthorityFiles(folder);
    } catch (error) {
      throw error instanceof PkiError ? error : unwritten(folder, error);
    }
  });
}

/** Another name than the old root's: programs look issuers up by name before they compare keys. */
function nameAfter(name: string): string {
  const { stem = name, number } = /^(?<stem>.*) (?<number>\d{1,4})$/.exec(name)?.groups ?? {};
  const suffix = ` ${Number(number ?? 1) + 1}`;
  return (
    Array.from(stem)
      .slice(0, COMMON_NAME_CHARACTERS_MAX - suffix.length - ' issuer'.length)
      .join('') + suffix
  );
}
