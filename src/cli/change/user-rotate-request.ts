/**
 * From flags to a request: where the new secret goes, what the old one is, how long to wait. Where the policy reads the
 * user's secret from a file, that file is a sink of its own: with the old secret left in it the next plan would want
 * the old password back.
 */

import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseSink, type RotationRequest, type Sink } from '../../change/index.ts';
import { hashPassword } from '../../acl/index.ts';
import type { Secret } from '../../conf/index.ts';
import { generateSecret, type SecretSource } from '../../policy/index.ts';
import type { UserRotateFlags } from '../commands/user/rotate.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readPassword } from '../password.ts';
import { knownSecrets, readSecretSource, type UserSecret } from '../policy-secret.ts';
import type { FleetEntry } from './fleet-access.ts';

/** A wait that is longer is a mistake in the unit. */
const DEADLINE_MS_MAX = 7 * 24 * 3_600_000;
const PER_SECOND_MAX = 100_000;
const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 };

export interface RotationWish {
  readonly request: RotationRequest;
  /** What a person should know of the places of the secret. */
  readonly notes: readonly string[];
}

/** `hashes` are those of the user's present passwords: what fits none of them is not the old secret. */
export async function readWish(
  user: string,
  flags: UserRotateFlags,
  entry: FleetEntry,
  hashes: readonly string[],
  context: CommandContext,
): Promise<RotationWish> {
  const given = flags.to.map(readSink);
  const policyPlace = findPolicyPlace(user, entry, context);
  const sinks = [...given];
  const notes: string[] = [];
  if (policyPlace !== undefined && 'path' in policyPlace) {
    const there = given.some(
      (sink) => sink.kind === 'file' && resolve(sink.path) === resolve(policyPlace.path),
    );
    if (!there) sinks.push({ kind: 'file', path: policyPlace.path });
  } else if (policyPlace !== undefined) {
    notes.push(
      `The policy reads the secret of ${user} from ${policyPlace.words}: put the new one there too, or the next plan wants the old one back.`,
    );
  }
  if (sinks.length === 0) throw nowhere();
  const oldSecret = await findOldSecret(user, flags, entry, hashes, context);
  const newSecret =
    flags.newPasswordFile === undefined
      ? generateSecret(randomBytes)
      : await readSecretFile(flags.newPasswordFile, context);
  return {
    request: {
      user,
      ...(entry.fleet === undefined ? {} : { fleet: entry.fleet.name }),
      newSecret,
      ...(oldSecret === undefined ? {} : { oldSecret }),
      sinks,
      deadlineMs: readDeadline(flags.deadline),
      perSecond: readPerSecond(flags.perSecond),
      sessions: readSessions(flags),
    },
    notes,
  };
}

function readSink(text: string): Sink {
  const parsed = parseSink(text);
  if (parsed.sink !== undefined) return parsed.sink;
  throw new CommandFailure({ code: 'E_USAGE', what: parsed.message, next: parsed.help });
}

/** Where the policy looks for the secret: a file, or a place that only its owner can change. */
function findPolicyPlace(
  user: string,
  entry: FleetEntry,
  context: CommandContext,
): { readonly path: string } | { readonly words: string } | undefined {
  const source = declaredSource(user, entry);
  if (source !== undefined) return describeSource(source);
  const kept = keptSecret(user, entry, context);
  return kept === undefined ? undefined : { path: kept.path };
}

function describeSource(source: SecretSource): { readonly path: string } | { readonly words: string } {
  switch (source.from) {
    case 'file':
      return { path: source.path };
    case 'env':
      return { words: `the environment variable ${source.variable}` };
    case 'exec':
      return { words: `the program ${source.command[0]}` };
  }
}

/** Where the policy says that the secret is; undefined: nowhere of its own. */
function declaredSource(user: string, { policy, fleet }: FleetEntry): SecretSource | undefined {
  return (
    policy?.document.users.find(({ name }) => name === user)?.password ??
    [fleet?.auth, fleet?.sentinel?.auth].find((auth) => auth?.user === user)?.password
  );
}

