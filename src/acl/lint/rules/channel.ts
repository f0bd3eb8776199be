/** Channels of pub/sub: who hears and says what, and what the channels of the server itself tell. */
import { globIntersection } from '../../compare/glob-overlap.ts';
import { decide } from '../../decision/decide.ts';
import { canRun, reach } from '../../decision/reach.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { appendTokens, inWords } from '../hit.ts';
import { isApplication } from '../user-kind.ts';
import { findGrant, historiesOf } from './history.ts';
import {
  hasKeyPatterns,
  hasNeighbours,
  hitAt,
  holderRule,
  isConfined,
  judgedUsers,
  listCommands,
} from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_6_2, SINCE_7_0 } from './proof.ts';
import { findForeignKey } from './witness.ts';

const everyChannel: LintRule = {
  id: 'channels-cross-tenants',
  title: 'A user with keys of its own hears and says everything',
  severity: 'medium',
  rationale:
    'Key patterns do not limit channels. A tenant with &* (or allchannels) reads every message that passes while it listens, and can send messages in the name of others. In 6.2 a user without any & rule has all channels, in 6.0 there are no channel rules at all.',
  fix: 'Write resetchannels and the channels that are meant: resetchannels &app.*.',
  proof: [
    prove(
      SINCE_6_2,
      '~app:* allchannels +subscribe +publish',
      allowed('SUBSCRIBE', 'other.orders'),
      allowed('PUBLISH', 'other.orders', 'x'),
    ),
    prove(
      SINCE_6_2,
      '~app:* resetchannels &app.* +subscribe +publish',
      denied('SUBSCRIBE', 'other.orders'),
      allowed('SUBSCRIBE', 'app.orders'),
    ),
    prove(['redis-6.0', 'redis-6.2'], '~app:* +subscribe', allowed('SUBSCRIBE', 'other.orders')),
  ],
  examples: {
    bad: {
      text: `user a on ${SECRET} ~a:* &* +@read +@pubsub\nuser b on ${SECRET} ~b:* &b.* +@read +@pubsub`,
    },
    good: {
      text: `user a on ${SECRET} ~a:* &a.* +@read +@pubsub\nuser b on ${SECRET} ~b:* &b.* +@read +@pubsub`,
    },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) => {
      const able = PUBSUB.filter((name) => canRun(user.user, name, subject.table) === 'yes');
      if (able.length === 0 || reach(user.user).channels !== 'all') return [];
      if (!isConfined(user) || !isApplication(user) || !hasNeighbours(subject, user)) return [];
      const step = historiesOf(user)
        .flatMap(({ steps }) => steps)
        .findLast(({ before, after }) => !before.allChannels && after.allChannels);
      return [
        hitAt(user, step, {
          message: `User ${user.name} has keys of its own, but every channel: it hears and says what belongs to other users.`,
          fix: inWords(
            subject.table.dialect.channels
              ? 'Write resetchannels and the channels that are meant.'
              : 'Deny the pub/sub commands, or go to 6.2 or later.',
          ),
          proofCommand: ['SUBSCRIBE', 'any-channel'],
        }),
      ];
    }),
};

const literalPattern: LintRule = {
  id: 'psubscribe-literal',
  title: 'PSUBSCRIBE needs the very pattern of the rule',
  severity: 'info',
  rationale:
    'SUBSCRIBE and PUBLISH are matched against the & rules as globs. PSUBSCRIBE is not: the pattern that is asked for must be equal, byte for byte, to a rule. With &news:* PSUBSCRIBE news:* runs, and the narrower news:a* is refused.',
  fix: 'Add each pattern that clients subscribe to as a rule of its own.',
  proof: [
    prove(
      SINCE_6_2,
      'resetchannels &news:* +psubscribe +subscribe',
      allowed('PSUBSCRIBE', 'news:*'),
      denied('PSUBSCRIBE', 'news:a*'),
      allowed('SUBSCRIBE', 'news:a'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} &news:* +psubscribe` },
    good: { text: `user app on ${SECRET} &news:* +subscribe` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) => {
      const grant = findGrant(user, 'psubscribe');
      const { channels, channelPatterns } = reach(user.user);
      if (grant?.names.kind !== 'command' || channels !== 'some') return [];
      return [
        hitAt(user, grant, {
          message: `User ${user.name} may PSUBSCRIBE to ${channelPatterns.slice(0, 3).join(', ')} exactly, and to no narrower pattern.`,
          fix: inWords('Add the patterns that clients subscribe to as & rules.'),
        }),
      ];
    }),
};

const keyspaceEvents: LintRule = {
  id: 'keyspace-events',
  title: 'Keyspace events show the key names of everybody',
  severity: 'medium',
  rationale:
    'Where notify-keyspace-events is set, the server publishes the name of every changed key on __keyspace@…__ and __keyevent@…__. Key patterns are not asked: whoever may listen to these channels sees other users’ keys.',
  fix: 'Name the channels of the application instead of &* or &__key*; give events to a user that may read every key.',
  proof: [
    prove(
      SINCE_6_2,
      '~app:* resetchannels &__key* +psubscribe +subscribe',
      allowed('PSUBSCRIBE', '__key*'),
      allowed('SUBSCRIBE', '__keyspace@0__:secret:name'),
      denied('GET', 'secret:name'),
    ),
    prove(
      SINCE_6_2,
      '~app:* resetchannels &app.* +psubscribe +subscribe',
      denied('PSUBSCRIBE', '__key*'),
      denied('SUBSCRIBE', '__keyevent@0__:set'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* &__keyevent@0__:* +get +psubscribe` },
    good: { text: `user app on ${SECRET} ~app:* &app.* +get +psubscribe` },
  },
  judge: (subject) => judgedUsers(subject).flatMap((user) => findEventListeners(user, subject)),
};

