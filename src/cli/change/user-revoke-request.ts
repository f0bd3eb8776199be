/** What a revocation is asked for on the command line: the nodes, the secrets that prove it, and what it goes on with. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  listRuns,
  readAlsoKnown,
  readInventory,
  readRun,
  type AlsoKnown,
  type Objection,
  type Prospect,
  type RevocationOptions,
} from '../../change/index.ts';
import { Secret } from '../../conf/index.ts';
import { parseTarget, type ConnectionLimits, type FleetNode, type Topology } from '../../fleet/index.ts';
import type { UserRevokeFlags } from '../commands/user/revoke.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readPassword } from '../password.ts';
import { knownSecrets } from '../policy-secret.ts';
import { enterFleet, findNodes, type FleetEntry } from './fleet-access.ts';
import { distrustStateFolder } from './state-folder.ts';

/** Everything that is known before servers are looked at. */
export interface RevokeRequest {
  readonly user: string;
  readonly options: RevocationOptions;
  readonly fleet: string | null;
  readonly stateFolder: string;
  readonly deadlineMs: number;
  /** The run that this one finishes. */
  readonly resumes: { readonly id: string; readonly alsoKnown: readonly AlsoKnown[] } | undefined;
  /** It was revoked from here before. */
  readonly before: boolean;
  /** Where the policy declares the user. */
  readonly declaredAt: string | undefined;
  readonly noise: 'progress' | 'silent';
  /** The command line, to be shown with --yes. */
  readonly commandLine: string;
}

/** Looking for nodes must not wait long for one that hangs: somebody is to be shut out. */
const DISCOVERY_MS_MAX = 2000;
/** A node that hangs is tried again, rather than waited for. */
const ANSWER_MS_MAX = 5000;
/** Everything at once, as far as connections go. */
const CONCURRENCY = 256;
const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 };
const DEADLINE_MS_MAX = 24 * 3_600_000;

export async function readRequest(
  user: string,
  targets: readonly string[],
  flags: UserRevokeFlags,
  context: CommandContext,
): Promise<RevokeRequest> {
  refuseName(user);
  const deadlineMs = readDeadline(flags.deadline);
  const entry = await enterFleet(targets, flags, context);
  const fleet = entry.fleet?.name ?? null;
  distrustStateFolder(entry.stateFolder);
  const runs = listRuns(entry.stateFolder).filter(
    ({ operation, subject }) => operation === 'revoke' && subject === user,
  );
  const resumes = flags.resume === true ? resumable(user, runs, entry.stateFolder) : undefined;
  const topology = await findFast(entry);
  const start = { wall: Date.now(), tick: performance.now() };
  return {
    user,
    fleet,
    stateFolder: entry.stateFolder,
    deadlineMs,
    resumes,
    before: runs.length > 0,
    declaredAt: declaredAt(user, entry, context),
    noise: flags.quiet === true || flags.json === true ? 'silent' : 'progress',
    commandLine: commandLine(user, targets, flags),
    options: {
      user,
      account: flags.keepUser === true ? 'keep-off' : 'delete',
      secrets: await oldSecrets(user, entry, flags, context),
      limits: atMost(entry.limits, ANSWER_MS_MAX),
      nodes: withFormer(topology, entry, resumes?.id),
      topology: topology.kind,
      notSeen: topology.notes.filter(hidesNodes),
      inventory: readInventory(entry.stateFolder),
      concurrency: CONCURRENCY,
      // A receipt's times must be in order even when the clock of the host is set meanwhile.
      now: () => new Date(start.wall + performance.now() - start.tick),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
  };
}

/**
 * That a node has another address than it announces keeps nothing from being seen. Other notes repeat what servers say,
 * so that the whole sentence counts and not a few words of it.
 */
export function hidesNodes(note: string): boolean {
  return !/^\S+ is announced as \S+, where nothing answers from here$/.test(note);
}

/** What speaks against it: at nodes, and in the policy. */
export function objectionsOf(request: RevokeRequest, prospect: Prospect): readonly Objection[] {
  if (request.declaredAt === undefined) return prospect.objections;
  return [
    ...prospect.objections,
    {
      code: 'declared',
      node: undefined,
      message: `the policy declares ${request.user} (${request.declaredAt}): the next apply would bring it back`,
      next: 'take the user out of the policy first; or insist with --force',
      insist: 'force',
    },
  ];
}

function refuseName(user: string): void {
  if (user === 'default') {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'the user default cannot be revoked: every connection that does not log in is default',
      next: 'wardis migrate moves clients to users of their own and switches default off',
    });
  }
  // Servers refuse such names (acl.c ACLStringHasSpaces, bytes as isspace has them); blanks of Unicode they take.
  if (user === '' || /[ \t\n\v\f\r\0]/.test(user)) {
    throw new CommandFailure({ code: 'E_USAGE', what: 'no user has such a name', next: 'wardis user list' });
  }
}

async function findFast(entry: FleetEntry): Promise<Topology> {
  const limits = atMost(entry.limits, DISCOVERY_MS_MAX);
  return findNodes({ ...entry, limits, concurrency: CONCURRENCY });
}

