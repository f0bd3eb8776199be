/**
 * The work of `wardis user revoke`: find every node, look, say what would be done and what speaks against it, and do it
 * when that was asked for; then sign what was seen and say it.
 */

import { join } from 'node:path';
import {
  createRun,
  lockState,
  makeRunId,
  openJournal,
  openRevocation,
  openSigningKey,
  printReceipt,
  signReceipt,
  type Journal,
  type Revocation,
  type RevocationReport,
  type SigningKey,
  type StateLock,
} from '../../change/index.ts';
import { safeText } from '../../text/index.ts';
import type { UserRevokeFlags } from '../commands/user/revoke.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { makePrivateFolder, writeWhole } from '../file-output.ts';
import { openPrompt } from '../prompt.ts';
import { readVersion } from '../version.ts';
import { describeActor } from './actor.ts';
import { openStateFolder } from './state-folder.ts';
import { resultData, prospectData } from './user-revoke-data.ts';
import { objectionsOf, readRequest, type RevokeRequest } from './user-revoke-request.ts';
import { objectionLines, prospectLines, resultLines, waitHint } from './user-revoke-words.ts';
import { explainChange } from './apply-failure.ts';

/** What servers say to a login that they do not take. */
const REFUSED = /WRONGPASS|NOAUTH|invalid password/;

/** What was done, and where its receipt lies. */
export interface RevokeResult {
  readonly report: RevocationReport;
  readonly path: string;
  readonly key: SigningKey;
  readonly stateFolder: string;
}

export async function runUserRevoke(
  user: string,
  targets: readonly string[],
  flags: UserRevokeFlags,
  context: CommandContext,
): Promise<void> {
  await explainChange(async () => {
    const request = await readRequest(user, targets, flags, context);
    const revocation = await openRevocation(request.options);
    try {
      refuseStrangers(request, revocation);
      await goOn(request, revocation, flags, context);
    } finally {
      revocation.close();
    }
  });
}

async function goOn(
  request: RevokeRequest,
  revocation: Revocation,
  flags: UserRevokeFlags,
  context: CommandContext,
): Promise<void> {
  const { out, err, interactive } = context.terminal;
  const objections = objectionsOf(request, revocation.prospect);
  const blocked = objections.filter(({ insist }) => insist === 'never' || flags.force !== true);
  const doIt = flags.yes === true && flags.dryRun !== true;
  const asks = !doIt && flags.dryRun !== true && flags.json !== true && interactive && blocked.length === 0;
  if (!doIt) {
    // A name that nobody has: the lines show it, and there is nothing to agree to.
    if (isUnknown(request, revocation, flags)) {
      if (flags.json === true) out(`${prospectData(request, revocation.prospect, objections)}\n`);
      else out(`${prospectLines(request, revocation.prospect, objections, 'nobody').join('\n')}\n`);
      refuseUnknown(request, revocation, flags);
    }
    if (flags.json === true) out(`${prospectData(request, revocation.prospect, objections)}\n`);
    else
      out(`${prospectLines(request, revocation.prospect, objections, asks ? 'asks' : 'shows').join('\n')}\n`);
    if (!asks || !(await agrees(request.user))) {
      if (asks) err('not agreed; nothing was touched\n');
      return context.finish(revocation.prospect.missing.length === 0 ? EXIT.ok : EXIT.incomplete);
    }
  }
  refuseUnknown(request, revocation, flags);
  if (blocked.length > 0) {
    throw new CommandFailure({
      code: 'E_REVOKE',
      what: 'not revoked: nothing was touched',
      target: request.user,
      cause: objectionLines(blocked).join('\n         '),
      next: blocked[0]?.next ?? '',
    });
  }
  const forced = objections.map(({ message }) => safeText(message));
  const result = await perform(request, revocation, forced, context);
  if (flags.json === true) out(`${resultData(result)}\n`);
  else out(`${resultLines(request, result).join('\n')}\n`);
  context.finish(exitOf(result.report));
}

