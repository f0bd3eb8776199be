/**
 * Whether a new certificate and its key would do at a node, before anything is touched: servers load an expired one, one
 * for another name, or one of an authority that nobody trusts without a word, and only new handshakes fail (seen on
 * Redis 6.0.16 to 8.0.6 and Valkey 7.2.7 to 9.1.2). Everything that is wrong is told at once.
 */

import type { Secret } from '../../conf/index.ts';
import {
  checkCertificate,
  checkCertificateOrder,
  checkPair,
  readCertificates,
  verifyChain,
  type CertificateFact,
  type CertificateProblem,
} from '../../tls/index.ts';
import { checkCover } from './leaf-name-check.ts';
import { objector, type LeafObjection, type LeafObjectionCode, type Objector } from './leaf-objection.ts';
import { servedBy, type LeafSight } from './leaf-sight.ts';

/** A certificate with its chain, and its key; of what another system has placed, the key may stay unseen. */
export interface LeafPair {
  /** PEM, the leaf first. */
  readonly certificate: string;
  readonly key?: Secret;
  /** Where they come from, for messages: paths, or `issued now`. */
  readonly from: { readonly certificate: string; readonly key: string };
}

/** An authority that must accept it: a file of ours, or of a node. */
export interface LeafTrust {
  /** `ca.crt`, `10.0.0.5:6380: /etc/redis/tls/ca.crt`. */
  readonly place: string;
  readonly pem: string;
}

/** What stands against the pair at one node; `trust` also holds what the other nodes trust. */
export function checkLeaf(
  sight: LeafSight,
  pair: LeafPair,
  trust: readonly LeafTrust[],
  now: Date,
): readonly LeafObjection[] {
  const node = sight.node.id;
  const at = pair.from.certificate;
  const object = objector(node);
  const { certificates, problems } = readCertificates(pair.certificate);
  const [leaf] = certificates;
  const unreadable = problems.map(({ message, help }) => object('refused', 'unreadable', at, message, help));
  if (leaf === undefined) return unreadable;
  return [
    ...unreadable,
    ...checkKey(sight, pair, object),
    ...checkTrust(pair, trust, now, object),
    ...checkFacts(sight, leaf, now, at, object),
    ...checkCertificateOrder(certificates).map(({ message, help }) =>
      object('warning', 'chain-order', at, message, help),
    ),
    ...compareWithServed(sight, leaf, at, object),
  ];
}

function checkKey(
  { passphrase, node }: LeafSight,
  { certificate, key, from }: LeafPair,
  object: Objector,
): readonly LeafObjection[] {
  if (key === undefined) return [];
  const pass = passphrase === undefined || passphrase.isEmpty() ? undefined : passphrase.reveal();
  switch (checkPair(certificate, key.reveal(), pass)) {
    case 'match':
    // Told with the certificate itself.
    case 'unreadable-certificate':
      return [];
    case 'mismatch': {
      const cause = `this key does not belong to the certificate in ${from.certificate}`;
      return [
        object(
          'refused',
          'wrong-key',
          from.key,
          cause,
          'name the key that it was issued for: --new-key FILE',
        ),
      ];
    }
    case 'unreadable-key': {
      const cause = 'no private key can be read in it: half-written, or another file';
      return [
        object(
          'refused',
          'unreadable',
          from.key,
          cause,
          'have it written anew; openssl pkey -in FILE -check',
        ),
      ];
    }
    case 'encrypted-key': {
      const cause =
        pass === undefined
          ? `the key needs a passphrase, and ${node.id} has none (tls-key-file-pass)`
          : `the passphrase of ${node.id} (tls-key-file-pass) does not open the key`;
      return [
        object('refused', 'encrypted-key', from.key, cause, 'take the passphrase off: openssl pkey -in FILE'),
      ];
    }
  }
}

/** What stands against leaves of an authority: `chain`, PEM, the one that signs first. */
export function checkAuthority(
  node: string,
  chain: string,
  trust: readonly LeafTrust[],
  now: Date,
): readonly LeafObjection[] {
  const from = { certificate: 'the authority of the state folder', key: '' };
  return checkTrust({ certificate: chain, from }, trust, now, objector(node));
}

/** The path to a root that each of them trusts; expiry has messages of its own. */
function checkTrust(
  { certificate, from }: Pick<LeafPair, 'certificate' | 'from'>,
  trust: readonly LeafTrust[],
  now: Date,
  object: Objector,
): readonly LeafObjection[] {
  return trust.flatMap(({ place, pem }) => {
    const { path, problems } = verifyChain([certificate], [pem], now);
    const leaf = path[0]?.subject;
    const grave = problems.filter(
      ({ code, subject }) => subject !== leaf || (code !== 'expired' && code !== 'not-yet-valid'),
    );
    const [problem] = grave;
    if (problem === undefined) return [];
    const cause = `it is not accepted by ${place}: ${problem.message}`;
    const next =
      problem.help ??
      'have it issued by the authority that is trusted, intermediates in its file; or first: wardis tls rotate ca';
    return [object('refused', 'wrong-authority', from.certificate, cause, next)];
  });
}

