/**
 * Whether an old secret still logs in, tried on a connection of its own. The server keeps a refused try in its ACL LOG,
 * as it does for everybody: there it has our address and the revoked name.
 */

import type { Secret } from '../../conf/index.ts';
import {
  FleetError,
  isReplyError,
  openConnection,
  type ConnectionLimits,
  type Target,
} from '../../fleet/index.ts';
import type { NodeEvidence } from '../receipt/receipt.ts';

export type LoginAnswer = NodeEvidence['oldSecret']['login'];

/** One try for each secret; the worst answer counts. Never throws for what the world does. */
export async function tryOldSecrets(
  target: Target,
  user: string,
  secrets: readonly Secret[],
  limits: ConnectionLimits,
): Promise<LoginAnswer> {
  if (secrets.length === 0) return 'not-tried';
  const answers = await Promise.all(secrets.map((secret) => tryOne(target, user, secret, limits)));
  if (answers.includes('accepted')) return 'accepted';
  return answers.includes('unclear') ? 'unclear' : 'refused';
}

async function tryOne(
  target: Target,
  user: string,
  secret: Secret,
  limits: ConnectionLimits,
): Promise<'refused' | 'accepted' | 'unclear'> {
  const { credentials: _ours, ...bare } = target;
  try {
    const connection = await openConnection(bare, limits);
    try {
      const [reply] = await connection.send([['AUTH', user, secret.reveal()]]);
      if (!isReplyError(reply)) return 'accepted';
      // A Sentinel of 6.0 has no users, so that nobody can log in by name.
      return /^WRONGPASS|wrong number of arguments/.test(reply.error) ? 'refused' : 'unclear';
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return error.code === 'wrongpass' ? 'refused' : 'unclear';
  }
}
