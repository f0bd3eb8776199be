/** What an application needs to connect, and what it should never have. */
import { canRun, grantedCommands, reach } from '../../decision/reach.ts';
import { isFree } from '../../decision/command-plan.ts';
import type { CommandTable } from '../../table/command-table.ts';
import { appendTokens, commandName, hitToken, hitUser, inWords, listSome } from '../hit.ts';
import { canLogIn } from '../password.ts';
import type { LintHit, LintRule, LintToken, LintUser } from '../rule.ts';
import { isApplication } from '../user-kind.ts';
import { allowed, denied, prove, SINCE_6_0, SINCE_7_0, SINCE_7_2 } from './proof.ts';
import { accepted, logsIn } from './shown.ts';

const good =
  'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping +select +client|setinfo +client|setname +@transaction\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const ROOT: LintRule = {
  id: 'app-is-root',
  title: 'An application is an administrator',
  severity: 'high',
  rationale:
    'With every command an application can CONFIG SET, ACL SETUSER, FLUSHALL and SHUTDOWN; key patterns do not hold it, because it may rewrite them. One injection in the application is then the loss of the server and of every other user.',
  fix: 'Grant the categories it works with: ~app:* +@read +@write +@connection -@dangerous and what it misses.',
  proof: [
    prove(SINCE_6_0, 'on nopass ~app:* +@all', allowed('ACL', 'SETUSER', 'u', '~*'), allowed('FLUSHALL')),
  ],
  examples: {
    bad: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~* &* +@all\n' },
    good: { text: good },
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (!isApplication(user) || !canLogIn(user) || !isRoot(user, table)) return [];
      const word = user.tokens.findLast(({ text }) => /^(?:\+@all|allcommands)$/i.test(text));
      const keys = reach(user.user).keys === 'all' ? '' : ', and it may rewrite its own key patterns';
      const rest = {
        message: `User ${user.name} may do everything: CONFIG SET, ACL SETUSER, FLUSHALL, SHUTDOWN${keys}.`,
        fix: inWords(
          'Grant what it uses: +@read +@write +@connection -@dangerous, and a pattern for its keys.',
        ),
        proofCommand: ['ACL', 'SETUSER', user.name, '~*', '+@all'],
      };
      return [word === undefined ? hitUser(user, rest) : hitToken(user, word, rest)];
    }),
};

const HANDSHAKE: LintRule = {
  id: 'no-client-handshake',
  title: 'Client libraries send commands that an application may not run',
  severity: 'info',
  rationale:
    'Libraries send PING for health checks, SELECT for a database number, CLIENT SETNAME and SETINFO when they connect, and MULTI for pipelines in a transaction. @read and @write hold none of them (PING, CLIENT are @connection, MULTI is @transaction, SELECT is @connection from 7.0 on and @keyspace before). Some libraries fail, others only fill ACL LOG. AUTH, HELLO, QUIT and RESET need no right.',
  fix: 'Allow what your client sends. Leave SELECT out where the application uses database 0 only.',
  proof: [
    prove(
      SINCE_7_2,
      'on nopass ~app:* +@read +@write',
      denied('PING'),
      denied('SELECT', '0'),
      denied('MULTI'),
      denied('CLIENT', 'SETINFO', 'LIB-NAME', 'x'),
      denied('CLIENT', 'SETNAME', 'x'),
    ),
    prove(SINCE_7_0, 'on nopass -@all', allowed('HELLO')),
  ],
  examples: {
    bad: bad(' +ping +select +client|setinfo +client|setname +@transaction', ''),
    good: { text: good },
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (!isApplication(user) || !canLogIn(user) || !worksWithData(user, table)) return [];
      const missing = HANDSHAKE_COMMANDS.filter(
        (name) => exists(name, table) && canRun(user.user, name, table) === 'no',
      );
      if (missing.length === 0) return [];
      const rights = missing
        .filter((name) => name !== 'select' && name !== 'multi')
        .map((name) => `+${name}`);
      const choices = [
        ...(missing.includes('select') ? ['+select if it uses other databases than 0'] : []),
        ...(missing.includes('multi') ? ['+@transaction if it uses transactions'] : []),
      ];
      const words = `Add ${[...rights, ...choices].join(', ')}.`;
      return [
        hitUser(user, {
          message: `User ${user.name} may not run ${listSome(missing.map(commandName))}, which client libraries send.`,
          fix: rights.length === 0 ? inWords(words) : appendTokens(user, rights.join(' '), words),
        }),
      ];
    }),
};

