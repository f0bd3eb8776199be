/**
 * The authority of a state folder, opened: it issues and records, and hands certificates and keys over in memory. Where
 * they go is for the caller to say; only the authority's own keys are ever read from `tls/`.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { secret, type Secret } from '../conf/index.ts';
import {
  issueCertificate,
  IssueError,
  pairMatches,
  readCertificates,
  signRequest,
  verifyChain,
  type Authority,
  type CertificateFact,
  type IssuedKeyType,
  type IssuedUsage,
} from '../tls/index.ts';
import { openKey } from './authority-key.ts';
import { entryOf } from './entry.ts';
import { distrustFolder, FILES, folderOf, readKeyPem, readPem } from './folder.ts';
import { checkIssued } from './issued-check.ts';
import type { InventoryEntry } from './inventory.ts';
import { recordCertificates } from './inventory-file.ts';
import { DAY_MS, LEAF_DAYS_DEFAULT, LEAF_DAYS_MAX, startOf } from './lifetime.ts';
import { PkiError } from './pki-error.ts';
import { settleSuccession } from './swap.ts';

/** What a leaf is to be. */
export interface LeafRequest {
  readonly commonName: string;
  readonly usage: IssuedUsage;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  /** 1 to 398; default 90. Cut to what its issuer still lives. */
  readonly days?: number;
  /** Default ECDSA P-256. */
  readonly keyType?: IssuedKeyType;
  /** Kept in the inventory: where it goes. */
  readonly files?: InventoryEntry['files'];
  /** Kept in the inventory: `id` of the node that will serve it. */
  readonly node?: string;
}

/** A certificate that was signed and recorded. Everything but `key` is public. */
export interface SignedLeaf {
  /** The certificate and the intermediates below the root, PEM: what `tls-cert-file` holds. */
  readonly certPem: string;
  /** The root, PEM: what `tls-ca-cert-file` holds. */
  readonly caPem: string;
  readonly fact: CertificateFact;
  readonly entry: InventoryEntry;
  /** It ends with its issuer, earlier than asked. */
  readonly cut: boolean;
}

/** The key is PKCS #8 PEM, and nowhere but here. */
export interface IssuedLeaf extends SignedLeaf {
  readonly key: Secret;
}

/** An authority that is ready to sign. */
export interface AuthorityHandle {
  readonly root: CertificateFact;
  /** The one that signs: the intermediate where there is one, else the root. */
  readonly issuer: CertificateFact;
  /** The root, PEM. */
  readonly caPem: string;
  /** Intermediates, PEM; empty where the root signs. */
  readonly chainPem: string;
  /** Throws {@link PkiError} (`request`, `expired`, `write`, `locked`, `unreadable`). */
  readonly issue: (request: LeafRequest) => Promise<IssuedLeaf>;
  /** The same for many, with one change of the inventory: all are recorded, or none is issued. */
  readonly issueAll: (requests: readonly LeafRequest[]) => Promise<readonly IssuedLeaf[]>;
  /** Signs a PKCS #10 request: the key is theirs, the names and the usage are `request`'s. */
  readonly sign: (requestPem: string, request: Omit<LeafRequest, 'keyType'>) => Promise<SignedLeaf>;
  /** For what else the authority signs; the key stays wrapped. */
  readonly signer: { readonly certPem: string; readonly key: Secret };
}

export interface OpenOptions {
  readonly passphrase?: Secret | undefined;
  /** `next`: the one that is being brought in. Default `current`. */
  readonly which?: 'current' | 'next';
  readonly now?: () => Date;
}

/** Less is not worth a word: a leaf of 90 days from an issuer of 90 days that was made a moment before. */
const CUT_MS_MIN = 60_000;

/** Opens the authority of a state folder. Throws {@link PkiError}; none of its messages holds a secret. */
export async function openAuthority(
  stateFolder: string,
  options: OpenOptions = {},
): Promise<AuthorityHandle> {
  const folder = folderOf(stateFolder);
  distrustFolder(folder);
  await settleSuccession(stateFolder);
  const names =
    options.which === 'next'
      ? { root: FILES.nextRoot, issuer: FILES.nextIssuer }
      : { root: FILES.root, issuer: FILES.issuer };
  const root = readAuthority(folder, names.root.certificate) ?? missing(stateFolder, options.which);
  const issuer = readAuthority(folder, names.issuer.certificate);
  const signing = issuer === undefined ? names.root : names.issuer;
  const now = options.now ?? ((): Date => new Date());
  const fact = issuer ?? root;
  checkIssuer(join(folder, signing.certificate), fact, root, now());
  const signer = {
    certPem: fact.pem,
    key: readSigningKey(folder, signing, fact, options.passphrase),
  };
  const chainPem = issuer === undefined ? '' : withEnd(issuer.pem);
  return openHandle({ stateFolder, root, issuer: fact, chainPem, signer, now });
}

/** The certificate of an authority in the folder; undefined where there is none. Throws {@link PkiError} (`unreadable`). */
export function readAuthority(folder: string, name: string): CertificateFact | undefined {
  const path = join(folder, name);
  const pem = readPem(path);
  if (pem === undefined) return undefined;
  const [fact] = readCertificates(pem).certificates;
  if (fact?.isCa === true) return fact;
  throw new PkiError(
    'unreadable',
    path,
    fact === undefined ? 'there is no certificate in it' : 'it is not an authority',
    {
      next: 'put the file back from its copy',
    },
  );
}