function atMost(limits: ConnectionLimits, ms: number): ConnectionLimits {
  const most = (given: number | undefined): number => Math.min(given ?? ms, ms);
  return { ...limits, connectMs: most(limits.connectMs), commandMs: most(limits.commandMs) };
}

/** Nodes of the run that is finished, which nobody names any more, stay part of it. */
function withFormer(topology: Topology, entry: FleetEntry, run: string | undefined): readonly FleetNode[] {
  if (run === undefined) return topology.nodes;
  const seen = new Set(topology.nodes.map(({ id }) => id));
  const [seed] = entry.seeds;
  const former = readRun(entry.stateFolder, run).run.nodes.filter(({ id }) => !seen.has(id));
  return [
    ...topology.nodes,
    ...former.map(({ id, role }): FleetNode => {
      const { target } = parseTarget(id);
      if (target === undefined || seed === undefined) throw new Error(`a node of a run is no address: ${id}`);
      const { endpoint } = target;
      return { id, role, target: { ...seed, endpoint }, flags: ['former'], reachable: 'yes' };
    }),
  ];
}

function resumable(
  user: string,
  runs: readonly { readonly id: string; readonly status: string }[],
  stateFolder: string,
): NonNullable<RevokeRequest['resumes']> {
  const found = runs.find(({ status }) => status !== 'done' && status !== 'damaged');
  if (found !== undefined) {
    const { facts } = readRun(stateFolder, found.id).run;
    return { id: found.id, alsoKnown: readAlsoKnown(facts['alsoKnown']) };
  }
  throw new CommandFailure({
    code: 'E_REVOKE',
    what: 'there is no revocation of this user to finish',
    target: user,
    next: `wardis user revoke ${user}`,
  });
}

async function oldSecrets(
  user: string,
  entry: FleetEntry,
  flags: UserRevokeFlags,
  context: CommandContext,
): Promise<readonly Secret[]> {
  if (flags.oldPasswordFile !== undefined) {
    const { connectTimeout, commandTimeout, oldPasswordFile: passwordFile } = flags;
    const given = await readPassword({ connectTimeout, commandTimeout, passwordFile }, {}, context.terminal);
    return given === undefined ? [] : [given];
  }
  const { policy, secretsFolder } = entry;
  const declared = policy?.document.users.some(({ name }) => name === user) === true;
  if (policy === undefined || !declared) return keptSecret(secretsFolder, user);
  try {
    const one = { ...policy.document, users: policy.document.users.filter(({ name }) => name === user) };
    const found = knownSecrets(one, secretsFolder, context.environment).get(user);
    return found === undefined ? [] : [found.secret];
  } catch (error) {
    // A secret that is gone stops nobody from being revoked: it is only not tried.
    if (error instanceof CommandFailure) return [];
    throw error;
  }
}

/** The secret that an earlier run made, of a user whom the policy does not have any more. */
function keptSecret(folder: string, user: string): readonly Secret[] {
  const path = join(folder, encodeURIComponent(user));
  if (user.startsWith('.') || !existsSync(path)) return [];
  try {
    const [line = ''] = readFileSync(path, 'utf8').split(/\r?\n/);
    return line === '' ? [] : [new Secret(line)];
  } catch {
    return [];
  }
}

/** File and line where the policy has the user; undefined when it has not, or lets it end by itself. */
function declaredAt(user: string, entry: FleetEntry, context: CommandContext): string | undefined {
  const { policy } = entry;
  const today = context.now().toISOString().slice(0, 10);
  const found = policy?.document.users.find(({ name }) => name === user);
  if (policy === undefined || found === undefined || (found.expires ?? today) < today) return undefined;
  const lines = readFileSync(policy.path, 'utf8').split('\n');
  const quoted = user.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const line = lines.findIndex((text) =>
    new RegExp(`\\bname:\\s*["']?${quoted}["']?\\s*(?:[,}#]|$)`).test(text),
  );
  return line < 0 ? policy.path : `${policy.path}:${line + 1}`;
}

function readDeadline(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([smh]?)$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  if (number !== '' && ms <= DEADLINE_MS_MAX) return ms;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--deadline ${JSON.stringify(text)} is not a time of at most 24h`,
    next: '--deadline 30s',
  });
}

/** What a person typed, as far as it can be typed again; secrets are in no option that is shown. */
function commandLine(user: string, targets: readonly string[], flags: UserRevokeFlags): string {
  const words = [
    'wardis user revoke',
    user,
    ...(typeof flags.host === 'string' ? ['-h', flags.host] : []),
    ...(flags.port === undefined ? [] : ['-p', flags.port]),
    ...targets.map((target) => target.replace(/\/\/[^@/]*@/, '//…@')),
    ...(flags.policy === undefined ? [] : ['--policy', flags.policy]),
    ...(flags.fleet === undefined ? [] : ['--fleet', flags.fleet]),
    ...(flags.user === undefined ? [] : ['--user', flags.user]),
    ...(flags.passwordFile === undefined ? [] : ['--password-file', flags.passwordFile]),
    ...(flags.oldPasswordFile === undefined ? [] : ['--old-password-file', flags.oldPasswordFile]),
    ...(flags.keepUser === true ? ['--keep-user'] : []),
  ];
  return words.join(' ');
}
