/**
 * From which authority to which: our own and its successor, or certificates in files. Also what can be made with their
 * keys: short-lived client certificates to knock with, which nobody keeps and no inventory holds.
 */

import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  certificatesOf,
  sideOf,
  type AuthorityChange,
  type AuthorityProbes,
  type ClientPair,
} from '../../change/index.ts';
import { Secret } from '../../conf/index.ts';
import { openAuthority, PkiError, readInventory, readTrust, type TrustedRoot } from '../../pki/index.ts';
import type { TlsOptions } from '../../fleet/index.ts';
import { checkPair, issueCertificate, readCertificates } from '../../tls/index.ts';
import type { TlsRotateCaFlags } from '../commands/tls/rotate-ca.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';

/** What the fleet goes from and to. */
export interface Passage {
  readonly change: AuthorityChange;
  /** Who issues the new certificates. `successor`: ours, not taken over yet; `current`: ours; `elsewhere`. */
  readonly issuer: 'successor' | 'current' | 'elsewhere';
  readonly probes: AuthorityProbes;
  /** Roots of the state folder that go. */
  readonly leaving: readonly TrustedRoot[];
}

const CA_BYTES_MAX = 1024 * 1024;
/** Days that a certificate to knock with lives: a run that was cut short may go on for so long with the same. */
const PROBE_DAYS = 1;

/** Undefined: no other authority is being brought in. Throws a {@link CommandFailure} where it is not clear. */
export async function findPassage(
  stateFolder: string,
  flags: Pick<TlsRotateCaFlags, 'newCa' | 'oldCa'>,
  passphrase: Secret | undefined,
): Promise<Passage | undefined> {
  const reading = readTrust(stateFolder);
  if (reading.state === 'unreadable') {
    throw new CommandFailure({
      code: 'E_TRUST',
      what: 'the authorities of the state folder cannot be read; nothing was changed',
      target: stateFolder,
      cause: reading.why ?? 'unknown',
      next: 'put tls/ of the state folder back from its copy',
    });
  }
  const given = {
    next: flags.newCa === undefined ? undefined : await readAuthorityFile(flags.newCa),
    old: flags.oldCa === undefined ? undefined : await readAuthorityFile(flags.oldCa),
  };
  const found = choose(reading.roots, given);
  if (found === undefined) return undefined;
  const { change, issuer, leaving } = found;
  return { change, issuer, leaving, probes: await makeProbes(stateFolder, found, passphrase) };
}

type Found = Omit<Passage, 'probes'>;

function choose(
  roots: readonly TrustedRoot[],
  given: { readonly next: string | undefined; readonly old: string | undefined },
): Found | undefined {
  const of = (role: TrustedRoot['role']): readonly TrustedRoot[] =>
    roots.filter((root) => root.role === role);
  const pems = (list: readonly TrustedRoot[]): readonly string[] => list.map(({ fact }) => fact.pem);
  const ours = [...of('current'), ...of('old')];
  if (given.next !== undefined) {
    const known = fingerprintsOf([given.next]);
    const leaving = ours.filter(({ fact }) => !known.has(fact.fingerprintSha256));
    const old = given.old === undefined ? pems(leaving) : [given.old];
    if (old.length === 0) {
      throw new CommandFailure({
        code: 'E_USAGE',
        what: 'it is not known which authority goes: there is none in the state folder',
        next: 'name it: --old-ca FILE',
      });
    }
    return { change: changeOf(old, [given.next], roots), issuer: 'elsewhere', leaving: [] };
  }
  const [successor] = of('next');
  if (successor !== undefined) {
    const old = given.old === undefined ? pems(ours) : [given.old, ...pems(ours)];
    return { change: changeOf(old, [successor.fact.pem], roots), issuer: 'successor', leaving: of('old') };
  }
  const [current] = of('current');
  const old = [...(given.old === undefined ? [] : [given.old]), ...pems(of('old'))];
  if (current === undefined || old.length === 0) return undefined;
  return { change: changeOf(old, [current.fact.pem], roots), issuer: 'current', leaving: of('old') };
}

function changeOf(
  old: readonly string[],
  next: readonly string[],
  roots: readonly TrustedRoot[],
): AuthorityChange {
  const named = fingerprintsOf([...old, ...next]);
  const others = roots.filter(({ fact }) => !named.has(fact.fingerprintSha256)).map(({ fact }) => fact.pem);
  return { old, next, others };
}

/** Issuers between roots and leaves, as the inventory knows them. */
export function knownIssuers(stateFolder: string): readonly string[] {
  const entries = readInventory(stateFolder).certificates;
  return entries.flatMap(({ usage, pem }) => (usage === 'intermediate' ? [pem] : []));
}

