/**
 * A plan of the live fleet, for `wardis plan` and for whoever applies it: policy, secrets, topology, states and files, each
 * read once.
 */

import {
  ALLOWABLE_REFUSALS,
  listOpenRotations,
  planFleet,
  type PlanInput,
  type PlannedRun,
  type RefusalCode,
} from '../../change/index.ts';
import type { Secret } from '../../conf/index.ts';
import { FleetError, type NodeState, type Topology } from '../../fleet/index.ts';
import type { PolicyDocument } from '../../policy/index.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { knownSecrets } from '../policy-secret.ts';
import { enterFleet, findNodes, readStates, type FleetEntry } from './fleet-access.ts';
import type { FleetFlags } from './fleet-options.ts';

import { readOwnedUsers } from './owned-users.ts';
import { readRecording } from './plan-recording.ts';
import { readUserFiles } from './user-files.ts';

export interface PlanRequestFlags extends FleetFlags {
  readonly recording?: string;
  readonly allow: readonly string[];
  readonly files?: boolean;
  readonly quiet?: boolean;
}

type Unreadable = PlanInput['unreadable'][number];

/** The plan, its steps, and what they were made from. */
export interface MadePlan {
  readonly entry: FleetEntry;
  readonly policy: PolicyDocument;
  readonly topology: Topology;
  readonly input: PlanInput;
  readonly planned: PlannedRun;
}

/** Reads everything and plans. Throws a {@link CommandFailure} where there is no policy or no way in. */
export async function makePlan(
  named: readonly string[],
  flags: PlanRequestFlags,
  context: CommandContext,
): Promise<MadePlan> {
  const allow = readAllowed(flags.allow);
  const entry = await enterFleet(named, flags, context);
  if (entry.policy === undefined) {
    throw new CommandFailure({
      code: 'E_POLICY',
      what: 'there is no policy to plan by',
      next: 'name one: --policy FILE; wardis init writes one from a live server',
    });
  }
  const policy = entry.policy.document;
  const secrets = secretsOf(policy, entry, context);
  const recording =
    flags.recording === undefined ? {} : { recording: await readRecording(flags.recording, policy) };
  const noise = flags.quiet === true ? 'silent' : 'progress';
  const { topology, states, unreadable } = await readFleet(entry, context, noise);
  const input: PlanInput = {
    policy,
    fleet: entry.fleet,
    topology,
    states,
    unreadable,
    secrets,
    now: context.now(),
    owned: readOwnedUsers(entry.stateFolder, entry.fleet?.name),
    rotating: listOpenRotations(entry.stateFolder),
    files: await readUserFiles(
      entry.fleet,
      topology,
      states,
      flags.files === true ? 'every-host' : 'this-host',
    ),
    allow,
    ...recording,
  };
  return { entry, policy, topology, input, planned: planFleet(input) };
}

async function readFleet(
  entry: FleetEntry,
  context: CommandContext,
  noise: 'progress' | 'silent',
): Promise<Pick<PlanInput, 'topology' | 'states' | 'unreadable'>> {
  try {
    const topology = await findNodes(entry);
    const states: NodeState[] = [];
    const unreadable: Unreadable[] = [];
    for (const result of await readStates(entry, topology, context, noise)) {
      const busy = result.ok ? busyWith(result.state) : undefined;
      if (busy !== undefined) unreadable.push({ node: result.node, ...busy });
      else if (result.ok) states.push(result.state);
      else {
        const { code, what } = describeFleetError(result.error, result.node);
        unreadable.push({ node: result.node, code, detail: what });
      }
    }
    return { topology, states, unreadable };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeFleetError(error, error.node), { cause: error });
  }
}

/** Published codes of a server that answers, and answers nothing but this until it is done. */
const BUSY_CODES = { LOADING: 'E620', MASTERDOWN: 'E621', BUSY: 'E622' } as const;
const DETAIL_CHARS_MAX = 160;

/** A node that could be read later is like one that is away; where rights are missing, waiting does not help. */
function busyWith({ users, clients, role, commandStats }: NodeState): Omit<Unreadable, 'node'> | undefined {
  for (const fact of [users, clients, role, commandStats]) {
    if (fact.known || fact.reason !== 'failed') continue;
    const said = /: ((BUSY|LOADING|MASTERDOWN) .*)/s.exec(fact.detail);
    if (said === null) continue;
    const [, words = '', word] = said;
    const detail = `it is busy: ${words.slice(0, DETAIL_CHARS_MAX)}`;
    return { code: BUSY_CODES[word as keyof typeof BUSY_CODES], detail };
  }
  return undefined;
}

/** The Sentinels' own users have secrets too, whatever mode the policy was written for. */
function secretsOf(
  policy: PolicyDocument,
  entry: FleetEntry,
  { environment }: CommandContext,
): ReadonlyMap<string, Secret> {
  const everybody = { ...policy, request: { ...policy.request, mode: 'replica' as const } };
  const secrets = knownSecrets(everybody, entry.secretsFolder, environment);
  return new Map([...secrets].map(([user, { secret }]) => [user, secret]));
}

function readAllowed(codes: readonly string[]): ReadonlySet<RefusalCode> {
  return new Set(
    codes.map((code) => {
      const known = ALLOWABLE_REFUSALS.find((each) => each === code);
      if (known !== undefined) return known;
      throw new CommandFailure({
        code: 'E_USAGE',
        what: `--allow ${JSON.stringify(code)} lets nothing pass`,
        next: `one of ${ALLOWABLE_REFUSALS.join(', ')}`,
      });
    }),
  );
}