/** The file of the secrets folder, where the user has one. Secrets of the Sentinels' own users are there too. */
function keptSecret(user: string, entry: FleetEntry, context: CommandContext): UserSecret | undefined {
  if (entry.policy === undefined) return undefined;
  const { document } = entry.policy;
  // Nobody else's secret is looked at: it may be out of reach, and is no business of this rotation.
  const users = document.users.filter(({ password }) => password === undefined);
  const everybody = { ...document, users, request: { ...document.request, mode: 'replica' as const } };
  return knownSecrets(everybody, entry.secretsFolder, context.environment).get(user);
}

/** What the policy's own place holds now; undefined where it gives nothing. */
function heldSecret(user: string, entry: FleetEntry, context: CommandContext): Secret | undefined {
  const source = declaredSource(user, entry);
  if (source === undefined) return keptSecret(user, entry, context)?.secret;
  try {
    return readSecretSource(source, user, context.environment);
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

/** What `--old-password-file` holds; undefined without it. A wrong one is an error, before anything is changed. */
export async function readOldSecret(
  user: string,
  flags: Pick<UserRotateFlags, 'oldPasswordFile'>,
  hashes: readonly string[],
  context: CommandContext,
): Promise<Secret | undefined> {
  if (flags.oldPasswordFile === undefined) return undefined;
  const given = await readSecretFile(flags.oldPasswordFile, context);
  if (hashes.includes(hashPassword(given.reveal()))) return given;
  throw new CommandFailure({
    code: 'E_SECRET',
    what: `this is no password of ${user}; nothing was changed`,
    target: flags.oldPasswordFile,
    next: 'leave --old-password-file out where the old one is not known',
  });
}

/** The clear text of a present password, from wherever it may be known here. */
async function findOldSecret(
  user: string,
  flags: UserRotateFlags,
  entry: FleetEntry,
  hashes: readonly string[],
  context: CommandContext,
): Promise<Secret | undefined> {
  const given = await readOldSecret(user, flags, hashes, context);
  if (given !== undefined) return given;
  const logins = [...entry.seeds.map(({ credentials }) => credentials), entry.sentinelAccess?.credentials];
  const candidates = [heldSecret(user, entry, context), ...logins.map((login) => login?.password)];
  return candidates.find((value) => value !== undefined && hashes.includes(hashPassword(value.reveal())));
}

async function readSecretFile(path: string, context: CommandContext): Promise<Secret> {
  const value = await readPassword(
    { passwordFile: path, connectTimeout: '5', commandTimeout: '10' },
    {},
    context.terminal,
  );
  if (value !== undefined && !value.isEmpty() && !/[\r\n\0]/.test(value.reveal())) return value;
  throw new CommandFailure({
    code: 'E_SECRET',
    what: 'the file holds no password, or more than one line; nothing was changed',
    target: path,
    next: 'put the password alone on the first line',
  });
}

/** Milliseconds of `90s`, `10m`, `2h`, or a bare number of seconds. */
function readDeadline(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([smh]?)$/.exec(text) ?? [];
  const value = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  if (number !== '' && value <= DEADLINE_MS_MAX) return value;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--deadline ${JSON.stringify(text)} is not a time of up to seven days`,
    next: 'for example 90s, 10m or 2h; 0 to wait for nobody',
  });
}

function readPerSecond(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= PER_SECOND_MAX) return value;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--per-second ${JSON.stringify(text)} is not a whole number from 1 to ${PER_SECOND_MAX}`,
    next: '--per-second 10',
  });
}

function readSessions(flags: UserRotateFlags): RotationRequest['sessions'] {
  if (flags.keepSessions !== true) return flags.endAllSessions === true ? 'end-all' : 'end-old';
  if (flags.endAllSessions !== true) return 'keep';
  throw new CommandFailure({
    code: 'E_USAGE',
    what: '--keep-sessions and --end-all-sessions contradict each other',
    next: 'keep one of them',
  });
}

/** A secret that goes nowhere would lock every client out in the end. */
function nowhere(): CommandFailure {
  return new CommandFailure({
    code: 'E_USAGE',
    what: 'where should the new secret go? Nothing was changed',
    cause: 'there is no policy that reads it from a file, and no --to',
    next: 'for example --to file:secrets/NAME, or --to stdout to see it once',
  });
}
