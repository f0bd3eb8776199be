/** What one command line works with: the fleet, the way from authority to authority, and how far it is. */

import { authorityProgress } from '../../change/index.ts';
import type { Secret } from '../../conf/index.ts';
import type { Topology } from '../../fleet/index.ts';
import { findNodes, type FleetEntry } from '../change/fleet-access.ts';
import type { TlsRotateCaFlags } from '../commands/tls/rotate-ca.ts';
import type { CommandContext } from '../context.ts';
import { withOwnProbe, type Passage } from './rotate-ca-authority.ts';
import { lookAtAuthorities, tlsOptionsOf, type CaSight } from './rotate-ca-fleet.ts';
import { lastCaRun, type CaRun } from './rotate-ca-run.ts';
import type { CaStanding } from './rotate-ca-show.ts';

export interface CaWork {
  readonly name: string;
  readonly entry: FleetEntry;
  readonly topology: Topology;
  readonly passage: Passage;
  readonly seen: CaSight;
  readonly standing: CaStanding;
  readonly last: CaRun | undefined;
  readonly flags: TlsRotateCaFlags;
  readonly passphrase: Secret | undefined;
}

/** Reads the fleet once more. */
export async function lookAtPassage(
  entry: FleetEntry,
  given: Passage,
  flags: TlsRotateCaFlags,
  passphrase: Secret | undefined,
  context: CommandContext,
): Promise<CaWork> {
  const topology = await findNodes(entry);
  const passage = withOwnProbe(given, tlsOptionsOf(entry), context.now());
  const seen = await lookAtAuthorities(entry, topology, passage, context);
  const name = entry.fleet?.name ?? 'fleet';
  const progress = authorityProgress(seen.sight, seen.change, context.now(), flags.allow);
  const last = lastCaRun(entry.stateFolder, name, seen.change);
  const open =
    last === undefined || last.status === 'done' ? undefined : { id: last.run.id, phase: last.facts.phase };
  const standing: CaStanding = { name, change: seen.change, progress, open };
  return { name, entry, topology, passage, seen, standing, last, flags, passphrase };
}
