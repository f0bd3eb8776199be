/**
 * The secrets of a policy's users: from where the policy says, else from an earlier run's file, else new ones of 256
 * bits. A new secret is written once to a file of mode 0600, or printed once, and never overwritten.
 */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { secret, type Secret } from '../conf/index.ts';
import {
  generateSecret,
  usersWithSecrets,
  type PolicyDocument,
  type PolicyUser,
  type SecretSource,
} from '../policy/index.ts';
import { CommandFailure } from './failure.ts';
import { makePrivateFolder, type FileToWrite } from './file-output.ts';

/** A secret program that takes longer is stuck. */
const EXEC_TIMEOUT_MS = 15_000;
const SECRET_BYTES_MAX = 64 * 1024;

export interface UserSecret {
  readonly user: string;
  readonly secret: Secret;
  /** `declared`: from where the policy says; `kept`: from the secrets folder; `new`: made now. */
  readonly origin: 'declared' | 'kept' | 'new';
  /** File in the secrets folder, for kept and new ones. */
  readonly path: string;
}

/** Secrets for every user that needs one. Nothing is written yet. */
export function gatherSecrets(
  policy: PolicyDocument,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, UserSecret> {
  return new Map(
    usersWithSecrets(policy).map((user): readonly [string, UserSecret] => {
      const path = join(folder, fileNameOf(user.name));
      if (user.password !== undefined) {
        return [
          user.name,
          {
            user: user.name,
            secret: readSecretSource(user.password, user.name, environment),
            origin: 'declared',
            path,
          },
        ];
      }
      if (existsSync(path))
        return [user.name, { user: user.name, secret: readKeptSecret(path), origin: 'kept', path }];
      return [user.name, { user: user.name, secret: generateSecret(randomBytes), origin: 'new', path }];
    }),
  );
}

/** Secrets that are there already: declared, or kept from an earlier run. None is made. */
export function knownSecrets(
  policy: PolicyDocument,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, UserSecret> {
  return new Map(
    [...gatherSecrets(policy, folder, environment)].filter(([, { origin }]) => origin !== 'new'),
  );
}

/** A new secret for each user, to be kept in the secrets folder. Nothing is written yet. */
export function newSecretsOf(users: readonly PolicyUser[], folder: string): readonly UserSecret[] {
  return users.map(({ name }) => ({
    user: name,
    secret: generateSecret(randomBytes),
    origin: 'new',
    path: join(folder, fileNameOf(name)),
  }));
}

/** The new ones as files of their own with mode 0600; their folder of mode 0700 is made. */
export function secretFiles(secrets: Iterable<UserSecret>): readonly FileToWrite[] {
  const fresh = [...secrets].filter((entry) => entry.origin === 'new');
  for (const folder of new Set(fresh.map((entry) => dirname(entry.path)))) makePrivateFolder(folder);
  return fresh.map(({ path, secret }) => ({ path, content: `${secret.reveal()}\n`, mode: 0o600 }));
}

/** User names may hold slashes and dots; file names of ours never leave their folder. */
function fileNameOf(user: string): string {
  return encodeURIComponent(user).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}

/** A secret from where the policy says. `who` is the user that it is for. */
export function readSecretSource(
  source: SecretSource,
  who: string,
  environment: Readonly<Record<string, string | undefined>>,
): Secret {
  switch (source.from) {
    case 'file':
      return readSecretFile(source.path);
    case 'env': {
      const value = environment[source.variable];
      if (value !== undefined && value !== '') return secret(value);
      throw missing(who, `the environment variable ${source.variable} is not set`);
    }
    case 'exec':
      return runForSecret(who, source.command);
  }
}

/** A file that somebody else could have put into the folder would be a password that they know. */
function readKeptSecret(path: string): Secret {
  const { mode, uid } = lstatSync(path);
  const self = process.getuid?.();
  const regular = (mode & 0o170000) === 0o100000;
  if (regular && (self === undefined || ((uid === self || uid === 0) && (mode & 0o022) === 0)))
    return readSecretFile(path);
  throw new CommandFailure({
    code: 'E_SECRET',
    what: 'a secret of an earlier run was not taken; nothing was written',
    target: path,
    cause: regular ? 'others than you may change this file' : 'this is not a regular file',
    next: 'look who made it; remove it for a new secret, or make it yours: chown and chmod 600',
  });
}

function readSecretFile(path: string): Secret {
  try {
    const [line = ''] = readFileSync(path, 'utf8').slice(0, SECRET_BYTES_MAX).split(/\r?\n/);
    if (line === '') throw new Error('its first line is empty');
    return secret(line);
  } catch (error) {
    throw new CommandFailure({
      code: 'E_SECRET',
      what: 'the secret could not be read',
      target: path,
      cause: error instanceof Error ? error.message : 'unknown',
      next: 'put the secret on the first line of the file',
    });
  }
}

function runForSecret(who: string, command: readonly string[]): Secret {
  const [program = '', ...args] = command;
  try {
    const output = execFileSync(program, args, {
      encoding: 'utf8',
      timeout: EXEC_TIMEOUT_MS,
      maxBuffer: SECRET_BYTES_MAX,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line = ''] = output.split(/\r?\n/);
    if (line !== '') return secret(line);
  } catch {
    // The message of the error repeats the program's output, which may hold the secret.
    throw missing(who, `${program} failed or took too long`);
  }
  throw missing(who, `${program} printed nothing`);
}

function missing(who: string, cause: string): CommandFailure {
  return new CommandFailure({
    code: 'E_SECRET',
    what: `the secret of user ${who} is not there; nothing was written`,
    cause,
    next: `provide it, or remove password from the user so that wardis generates one`,
  });
}