const NO_COMMAND: LintRule = {
  id: 'no-command-allowed',
  title: 'A user can log in and do nothing',
  severity: 'high',
  rationale:
    'A user without one allowed command answers every command but AUTH, HELLO, QUIT and RESET with NOPERM. Often a later -@all took the grants away, or key patterns were taken for rights: ~cfg:* alone allows no command.',
  fix: 'Allow the commands it needs, behind -@all.',
  proof: [
    prove(SINCE_6_0, 'on >s ~cfg:*', logsIn('s'), denied('GET', 'cfg:1'), denied('PING')),
    prove(SINCE_6_0, 'on >s ~cfg:* +get -@all', accepted, denied('GET', 'cfg:1')),
  ],
  examples: {
    bad: { text: 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +get -@all\n' },
    good: { text: good },
  },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      // Refused grants are told of themselves.
      const refusedGrant = user.refused.length > 0;
      if (
        user.name === 'default' ||
        !canLogIn(user) ||
        hasCommand(user, table) ||
        lostCommand(user) ||
        refusedGrant
      )
        return [];
      const wiper = user.tokens.findLast(({ text }) => /^(?:-@all|nocommands)$/i.test(text));
      const granted = user.tokens.some(
        ({ text, index }) => text.startsWith('+') && index < (wiper?.index ?? 0),
      );
      const rest = {
        message: granted
          ? `User ${user.name} may run no command: ${wiper?.text ?? '-@all'} takes every grant before it away.`
          : `User ${user.name} can log in, but may run no command.`,
        fix: inWords(
          granted ? 'Put the grants behind it.' : 'Allow the commands it needs, for example +@read.',
        ),
      };
      return [granted && wiper !== undefined ? hitToken(user, wiper, rest) : hitUser(user, rest)];
    }),
};

const NO_CHANNEL: LintRule = {
  id: 'pubsub-default',
  title: 'Pub/sub is allowed, but nothing is said about channels',
  severity: 'info',
  rationale:
    'Without a & rule a new user may use no channel from 7.0 on, and every channel in 6.2 (acl-pubsub-default). The same line means the opposite after an upgrade: PUBLISH stops working, or was open all along.',
  fix: 'Write &pattern for the channels that are meant, or resetchannels for none.',
  proof: [
    prove(SINCE_7_0, 'on nopass ~app:* +@all', denied('PUBLISH', 'news', 'x')),
    prove(['redis-6.2'], 'on nopass ~app:* +@all', allowed('PUBLISH', 'news', 'x')),
    prove(SINCE_7_0, 'on nopass &news +@all', allowed('PUBLISH', 'news', 'x')),
  ],
  examples: { bad: bad('+@read', '+@read +@pubsub'), good: bad('+@read', '&app:* +@read +@pubsub') },
  judge: ({ users, table, source }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (!table.dialect.channels || !canLogIn(user) || source.kind === 'live') return [];
      if (user.tokens.some(({ text }) => /^\(?&|channels\)?$/i.test(text))) return [];
      const able = PUBSUB.filter((name) => canRun(user.user, name, table) === 'yes');
      if (able.length === 0) return [];
      const open = reach(user.user).channels === 'all';
      return [
        hitUser(user, {
          ...(open && isApplication(user) && { severity: 'low' }),
          message: open
            ? `User ${user.name} may run ${listSome(able.map(commandName), 3)} on every channel, because new users of ${table.server} start with all.`
            : `User ${user.name} may run ${listSome(able.map(commandName), 3)}, but no channel is open to it (in 6.2 all are).`,
          fix: inWords('Write &pattern for the channels that are meant, or resetchannels for none.'),
        }),
      ];
    }),
};

export const CLIENT_RULES: readonly LintRule[] = [ROOT, HANDSHAKE, NO_COMMAND, NO_CHANNEL];

const HANDSHAKE_COMMANDS = ['ping', 'client|setinfo', 'client|setname', 'select', 'multi'];
const PUBSUB = ['publish', 'subscribe', 'psubscribe', 'spublish', 'ssubscribe'];

/** In 6.x subcommands are first arguments: they exist where the container does, and the version sends them. */
function exists(name: string, table: CommandTable): boolean {
  return table.commands.has(name) || (!table.dialect.subcommands && name === 'client|setname');
}

function isRoot({ user }: LintUser, table: CommandTable): boolean {
  return ['acl|setuser', 'config|set', 'flushall', 'shutdown'].every(
    (name) => canRun(user, name, table) === 'yes',
  );
}

/** Some command on keys is allowed: without one it is no client of ours, or a defect that another rule names. */
function worksWithData({ user }: LintUser, table: CommandTable): boolean {
  return [
    'get',
    'set',
    'hget',
    'hset',
    'lpush',
    'rpop',
    'sadd',
    'zadd',
    'xadd',
    'incr',
    'del',
    'exists',
  ].some((name) => canRun(user, name, table) === 'yes');
}

function hasCommand({ user }: LintUser, table: CommandTable): boolean {
  if (user.selectors.some((selector) => selector.firstArgs.size > 0)) return true;
  const { dialect } = table;
  return [...grantedCommands(user, table)].some((name) => {
    const command = table.commands.get(name.toLowerCase());
    return command !== undefined && !isFree(command, dialect);
  });
}

/** A grant was there, but the server refuses it: that is the finding. */
function lostCommand(user: LintUser): boolean {
  return user.refused.some(({ index }) => /^[+(]/.test(textAt(user.tokens, index)));
}

function textAt(tokens: readonly LintToken[], index: number): string {
  return tokens[index]?.text ?? '';
}
