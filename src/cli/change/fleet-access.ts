/**
 * The way into a fleet: policy and flags become seeds and credentials, the seeds become every node, and each node can be
 * asked. What flags say wins over the policy; a server that is named wins over the policy's seeds.
 */

import type { Secret } from '../../conf/index.ts';
import {
  CONCURRENCY_MAX,
  discoverTopology,
  type Access,
  readNodeStates,
  type ConnectionLimits,
  type NodeStateResult,
  type Target,
  type TlsOptions,
  type Topology,
} from '../../fleet/index.ts';
import type { FleetAccess as PolicyAccess, FleetPolicy } from '../../policy/index.ts';
import { readTimeouts, resolveTargets } from '../connection-target.ts';
import type { ConnectionFlags } from '../connection-options.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readPassword } from '../password.ts';
import { loadPolicy, type LoadedPolicy } from '../policy-file.ts';
import { readSecretSource } from '../policy-secret.ts';
import { openProgress, SILENT_PROGRESS } from '../progress.ts';
import type { FleetFlags } from './fleet-options.ts';
import { secretsFolderOf, stateFolderOf } from './state-folder.ts';

/** Whom we talk to, before anything was asked. */
export interface FleetEntry {
  readonly policy: LoadedPolicy | undefined;
  /** The fleet of the policy that was chosen; absent where servers were named and the policy has none. */
  readonly fleet: FleetPolicy | undefined;
  readonly seeds: readonly Target[];
  /** Sentinels to begin at, beside the seeds. */
  readonly sentinels: readonly Target[];
  /** Into Sentinels, where it is another way than into servers. */
  readonly sentinelAccess: Access | undefined;
  /** How nodes that announce TLS ports are spoken to, where a seed is spoken to in plaintext. */
  readonly tls: TlsOptions | undefined;
  readonly limits: ConnectionLimits;
  readonly concurrency: number;
  readonly stateFolder: string;
  readonly secretsFolder: string;
}

/** Reads policy and flags; asks nobody. Throws a {@link CommandFailure} where the fleet is not clear. */
export async function enterFleet(
  named: readonly string[],
  flags: FleetFlags,
  context: CommandContext,
): Promise<FleetEntry> {
  const policy = await loadPolicy(flags.policy, context);
  const fleet = chooseFleet(named, flags, policy);
  const password = await readPassword(flags, context.environment, context.terminal);
  const seeds = seedsOf(named, flags, fleet, password, context);
  return {
    policy,
    fleet,
    seeds,
    ...(await enterSentinels(flags, fleet, context)),
    tls: fleet?.tls === undefined ? undefined : tlsOf(flags, fleet, context),
    limits: readTimeouts(flags),
    concurrency: readConcurrency(flags.concurrency),
    stateFolder: stateFolderOf(flags, policy?.path),
    secretsFolder: secretsFolderOf(flags, policy?.path),
  };
}

/** Every node of the fleet; one that does not answer is in the list with the reason, a seed too. */
export async function findNodes(entry: FleetEntry): Promise<Topology> {
  const { sentinels, sentinelAccess, limits, concurrency } = entry;
  return discoverTopology(entry.seeds, {
    sentinels,
    limits,
    concurrency,
    ...(sentinelAccess === undefined ? {} : { sentinelAccess }),
    ...(entry.tls === undefined ? {} : { tls: entry.tls }),
    // Whoever may replicate can announce an address: outside these networks nobody is sent our credentials.
    networks: entry.fleet?.peers ?? [],
    addressMap: new Map(Object.entries(entry.fleet?.addresses ?? {})),
  });
}

/** The state of every node that can be asked, and why the others cannot; in the order of the topology. */
export async function readStates(
  entry: FleetEntry,
  topology: Topology,
  context: CommandContext,
  noise: 'progress' | 'silent' = 'progress',
): Promise<readonly NodeStateResult[]> {
  const progress = noise === 'silent' ? SILENT_PROGRESS : openProgress(context.terminal, 'read');
  try {
    return await readNodeStates(topology.nodes, {
      limits: entry.limits,
      concurrency: entry.concurrency,
      onProgress: (done, total, last) => progress.step(done, total, last.node),
    });
  } finally {
    progress.end();
  }
}

function chooseFleet(
  named: readonly string[],
  flags: FleetFlags,
  policy: LoadedPolicy | undefined,
): FleetPolicy | undefined {
  const fleets = policy?.document.fleets ?? [];
  if (flags.fleet !== undefined) {
    const fleet = fleets.find(({ name }) => name === flags.fleet);
    if (fleet !== undefined) return fleet;
    throw unclear(
      policy === undefined ? '--fleet needs a policy' : `the policy has no fleet ${flags.fleet}`,
      fleets.length === 0 ? 'wardis init makes one' : `--fleet ${fleets.map(({ name }) => name).join(', ')}`,
    );
  }
  if (fleets.length === 1) return fleets[0];
  if (named.length > 0 || namesServer(flags) || fleets.length === 0) return undefined;
  throw unclear(
    `the policy has ${fleets.length} fleets`,
    `choose one: --fleet ${fleets.map(({ name }) => name).join(', ')}`,
  );
}

