/**
 * `wardis tls renew`: what is due, who can renew it, and the renewal. Silent when nothing is due; one at a time, held by
 * the lock of the state folder; what is left to a person is said at every call, until it is done.
 */

import { openAuthority } from '../../pki/index.ts';
import { lockState, type DueCertificate } from '../../change/index.ts';
import type { Secret } from '../../conf/index.ts';
import { explainChange } from '../change/apply-failure.ts';
import { heedInterruption } from '../change/interruption.ts';
import { openStateFolder } from '../change/state-folder.ts';
import type { TlsRenewFlags } from '../commands/tls/renew.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { explainPki, readPassphrase } from './pki-access.ts';
import { renewFiles } from './renew-files.ts';
import { renewNodes } from './renew-nodes.ts';
import { findDue, openRenewal, type Renewal } from './renew-scene.ts';
import { printDue, printRenewed, renewalAsJson, type RenewalResult } from './renew-show.ts';
import { writeUnits } from './renew-systemd.ts';

export async function runTlsRenew(
  named: readonly string[],
  flags: TlsRenewFlags,
  context: CommandContext,
): Promise<void> {
  await explainChange(() =>
    explainPki(async () => {
      const renewal = await openRenewal(named, flags, context);
      if (flags.systemd !== undefined) return writeUnits(named, flags, renewal, context);
      await renew(renewal, flags, context);
    }),
  );
}

async function renew(renewal: Renewal, flags: TlsRenewFlags, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { due, left } = await findDue(renewal, context);
  if (flags.check === true) {
    if (flags.json === true) terminal.out(renewalAsJson(due, undefined, left));
    else terminal.out(printDue(due, left, context.now()));
    return context.finish(due.length > 0 ? EXIT.findings : left.length > 0 ? EXIT.incomplete : EXIT.ok);
  }
  const passphrase = await readPassphrase(flags, context);
  const results = [
    ...(await renewClients(due, renewal, passphrase, context)),
    ...(await renewNodes(due, renewal, passphrase, context)),
    ...due.flatMap(leftToPerson),
  ];
  if (flags.json === true) terminal.out(renewalAsJson(due, results, left));
  else terminal.out(printRenewed(results, left));
  const whole = results.every(({ outcome }) => outcome === 'renewed') && left.length === 0;
  context.finish(whole ? EXIT.ok : EXIT.incomplete);
}

/** Each pair is whole or as it was; one that cannot be written does not keep the others from it. */
async function renewClients(
  due: readonly DueCertificate[],
  { stateFolder }: Renewal,
  passphrase: Secret | undefined,
  context: CommandContext,
): Promise<readonly RenewalResult[]> {
  const wanted = due.flatMap((each) => (each.way.kind === 'files' ? [{ due: each, files: each.way }] : []));
  if (wanted.length === 0) return [];
  const lock = lockState(openStateFolder(stateFolder), 'tls renew', context.now());
  const interruption = heedInterruption(context.terminal.err);
  try {
    const { signal } = interruption;
    const authority = await openAuthority(stateFolder, { passphrase, now: context.now });
    const results: RenewalResult[] = [];
    for (const { due: each, files } of wanted) {
      if (signal.aborted) {
        results.push({ due: each, outcome: 'left', detail: 'interrupted before it' });
        continue;
      }
      const outcome = await renewFiles(stateFolder, files, each.fingerprintSha256, authority);
      if (outcome.kind === 'renewed') {
        results.push({ due: each, outcome: 'renewed', detail: `until ${outcome.entry.notAfter}` });
      } else if (outcome.kind === 'settled') {
        results.push({ due: each, outcome: 'renewed', detail: outcome.why });
      } else {
        results.push({ due: each, outcome: 'left', detail: outcome.why });
      }
    }
    return results;
  } finally {
    interruption.release();
    lock.release();
  }
}

function leftToPerson(due: DueCertificate): readonly RenewalResult[] {
  if (due.way.kind !== 'person') return [];
  return [{ due, outcome: 'left', detail: `${due.way.why}: ${due.way.next}` }];
}
