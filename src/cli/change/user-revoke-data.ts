/** The answer of `wardis user revoke --json`: no secret and no hash of one. */

import { signReceipt, type Objection, type Prospect } from '../../change/index.ts';
import { printSafeJson } from '../../text/index.ts';
import type { RevokeRequest } from './user-revoke-request.ts';
import type { RevokeResult } from './user-revoke.ts';

const SCHEMA_VERSION = '1';
const INDENT = 2;

/** What would be done. */
export function prospectData(
  request: RevokeRequest,
  prospect: Prospect,
  objections: readonly Objection[],
): string {
  const { user, options } = request;
  const data = {
    schemaVersion: SCHEMA_VERSION,
    done: false,
    user,
    fleet: request.fleet,
    account: options.account,
    nodes: prospect.nodes.map(({ node, standing }) => {
      const account = standing.accounts.find(({ name }) => name === user);
      return {
        node,
        account:
          account === undefined
            ? null
            : { enabled: account.enabled, nopass: account.nopass, passwords: account.hashes.length },
        sessions: standing.sessions.filter((session) => session.user === user).map(({ address }) => address),
      };
    }),
    missing: prospect.missing.map(({ node, detail }) => ({ node, detail })),
    notSeen: options.notSeen,
    objections: objections.map(({ code, node, message, next, insist }) => ({
      code,
      node: node ?? null,
      message,
      next,
      insist,
    })),
    alsoKnown: prospect.alsoKnown,
    inventory: options.inventory.state,
  };
  return printSafeJson(data, INDENT);
}

/** What was done; `receipt` is what the file holds. */
export function resultData({ report, path, key }: RevokeResult): string {
  const { receipt, cutMs, quietMs, totalMs } = report;
  const data = {
    schemaVersion: SCHEMA_VERSION,
    done: true,
    revoked: receipt.revoked,
    verdict: receipt.verdict,
    cutMs: Math.round(cutMs),
    lastSessionMs: Math.round(quietMs),
    totalMs: Math.round(totalMs),
    path,
    ...signReceipt(receipt, key),
  };
  return printSafeJson(data, INDENT);
}