function seedsOf(
  named: readonly string[],
  flags: FleetFlags,
  fleet: FleetPolicy | undefined,
  password: Secret | undefined,
  context: CommandContext,
): readonly Target[] {
  const { flags: known, password: secret } = withPolicyLogin(flags, fleet, password, context);
  const reach = (texts: readonly string[], login: ConnectionFlags): readonly Target[] =>
    // redis:// means plaintext, also beside the CA of the TLS port.
    texts.flatMap((text) => {
      const tls = /^(?:redis|valkey):\/\//i.test(text) ? undefined : fleet?.tls;
      return resolveTargets([text], withPolicyTls(login, tls), secret, context.terminal);
    });
  if (named.length > 0) return reach(named, known);
  if (namesServer(flags)) {
    return resolveTargets([], withPolicyTls(known, fleet?.tls), secret, context.terminal);
  }
  if (fleet === undefined || fleet.seeds.length === 0) {
    throw unclear(
      fleet === undefined ? 'no server was named' : `fleet ${fleet.name} has no seeds`,
      'name one server of the fleet: host:port, or seeds in the policy',
    );
  }
  return reach(fleet.seeds, { ...known, authWarning: false });
}

/** What the policy's certificates make of any address. */
function tlsOf(flags: FleetFlags, fleet: FleetPolicy, context: CommandContext): TlsOptions | undefined {
  const [sample] = resolveTargets(
    ['127.0.0.1:6379'],
    withPolicyTls({ ...flags, tls: true }, fleet.tls),
    undefined,
    context.terminal,
  );
  return sample?.tls;
}

/** The login of the policy, where flags say nothing else. */
function withPolicyLogin(
  flags: FleetFlags,
  access: PolicyAccess | undefined,
  password: Secret | undefined,
  context: CommandContext,
): { readonly flags: ConnectionFlags; readonly password: Secret | undefined } {
  const { auth } = access ?? {};
  const source = auth?.password;
  const fromPolicy =
    password === undefined && source !== undefined && auth !== undefined
      ? readSecretSource(source, auth.user, context.environment)
      : undefined;
  const user = flags.user ?? auth?.user;
  return {
    flags: user === undefined ? flags : { ...flags, user },
    password: password ?? fromPolicy,
  };
}

/** The TLS files of the policy, where flags say nothing else. */
function withPolicyTls(flags: ConnectionFlags, tls: PolicyAccess['tls']): ConnectionFlags {
  return {
    ...flags,
    ...fill('cacert', flags.cacert, tls?.ca),
    ...fill('cert', flags.cert, tls?.cert),
    ...fill('key', flags.key, tls?.key),
  };
}

function fill(
  name: 'cacert' | 'cert' | 'key',
  flag: string | undefined,
  fallback: string | undefined,
): Partial<ConnectionFlags> {
  const value = flag ?? fallback;
  return value === undefined ? {} : { [name]: value };
}

async function enterSentinels(
  flags: FleetFlags,
  fleet: FleetPolicy | undefined,
  context: CommandContext,
): Promise<Pick<FleetEntry, 'sentinels' | 'sentinelAccess'>> {
  const own = flags.sentinelUser !== undefined || flags.sentinelPasswordFile !== undefined;
  if (!own && fleet?.sentinel === undefined) return { sentinels: [], sentinelAccess: undefined };
  const { user: _user, pass: _pass, askpass: _ask, passwordFile: _file, passwordFd: _fd, ...rest } = flags;
  const password =
    flags.sentinelPasswordFile === undefined
      ? undefined
      : await readPassword({ ...rest, passwordFile: flags.sentinelPasswordFile }, {}, context.terminal);
  const user = flags.sentinelUser;
  const known = withPolicyLogin(
    { ...rest, ...(user === undefined ? {} : { user }) },
    fleet?.sentinel,
    password,
    context,
  );
  const reach = (texts: readonly string[]): readonly Target[] =>
    resolveTargets(
      texts,
      { ...withPolicyTls(known.flags, fleet?.sentinel?.tls), authWarning: false },
      known.password,
      context.terminal,
    );
  const seeds = fleet?.sentinel?.seeds ?? [];
  const sentinels = seeds.length === 0 ? [] : reach(seeds);
  // Whatever address a Sentinel is found at, the way in is the same.
  const [sample] = sentinels.length > 0 ? sentinels : reach(['127.0.0.1:26379']);
  if (sample === undefined || sample.transport === 'unix') return { sentinels, sentinelAccess: undefined };
  const { transport, credentials, tls } = sample;
  return {
    sentinels,
    sentinelAccess: {
      transport,
      ...(credentials === undefined ? {} : { credentials }),
      ...(tls === undefined ? {} : { tls }),
    },
  };
}

/** `-h`, `-p`, `-s` or `-u` name a server too. */
function namesServer(flags: ConnectionFlags): boolean {
  return [flags.host, flags.port, flags.socket, flags.uri].some((value) => value !== undefined);
}

function readConcurrency(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= CONCURRENCY_MAX) return value;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--concurrency ${JSON.stringify(text)} is not a whole number from 1 to ${CONCURRENCY_MAX}`,
    next: '--concurrency 16',
  });
}

function unclear(what: string, next: string): CommandFailure {
  return new CommandFailure({ code: 'E_FLEET', what, next });
}
