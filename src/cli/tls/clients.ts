/** The work of `wardis tls clients`: read the fleet, put connections with the same answer together, say it. */

import { printSafeJson } from '../../text/index.ts';
import type { TlsClientsFlags } from '../commands/tls/clients.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readClientFleet, type ClientFleet } from './clients-fleet.ts';
import { groupClients, isOver, type ClientGroup } from './clients-group.ts';
import { describeClients } from './clients-print.ts';
import { factsOf, type NodeFacts } from './clients-facts.ts';
import { REVOCATION_WORDS } from './clients-words.ts';

export async function runTlsClients(
  targets: readonly string[],
  flags: TlsClientsFlags,
  context: CommandContext,
): Promise<void> {
  const fleet = await readClientFleet(targets, flags, context);
  const groups = groupClients(fleet.sights);
  const facts = fleet.nodes.map((node) => factsOf(node, fleet.sights));
  const text =
    flags.json === true
      ? printJson(fleet, facts, groups)
      : describeClients(fleet, facts, groups, context.terminal.outLook);
  context.terminal.out(text);
  context.finish(exitOf(fleet, groups));
}

function exitOf({ unread }: ClientFleet, groups: readonly ClientGroup[]): ExitCode {
  if (unread.some(({ refused }) => refused)) return EXIT.refused;
  if (unread.length > 0) return EXIT.incomplete;
  return groups.some(isOver) ? EXIT.findings : EXIT.ok;
}

function printJson(fleet: ClientFleet, facts: readonly NodeFacts[], groups: readonly ClientGroup[]): string {
  const said = {
    schemaVersion: '1',
    takenAt: fleet.takenAt.toISOString(),
    inventory: { state: fleet.inventory.state, certificates: fleet.inventory.certificates.length },
    nodes: facts,
    clients: groups.map(({ answer, user, link, entries, dropped, sights }) => ({
      answer,
      user,
      link,
      certificates: entries.map(
        ({ subject, serial, fingerprintSha256, notAfter, revoked, supersededBy }) => ({
          subject,
          serial,
          fingerprintSha256,
          notAfter,
          ...(revoked === undefined ? {} : { revoked: revoked.at }),
          ...(supersededBy === undefined ? {} : { supersededBy }),
          ...(dropped?.includes(fingerprintSha256) === true ? { trustedNoMore: true } : {}),
        }),
      ),
      connections: sights.map(({ node, session, transport, began }) => ({
        node,
        id: session.id,
        address: session.address,
        name: session.name,
        transport,
        began: began.toISOString(),
      })),
    })),
    unread: fleet.unread.map(({ node, why }) => ({ node, why })),
    notes: [...fleet.topology.notes, ...REVOCATION_WORDS],
  };
  return `${printSafeJson(said, 2)}\n`;
}
