// An authority, and the files around it, for command lines of the documentation that need one.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createFoundation, openAuthority } from '../../src/pki/index.ts';
import { createAuthority, createRequest } from '../../src/tls/index.ts';

/** Commands that make the authority begin without one. */
const FOUNDING = /\btls ca (?:init|adopt)\b/;

/** Puts an authority with one certificate beside the fixture; gives the files that documented commands name. */
export async function makeDocumentedAuthority(fixture: string): Promise<Readonly<Record<string, string>>> {
  const state = join(fixture, 'authority');
  await createFoundation(state, { name: 'Documented CA' });
  const authority = await openAuthority(state);
  await authority.issue({ commonName: 'orders-api', usage: 'client' });
  const theirs = await createAuthority({ name: 'Their CA', days: 30 });
  const { requestPem } = await createRequest({ commonName: 'cache-2.example.com' });
  return {
    'their-ca.crt': theirs.certPem,
    'their-ca.key': theirs.keyPem,
    'cache-2.csr': requestPem,
    passphrase: 'a passphrase of some length\n',
  };
}

/** The state folder of one run gets it, but where the command is to make its own. */
export function placeDocumentedAuthority(folder: string, command: string): void {
  if (FOUNDING.test(command)) return;
  cpSync(join(folder, 'authority/tls'), join(folder, '.wardis/tls'), { recursive: true });
}
