/**
 * One user as the server shows it by ACL GETUSER (acl.c aclCommand, Redis 6.0 to 8.0, Valkey 7.2 to 9.1), compared as
 * rights and not as text: the server rewrites rules, and two texts can mean the same user.
 */

import { diffUsers, haveSameRights, parseUser, type CommandTable, type User } from '../../acl/index.ts';
import { versionAtLeast, type Secret } from '../../conf/index.ts';
import { isReplyError, type Reply } from '../../fleet/index.ts';
import type { StepNode } from './step-work.ts';

/** Rules as tokens for ACL SETUSER after `reset`. Secret: hashes are among them. */
export type Tokens = readonly string[];

/** A reply that is not what the command gives, or a refusal of reading. */
export class UnreadableUser extends Error {
  override readonly name = 'UnreadableUser';
}

/** The rules of a user now; undefined when there is no such user. */
export async function readUserTokens(node: StepNode, user: string): Promise<Tokens | undefined> {
  const [reply] = await node.send([['ACL', 'GETUSER', user]]);
  if (isReplyError(reply)) {
    throw new UnreadableUser(`ACL GETUSER ${user} was refused: ${reply.error.slice(0, 200)}`);
  }
  if (reply === null || reply === undefined) return undefined;
  const tokens = tokensOfView(reply);
  if (tokens === undefined) throw new UnreadableUser(`ACL GETUSER ${user} gave an answer that is not known`);
  return tokens;
}

/** Split as the server's own line is: rules hold no blanks but within parentheses, which it joins again. */
export function tokensOf(image: Secret): Tokens {
  return image
    .reveal()
    .split(' ')
    .filter((token) => token !== '');
}

export function passwordsOf(tokens: Tokens): readonly string[] {
  return tokens.filter((token) => token.startsWith('#')).map((token) => token.slice(1));
}

/** ACL SETUSER's rules for a whole image: one command, so that the server takes all of it or nothing. */
export async function rulesFor(node: StepNode, image: Secret): Promise<Tokens> {
  const tokens = tokensOf(image);
  return (await knowsChannels(node))
    ? // `reset` leaves `&*` on 6.2 and wherever acl-pubsub-default says so, after which `&name` is refused.
      ['reset', 'resetchannels', ...tokens]
    : ['reset', ...tokens.filter((token) => !/^(?:&|(?:all|reset)channels$)/.test(token))];
}

/** Do these rules make the same user as that image? */
export async function isSameUser(node: StepNode, name: string, now: Tokens, image: Secret): Promise<boolean> {
  if (sameText(now, tokensOf(image))) return true;
  const [left, right] = await bothUsers(node, name, now, image);
  if (left === undefined || right === undefined) return false;
  return haveSameRights(left, right) || diffUsers(left, right).same;
}

