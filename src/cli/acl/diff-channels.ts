/**
 * Why users lose channels by an upgrade: without channel rules a user has the channels of acl-pubsub-default, which is
 * allchannels in Redis 6.2 and resetchannels from 7.0 on (redis.conf of both; Valkey has always had the latter).
 */

import { canRun, parseUser, reach, type CommandTable, type User } from '../../acl/index.ts';
import { safeText } from '../../text/index.ts';
import type { Subject, SubjectUser } from './subject.ts';

/** Users that the note names. */
const NAMES_SHOWN = 5;

/** The note, where users lose channels only by the default; `after` are the users of the other server when it was asked. */
export function noteOnChannels(
  from: Subject,
  to: CommandTable,
  after?: readonly SubjectUser[],
): readonly string[] {
  if (from.table.dialect.pubsubDefault !== 'allchannels' || to.dialect.pubsubDefault !== 'resetchannels')
    return [];
  const others = after && new Map(after.map(({ name, user }) => [name, user]));
  const losers = from.users
    .filter(({ user }) => reach(user).channels === 'all' && mayUseChannels(user))
    .filter(({ name, tokens }) => {
      if (others !== undefined) return hasNone(others.get(name));
      return (
        hasNone(parseUser(name, tokens, to).user) &&
        !hasNone(parseUser(name, tokens, to, { pubsubDefault: 'allchannels' }).user)
      );
    })
    .map(({ name }) => safeText(name));
  if (losers.length === 0) return [];
  const more = losers.length > NAMES_SHOWN ? ` and ${losers.length - NAMES_SHOWN} more` : '';
  const names = losers.slice(0, NAMES_SHOWN).join(', ');
  return [
    `users without channel rules have every channel up to Redis 6.2, and those of acl-pubsub-default from 7.0 on: by default none (${names}${more} cannot PUBLISH or SUBSCRIBE any more; &PATTERN rules give it back)`,
  ];
}

function hasNone(user: User | undefined): boolean {
  return user !== undefined && reach(user).channels === 'none';
}

/** Does the user lose anything with its channels? */
function mayUseChannels(user: User): boolean {
  return CHANNEL_COMMANDS.some((name) => canRun(user, name, user.table) !== 'no');
}

const CHANNEL_COMMANDS = ['publish', 'subscribe', 'psubscribe'];
