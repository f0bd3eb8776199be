/**
 * Users as a revocation looks at them: is the account on, how can one log in to it, and is it the same password as that
 * of another. Read from the lines of ACL LIST and from ACL GETUSER by their own words (acl.c ACLDescribeUser), so that
 * rules of a server that Wardis does not know stop nobody from being cut off.
 */

import { isReplyError, type Reply } from '../../fleet/index.ts';
import { Secret } from '../../conf/index.ts';
import type { NodeEvidence } from '../receipt/receipt.ts';

/** One user of one node. */
export interface Account {
  readonly name: string;
  readonly enabled: boolean;
  readonly nopass: boolean;
  /** SHA-256 of each password, as the server keeps it. */
  readonly hashes: readonly Secret[];
  /** The whole line of ACL LIST. */
  readonly line: Secret;
}

const HASH = /^#[0-9a-f]{64}$/;

/** The users of ACL LIST; undefined where the reply is none. */
export function readAccounts(reply: Reply | undefined): readonly Account[] | undefined {
  if (!isTexts(reply)) return undefined;
  return reply.flatMap((line) => {
    const [word, name, ...tokens] = line.split(' ');
    if (word !== 'user' || name === undefined) return [];
    // A selector has no login of its own, and no pattern looks like one of these words.
    return [
      {
        name,
        enabled: tokens.includes('on'),
        nopass: tokens.includes('nopass'),
        hashes: tokens.filter((token) => HASH.test(token)).map((token) => new Secret(token.slice(1))),
        line: new Secret(line),
      },
    ];
  });
}

/** What ACL GETUSER says of the account, and the hashes it holds; undefined where the reply is none. */
export function readAccountState(
  reply: Reply | undefined,
): { readonly account: NodeEvidence['account']; readonly hashes: readonly string[] } | undefined {
  if (reply === null) return { account: { state: 'absent' }, hashes: [] };
  if (!Array.isArray(reply)) return undefined;
  const flags = valueOf(reply, 'flags');
  const passwords = valueOf(reply, 'passwords');
  if (!isTexts(flags) || !isTexts(passwords)) return undefined;
  const state = flags.includes('on') ? ('on' as const) : ('off' as const);
  return {
    account: { state, passwords: passwords.length, nopass: flags.includes('nopass') },
    hashes: passwords,
  };
}

/** Redis 6.0 Sentinels know no users at all: nobody can be there to revoke. */
export function knowsNoUsers(reply: Reply | undefined): boolean {
  return isReplyError(reply) && /^ERR unknown command/i.test(reply.error);
}

/** Can anybody log in to it? */
export function isOpen(account: Account): boolean {
  return account.enabled && (account.nopass || account.hashes.length > 0);
}

function valueOf(pairs: readonly Reply[], name: string): Reply | undefined {
  const at = pairs.findIndex((each, place) => place % 2 === 0 && each === name);
  return at < 0 ? undefined : pairs[at + 1];
}

function isTexts(reply: Reply | undefined): reply is readonly string[] {
  return Array.isArray(reply) && reply.every((each) => typeof each === 'string');
}