/** How these rules differ from that image, without secrets: `2 rights more, 1 password less`. */
export async function describeDifference(
  node: StepNode,
  name: string,
  now: Tokens,
  image: Secret,
): Promise<string> {
  const [left, right] = await bothUsers(node, name, now, image);
  if (left === undefined || right === undefined) return 'its rules cannot be read';
  const { login, gained, lost } = diffUsers(right, left);
  const parts = [
    ...login.map((change) => {
      switch (change.fact) {
        case 'enabled':
          return change.to ? 'it is on' : 'it is off';
        case 'nopass':
          return change.to ? 'any password opens it' : 'it wants a password';
        case 'passwords':
          return `${count(change.added, 'password')} more, ${change.removed} fewer`;
        case 'sanitize-payload':
          return `payloads of RESTORE are ${change.to}`;
      }
    }),
    ...(gained.length === 0 ? [] : [`${count(gained.length, 'right')} more`]),
    ...(lost.length === 0 ? [] : [`${count(lost.length, 'right')} fewer`]),
  ];
  return parts.length === 0 ? 'its rules are others' : parts.join(', ');
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** Order within a user's text has a meaning, but the order in which hashes are listed has none. */
function sameText(a: Tokens, b: Tokens): boolean {
  const text = (tokens: Tokens): string => tokens.filter((token) => !token.startsWith('#')).join(' ');
  return text(a) === text(b) && sameHashes(passwordsOf(a), passwordsOf(b));
}

function sameHashes(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((hash) => right.has(hash));
}

async function bothUsers(
  node: StepNode,
  name: string,
  now: Tokens,
  image: Secret,
): Promise<readonly [User | undefined, User | undefined]> {
  const table = await node.table();
  return [parseTokens(name, now, table), parseTokens(name, tokensOf(image), table)];
}

/** The flag that says that payloads are checked may be shown or not: only `skip` means something. */
export function parseTokens(name: string, tokens: Tokens, table: CommandTable): User | undefined {
  const start = table.dialect.channels ? ['reset', 'resetchannels'] : ['reset'];
  const { user } = parseUser(name, [...start, ...tokens], table);
  if (user === undefined) return undefined;
  return { ...user, sanitizePayload: user.sanitizePayload === 'skip' ? 'skip' : undefined };
}

async function knowsChannels(node: StepNode): Promise<boolean> {
  return versionAtLeast(await node.server(), { redis: '6.2', valkey: '7.2' });
}

function tokensOfView(reply: Reply): Tokens | undefined {
  const view = fieldsOf(reply);
  const flags = view?.get('flags');
  const hashes = view?.get('passwords');
  if (view === undefined || !isTexts(flags) || !isTexts(hashes)) return undefined;
  const rights = rightsOf(view);
  const selectors = view.get('selectors') ?? [];
  if (rights === undefined || !Array.isArray(selectors)) return undefined;
  const others = (selectors as readonly Reply[]).map((selector) => {
    const fields = fieldsOf(selector);
    return fields === undefined ? undefined : rightsOf(fields);
  });
  if (others.includes(undefined)) return undefined;
  return [
    flags.includes('on') ? 'on' : 'off',
    ...flags.filter((flag) => LOGIN_FLAGS.has(flag)),
    ...hashes.map((hash) => `#${hash}`),
    ...rights,
    ...others.flatMap((tokens) => `(${(tokens ?? []).join(' ')})`.split(' ')),
  ];
}

const LOGIN_FLAGS: ReadonlySet<string> = new Set(['nopass', 'sanitize-payload', 'skip-sanitize-payload']);

/** Keys, channels, databases and commands, in the order of ACL LIST. Lists in 6.x, joined texts later. */
function rightsOf(fields: ReadonlyMap<string, Reply>): Tokens | undefined {
  const commands = fields.get('commands');
  const keys = wordsOf(fields.get('keys'), '~');
  const channels = wordsOf(fields.get('channels') ?? null, '&');
  const databases = fields.get('databases');
  if (typeof commands !== 'string' || keys === undefined || channels === undefined) return undefined;
  const narrowed = fields.has('channels') && !channels.includes('&*');
  return [
    ...(keys.includes('~*') ? ['~*'] : keys),
    ...(narrowed ? ['resetchannels', ...channels] : channels.slice(0, 1)),
    ...(typeof databases !== 'string' || databases === 'alldbs' ? [] : [databases || 'resetdbs']),
    ...commands.split(' ').filter((word) => word !== ''),
  ];
}

function wordsOf(value: Reply | undefined, sign: string): readonly string[] | undefined {
  if (value === null) return [];
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return isTexts(value) ? value.map((word) => `${sign}${word}`) : undefined;
}

function fieldsOf(reply: Reply): ReadonlyMap<string, Reply> | undefined {
  if (!Array.isArray(reply)) return undefined;
  const list = reply as readonly Reply[];
  const fields = new Map<string, Reply>();
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = list[at];
    if (typeof name !== 'string') return undefined;
    fields.set(name, list[at + 1] ?? null);
  }
  return fields;
}

function isTexts(value: Reply | undefined): value is readonly string[] {
  return Array.isArray(value) && (value as readonly Reply[]).every((item) => typeof item === 'string');
}