/** Every certificate of it an authority, and at least one a root: servers take no other end of a chain. */
async function readAuthorityFile(path: string): Promise<string> {
  const text = await readInput(path, 'the certificate of the authority', CA_BYTES_MAX);
  const { certificates, problems } = readCertificates(text);
  const leaf = certificates.find(({ isCa }) => !isCa);
  const why =
    problems[0]?.message ??
    (leaf === undefined ? undefined : `${leaf.subject} is no authority`) ??
    (certificates.some(({ selfSigned }) => selfSigned)
      ? undefined
      : 'it holds no root: servers trust only a self-signed end of a chain');
  if (why === undefined) return text;
  throw new CommandFailure({
    code: 'E_TRUST',
    what: 'this cannot be an authority that servers trust; nothing was changed',
    target: path,
    cause: why,
    next: 'name the PEM file with the root, and its intermediates if it has any',
  });
}

async function makeProbes(
  stateFolder: string,
  { change, issuer, leaving }: Found,
  passphrase: Secret | undefined,
): Promise<AuthorityProbes> {
  const current = await probeOfOurs(stateFolder, 'current', passphrase);
  const successor = issuer === 'successor' ? await probeOfOurs(stateFolder, 'next', passphrase) : undefined;
  const [former] = leaving;
  const isOld = (pair: ProbeOf | undefined): boolean => pair !== undefined && change.old.includes(pair.root);
  const old = isOld(current)
    ? current
    : former === undefined
      ? undefined
      : await probeOfFormer(former, passphrase);
  const next = issuer === 'successor' ? successor : issuer === 'current' ? current : undefined;
  return {
    ...(old === undefined ? {} : { old: old.pair }),
    ...(next === undefined ? {} : { next: next.pair }),
  };
}

interface ProbeOf {
  /** Fingerprint. */
  readonly root: string;
  readonly pair: ClientPair;
}

/** Undefined: its key is not here, or cannot be opened. */
async function probeOfOurs(
  stateFolder: string,
  which: 'current' | 'next',
  passphrase: Secret | undefined,
): Promise<ProbeOf | undefined> {
  try {
    const { signer, chainPem, root } = await openAuthority(stateFolder, { which, passphrase });
    return { root: root.fingerprintSha256, pair: await issueProbe(signer.certPem, signer.key, chainPem) };
  } catch (error) {
    const ours = error instanceof PkiError ? error.code : undefined;
    if (ours !== undefined && NO_KEY.has(ours)) return undefined;
    if (ours === 'passphrase' && passphrase === undefined) return undefined;
    throw error;
  }
}

const NO_KEY: ReadonlySet<string> = new Set(['no-authority', 'key-offline', 'expired', 'succession']);

/** Neither recorded nor written: it ends with the day. */
async function issueProbe(certPem: string, key: Secret, chainPem: string): Promise<ClientPair> {
  const authority = { certPem, keyPem: key.reveal() };
  const made = await issueCertificate(authority, {
    commonName: 'wardis-probe',
    usage: 'client',
    days: PROBE_DAYS,
  });
  return { certificate: made.certPem + chainPem, key: new Secret(made.keyPem) };
}

/** `ca.old-….crt` has its key beside it, and so has its issuer. */
async function probeOfFormer(
  { path, fact }: TrustedRoot,
  passphrase: Secret | undefined,
): Promise<ProbeOf | undefined> {
  for (const certificate of [path.replace(/ca\.old-([0-9a-f]+\.crt)$/, 'issuer.old-$1'), path]) {
    try {
      const pem = readFileSync(certificate, 'utf8');
      const key = openFormerKey(readFileSync(certificate.replace(/\.crt$/, '.key'), 'utf8'), passphrase);
      const chain = certificate === path ? '' : pem;
      return { root: fact.fingerprintSha256, pair: await issueProbe(pem, key, chain) };
    } catch {
      // Removed, or under another passphrase: then nobody knocks in its name.
      continue;
    }
  }
  return undefined;
}

function openFormerKey(pem: string, passphrase: Secret | undefined): Secret {
  const key = createPrivateKey({
    key: pem,
    ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
  });
  return new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** Of every certificate in these PEM texts. */
export function fingerprintsOf(pems: readonly string[]): ReadonlySet<string> {
  return new Set(certificatesOf(pems).map(({ fingerprintSha256 }) => fingerprintSha256));
}

/** Where no key is here to make one: our own client certificate, which leads to one of the two. */
export function withOwnProbe(
  passage: Passage,
  ways: readonly Pick<TlsOptions, 'certFile' | 'keyFile' | 'keyPassphrase'>[],
  at: Date,
): Passage {
  const { change, probes } = passage;
  let { old, next } = probes;
  for (const { certFile, keyFile, keyPassphrase } of ways) {
    if (certFile === undefined || keyFile === undefined || keyPassphrase !== undefined) continue;
    const certificate = readFileSync(certFile, 'utf8');
    const key = readFileSync(keyFile, 'utf8');
    if (checkPair(certificate, key) !== 'match') continue;
    const side = sideOf([certificate], change, at);
    if (side === 'old') old ??= { certificate, key: new Secret(key) };
    if (side === 'next') next ??= { certificate, key: new Secret(key) };
  }
  return {
    ...passage,
    probes: { ...(old === undefined ? {} : { old }), ...(next === undefined ? {} : { next }) },
  };
}
