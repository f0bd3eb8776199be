/** What a change of authority does on this machine: our own CA file, client certificates whose files lie here, the old keys. */

import {
  addTrust,
  dropTrust as dropFromText,
  type AuthorityChange,
  type AuthorityProgress,
  type LateClient,
  type TrustFact,
} from '../../change/index.ts';
import { safeText } from '../../text/index.ts';
import type { Secret } from '../../conf/index.ts';
import { openAuthority } from '../../pki/index.ts';
import type { CommandContext } from '../context.ts';
import { rewriteWhole } from '../file-output.ts';
import { placeOfTrust } from './rotate-ca-show.ts';
import { renewFiles } from './renew-files.ts';

/** Writes each file anew: the new authority beside the old one, or the old one out. Says which. */
export function updateOwnTrust(
  files: readonly TrustFact[],
  change: AuthorityChange,
  way: 'add' | 'drop',
  { terminal }: CommandContext,
): void {
  for (const trust of files) {
    if (trust.kind !== 'file') continue;
    const content =
      way === 'add' ? addTrust(trust.pem, change.next) : dropFromText(trust.pem, change.old, change.next);
    rewriteWhole(trust.path, content);
    terminal.err(
      `${safeText(trust.path)}: ${way === 'add' ? 'holds both authorities now' : 'the old authority is out'}\n`,
    );
  }
}

/** Ours that were not written: one line each. */
export function describeUnwritten(files: readonly TrustFact[]): readonly string[] {
  return files.map(
    (trust) =>
      `  ${placeOfTrust(trust)}: --update-local writes it where it is a file; or replace it: wardis tls bundle`,
  );
}

/** A client certificate that can be issued anew here. */
export type Reissuable = LateClient & {
  readonly files: { readonly certificate: string; readonly key: string };
};

/** Those that `--next` writes over; the others are for a person. */
export function reissuable({ clients }: AuthorityProgress): readonly Reissuable[] {
  return clients.flatMap((client) => {
    const { files, ours } = client;
    if (!ours || files?.key === undefined) return [];
    return [{ ...client, files: { certificate: files.certificate, key: files.key } }];
  });
}

/** Issues and writes one after another; each is whole or as it was. */
export async function reissueClients(
  clients: readonly Reissuable[],
  stateFolder: string,
  passphrase: Secret | undefined,
  { terminal, now }: CommandContext,
): Promise<void> {
  const authority = await openAuthority(stateFolder, { passphrase, now });
  for (const { name, files, fingerprintSha256 } of clients) {
    const outcome = await renewFiles(stateFolder, files, fingerprintSha256, authority);
    const said =
      outcome.kind === 'renewed'
        ? `has a certificate of the new authority, until ${outcome.entry.notAfter}`
        : outcome.kind === 'settled'
          ? outcome.why
          : `left as it was: ${outcome.why}`;
    terminal.err(`${safeText(`${name} (${files.certificate}): ${said}`)}\n`);
  }
}