function openHandle(world: {
  readonly stateFolder: string;
  readonly root: CertificateFact;
  readonly issuer: CertificateFact;
  readonly chainPem: string;
  readonly signer: AuthorityHandle['signer'];
  readonly now: () => Date;
}): AuthorityHandle {
  const { stateFolder, root, issuer, chainPem, signer, now } = world;
  const caPem = withEnd(root.pem);
  const path = folderOf(stateFolder);
  const authority = (): Authority => ({ certPem: signer.certPem, keyPem: signer.key.reveal() });
  const finish = (certPem: string, request: LeafRequest): SignedLeaf => {
    const [fact] = readCertificates(certPem).certificates;
    if (fact === undefined)
      throw new PkiError('request', path, 'the certificate that was made cannot be read');
    const { files, node, usage, days = LEAF_DAYS_DEFAULT } = request;
    checkIssued(fact, usage, { root, issuer }, { path, at: now() });
    const entry = entryOf(fact, {
      origin: { kind: 'issued' },
      recordedAt: now(),
      usage,
      issuerFingerprintSha256: issuer.fingerprintSha256,
      ...(files === undefined ? {} : { files }),
      ...(node === undefined ? {} : { node }),
    });
    const wanted = startOf(now()).getTime() + days * DAY_MS;
    const cut = fact.notAfter === issuer.notAfter && Date.parse(fact.notAfter) < wanted - CUT_MS_MIN;
    return { certPem: withEnd(certPem) + chainPem, caPem, fact, entry, cut };
  };
  const make = async (request: LeafRequest): Promise<IssuedLeaf> => {
    const made = await attempt(path, () =>
      issueCertificate(authority(), { ...whole(request, path), at: startOf(now()) }),
    );
    return { ...finish(made.certPem, request), key: secret(made.keyPem) };
  };
  const issueAll = async (requests: readonly LeafRequest[]): Promise<readonly IssuedLeaf[]> => {
    const leaves: IssuedLeaf[] = [];
    for (const request of requests) leaves.push(await make(request));
    await recordCertificates(
      stateFolder,
      leaves.map(({ entry }) => entry),
    );
    return leaves;
  };
  return {
    root,
    issuer,
    caPem,
    chainPem,
    signer,
    issueAll,
    issue: async (request) => {
      const [leaf] = await issueAll([request]);
      if (leaf === undefined) throw new PkiError('request', path, 'no certificate was made');
      return leaf;
    },
    sign: async (requestPem, request) => {
      const made = await attempt(path, () =>
        signRequest(authority(), { ...whole(request, path), at: startOf(now()), requestPem }),
      );
      const leaf = finish(made.certPem, request);
      await recordCertificates(stateFolder, [leaf.entry]);
      return leaf;
    },
  };
}

function whole(request: LeafRequest, path: string): LeafRequest & { readonly days: number } {
  const days = request.days ?? LEAF_DAYS_DEFAULT;
  if (!Number.isInteger(days) || days < 1 || days > LEAF_DAYS_MAX) {
    throw new PkiError('request', path, `a leaf lives 1 to ${LEAF_DAYS_MAX} whole days, not ${days}`);
  }
  const { commonName, usage, dnsNames, ipAddresses, uris, keyType } = request;
  if (usage !== 'client' && (dnsNames ?? []).length + (ipAddresses ?? []).length === 0) {
    throw new PkiError('request', path, `a certificate of a ${usage} needs a DNS name or an address`, {
      next: 'clients compare them with where they connect to: name them by --dns and --ip',
    });
  }
  return {
    commonName,
    usage,
    days,
    ...(dnsNames === undefined ? {} : { dnsNames }),
    ...(ipAddresses === undefined ? {} : { ipAddresses }),
    ...(uris === undefined ? {} : { uris }),
    ...(keyType === undefined ? {} : { keyType }),
  };
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    const code = error.code === 'bad-time' ? 'expired' : 'request';
    throw new PkiError(code, path, error.message, { cause: error });
  }
}

function missing(stateFolder: string, which: OpenOptions['which']): never {
  const folder = folderOf(stateFolder);
  if (which === 'next') throw new PkiError('succession', folder, 'no other root is being brought in');
  throw new PkiError('no-authority', folder, 'there is no authority here', {
    next: 'wardis tls ca init; or name its folder: --state DIR',
  });
}

function checkIssuer(path: string, issuer: CertificateFact, root: CertificateFact, at: Date): void {
  const { ok, problems } = verifyChain([issuer.pem], [root.pem], at);
  if (ok) return;
  const [problem] = problems;
  const ended = problem?.code === 'expired' || problem?.code === 'not-yet-valid';
  throw new PkiError(ended ? 'expired' : 'mismatch', path, problem?.message ?? 'the chain does not hold', {
    next: ended
      ? 'look at the clock; then make a new authority: wardis tls rotate ca'
      : 'put the files back from their copy',
  });
}

function readSigningKey(
  folder: string,
  { certificate, key }: { readonly certificate: string; readonly key: string },
  fact: CertificateFact,
  passphrase: Secret | undefined,
): Secret {
  const path = join(folder, key);
  const pem = readKeyPem(path);
  if (pem === undefined) {
    const away = existsSync(join(folder, certificate)) && certificate === FILES.root.certificate;
    throw new PkiError('key-offline', path, 'the key that signs is not here', {
      next: away
        ? `put ${key} back for as long as it signs; an intermediate lets it stay away: wardis tls ca init --intermediate`
        : 'put the key back from its copy',
    });
  }
  const opened = openKey(pem, passphrase, path);
  if (pairMatches(fact.pem, opened.reveal())) return opened;
  throw new PkiError('mismatch', path, `the key does not belong to ${certificate}`, {
    next: 'put the files back from their copy',
  });
}

function withEnd(pem: string): string {
  return `${pem.trim()}\n`;
}
