/** Where new certificates come from: issued now, files of this machine, or what another system placed on the hosts. */

import { isIP } from 'node:net';
import {
  fileGroupOf,
  requestLeaf,
  type AddedNames,
  type LeafPair,
  type LeafSight,
} from '../../change/index.ts';
import { secret, type Secret } from '../../conf/index.ts';
import { isDnsName } from '../../tls/index.ts';
import {
  LEAF_DAYS_DEFAULT,
  LEAF_DAYS_MAX,
  openAuthority,
  PkiError,
  readTrust,
  type AuthorityHandle,
  type LeafRequest,
} from '../../pki/index.ts';
import { readPassword } from '../password.ts';
import type { RotateLeafFlags } from '../commands/tls/rotate.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';
import type { LeafScene } from './rotate-leaf-scene.ts';

export type LeafSource =
  | {
      readonly kind: 'issue';
      readonly authority: AuthorityHandle;
      readonly days: number;
      /** Default: none. */
      readonly added?: AddedNames;
    }
  /** By `id` of the node. */
  | {
      readonly kind: 'pairs';
      readonly files: 'place' | 'placed';
      readonly pairs: ReadonlyMap<string, LeafPair>;
    };

const PEM_BYTES_MAX = 1024 * 1024;

/** Reads what the flags name; issues nothing yet. Throws a {@link CommandFailure}. */
export async function openLeafSource(
  { entry, reading }: LeafScene,
  flags: RotateLeafFlags,
  context: CommandContext,
): Promise<LeafSource> {
  const ways = [
    flags.issue === true,
    flags.newCert !== undefined && flags.placed !== true,
    flags.placed === true,
  ];
  if (ways.filter(Boolean).length > 1) throw usage('--issue, --new-cert and --placed do not go together');
  const issues = flags.placed !== true && flags.newCert === undefined && flags.newKey === undefined;
  const added = readAdded(flags);
  if (!issues && (added.names.length > 0 || added.told === 'add')) {
    throw usage('--dns, --ip and --add-told add names to what is issued: not to a certificate that is there');
  }
  if (flags.placed === true) {
    return { kind: 'pairs', files: 'placed', pairs: await placedPairs(reading.sights, flags) };
  }
  if (flags.newCert !== undefined || flags.newKey !== undefined) {
    return { kind: 'pairs', files: 'place', pairs: await namedPairs(reading.sights, flags) };
  }
  const days = readDays(flags.days);
  if (flags.issue !== true && readTrust(entry.stateFolder).roots.every(({ role }) => role !== 'current')) {
    throw usage(
      'there is no authority here to issue certificates, and none were named',
      '--new-cert FILE --new-key FILE; --placed, where another system wrote them; or make one: wardis tls ca init',
    );
  }
  const passphrase = await readPassphrase(flags, context);
  return explainPki(async () => ({
    kind: 'issue',
    days,
    added,
    authority: await openAuthority(entry.stateFolder, { passphrase, now: context.now }),
  }));
}

/** What is to be issued, and for which nodes: those that share a file share it too. */
export function requestsOf(
  sights: readonly LeafSight[],
  days: number,
  added?: AddedNames,
): readonly { readonly sights: readonly LeafSight[]; readonly request: LeafRequest }[] {
  const groups = new Map<string, readonly LeafSight[]>();
  for (const sight of sights) {
    const name = fileGroupOf(sight);
    groups.set(name, [...(groups.get(name) ?? []), sight]);
  }
  return [...groups.values()].map((group) => ({
    sights: group,
    request: { ...requestLeaf(group, days, added), node: group[0]?.node.id ?? '' },
  }));
}

/** Issues for every node, and records it. Throws a {@link CommandFailure}. */
export async function issuePairs(
  sights: readonly LeafSight[],
  { authority, days, added }: Extract<LeafSource, { readonly kind: 'issue' }>,
): Promise<ReadonlyMap<string, LeafPair>> {
  const wanted = requestsOf(sights, days, added);
  const issued = await explainPki(() => authority.issueAll(wanted.map(({ request }) => request)));
  const from = { certificate: 'the certificate issued now', key: 'its key' };
  return new Map(
    wanted.flatMap(({ sights: group }, at) => {
      const leaf = issued[at];
      if (leaf === undefined) return [];
      const pair: LeafPair = { certificate: leaf.certPem, key: leaf.key, from };
      return group.map(({ node }): [string, LeafPair] => [node.id, pair]);
    }),
  );
}