async function perform(
  request: RevokeRequest,
  revocation: Revocation,
  forced: readonly string[],
  context: CommandContext,
): Promise<RevokeResult> {
  const { options, resumes } = request;
  const folder = openStateFolder(request.stateFolder);
  const lock = lockState(folder, `user revoke ${request.user}`);
  let journal: Journal | undefined;
  try {
    // A key that cannot be used must be known before anything is done.
    const key = openSigningKey(folder);
    const startedAt = options.now();
    const report = await revocation.perform({
      run: {
        id: makeRunId('revoke', startedAt),
        startedAt: startedAt.toISOString(),
        actor: describeActor(),
        subject: request.user,
        facts: {
          account: options.account,
          fleet: request.fleet,
          alsoKnown: [...revocation.prospect.alsoKnown],
          continues: resumes?.id ?? null,
        },
      },
      insist: forced.length > 0 ? 'force' : 'no',
      openJournal: async (run) => (journal = await createRun(lock, run)),
      deadlineMs: request.deadlineMs,
      fleet: request.fleet,
      tool: `wardis ${readVersion()}`,
      continues: resumes?.id ?? null,
      forced,
      alsoKnown: resumes?.alsoKnown ?? [],
      onEvent: (event) => {
        if (event.kind === 'waiting' && request.noise === 'progress') {
          context.terminal.err(`waiting for ${event.node}: ${event.detail}${waitHint(event.detail)}\n`);
        }
      },
    });
    const path = write(folder, request.user, report, key);
    await endResumed(lock, request, report);
    return { report, path, key, stateFolder: folder };
  } finally {
    await journal?.close();
    lock.release();
  }
}

function write(folder: string, user: string, report: RevocationReport, key: SigningKey): string {
  const receipts = join(folder, 'receipts');
  makePrivateFolder(receipts);
  const name = `${report.receipt.run}-${user.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 80)}.json`;
  const path = join(receipts, name);
  writeWhole(path, printReceipt(signReceipt(report.receipt, key)), 0o600);
  return path;
}

/** The run that was finished is not left pending in lists. */
async function endResumed(
  lock: StateLock,
  { resumes }: RevokeRequest,
  report: RevocationReport,
): Promise<void> {
  if (resumes === undefined || report.outcome !== 'done') return;
  const journal = await openJournal(lock, resumes.id);
  const at = report.receipt.issuedAt;
  await journal.append({ at, note: `finished by ${report.receipt.run}` });
  await journal.append({ at, ended: 'done' });
  await journal.close();
}

/** Every node refused our own credentials: there is nothing to wait for. */
function refuseStrangers({ user }: RevokeRequest, { prospect }: Revocation): void {
  const [first] = prospect.missing;
  const refused = prospect.missing.every(({ detail }) => REFUSED.test(detail));
  if (first === undefined || !refused || prospect.nodes.length > 0) return;
  throw new CommandFailure({
    code: 'E_REVOKE',
    what: 'our own credentials were refused; nothing was touched',
    target: user,
    cause: first.detail,
    next: `wardis doctor ${first.node}`,
    exit: EXIT.refused,
  });
}

function isUnknown(request: RevokeRequest, { prospect }: Revocation, flags: UserRevokeFlags): boolean {
  const known = prospect.nodes.some(({ standing }) =>
    standing.accounts.some(({ name }) => name === request.user),
  );
  return !known && !request.before && flags.force !== true && prospect.missing.length === 0;
}

/** A name that nobody has is a slip of the pen more often than a revocation. */
function refuseUnknown(request: RevokeRequest, revocation: Revocation, flags: UserRevokeFlags): void {
  if (!isUnknown(request, revocation, flags)) return;
  throw new CommandFailure({
    code: 'E_REVOKE',
    what: `no node knows this user; nothing was touched`,
    target: request.user,
    next: 'wardis user list shows who is there; --force gives a receipt all the same',
  });
}

async function agrees(user: string): Promise<boolean> {
  const prompt = openPrompt('shown');
  try {
    return (await prompt.ask(`Type ${user} to revoke it now: `)).trim() === user;
  } finally {
    prompt.close();
  }
}

function exitOf({ receipt }: RevocationReport): ExitCode {
  return receipt.revoked ? EXIT.ok : EXIT.incomplete;
}