const CODES: Readonly<
  Record<CertificateProblem['code'], readonly [LeafObjection['severity'], LeafObjectionCode] | undefined>
> = {
  expired: ['refused', 'expired'],
  'not-yet-valid': ['refused', 'not-yet-valid'],
  'expires-soon': ['warning', 'shorter'],
  'weak-key': ['refused', 'weak'],
  'weak-signature': ['refused', 'weak'],
  'name-mismatch': ['refused', 'wrong-name'],
  'no-san': ['refused', 'wrong-name'],
  'missing-server-usage': ['refused', 'wrong-usage'],
  'missing-client-usage': ['refused', 'wrong-usage'],
  'ca-as-leaf': ['warning', 'wrong-usage'],
  'not-a-ca': undefined,
  'self-signed': ['warning', 'wrong-authority'],
  'excessive-lifetime': ['warning', 'lifetime'],
};

function checkFacts(
  sight: LeafSight,
  leaf: CertificateFact,
  now: Date,
  at: string,
  object: Objector,
): readonly LeafObjection[] {
  const purpose = sight.isDialling ? 'node' : 'server';
  const problems = checkCertificate(leaf, { at: now, purpose });
  const found = problems.flatMap((problem): readonly LeafObjection[] => {
    const known = CODES[problem.code];
    if (known === undefined) return [];
    const next = problem.help ?? NEXT[known[1]];
    return [object(known[0], known[1], at, problem.message, next)];
  });
  const hasNames = leaf.dnsNames.length > 0 || leaf.ipAddresses.length > 0;
  const uncovered = hasNames ? checkCover(sight, leaf, at, 'pair') : [];
  return [...found, ...uncovered, ...checkNodeClock(sight, leaf, now, at, object)];
}

const NEXT: Readonly<Partial<Record<LeafObjectionCode, string>>> = {
  'not-yet-valid': 'wait for it, or have it issued again',
};

/** The node judges the certificates of others by its own clock, and others judge its own by theirs. */
function checkNodeClock(
  { node, clockOffsetMs }: LeafSight,
  leaf: CertificateFact,
  now: Date,
  at: string,
  object: Objector,
): readonly LeafObjection[] {
  if (clockOffsetMs === undefined) return [];
  const there = now.getTime() + clockOffsetMs;
  const isIn = (time: number): boolean =>
    time >= Date.parse(leaf.notBefore) && time <= Date.parse(leaf.notAfter);
  if (isIn(there) || !isIn(now.getTime())) return [];
  const code = there < Date.parse(leaf.notBefore) ? 'not-yet-valid' : 'expired';
  const cause = `it is ${code === 'expired' ? 'expired' : 'not valid yet'} by the clock of ${node.id}, which says ${new Date(there).toISOString()}`;
  return [object('refused', code, at, cause, `set the clock of ${node.id}`)];
}

function compareWithServed(
  sight: LeafSight,
  leaf: CertificateFact,
  at: string,
  object: Objector,
): readonly LeafObjection[] {
  const served = servedBy(sight);
  if (served === undefined) return [];
  const found: LeafObjection[] = [];
  if (strengthOf(leaf) < strengthOf(served)) {
    const cause = `its key (${describeKey(leaf)}) is weaker than the one that is served (${describeKey(served)})`;
    found.push(object('warning', 'weaker', at, cause));
  }
  if (Date.parse(leaf.notAfter) < Date.parse(served.notAfter)) {
    found.push(
      object('warning', 'shorter', at, `it ends on ${leaf.notAfter}, before the one that is served`),
    );
  }
  return found;
}

/** Bits of security, roughly (NIST SP 800-57 part 1, table 2). */
function strengthOf({ keyType, keyBits = 0 }: CertificateFact): number {
  if (keyType === 'ec' || keyType === 'ed25519' || keyType === 'ed448') return keyBits / 2;
  return keyBits >= 7680 ? 192 : keyBits >= 3072 ? 128 : keyBits >= 2048 ? 112 : 80;
}

function describeKey({ keyType, keyBits, curve }: CertificateFact): string {
  return `${curve ?? keyType}${keyBits === undefined || curve !== undefined ? '' : ` ${keyBits}`}`;
}
