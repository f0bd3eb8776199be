/** The private key file that the settings name, as facts. */

import type { Fact, Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Verdict } from '../../check.ts';
import { readFact, readSettings } from '../../reading.ts';
import { notApplicable } from '../../verdict.ts';
import { whereTlsIsOn } from './server-certificate.ts';

type KeyFile = Extract<
  NonNullable<ReturnType<Snapshot['certificateFiles']['get']>>,
  { known: true }
>['value'];

/** Ask about the file of tls-key-file. */
export function readKeyFile(
  snapshot: Snapshot,
  judge: (file: KeyFile, path: string, from: Provenance) => Verdict,
): Verdict {
  return whereTlsIsOn(snapshot, () =>
    readSettings(snapshot, ['tls-key-file'], ({ 'tls-key-file': { value: path } }) => {
      if (path === '') return notApplicable('no tls-key-file is set');
      const fact = snapshot.certificateFiles.get(path);
      return readFact(fact ?? notRead(path), `content of ${path}`, (file, from) => judge(file, path, from));
    }),
  );
}

function notRead(path: string): Extract<Fact<never>, { known: false }> {
  return {
    known: false,
    reason: 'not-asked',
    detail: 'the file was not read',
    look: `run wardis audit on the server's own host, or read: openssl pkey -noout -in ${path}`,
  };
}
