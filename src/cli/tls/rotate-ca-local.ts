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
import type { CommandContext } from '../context.ts';
import { rewriteWhole } from '../file-output.ts';
import { placeOfTrust } from './rotate-ca-show.ts';

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
    const { files, ours, node } = client;
    if (!ours || node !== undefined || files?.key === undefined) return [];
    return [{ ...client, files: { certificate: files.certificate, key: files.key } }];
  });
}
