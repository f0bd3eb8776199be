/**
 * Compiles a policy into the files of its servers and of the people who run them. Pure: secrets are handed in, the day
 * is handed in, and nothing is written. The same policy and secrets give the same bytes.
 */

import { Secret } from '../conf/index.ts';
import { aclFile, secretsFile } from './artefacts/acl-file.ts';
import { checklist, checklistFile, type ChecklistItem } from './artefacts/checklist.ts';
import { confFile } from './artefacts/conf-file.ts';
import { awsSecurityGroup, networkPolicy } from './artefacts/firewall-cloud.ts';
import { hostFirewall } from './artefacts/firewall-host.ts';
import { runbooks } from './artefacts/runbook.ts';
import { sentinelFiles, sentinelUsers } from './artefacts/sentinel-file.ts';
import { systemdUnit } from './artefacts/systemd-unit.ts';
import { tlsPlan, tlsPlanFile, type TlsPlan } from './artefacts/tls-plan.ts';
import { administratorWarnings, warnings } from './artefacts/warning.ts';
import type { Artefact, Blueprint, CompiledUser, Opening } from './blueprint.ts';
import { expectationsFor, expectationsUnder } from './levels.ts';
import { defaultPort } from './levels/network.ts';
import type { Paths, PolicyDocument, PolicyUser } from './policy-document.ts';
import type { HardeningRequest } from './request.ts';
import { rulesForUser } from './role.ts';
import type { Credential } from './secret-source.ts';
import { BREAK_GLASS_DAYS_MAX, longEmergency, userEnd } from './user-end.ts';

export interface CompileOptions {
  /** Compile for another server than the policy names. */
  readonly server?: HardeningRequest['server'];
  readonly mode?: HardeningRequest['mode'];
  /** Directories on the server; default: the policy's. */
  readonly paths?: Partial<Paths>;
  /** Only this fleet's networks; default: those of all fleets. */
  readonly fleet?: string;
  /** The secret or hash of a user; without one nobody can log in as it. */
  readonly secrets?: (user: PolicyUser) => Credential | undefined;
  /**
   * `YYYY-MM-DD`, or a moment in ISO 8601: users that ended before it compile as `off`. A day alone is its first moment,
   * UTC. Default: nobody has ended.
   */
  readonly today?: string;
  /** Check ids for the lines of the checklist, by theme. */
  readonly checkIds?: Readonly<Record<string, readonly string[]>>;
}

export interface Compilation {
  readonly request: HardeningRequest;
  readonly artefacts: readonly Artefact[];
  readonly users: readonly CompiledUser[];
  readonly tls: TlsPlan;
  readonly checklist: readonly ChecklistItem[];
  readonly warnings: readonly string[];
  /** What this version cannot express; the users concerned are left out. Callers stop here. */
  readonly refusals: readonly string[];
}

const BUS_OFFSET = 10_000;

export function compilePolicy(policy: PolicyDocument, options: CompileOptions = {}): Compilation {
  const { blueprint, notes, refusals } = draw(policy, options);
  const items = checklist(blueprint, options.checkIds);
  const artefacts = [
    ...serverFiles(policy, blueprint, options),
    tlsPlanFile(blueprint),
    ...hostFirewall(blueprint),
    ...awsSecurityGroup(blueprint),
    networkPolicy(blueprint),
    systemdUnit(blueprint),
    checklistFile(blueprint, items),
    ...runbooks(blueprint),
  ];
  return {
    request: blueprint.request,
    artefacts,
    users: blueprint.users,
    tls: tlsPlan(blueprint),
    checklist: items,
    warnings: [...administratorWarnings(blueprint), ...policy.notes, ...warnings(blueprint), ...notes],
    refusals,
  };
}

/** The policy worked out for one server, as every artefact sees it. */
export function blueprintOf(policy: PolicyDocument, options: CompileOptions = {}): Blueprint {
  return draw(policy, options).blueprint;
}

/** Every user that needs a secret, the Sentinels' own included. */
export function usersWithSecrets(
  policy: PolicyDocument,
  mode: HardeningRequest['mode'] = policy.request.mode,
): readonly PolicyUser[] {
  return mode === 'replica' || mode === 'sentinel' ? [...policy.users, ...sentinelUsers()] : policy.users;
}

