/** The work of `wardis tls ca show`: the authority of a state folder, as it lies there. */

import { describeAuthority } from '../../pki/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { CaShowFlags } from '../commands/tls/ca.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { descriptionData, descriptionRows } from './ca-words.ts';
import { inColumns } from './certificate-words.ts';
import { enterState, explainPki } from './pki-access.ts';

export async function runCaShow(flags: CaShowFlags, context: CommandContext): Promise<void> {
  const stateFolder = enterState(flags, 'read');
  const description = await explainPki(() => describeAuthority(stateFolder));
  const text =
    flags.json === true
      ? `${printSafeJson({ schemaVersion: '1', ...descriptionData(description) }, 2)}\n`
      : inColumns(descriptionRows(description, context.now()), context.terminal.outLook.columns);
  context.terminal.out(text);
  context.finish(EXIT.ok);
}
