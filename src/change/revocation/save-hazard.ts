/**
 * Whether users can be saved by CONFIG REWRITE at all: where they cannot, the account is gone from memory and the receipt
 * says that it is not saved, which is better than a server that never starts again or that brings the account back.
 */

import { readFileSync } from 'node:fs';

import { isReplyError, type Connection, type Endpoint } from '../../fleet/index.ts';
import { findRewriteHazard, includesOf } from '../step/conf-rewrite.ts';
import type { Standing } from './standing.ts';

/** Included files that are looked into. */
const INCLUDES_MAX = 100;

/** Why it must not be asked for; undefined where nothing is known against it. Throws a `FleetError`. */
export async function findSaveHazard(
  connection: Connection,
  standing: Pick<Standing, 'save' | 'file' | 'server'>,
  endpoint: Endpoint,
  deleted: string | undefined,
): Promise<string | undefined> {
  if (standing.save !== 'config-rewrite') return undefined;
  const [list] = await connection.send([['ACL', 'LIST']]);
  const lines = isReplyError(list) || !Array.isArray(list) ? [] : (list as readonly unknown[]).map(String);
  const here = endpoint.kind === 'unix' || /^(?:127\.|::1$|localhost$)/.test(endpoint.host);
  const conf = here ? readText(standing.file) : undefined;
  return findRewriteHazard({
    server: standing.server,
    users: lines.filter((line) => deleted === undefined || !line.startsWith(`user ${deleted} `)),
    conf,
    included: includesOf(conf ?? '')
      .slice(0, INCLUDES_MAX)
      .map((path) => ({ path, text: readText(path) })),
  });
}

function readText(path: string | undefined): string | undefined {
  if (path?.startsWith('/') !== true) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
