/** What a renewal looks at: the inventory of this machine, and what the nodes of the fleet serve, if one is named. */

import { join } from 'node:path';
import {
  planRenewal,
  servedBy,
  type DueCertificate,
  type LeafReading,
  type RenewalQuestion,
} from '../../change/index.ts';
import {
  describeAuthority,
  INVENTORY_FILE,
  PkiError,
  readInventory,
  type InventoryEntry,
} from '../../pki/index.ts';
import { safeText } from '../../text/index.ts';
import { enterFleet, type FleetEntry } from '../change/fleet-access.ts';
import { distrustStateFolder, stateFolderOf } from '../change/state-folder.ts';
import type { TlsRenewFlags } from '../commands/tls/renew.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { loadPolicy } from '../policy-file.ts';
import { findNodesByPins } from './expired-nodes.ts';
import { lookAtLeaves } from './rotate-leaf-scene.ts';

/** What one command line works with; nobody was asked yet. */
export interface Renewal {
  readonly stateFolder: string;
  /** Path of the policy document. */
  readonly policy: string | undefined;
  /** Undefined: files of this machine only. */
  readonly entry: FleetEntry | undefined;
  readonly entries: readonly InventoryEntry[];
  readonly withinMs: number;
}

/** Throws a {@link CommandFailure} where the inventory cannot be read: then nobody knows what is due. */
export async function openRenewal(
  named: readonly string[],
  flags: TlsRenewFlags,
  context: CommandContext,
): Promise<Renewal> {
  const policy = await loadPolicy(flags.policy, context);
  const withinMs = readTime(flags.within);
  const wantsFleet =
    flags.filesOnly !== true &&
    (named.length > 0 || namesServer(flags) || (policy?.document.fleets ?? []).length > 0);
  const entry = wantsFleet ? await enterFleet(named, flags, context) : undefined;
  const stateFolder = entry?.stateFolder ?? stateFolderOf(flags, policy?.path);
  distrustStateFolder(stateFolder);
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') {
    throw new CommandFailure({
      code: 'E_STATE',
      what: 'the inventory cannot be read: nobody knows what is due; nothing was changed',
      target: join(stateFolder, INVENTORY_FILE),
      cause: reading.why,
      next: 'put a good copy in its place',
    });
  }
  return { stateFolder, policy: policy?.path, entry, entries: reading.certificates, withinMs };
}

/** What is due, and which nodes could not tell what they serve. */
export interface Due {
  readonly due: readonly DueCertificate[];
  readonly left: LeafReading['left'];
}

/** Asks every node of the fleet; changes nothing. */
export async function findDue(renewal: Renewal, context: CommandContext): Promise<Due> {
  const { entry, stateFolder, entries, withinMs } = renewal;
  const reading = entry === undefined ? undefined : await readServedLeaves(entry, context);
  const served = (reading?.sights ?? []).flatMap((sight) => {
    const leaf = servedBy(sight);
    return leaf === undefined ? [] : [{ ...leaf, node: sight.node.id }];
  });
  const mute = (reading?.sights ?? [])
    .filter((sight) => servedBy(sight) === undefined)
    .map(({ node, ports }) => ({
      node,
      kind: 'unreadable' as const,
      why: `no port shows a certificate (${ports[0]?.unseen ?? 'unknown'})`,
    }));
  const due = planRenewal({
    entries,
    served,
    ...(await ownAuthority(stateFolder)),
    nowMs: context.now().getTime(),
    withinMs,
  });
  const left = (reading?.left ?? []).filter(({ kind }) => kind !== 'plaintext');
  return { due, left: [...left, ...mute] };
}

async function readServedLeaves(entry: FleetEntry, context: CommandContext): Promise<LeafReading> {
  const found = await findNodesByPins(entry, context.now());
  for (const note of found.reached) context.terminal.err(`${safeText(note)}\n`);
  return (await lookAtLeaves(found.entry, found.topology, { node: [], quiet: true }, context, found)).reading;
}

/** When whoever signs ends, and what belongs to it; undefined: there is no authority here. */
async function ownAuthority(
  stateFolder: string,
): Promise<Pick<RenewalQuestion, 'authorityEnds' | 'authorities'>> {
  try {
    const { root, issuer } = await describeAuthority(stateFolder);
    const authorities = [root, ...(issuer === undefined ? [] : [issuer])].map(({ fact }) => fact.pem);
    return { authorityEnds: (issuer ?? root).fact.notAfter, authorities };
  } catch (error) {
    if (error instanceof PkiError && error.code === 'no-authority') {
      return { authorityEnds: undefined, authorities: [] };
    }
    throw error;
  }
}

/** `-h`, `-p`, `-s` or `-u` name a server too. */
function namesServer({ host, port, socket, uri }: TlsRenewFlags): boolean {
  return [host, port, socket, uri].some((value) => value !== undefined);
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readTime(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, count = '', unit = ''] = /^([1-9][0-9]{0,5})([smhd])$/.exec(text) ?? [];
  const time = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
  if (time > 0) return time;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--within ${JSON.stringify(text)} is no time`,
    next: '--within 12h, or 7d',
  });
}
