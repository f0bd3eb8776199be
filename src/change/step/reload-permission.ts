/**
 * Whether we may tell a server to read its TLS files anew, asked before anything is placed. ACL DRYRUN answers a denial as
 * an ordinary reply (Redis from 7.0, Valkey); where it is not known or not allowed to us, nobody can tell beforehand.
 */

import type { Reply } from '../../fleet/index.ts';

/** What the server says against it; undefined: nothing, or it does not tell. Throws what `send` throws. */
export async function askReloadDenied(
  send: (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>,
): Promise<string | undefined> {
  const [user] = await send([['ACL', 'WHOAMI']]);
  if (typeof user !== 'string') return undefined;
  const [said] = await send([['ACL', 'DRYRUN', user, 'CONFIG', 'SET', 'tls-cert-file', 'x']]);
  return typeof said === 'string' && said.includes('no permissions')
    ? said.slice(0, SAID_CHARS_MAX)
    : undefined;
}

const SAID_CHARS_MAX = 200;
