/** The work of `wardis tls ca adopt`: an authority that was made elsewhere becomes the one that issues here. */

import { adoptAuthority } from '../../pki/index.ts';
import { findIssuingLimits } from '../../tls/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { CaAdoptFlags } from '../commands/tls/ca.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { readInput } from '../text-input.ts';
import { authorityData, authorityRows, shownPath } from './ca-words.ts';
import { inColumns } from './certificate-words.ts';
import { enterState, explainPki, withPassphrase } from './pki-access.ts';

const PEM_BYTES_MAX = 1024 * 1024;

export async function runCaAdopt(flags: CaAdoptFlags, context: CommandContext): Promise<void> {
  const certPem = await readInput(flags.cert, 'the certificate', PEM_BYTES_MAX);
  const keyPem = await readInput(flags.key, 'the private key', PEM_BYTES_MAX);
  const rootPem =
    flags.root === undefined ? undefined : await readInput(flags.root, 'the root', PEM_BYTES_MAX);
  const stateFolder = enterState(flags, 'write');
  const { root, issuer, files } = await explainPki(() =>
    withPassphrase(flags, context, (passphrase) =>
      adoptAuthority(stateFolder, {
        certPem,
        keyPem,
        passphrase,
        now: context.now,
        ...(rootPem === undefined ? {} : { rootPem }),
      }),
    ),
  );
  const limits = [root, ...(issuer === undefined ? [] : [issuer])].flatMap(findIssuingLimits);
  context.finish(EXIT.ok);
  if (flags.json === true) {
    const answer = {
      schemaVersion: '1',
      root: authorityData(root),
      issuer: issuer === undefined ? null : authorityData(issuer),
      files,
      limits,
    };
    return context.terminal.out(`${printSafeJson(answer, 2)}\n`);
  }
  const now = context.now();
  const rows = [
    ...authorityRows('root', root, now),
    ...(issuer === undefined ? [] : authorityRows('issuer', issuer, now)),
    ...limits.map((limit) => ['limit', safeText(limit)] as const),
    ['written', files.map(shownPath).join(', ')] as const,
    ['key', `a copy, for you alone; the one in ${flags.key} is still there`] as const,
  ];
  context.terminal.out(
    `${inColumns(rows, context.terminal.outLook.columns)}\nnext   wardis tls issue node cache-1.example.com --ip 10.0.0.5\n`,
  );
}
