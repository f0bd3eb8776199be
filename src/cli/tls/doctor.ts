/** The work of `wardis tls doctor`: survey the fleet, judge every link, name the causes, print the steps that heal them. */

import { printTarget, readBusLinks } from '../../fleet/index.ts';
import { readInventory } from '../../pki/index.ts';
import { printSafeJson } from '../../text/index.ts';
import { enterFleet, type FleetEntry } from '../change/fleet-access.ts';
import type { TlsDoctorFlags } from '../commands/tls/doctor.ts';
import type { CommandContext } from '../context.ts';
import { quote } from '../doctor/local-files.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readVersion } from '../version.ts';
import { findCauses, type FleetCause } from './doctor-cause.ts';
import { dropAliases, judgeFleet, type FleetFacts, type FleetVerdict } from './doctor-fleet.ts';
import { printFleetDiagnosis } from './doctor-print.ts';
import { readLogs } from './doctor-log.ts';
import { gatherFleet } from './inspect-gather.ts';

/** Schema of `--json`. Fields are added, never changed. */
const SCHEMA_VERSION = 1;

export interface FleetDiagnosis {
  readonly facts: FleetFacts;
  readonly verdict: FleetVerdict;
  readonly causes: readonly FleetCause[];
  /** What could not be looked at, as sentences. */
  readonly unknown: readonly string[];
}

export async function runTlsDoctor(
  named: readonly string[],
  flags: TlsDoctorFlags,
  context: CommandContext,
): Promise<void> {
  const entry = await enterFleet(named, flags, context);
  const inventory = readInventory(entry.stateFolder);
  const gathered = await gatherFleet(
    entry,
    inventory,
    { ...flags, files: true, name: [], require: [], failOn: 'none', output: [] },
    context,
  );
  const nodes = gathered.survey.nodes.map(({ node }) => node);
  const busLinks =
    gathered.kind === 'cluster'
      ? await readBusLinks(nodes, { limits: entry.limits, concurrency: entry.concurrency })
      : [];
  const facts: FleetFacts = {
    kind: gathered.kind,
    nodes: dropAliases(gathered.survey.nodes),
    busLinks,
    at: new Date(gathered.survey.takenAt),
    sentAlone: gathered.sources.sentAlone,
    authorities: gathered.sources.authorities,
    reach: wordsOf(entry, named, flags),
    // After the nodes were asked, so that a log holds what was going on then.
    logs: await readLogs(flags.serverLog),
  };
  const diagnosis = diagnoseFleet(facts, gathered.notes);
  const exit = exitOf(diagnosis);
  context.terminal.out(
    flags.json === true
      ? `${printSafeJson(dataOf(diagnosis, exit), 2)}\n`
      : printFleetDiagnosis(diagnosis, context.terminal.outLook),
  );
  context.finish(exit);
}

/** Pure: from what was gathered to causes and steps. */
export function diagnoseFleet(facts: FleetFacts, notes: readonly string[] = []): FleetDiagnosis {
  const verdict = judgeFleet(facts);
  return {
    facts,
    verdict,
    causes: findCauses(facts, verdict),
    unknown: [...listUnknown(facts, verdict), ...notes],
  };
}

function exitOf({ causes, unknown }: FleetDiagnosis): ExitCode {
  if (causes.length > 0) return EXIT.findings;
  return unknown.length > 0 ? EXIT.incomplete : EXIT.ok;
}

/** A node that cannot be reached is unknown, never healthy; so is a link of which one end is not known. */
function listUnknown({ nodes }: FleetFacts, { links }: FleetVerdict): readonly string[] {
  const silent = nodes.flatMap(({ node, unreachable, ports }) => {
    if (unreachable === undefined) return [];
    const refusal = ports
      .map(({ handshake }) => (handshake.ok ? undefined : handshake.diagnosis))
      .find(Boolean);
    const why = refusal === undefined ? unreachable.message : `${refusal.explanation} (${refusal.fault})`;
    return [`${node.id} could not be asked: ${why}`];
  });
  const reasons = links.flatMap(({ judgement }) => (judgement.kind === 'unknown' ? [judgement.why] : []));
  const counted = new Map<string, number>();
  for (const why of reasons) counted.set(why, (counted.get(why) ?? 0) + 1);
  return [
    ...silent,
    ...[...counted].map(([why, count]) => `${count} ${count === 1 ? 'link' : 'links'} not judged: ${why}`),
  ];
}

/** Without passwords: whoever repeats it has them at hand. */
function wordsOf({ seeds, fleet }: FleetEntry, named: readonly string[], flags: TlsDoctorFlags): string {
  if (named.length === 0 && flags.fleet !== undefined) return `--fleet ${quote(flags.fleet)}`;
  if (named.length === 0 && fleet !== undefined) return `--fleet ${quote(fleet.name)}`;
  const options = [
    ['--cacert', flags.cacert],
    ['--cert', flags.cert],
    ['--key', flags.key],
    ['--user', flags.user],
    ['--password-file', flags.passwordFile],
  ] as const;
  return [
    ...seeds.map((seed) => printTarget(seed)),
    ...options.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${quote(value)}`])),
  ].join(' ');
}

function dataOf({ facts, verdict, causes, unknown }: FleetDiagnosis, exit: ExitCode): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'wardis', version: readVersion() },
    at: facts.at.toISOString(),
    kind: facts.kind,
    clocks: verdict.clocks,
    nodes: facts.nodes.map(({ node, ports, unreachable, replicaLink }) => ({
      node: node.id,
      role: node.role,
      reached: unreachable === undefined ? 'yes' : unreachable.code,
      serves: ports.flatMap(({ purpose, port, handshake: { chain } }) =>
        chain.slice(0, 1).map(({ subject, issuer, notBefore, notAfter, fingerprintSha256 }) => ({
          purpose,
          port,
          subject,
          issuer,
          notBefore,
          notAfter,
          fingerprintSha256,
        })),
      ),
      ...(replicaLink === undefined ? {} : { replicaLink }),
    })),
    links: verdict.links.map(({ judgement, ...link }) => ({
      ...link,
      judgement:
        judgement.kind === 'fails'
          ? { ...judgement, certificate: judgement.certificate?.subject }
          : judgement,
    })),
    causes: causes.map(({ certificate, links, steps, ...cause }) => ({
      ...cause,
      ...(certificate === undefined ? {} : { fingerprintSha256: certificate.fingerprintSha256 }),
      links: links.map(({ kind, from, to, seen }) => ({ kind, from, to, seen })),
      steps: steps.map(({ adds, ...step }) => ({
        ...step,
        ...(adds === undefined
          ? {}
          : {
              adds: {
                path: adds.path,
                fingerprintSha256: adds.certificate.fingerprintSha256,
                pem: adds.certificate.pem,
              },
            }),
      })),
    })),
    unknown,
    again: `wardis tls doctor ${facts.reach}`,
    exit,
  };
}
