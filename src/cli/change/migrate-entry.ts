/** What `wardis migrate` knows before it asks anybody: the policy, who we are by both ways, and where TLS is to be. */

import { wantTls, type TlsPortChoice, type WantedTls } from '../../change/index.ts';
import type { Secret } from '../../conf/index.ts';
import { parseTarget, type Target, type Topology } from '../../fleet/index.ts';
import type { FleetPolicy, PolicyDocument } from '../../policy/index.ts';
import type { MigrateFlags } from '../commands/migrate.ts';
import { resolveTargets } from '../connection-target.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readPassword } from '../password.ts';
import { knownSecrets } from '../policy-secret.ts';
import { enterFleet, type FleetEntry } from './fleet-access.ts';
import type { MigrateLogins } from './migrate-way.ts';
import { distrustStateFolder } from './state-folder.ts';

export interface MigrateEntry {
  readonly entry: FleetEntry;
  readonly policy: PolicyDocument;
  readonly fleet: FleetPolicy | undefined;
  /** What runs and questions call the fleet. */
  readonly name: string;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly logins: MigrateLogins;
  readonly tlsFor: (kind: Topology['kind']) => WantedTls;
  readonly watchMs: number;
}

export async function enterMigration(
  named: readonly string[],
  flags: MigrateFlags,
  context: CommandContext,
): Promise<MigrateEntry> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  const { policy, fleet } = entry;
  if (policy === undefined) {
    throw usage(
      'there is no policy to migrate to',
      'name one: --policy FILE; wardis init writes one from a live server',
    );
  }
  const choice = readTlsPort(flags.tlsPort);
  const old =
    flags.defaultPasswordFile === undefined
      ? undefined
      : await readPassword(
          { ...timeouts(flags), passwordFile: flags.defaultPasswordFile },
          {},
          context.terminal,
        );
  const document = policy.document;
  const everybody = { ...document, request: { ...document.request, mode: 'replica' as const } };
  const secrets = knownSecrets(everybody, entry.secretsFolder, context.environment);
  return {
    entry,
    policy: document,
    fleet,
    name: fleet?.name ?? 'fleet',
    secrets: new Map([...secrets].map(([user, { secret }]) => [user, secret])),
    logins: loginsOf({ named, flags, fleet, entry, old, choice }, context),
    tlsFor: (kind) => wantTls(document, kind, choice, fleet?.files?.tls ?? document.paths.tls),
    watchMs: readTime(flags.watch),
  };
}

function timeouts({
  connectTimeout,
  commandTimeout,
}: MigrateFlags): Pick<MigrateFlags, 'connectTimeout' | 'commandTimeout'> {
  return { connectTimeout, commandTimeout };
}

interface LoginMaterial {
  readonly named: readonly string[];
  readonly flags: MigrateFlags;
  readonly fleet: FleetPolicy | undefined;
  readonly entry: FleetEntry;
  readonly old: Secret | undefined;
  readonly choice: TlsPortChoice;
}

function loginsOf(
  { named, flags, fleet, entry, old, choice }: LoginMaterial,
  { terminal }: CommandContext,
): MigrateLogins {
  const own = entry.seeds[0]?.credentials;
  const { host, port, socket: _socket, uri, ...rest } = flags;
  const tls = {
    ...rest,
    ...((flags.cacert ?? fleet?.tls?.ca) !== undefined && { cacert: flags.cacert ?? fleet?.tls?.ca ?? '' }),
    ...((flags.cert ?? fleet?.tls?.cert) !== undefined && { cert: flags.cert ?? fleet?.tls?.cert ?? '' }),
    ...((flags.key ?? fleet?.tls?.key) !== undefined && { key: flags.key ?? fleet?.tls?.key ?? '' }),
  };
  const [sample] = resolveTargets(['rediss://127.0.0.1:1'], tls, undefined, terminal);
  const flagged = uri ?? `${typeof host === 'string' ? host : '127.0.0.1'}:${port ?? '6379'}`;
  const texts = named.length > 0 ? named : (fleet?.seeds ?? [flagged]);
  return {
    seeds: texts.map(readSeed),
    // A password without a name is the old way itself.
    named: own?.username === undefined || own.username === 'default' ? undefined : own,
    old: old ?? (own?.username === undefined || own.username === 'default' ? own?.password : undefined),
    tls: sample?.tls ?? {},
    tlsPortOf: (plain) => (choice.kind === 'fixed' ? choice.port : plain + choice.by),
    portOf: (tlsPort) => (choice.kind === 'fixed' ? undefined : tlsPort - choice.by),
  };
}

function readSeed(text: string): Pick<Target, 'endpoint' | 'transport'> {
  const { target, problems } = parseTarget(text);
  if (target !== undefined) return { endpoint: target.endpoint, transport: target.transport };
  throw new CommandFailure({ code: 'E_TARGET', what: problems[0].message, next: problems[0].help });
}

/** `6380`, or `+1` above the plaintext port. */
function readTlsPort(text: string): TlsPortChoice {
  const [, sign, digits = ''] = /^(\+?)([1-9][0-9]{0,4})$/.exec(text) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535)
    throw usage(`--tls-port ${JSON.stringify(text)} is no port`, '--tls-port 6380, or +1');
  return sign === '+' ? { kind: 'above', by: port } : { kind: 'fixed', port };
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const WATCH_MS_MAX = 7 * 24 * 3_600_000;

function readTime(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, count = '', unit = ''] = /^([1-9][0-9]{0,5})([smh])$/.exec(text) ?? [];
  const time = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
  if (time <= WATCH_MS_MAX && time > 0) return time;
  throw usage(`--watch ${JSON.stringify(text)} is no time up to a week`, '--watch 30s, 10m or 2h');
}

function usage(what: string, next: string): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next });
}