function draw(
  policy: PolicyDocument,
  options: CompileOptions,
): {
  readonly blueprint: Blueprint;
  readonly notes: readonly string[];
  readonly refusals: readonly string[];
} {
  const request = requestOf(policy, options);
  const now = options.today === undefined ? undefined : new Date(options.today);
  const users: CompiledUser[] = [];
  const notes: string[] = [...ageNotes(policy, request)];
  const refusals: string[] = [];
  for (const user of policy.users) {
    const compiled = rulesForUser(user, request.server, request.mode);
    refusals.push(...compiled.refusals);
    if (compiled.refusals.length > 0) continue;
    notes.push(...compiled.warnings);
    const end = now === undefined ? undefined : userEnd(user, now);
    if (now !== undefined) notes.push(...timeNotes(user, end, now));
    users.push({
      user,
      enabled: end === undefined,
      rules: compiled.rules,
      credential: options.secrets?.(user),
    });
  }
  const port = policy.choices.port ?? defaultPort(request);
  const busPort = request.mode === 'cluster' ? port + BUS_OFFSET : undefined;
  const replica = users.find((each) => each.user.role === 'replication' && each.enabled);
  return {
    notes,
    refusals,
    blueprint: {
      request,
      expected: expectationsUnder(policy, request),
      choices: policy.choices,
      paths: { ...policy.paths, ...options.paths },
      users,
      fleets: policy.fleets.filter((fleet) => options.fleet === undefined || fleet.name === options.fleet),
      port,
      busPort,
      openings: openingsOf(policy, request, options.fleet, port),
      replication:
        replica === undefined ? undefined : { user: replica.user.name, secret: clearOf(replica.credential) },
    },
  };
}

/** What time says of a user. */
function timeNotes(user: PolicyUser, end: string | undefined, now: Date): readonly string[] {
  if (end !== undefined) return [`${user.name} ${end}: it compiles as off.`];
  const days = longEmergency(user, now);
  return days === undefined
    ? []
    : [
        `${user.name} has break-glass access for ${days} more days: an emergency ends within ${BREAK_GLASS_DAYS_MAX}; give lasting administrators no break_glass.`,
      ];
}

/** The policy may choose another age of credentials; a longer one than was asked is said. */
function ageNotes(policy: PolicyDocument, request: HardeningRequest): readonly string[] {
  const asked = expectationsFor(request).credentials.rotationDays;
  const chosen = policy.credentialAgeDays;
  if (asked === undefined || chosen === undefined || chosen <= asked) return [];
  const by = [`level ${request.level}`, ...request.frameworks].join(', ');
  return [`credential_age ${chosen} is longer than the ${asked} days that ${by} asks.`];
}

function requestOf(policy: PolicyDocument, options: CompileOptions): HardeningRequest {
  return {
    ...policy.request,
    ...(options.server === undefined ? {} : { server: options.server }),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
  };
}

function openingsOf(
  policy: PolicyDocument,
  request: HardeningRequest,
  fleet: string | undefined,
  port: number,
): readonly Opening[] {
  // On loopback nobody remote is let in, whatever networks are named.
  const remote = request.exposure !== 'localhost' && request.level !== 'basic';
  const fleets = remote ? policy.fleets.filter((each) => fleet === undefined || each.name === fleet) : [];
  const networks = (...lists: readonly ('clients' | 'peers' | 'monitors')[]): readonly string[] => [
    ...new Set(lists.flatMap((list) => fleets.flatMap((each) => each[list]))),
  ];
  const openings: Opening[] = [
    { name: 'clients', port, networks: networks('clients') },
    { name: 'peers', port, networks: networks('peers') },
    { name: 'monitors', port, networks: networks('monitors') },
  ];
  if (request.mode === 'cluster')
    openings.push({ name: 'bus', port: port + BUS_OFFSET, networks: networks('peers') });
  if (request.mode === 'replica') {
    // Clients ask the Sentinels where the primary is.
    openings.push({
      name: 'sentinels',
      port: policy.choices.sentinel.port,
      networks: networks('clients', 'peers'),
    });
  }
  return openings;
}

function serverFiles(
  policy: PolicyDocument,
  blueprint: Blueprint,
  options: CompileOptions,
): readonly Artefact[] {
  const { mode } = blueprint.request;
  const sentinel =
    mode === 'replica' || mode === 'sentinel'
      ? sentinelFiles(
          mode === 'sentinel' ? blueprint : besideServer(policy, options),
          { port: mode === 'replica' ? blueprint.port : 6379 },
          (user) => options.secrets?.(user),
          clearOf,
        )
      : [];
  if (mode === 'sentinel') return sentinel;
  const masterauth = mode === 'standalone' ? undefined : blueprint.replication?.secret;
  return [
    confFile(blueprint),
    aclFile('users.acl', blueprint.users, blueprint.request.server),
    ...(masterauth === undefined ? [] : [secretsFile('secrets.conf', [['masterauth', masterauth.reveal()]])]),
    ...sentinel,
  ];
}

/** The Sentinel that goes with a server has a port of its own. */
function besideServer(policy: PolicyDocument, options: CompileOptions): Blueprint {
  const choices = { ...policy.choices, port: policy.choices.sentinel.port };
  return draw({ ...policy, choices }, { ...options, mode: 'sentinel' }).blueprint;
}

function clearOf(credential: Credential | undefined): Secret | undefined {
  return credential instanceof Secret ? credential : undefined;
}
