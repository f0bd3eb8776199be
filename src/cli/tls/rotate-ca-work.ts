/** What one command line works with: the fleet, the way from authority to authority, and how far it is. */

import { authorityProgress, type AuthorityNode } from '../../change/index.ts';
import type { Secret } from '../../conf/index.ts';
import type { Topology } from '../../fleet/index.ts';
import { safeText } from '../../text/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { TlsRotateCaFlags } from '../commands/tls/rotate-ca.ts';
import type { CommandContext } from '../context.ts';
import { findNodesByPins, pinNotes } from './expired-nodes.ts';
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
  asked: FleetEntry,
  given: Passage,
  flags: TlsRotateCaFlags,
  passphrase: Secret | undefined,
  context: CommandContext,
): Promise<CaWork> {
  const { entry, topology, ...pins } = await findNodesByPins(asked, context.now());
  for (const note of pinNotes(pins)) context.terminal.err(`${safeText(note)}\n`);
  const passage = withOwnProbe(given, tlsOptionsOf(entry), context.now());
  const found = await lookAtAuthorities(entry, topology, passage, context);
  const name = entry.fleet?.name ?? 'fleet';
  const last = lastCaRun(entry.stateFolder, name, found.change);
  const seen = withForgotten(found, last, flags.allow);
  const progress = authorityProgress(seen.sight, seen.change, context.now(), flags.allow);
  const open =
    last === undefined || last.status === 'done' ? undefined : { id: last.run.id, phase: last.facts.phase };
  const standing: CaStanding = { name, change: seen.change, progress, open };
  return { name, entry, topology, passage, seen, standing, last, flags, passphrase };
}

/**
 * Nodes of the last phase that nobody knows any more: a primary forgets a replica that is down, and the replica comes
 * back as it was. `gone`: named by a person.
 */
function withForgotten(seen: CaSight, last: CaRun | undefined, gone: readonly string[]): CaSight {
  const { sight } = seen;
  const known = new Set([...sight.nodes, ...seen.plain].map(({ id }) => id));
  const missing = (last?.run.nodes ?? [])
    .filter(({ id }) => !known.has(id) && !gone.includes(id))
    .map((node): AuthorityNode => ({
      ...node,
      trust: { kind: 'unread', path: '', why: 'it was not found' },
      admits: { old: UNTRIED, next: UNTRIED },
      served: [],
      away: 'it was there in the last phase, and nobody knows it now; if it is gone for good: --allow its address',
    }));
  return { ...seen, sight: { ...sight, nodes: [...sight.nodes, ...missing] } };
}

const UNTRIED = { kind: 'untried', why: 'it was not found' } as const;
