/**
 * The login by the new way, tried before the old one is closed: at every data node as ourselves, by TLS. A server that
 * wants a client certificate is told apart, because nothing else is wrong then.
 */

import type { MigrationSight } from '../../change/index.ts';
import { FleetError, forEachAtOnce, isReplyError, openConnection, type Target } from '../../fleet/index.ts';
import type { MigrateEntry } from './migrate-entry.ts';
import { targetsOf } from './migrate-way.ts';

/** One sentence for each node where we do not get in; a node without a TLS port is left to the phase itself. */
export async function tryNewLogin(
  sights: readonly MigrationSight[],
  { entry, logins }: MigrateEntry,
): Promise<readonly string[]> {
  const nodes = sights.filter(({ seen }) => seen.mode !== 'sentinel' && seen.tlsPort !== 0);
  const found: string[] = [];
  await forEachAtOnce(nodes, entry.concurrency, async ({ node, seen }) => {
    const target = targetsOf(seen, logins).find(
      ({ transport, credentials }) => transport === 'tls' && credentials?.username !== undefined,
    );
    if (target === undefined) return;
    try {
      const connection = await openConnection(target, entry.limits);
      connection.close();
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      const why = (await wantsCertificate(node.target, target, entry.limits)) ? CERTIFICATE : error.message;
      found.push(`${node.id}: we do not get in by TLS: ${why}`);
    }
  });
  return found.toSorted();
}

const CERTIFICATE =
  'the server wants a client certificate (tls-auth-clients yes), and we have none: add tls.cert and tls.key to the fleet, or set tls-auth-clients optional';

/** Asked by the way that works. */
async function wantsCertificate(
  known: Target,
  { tls }: Target,
  limits: MigrateEntry['entry']['limits'],
): Promise<boolean> {
  if (tls?.certFile !== undefined) return false;
  try {
    const connection = await openConnection(known, limits);
    const [reply] = await connection.send([['CONFIG', 'GET', 'tls-auth-clients']]);
    connection.close();
    return !isReplyError(reply) && Array.isArray(reply) && reply[1] === 'yes';
  } catch (error) {
    if (error instanceof FleetError) return false;
    throw error;
  }
}
