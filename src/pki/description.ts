/** What lies in `tls/` of a state folder, for people: authorities, where their keys are, trust, revocation list. No passphrase is needed. */

import { join } from 'node:path';
import {
  readPrivateKeyFact,
  readRevocationList,
  type CertificateFact,
  type RevocationListFact,
} from '../tls/index.ts';
import { readAuthority } from './authority.ts';
import { distrustFolder, FILES, folderOf, readKeyPem, readPem } from './folder.ts';
import { PkiError } from './pki-error.ts';
import { settleSuccession } from './swap.ts';
import { readTrust, type TrustReading } from './trust.ts';

/** `away`: not in the folder. `refused`: there, and not used, for the reason in `why`. */
export type KeyStanding =
  { readonly state: 'plain' | 'protected' | 'away' } | { readonly state: 'refused'; readonly why: string };

export interface AuthorityStanding {
  readonly fact: CertificateFact;
  readonly path: string;
  readonly key: KeyStanding;
}

export interface AuthorityDescription {
  readonly folder: string;
  readonly root: AuthorityStanding;
  /** The intermediate that signs leaves. */
  readonly issuer?: AuthorityStanding;
  /** The root that is being brought in. */
  readonly next?: AuthorityStanding;
  readonly trust: TrustReading;
  readonly revocationList?: RevocationListFact | { readonly unreadable: string };
}

/** Throws {@link PkiError} (`no-authority`, `unreadable`, `permissions`). */
export async function describeAuthority(stateFolder: string): Promise<AuthorityDescription> {
  const folder = folderOf(stateFolder);
  distrustFolder(folder);
  await settleSuccession(stateFolder);
  const root = standing(folder, FILES.root);
  if (root === undefined) {
    throw new PkiError('no-authority', folder, 'there is no authority here', {
      next: 'wardis tls ca init; or name its folder: --state DIR',
    });
  }
  const issuer = standing(folder, FILES.issuer);
  const next = standing(folder, FILES.nextRoot);
  const revocationList = await readList(join(folder, FILES.revocationList));
  return {
    folder,
    root,
    ...(issuer === undefined ? {} : { issuer }),
    ...(next === undefined ? {} : { next }),
    trust: readTrust(stateFolder),
    ...(revocationList === undefined ? {} : { revocationList }),
  };
}

function standing(
  folder: string,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): AuthorityStanding | undefined {
  const fact = readAuthority(folder, certificate);
  if (fact === undefined) return undefined;
  return { fact, path: join(folder, certificate), key: keyStanding(join(folder, key)) };
}

function keyStanding(path: string): KeyStanding {
  try {
    const pem = readKeyPem(path);
    if (pem === undefined) return { state: 'away' };
    const fact = readPrivateKeyFact(pem);
    if (fact.kind === 'unreadable') return { state: 'refused', why: fact.message };
    return { state: fact.kind === 'encrypted' ? 'protected' : 'plain' };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { state: 'refused', why: error.message };
  }
}

async function readList(path: string): Promise<AuthorityDescription['revocationList']> {
  const pem = readPem(path);
  if (pem === undefined) return undefined;
  try {
    return await readRevocationList(pem);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : 'unknown' };
  }
}
