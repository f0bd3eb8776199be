/**
 * Client certificates whose files lie on this machine, on their way to the new authority and back. A new pair is shown to
 * every port of every node before it takes the place of the old one: ours is how we get in, and a node that refuses it
 * would be out of our reach. The old pair stays beside it until the change is finished.
 */

import {
  closeSync,
  constants,
  copyFileSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { sideOf, type KnownClient } from '../../change/index.ts';
import { Secret } from '../../conf/index.ts';
import { syncFolder } from '../../disk/index.ts';
import { forEachAtOnce } from '../../fleet/index.ts';
import {
  forgetCertificates,
  openAuthority,
  readInventory,
  recordCertificates,
  type AuthorityHandle,
  type InventoryEntry,
} from '../../pki/index.ts';
import { safeText } from '../../text/index.ts';
import { checkPair, inspectTls, readCertificates } from '../../tls/index.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { renewFiles } from './renew-files.ts';
import { readPair, replacePair, type Pair, type PairFiles } from './renew-pair.ts';
import type { CaSight } from './rotate-ca-fleet.ts';
import type { Reissuable } from './rotate-ca-local.ts';
import type { CaWork } from './rotate-ca-work.ts';

/** Issues and writes one after another; each is whole or as it was. Throws where a node does not let a new one in. */
export async function reissueClients(
  clients: readonly Reissuable[],
  { entry, passphrase, seen }: CaWork,
  { terminal, now }: CommandContext,
): Promise<void> {
  const { stateFolder } = entry;
  const authority = await openAuthority(stateFolder, { passphrase, now });
  const doors = doorsOf(seen);
  for (const { name, files, fingerprintSha256 } of clients) {
    const issue: AuthorityHandle['issue'] = async (request) => {
      const issued = await authority.issue(request);
      try {
        const pair = { certificate: issued.certPem, key: issued.key };
        refuse(name, await findRefusals(pair, doors, entry.concurrency), 'written');
        keepPair(files);
      } catch (error) {
        // Its key was nowhere but here.
        await forgetCertificates(stateFolder, [issued.entry.fingerprintSha256]);
        throw error;
      }
      return issued;
    };
    const outcome = await renewFiles(stateFolder, files, fingerprintSha256, { ...authority, issue });
    const said =
      outcome.kind === 'renewed'
        ? `has a certificate of the new authority, until ${outcome.entry.notAfter}; every node lets it in. The old pair lies beside it (${BEFORE}) until --finish`
        : outcome.kind === 'settled'
          ? outcome.why
          : `left as it was: ${outcome.why}`;
    terminal.err(`${safeText(`${name} (${files.certificate}): ${said}`)}\n`);
  }
}

/** A client with the pair that it had before. */
export interface KeptClient {
  readonly name: string;
  readonly files: PairFiles;
  readonly current: string;
  readonly kept: Pair & { readonly fingerprintSha256: string };
}

/** Clients of the new authority whose pair of the old one lies beside theirs. */
export function findKept({ seen: { sight, change } }: Pick<CaWork, 'seen'>, at: Date): readonly KeptClient[] {
  return [...sight.own.shows, ...sight.clients].flatMap(({ name, files, chain, fingerprintSha256 }) => {
    if (files?.key === undefined || sideOf(chain, change, at) !== 'next') return [];
    const paths = { certificate: files.certificate, key: files.key };
    const kept = readKept(paths);
    if (kept === undefined || sideOf([kept.certificate], change, at) !== 'old') return [];
    return [{ name, files: paths, current: fingerprintSha256, kept }];
  });
}

/** All or none: shown to every node first. Throws a {@link CommandFailure} where one would be refused. */
export async function putBackClients(
  clients: readonly KeptClient[],
  { entry, seen }: CaWork,
  { terminal }: CommandContext,
): Promise<void> {
  const doors = doorsOf(seen);
  for (const { name, kept } of clients) {
    refuse(name, await findRefusals(kept, doors, entry.concurrency), 'put back');
  }
  for (const { name, files, current, kept } of clients) {
    const reading = readPair(files);
    if (reading.kind === 'unusable') {
      terminal.err(`${safeText(`${name} (${files.certificate}): left as it is: ${reading.why}`)}\n`);
      continue;
    }
    replacePair(reading.held, kept);
    await recordReturn(entry.stateFolder, kept.fingerprintSha256, current);
    forgetPair(files);
    terminal.err(
      `${safeText(`${name} (${files.certificate}): has its certificate of the old authority back`)}\n`,
    );
  }
}

/** The pairs of the old authority that were kept; how many there were. */
export function forgetKept({ sight }: CaSight): number {
  const all: readonly KnownClient[] = [...sight.own.shows, ...sight.clients];
  return all.filter(({ files }) => {
    if (files?.key === undefined) return false;
    const paths = { certificate: files.certificate, key: files.key };
    if (readKept(paths) === undefined) return false;
    forgetPair(paths);
    return true;
  }).length;
}

const BEFORE = '.wardis-before';

interface Door {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly purpose: 'clients' | 'bus' | 'sentinel';
}

/** Every port that showed a certificate. */
function doorsOf({ sights, sight }: CaSight): readonly Door[] {
  const own = sights.flatMap(({ node, ports }) =>
    ports
      .filter(({ purpose, chain }) => purpose !== 'bus' || chain.length > 0)
      .map(({ host, port, purpose }) => ({ id: node.id, host, port, purpose })),
  );
  const fronts = sight.nodes.flatMap(({ id, outside, served }) =>
    outside === undefined
      ? []
      : served.map(({ port }): Door => {
          const colon = port.lastIndexOf(':');
          return { id, host: port.slice(0, colon), port: Number(port.slice(colon + 1)), purpose: 'clients' };
        }),
  );
  return [...own, ...fronts];
}

/** One sentence for each port that does not let it in, or of which that cannot be told. */
async function findRefusals(
  { certificate, key }: Pair,
  doors: readonly Door[],
  concurrency: number,
): Promise<readonly string[]> {
  const refused: string[] = [];
  await forEachAtOnce(doors, concurrency, async ({ id, host, port, purpose }) => {
    const seen = await inspectTls({
      host,
      port,
      cert: certificate,
      key: key.reveal(),
      until: purpose === 'bus' ? 'admission' : 'reply',
    });
    if (!seen.ok) refused.push(`${id} (port ${port}): ${seen.detail}`);
  });
  return refused.sort();
}

function refuse(name: string, refused: readonly string[], done: 'written' | 'put back'): void {
  if (refused.length === 0) return;
  throw new CommandFailure({
    code: 'E_ROTATE_CA',
    what: `the certificate of ${name} is not let in everywhere, so it was not ${done}`,
    cause: refused.join('\n         '),
    next: 'see what these trust: wardis tls rotate ca --status; then again',
  });
}

function realOf({ certificate, key }: PairFiles): PairFiles {
  return { certificate: realpathSync(certificate), key: realpathSync(key) };
}

/** A copy of each file, for the same owner and with the same mode. */
function keepPair(files: PairFiles): void {
  for (const path of new Set(Object.values(realOf(files)) as readonly string[])) {
    const kept = path + BEFORE;
    rmSync(kept, { force: true });
    copyFileSync(path, kept, constants.COPYFILE_EXCL);
    const { uid, gid } = statSync(path);
    const handle = openSync(kept, 'r+');
    try {
      const own = fstatSync(handle);
      if (own.uid !== uid || own.gid !== gid) fchownSync(handle, uid, gid);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    syncFolder(dirname(path));
  }
}

function forgetPair(files: PairFiles): void {
  for (const path of Object.values(realOf(files)) as readonly string[])
    rmSync(path + BEFORE, { force: true });
}

function readKept(files: PairFiles): KeptClient['kept'] | undefined {
  try {
    const { certificate, key } = realOf(files);
    const pem = readFileSync(certificate + BEFORE, 'utf8');
    const keyPem = readFileSync(key + BEFORE, 'utf8');
    const [leaf] = readCertificates(pem).certificates;
    if (leaf === undefined || checkPair(pem, keyPem) !== 'match') return undefined;
    return { certificate: pem, key: new Secret(keyPem), fingerprintSha256: leaf.fingerprintSha256 };
  } catch {
    // None was kept, or somebody took it away.
    return undefined;
  }
}

/** The old one is in use again, and the new one, whose key is gone, never is. */
async function recordReturn(stateFolder: string, old: string, gone: string): Promise<void> {
  const { certificates } = readInventory(stateFolder);
  const find = (fingerprint: string): InventoryEntry | undefined =>
    certificates.find((entry) => entry.fingerprintSha256 === fingerprint);
  const [back, left] = [find(old), find(gone)];
  await recordCertificates(stateFolder, [
    ...(left === undefined ? [] : [{ ...left, supersededBy: old }]),
    // Explicitly undefined, since what is absent stays as it was recorded.
    ...(back === undefined ? [] : [{ ...back, supersededBy: undefined } as unknown as InventoryEntry]),
  ]);
}