const channelNames = holderRule({
  id: 'pubsub-channels-list',
  title: 'The names of all channels can be listed',
  severity: 'low',
  rationale:
    'PUBSUB CHANNELS and SHARDCHANNELS list every channel that somebody listens to, NUMSUB counts listeners. Channel rules are not asked.',
  fix: 'Deny PUBSUB: publishers and subscribers do not need it.',
  commands: ['pubsub|channels', 'pubsub|shardchannels', 'pubsub|numsub', 'pubsub|shardnumsub'],
  applies: (user, subject) =>
    isApplication(user) &&
    (reach(user.user).channels === 'some' || (isConfined(user) && hasNeighbours(subject, user))),
  severityOf: ({ user }, subject) => (hasNeighbours(subject, user) && hasKeyPatterns(user) ? 'low' : 'info'),
  because: () => 'they name channels that its & rules leave out',
  shownBy: () => ['PUBSUB', 'CHANNELS'],
  proof: [
    prove(SINCE_6_0, '+pubsub', allowed('PUBSUB', 'CHANNELS')),
    prove(SINCE_7_0, '&app.* +@pubsub', allowed('PUBSUB', 'CHANNELS'), denied('SUBSCRIBE', 'other')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} &app.* +publish +subscribe +pubsub` },
    good: { text: `user app on ${SECRET} &app.* +publish +subscribe` },
  },
});

export const CHANNEL_RULES: readonly LintRule[] = [
  everyChannel,
  literalPattern,
  keyspaceEvents,
  channelNames,
];

const PUBSUB = ['publish', 'subscribe', 'psubscribe', 'spublish', 'ssubscribe'];
const EVENTS = ['__keyspace@*__:*', '__keyevent@*__:*'];

function findEventListeners(user: LintUser, subject: LintSubject): readonly LintHit[] {
  const { table } = subject;
  const victim = findForeignKey(user);
  if (victim === undefined || !isConfined(user)) return [];
  const { channels, channelPatterns } = reach(user.user);
  const listened = channelPatterns.filter((pattern) =>
    EVENTS.some((events) => globIntersection(pattern, events).overlaps === true),
  );
  const argvs = [
    ['SUBSCRIBE', `__keyspace@0__:${victim}`],
    ['SUBSCRIBE', '__keyevent@0__:set'],
    ...(channels === 'all' ? ['__key*'] : listened).map((pattern) => ['PSUBSCRIBE', pattern]),
  ];
  const argv = argvs.find((each) => decide(user.user, each, table).allowed);
  if (argv === undefined) return [];
  const steps = historiesOf(user).flatMap((history) => history.steps);
  const step = steps.find(
    ({ rule, names }) =>
      names.kind === 'channels' &&
      (channels === 'all' ? /^(?:&\*|allchannels)$/i.test(rule) : listened.includes(rule.slice(1))),
  );
  const named = channels !== 'all';
  const crossing = hasNeighbours(subject, user);
  const listeners = ['subscribe', 'psubscribe'].filter((name) => canRun(user.user, name, table) === 'yes');
  return [
    hitAt(user, step, {
      severity: named ? (crossing ? 'high' : 'medium') : crossing ? 'medium' : 'info',
      message: `User ${user.name} may ${listCommands(listeners)} to keyspace events: where they are switched on, it sees the names of keys that it may not read.`,
      fix:
        channels === 'all' && table.dialect.channels
          ? appendTokens(user, 'resetchannels', 'Add resetchannels and the channels that are meant.')
          : inWords('Name the channels of the application only.'),
      proofCommand: argv,
    }),
  ];
}
