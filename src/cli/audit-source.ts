/** Where an audit's snapshots come from: live servers, a list of them, or files. Each is judged as soon as it is there. */

import { resolve } from 'node:path';
import { formatServerName, type Secret, type ServerVersion } from '../conf/index.ts';
import {
  known,
  printEndpoint,
  snapshotEach,
  snapshotFromFiles,
  type FleetOptions,
  type NodeResult,
  type Snapshot,
  type Target,
} from '../fleet/index.ts';
import type { PolicyDocument } from '../policy/index.ts';
import type { Assessment } from '../posture/index.ts';
import type { AuditFlags } from './commands/audit.ts';
import { readTimeouts, resolveTargets } from './connection-target.ts';
import type { CommandContext } from './context.ts';
import { CommandFailure } from './failure.ts';
import { describeFleetError } from './fleet-failure.ts';
import { readPassword } from './password.ts';
import { openProgress, SILENT_PROGRESS } from './progress.ts';
import { readServerFlag } from './server-flag.ts';
import { readTargetList } from './target-list.ts';
import type { Terminal } from './terminal.ts';
import { asFailure } from './unreadable-file.ts';

/** Judged by when a server does not show its version. */
export const SERVER_FALLBACK: ServerVersion = { product: 'redis', version: '7.2' };

export interface Gathered {
  readonly unreachable: Assessment['unreachable'];
  /** `refused`: some server did not take our own credentials. */
  readonly credentials: 'accepted' | 'refused';
}

/** Takes a snapshot to be judged, and the place of its target in the report. */
export type Judge = (snapshot: Snapshot, tookMs: number, place: number) => void;

export async function gatherLive(
  named: readonly string[],
  flags: AuditFlags,
  context: CommandContext,
  judge: Judge,
): Promise<Gathered> {
  const { terminal } = context;
  const password = await readPassword(flags, context.environment, terminal);
  const targets = [
    ...(named.length > 0 || flags.targets === undefined
      ? resolveTargets(named, flags, password, terminal)
      : []),
    ...(flags.targets === undefined ? [] : await listedTargets(flags.targets, flags, password, terminal)),
  ];
  const progress = flags.quiet === true ? SILENT_PROGRESS : openProgress(terminal, 'asked');
  const unreachable: { readonly place: number; readonly text: Assessment['unreachable'][number] }[] = [];
  let credentials: Gathered['credentials'] = 'accepted';
  const options = {
    limits: readTimeouts(flags),
    tls: flags.tlsVersions === true ? 'versions' : 'one',
    concurrency: wholeNumber('--concurrency', flags.concurrency),
    onProgress: (done, total, last) => progress.step(done, total, printEndpoint(last.target.endpoint)),
  } satisfies FleetOptions;
  await snapshotEach(targets, options, (result, place) => {
    if (result.ok) return judge(result.snapshot, result.snapshot.effort?.elapsedMs ?? 0, place);
    if (result.error.code === 'wrongpass') credentials = 'refused';
    unreachable.push({ place, text: describeUnreachable(result) });
  });
  progress.end();
  unreachable.sort((a, b) => a.place - b.place);
  return { unreachable: unreachable.map(({ text }) => text), credentials };
}

async function listedTargets(
  path: string,
  flags: AuditFlags,
  password: Secret | undefined,
  terminal: Terminal,
): Promise<readonly Target[]> {
  if (path === '-' && flags.passwordFile === '-') {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--targets and --password-file cannot both read standard input',
      next: 'write the list into a file: --targets fleet.txt',
    });
  }
  // Only a password on the command line can be seen by others.
  return resolveTargets(
    await readTargetList(path, terminal),
    { ...flags, authWarning: false },
    password,
    terminal,
  );
}

function describeUnreachable(result: NodeResult & { readonly ok: false }): Assessment['unreachable'][number] {
  const subject = printEndpoint(result.target.endpoint);
  const text = describeFleetError(result.error, subject);
  const message = text.cause === undefined ? text.what : `${text.what} (${text.cause})`;
  return { subject, code: text.code, message, next: text.next ?? `wardis doctor ${subject}` };
}

export function gatherFiles(
  flags: AuditFlags,
  document: PolicyDocument | undefined,
  context: CommandContext,
  judge: Judge,
): Gathered {
  if (flags.config === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--aclfile is judged together with the conf that names it',
      next: 'wardis audit --config redis.conf --aclfile users.acl',
    });
  }
  const server =
    flags.server === undefined ? document?.request.server : readServerFlag(flags.server, context.terminal);
  const started = performance.now();
  try {
    const snapshot = snapshotFromFiles({
      configPath: flags.config,
      ...(flags.aclfile === undefined ? {} : { aclPath: resolve(flags.aclfile) }),
      server: server ?? SERVER_FALLBACK,
      takenAt: context.now().toISOString(),
    });
    judge(
      server === undefined ? assumeVersion(snapshot, context.terminal) : snapshot,
      performance.now() - started,
      0,
    );
    return { unreachable: [], credentials: 'accepted' };
  } catch (error) {
    throw asFailure(error);
  }
}

/** Files do not tell which server reads them: one is assumed, and every report says so. */
function assumeVersion(snapshot: Snapshot, terminal: Terminal): Snapshot {
  const assumed = formatServerName(SERVER_FALLBACK);
  terminal.err(`note: files do not tell their server; judged as ${assumed}. Say it with --server\n`);
  const { product } = snapshot;
  if (!product.known) return snapshot;
  return { ...snapshot, product: known(product.value, { kind: 'default', of: 'an audit without --server' }) };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `${flag} ${JSON.stringify(text)} is not a whole number`,
    next: `${flag} 32`,
  });
}
