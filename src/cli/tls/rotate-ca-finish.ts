/** The end of a change of authority: the old one and its key go from the state folder; or the new one is given up. */

import {
  abandonAuthoritySuccession,
  dropTrust,
  finishAuthoritySuccession,
  readTrust,
} from '../../pki/index.ts';
import { confirmChange } from '../change/confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { forgetKept } from './rotate-ca-clients.ts';
import { fingerprintsOf } from './rotate-ca-authority.ts';
import { updateOwnTrust } from './rotate-ca-local.ts';
import { describeRoots, placeOfTrust } from './rotate-ca-show.ts';
import type { CaWork } from './rotate-ca-work.ts';

/** Refused before the old authority is dropped everywhere. */
export async function finishPassage(work: CaWork, context: CommandContext): Promise<void> {
  const { standing, passage, entry, flags, seen } = work;
  const { progress } = standing;
  if (progress.next !== 'done') {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: `the fleet is at ${progress.next}, and not at the end; nothing was changed`,
      next: 'wardis tls rotate ca --status',
    });
  }
  if (progress.elsewhere.length > 0) {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: 'nodes of another fleet still serve certificates of the old authority; nothing was changed',
      cause: progress.elsewhere.join(', '),
      next: 'lead that fleet to the new authority too: wardis tls rotate ca --fleet NAME --next; where a node is gone for good: --allow its address',
    });
  }
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `${describeRoots(seen.change.old)} goes from this state folder, its key for good.`,
      scriptForm: 'wardis tls rotate ca --finish --yes',
    },
    context,
  );
  const kept = forgetKept(work.seen);
  if (kept > 0) context.terminal.err(`${kept} kept client pairs of the old authority were removed\n`);
  if (passage.issuer === 'successor') await finishAuthoritySuccession(entry.stateFolder);
  const goes = fingerprintsOf(seen.change.old);
  const gone = readTrust(entry.stateFolder).roots.filter(
    ({ role, fact }) => (role === 'old' || role === 'adopted') && goes.has(fact.fingerprintSha256),
  );
  for (const { fact } of gone) await dropTrust(entry.stateFolder, fact.fingerprintSha256);
  const { holdsOld } = progress.own;
  if (flags.updateLocal === true) updateOwnTrust(holdsOld, seen.change, 'drop', context);
  else {
    for (const trust of holdsOld) {
      context.terminal.err(`${placeOfTrust(trust)} still holds the old one; --update-local takes it out\n`);
    }
  }
  context.terminal.out(`done: ${describeRoots(seen.change.next)} is the only authority now\n`);
  context.finish(EXIT.ok);
}

/** Refused where a node trusts it. */
export async function abandonPassage(
  { passage, standing, entry, flags }: CaWork,
  context: CommandContext,
): Promise<void> {
  if (passage.issuer !== 'successor') {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: 'no new authority of ours is being brought in that has not taken over; nothing was changed',
      next: 'wardis tls rotate ca --status',
    });
  }
  const users = standing.progress.nodes.filter(({ trusts, serves }) => trusts !== 'old' || serves === 'next');
  if (users.length > 0) {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: 'the new authority is trusted already; nothing was changed',
      cause: users.map(({ id, trusts }) => `${id} trusts ${trusts}`).join('\n         '),
      next: 'take that back first: wardis tls rotate ca --undo',
    });
  }
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `${describeRoots(passage.change.next)} and its key are removed; nothing uses it.`,
      scriptForm: 'wardis tls rotate ca --abandon --yes',
    },
    context,
  );
  await abandonAuthoritySuccession(entry.stateFolder);
  context.terminal.out(`${describeRoots(passage.change.next)} was given up\n`);
  context.finish(EXIT.ok);
}