/** What the authority did to us as a failure of the command. */
export async function explainPki<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    const next = error.next === undefined ? {} : { next: error.next };
    throw new CommandFailure(
      { code: 'E_LEAF', what: error.message, target: error.path, ...next },
      { cause: error },
    );
  }
}

async function namedPairs(
  sights: readonly LeafSight[],
  { newCert, newKey }: RotateLeafFlags,
): Promise<ReadonlyMap<string, LeafPair>> {
  if (newCert === undefined || newKey === undefined) throw usage('--new-cert and --new-key go together');
  const texts = new Map<string, string>();
  const read = async (path: string, what: string): Promise<string> => {
    const text = texts.get(path) ?? (await readInput(path, what, PEM_BYTES_MAX));
    texts.set(path, text);
    return text;
  };
  const pairs = new Map<string, LeafPair>();
  for (const sight of sights) {
    const from = { certificate: pathFor(newCert, sight), key: pathFor(newKey, sight) };
    const certificate = await read(from.certificate, 'the certificate');
    pairs.set(sight.node.id, { certificate, key: secret(await read(from.key, 'the key')), from });
  }
  return pairs;
}

function pathFor(path: string, { ports: [port] }: LeafSight): string {
  return path.replaceAll('{host}', port?.host ?? '').replaceAll('{port}', String(port?.port ?? ''));
}

/** What is on disk where it can be read; else what was named, without its key, which is on the host alone. */
async function placedPairs(
  sights: readonly LeafSight[],
  { newCert }: RotateLeafFlags,
): Promise<ReadonlyMap<string, LeafPair>> {
  const pairs = new Map<string, LeafPair>();
  for (const sight of sights) {
    const { certificate, key, node } = sight;
    if (newCert !== undefined) {
      const path = pathFor(newCert, sight);
      const text = await readInput(path, 'the certificate', PEM_BYTES_MAX);
      const from = { certificate: path, key: key.path };
      pairs.set(node.id, { certificate: text, ...keyOf(sight), from });
    } else if (certificate.kind === 'file') {
      const from = { certificate: certificate.path, key: key.path };
      pairs.set(node.id, { certificate: certificate.file.content.reveal(), ...keyOf(sight), from });
    }
  }
  return pairs;
}

function keyOf({ key }: LeafSight): { readonly key?: Secret } {
  return key.kind === 'file' ? { key: key.file.content } : {};
}

function readAdded({ dns = [], ip = [], addTold }: RotateLeafFlags): AddedNames {
  const badName = dns.find((name) => !isDnsName(name));
  if (badName !== undefined)
    throw usage(`--dns ${JSON.stringify(badName)} is no host name`, '--dns cache-1.internal');
  const badAddress = ip.find((address) => isIP(address) === 0 || address.includes('%'));
  if (badAddress !== undefined)
    throw usage(`--ip ${JSON.stringify(badAddress)} is no address`, '--ip 10.0.0.5');
  return { names: [...dns, ...ip], told: addTold === true ? 'add' : 'leave' };
}

function readDays(text: string | undefined): number {
  const days = Number(text ?? LEAF_DAYS_DEFAULT);
  if (Number.isInteger(days) && days >= 1 && days <= LEAF_DAYS_MAX) return days;
  throw usage(`--days ${JSON.stringify(text)} is not a whole number from 1 to ${LEAF_DAYS_MAX}`, '--days 90');
}

async function readPassphrase(
  { passphraseFile }: RotateLeafFlags,
  { terminal }: CommandContext,
): Promise<Secret | undefined> {
  if (passphraseFile === undefined) return undefined;
  const timeouts = { connectTimeout: '5', commandTimeout: '10' };
  return readPassword({ ...timeouts, passwordFile: passphraseFile }, {}, terminal);
}

function usage(what: string, next = 'wardis help tls rotate leaf'): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next });
}
