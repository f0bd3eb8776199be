/**
 * Whether nodes would find each other again after a phase. A link that was up stays up whatever is trusted and served, so
 * that it proves nothing; each is judged as if it were made now, from what both ends show, trust and ask for.
 */

import { readBusLinks } from '../../fleet/index.ts';
import { readInventory } from '../../pki/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { FleetFlags } from '../change/fleet-options.ts';
import type { CommandContext } from '../context.ts';
import { dropAliases, judgeFleet } from './doctor-fleet.ts';
import { gatherFleet } from './inspect-gather.ts';

export interface LinkForecast {
  /** One sentence for each link that would not come up. */
  readonly broken: readonly string[];
  /** Why others could not be judged, each once. */
  readonly unknown: readonly string[];
}

/** Replication, Cluster bus, Sentinels. Changes nothing. */
export async function forecastLinks(
  entry: FleetEntry,
  flags: FleetFlags,
  context: CommandContext,
): Promise<LinkForecast> {
  const { kind, survey, sources } = await gatherFleet(
    entry,
    readInventory(entry.stateFolder),
    { ...flags, ...NOTHING_BESIDE, files: true, quiet: true },
    context,
  );
  const nodes = survey.nodes.map(({ node }) => node);
  const busLinks =
    kind === 'cluster'
      ? await readBusLinks(nodes, { limits: entry.limits, concurrency: entry.concurrency })
      : [];
  const { links } = judgeFleet({
    kind,
    nodes: dropAliases(survey.nodes),
    busLinks,
    at: new Date(survey.takenAt),
    sentAlone: sources.sentAlone,
    authorities: sources.authorities,
    reach: '',
  });
  return {
    broken: links.flatMap(({ kind: link, from, to, judgement }) =>
      judgement.kind === 'fails'
        ? [`${from} -> ${to} (${link}) would not connect anew: ${judgement.detail}`]
        : [],
    ),
    unknown: [
      ...new Set(links.flatMap(({ judgement }) => (judgement.kind === 'unknown' ? [judgement.why] : []))),
    ],
  };
}

const NOTHING_BESIDE = { name: [], require: [], failOn: 'none', output: [] } as const;
