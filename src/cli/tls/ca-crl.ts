/** The work of `wardis tls ca crl`: a fresh revocation list, in the authority's folder and where it is asked for. */

import { renewRevocationList } from '../../pki/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { CaCrlFlags } from '../commands/tls/ca.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeWhole } from '../file-output.ts';
import { shownPath } from './ca-words.ts';
import { counted, inColumns, untilWords } from './certificate-words.ts';
import { enterState, explainPki, withPassphrase } from './pki-access.ts';

/** Everybody may read it. */
const MODE = 0o644;

export async function runCaCrl(flags: CaCrlFlags, context: CommandContext): Promise<void> {
  if (flags.out === '-' && flags.json === true) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'the list and the JSON cannot both go to standard output',
      next: 'give the list a file: --out FILE',
    });
  }
  const stateFolder = enterState(flags, 'read');
  const list = await explainPki(() =>
    withPassphrase(flags, context, (passphrase) =>
      renewRevocationList(stateFolder, { passphrase, now: context.now }),
    ),
  );
  const { pem, number, nextUpdate, count, path, older } = list;
  const copies = flags.out === undefined || flags.out === '-' ? [] : [flags.out];
  for (const copy of copies) writeWhole(copy, pem, MODE);
  context.finish(EXIT.ok);
  if (flags.out === '-') return context.terminal.out(pem);
  if (flags.json === true) {
    const answer = { schemaVersion: '1', number, nextUpdate, count, files: [path, ...copies], older };
    return context.terminal.out(`${printSafeJson(answer, 2)}\n`);
  }
  context.terminal.out(
    inColumns([
      ['list', `number ${number}, ${counted(count, 'revoked certificate')}`],
      ['renew', `before ${untilWords(nextUpdate, context.now())}: this command again`],
      ['written', [path, ...copies].map(shownPath).join(', ')],
      ...older.map(
        (each) =>
          [
            'before',
            `${shownPath(each)}: of the root before, as it was; what is revoked now is not in it`,
          ] as const,
      ),
      ['use', 'gateways and libraries that check lists; no version of Redis or Valkey reads one'],
    ]),
  );
}
