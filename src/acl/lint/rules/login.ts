/** Who can log in, and as whom: nopass, on, off, and the user `default` that every new connection is. */
import { canRun, grantedCommands, reach } from '../../decision/reach.ts';
import { hitToken, hitUser, inWords, removeToken } from '../hit.ts';
import type { LintFix, LintHit, LintRule, LintToken, LintUser } from '../rule.ts';
import { allowed, prove, proveFile, SINCE_6_0, SINCE_6_2 } from './proof.ts';
import { accepted, loginRefused, logsIn } from './shown.ts';

const good = 'user default off\nuser app on >Vq7-mZp2x_Lk9 ~app:* +@read +ping\n';
const bad = (from: string, to: string) => ({ text: good.replace(from, to) });

const NOPASS: LintRule = {
  id: 'nopass',
  title: 'Any password opens a user',
  severity: 'high',
  rationale:
    'nopass means that every password is right, a random one included. Whoever can connect and knows or guesses the name is that user.',
  fix: 'Give the user a password and drop nopass. A password that follows nopass switches it off by itself.',
  proof: [
    prove(SINCE_6_0, 'on nopass ~app:* +get', accepted, logsIn('anything at all')),
    prove(SINCE_6_0, 'on nopass >secret', accepted, loginRefused('anything'), logsIn('secret')),
  ],
  examples: { bad: bad('>Vq7-mZp2x_Lk9', 'nopass'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (user.name === 'default' || !user.user.nopass) return [];
      const { enabled } = user.user;
      const severity = !enabled ? 'low' : isPowerful(user) ? 'critical' : 'high';
      const rest = {
        severity,
        message: enabled
          ? `User ${user.name} has nopass: any password logs in${isPowerful(user) ? ', as an administrator' : ''}.`
          : `User ${user.name} is off, but has nopass: once it is on, any password logs in.`,
        fix: inWords('Write a password in the place of nopass.'),
      } as const;
      const word = lastWord(user, 'nopass');
      return [word === undefined ? hitUser(user, rest) : hitToken(user, word, rest)];
    }),
};

const NO_PASSWORD: LintRule = {
  id: 'on-without-password',
  title: 'A user is on and nobody can log in',
  severity: 'high',
  rationale:
    'Without a password and without nopass every AUTH is refused. Often the password was lost to a later resetpass, or was to be filled in.',
  fix: 'Give it a password, or write off.',
  proof: [prove(SINCE_6_0, 'on ~app:* +get', accepted, loginRefused(''), loginRefused('anything'))],
  examples: { bad: bad('>Vq7-mZp2x_Lk9 ', ''), good: { text: good } },
  judge: (subject) =>
    subject.users.flatMap((user): readonly LintHit[] => {
      const { enabled, nopass, passwords } = user.user;
      if (!enabled || nopass || passwords.length > 0 || lostPassword(user)) return [];
      if (subject.source.kind === 'rules' && !user.tokens.some(({ text }) => /^on$/i.test(text))) return [];
      const on = lastWord(user, 'on');
      const isDefault = user.name === 'default';
      const rest = {
        ...(isDefault && { severity: 'low' as const }),
        message: isDefault
          ? 'User default is on, but has no password and no nopass: nobody is it, which "off" says plainly.'
          : `User ${user.name} is on, but has no password: nobody can log in.`,
        fix: inWords(isDefault ? 'Write off.' : 'Give it a password, or write off.'),
      };
      return [on === undefined ? hitUser(user, rest) : hitToken(user, on, rest)];
    }),
};

const UNDECLARED: LintRule = {
  id: 'default-user-undeclared',
  title: 'Nothing declares the user default, which then is open',
  severity: 'critical',
  rationale:
    'A file without a line for default leaves it as the server makes it: on nopass ~* &* +@all. Every connection starts as default, so nobody needs any of the other users. Remote clients may be held off by protected mode alone.',
  fix: 'Add "user default off" once an administrator has a user of its own.',
  proof: [
    proveFile(SINCE_6_0, 'user u on >s ~app:* +get\n', accepted, {
      kind: 'allowed',
      user: 'default',
      argv: ['FLUSHALL'],
    }),
  ],
  examples: { bad: bad('user default off\n', ''), good: { text: good } },
  judge: (subject) => {
    if (subject.defaultUserDeclared || !['acl-file', 'conf'].includes(subject.source.kind)) return [];
    if (subject.users.some(({ name }) => name === 'default')) return [];
    const text = subject.text ?? '';
    const newLine = text === '' || text.endsWith('\n') ? '' : '\n';
    const words = 'Add the line: user default off';
    const administrator = subject.users.some((user) => user.user.enabled && isPowerful(user));
    return [
      {
        message: 'No line declares the user default: it stays on nopass ~* &* +@all, and everybody is it.',
        ...(subject.text !== undefined && { line: 1 }),
        fix:
          subject.source.kind !== 'acl-file'
            ? inWords(words)
            : administrator
              ? {
                  kind: 'edit',
                  range: [text.length, text.length],
                  text: `${newLine}user default off\n`,
                  words,
                }
              : inWords(`Declare an administrator first, or nobody can change anything. ${words}`),
      },
    ];
  },
};

const DEFAULT_OPEN: LintRule = {
  id: 'default-user-open',
  title: 'The user default is open',
  severity: 'critical',
  rationale:
    'Every connection starts as default, and RESET or a new connection leads back to it. While it is on with nopass, whoever reaches the port has its rights, whatever the other users are.',
  fix: 'Switch it off, or give it a password.',
  proof: [
    proveFile(SINCE_6_0, 'user default on nopass ~* +@all\n', accepted, {
      kind: 'allowed',
      user: 'default',
      argv: ['FLUSHALL'],
    }),
  ],
  examples: { bad: bad('default off', 'default on nopass ~* &* +@all'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (user.name !== 'default' || !user.user.enabled || !user.user.nopass) return [];
      const rest = {
        ...opennessOf(user),
        fix: inWords('Write "user default off", or give it a password in the place of nopass.'),
      };
      const word = lastWord(user, 'nopass');
      return [word === undefined ? hitUser(user, rest) : hitToken(user, word, rest)];
    }),
};

const DEFAULT_POWERFUL: LintRule = {
  id: 'default-user-powerful',
  title: 'The user default is an administrator with a password',
  severity: 'medium',
  rationale:
    'One shared password for everything: clients that know it need no user of their own, and it can be revoked for all of them only. requirepass is the same thing under another name.',
  fix: 'Give every client a user of its own and write: user default off.',
  proof: [prove(SINCE_6_0, 'on >s ~* +@all', accepted, logsIn('s'), allowed('FLUSHALL'))],
  examples: { bad: bad('default off', 'default on >Hw3-tRn8y_Qd5 ~* &* +@all'), good: { text: good } },
  judge: ({ users }) =>
    users.flatMap((user): readonly LintHit[] => {
      const { enabled, nopass, passwords } = user.user;
      if (user.name !== 'default' || !enabled || nopass || passwords.length === 0 || !isPowerful(user))
        return [];
      return [
        hitUser(user, {
          message: 'User default is an administrator: whoever knows its password needs no user of their own.',
          fix: inWords('Give every client a user of its own, then write: user default off.'),
        }),
      ];
    }),
};

const DEFAULT_OFF_NOPASS: LintRule = {
  id: 'default-off-nopass',
  title: 'default is off, but nopass makes protected mode refuse everybody',
  severity: 'high',
  rationale:
    'Protected mode looks at the flag nopass of default only, not whether it is off. From 7.0 on every client from another host is answered -DENIED, even one with a user and a password; 6.x does the same where no bind line is written. People then switch protected mode off.',
  fix: 'Write "user default off" alone: nopass says nothing about a user that is off.',
  proof: [
    proveFile(
      SINCE_6_0,
      'user default off nopass\nuser u on >s ~app:* +get\n',
      accepted,
      loginRefused('x', 'default'),
    ),
  ],
  examples: { bad: bad('default off', 'default off nopass'), good: { text: good } },
  judge: ({ users, table, options }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (user.name !== 'default' || user.user.enabled || !user.user.nopass) return [];
      const word = lastWord(user, 'nopass');
      const off = options.conf?.protectedMode === 'no';
      const seven = table.dialect.selectors;
      const severity = off ? 'low' : seven ? 'high' : 'medium';
      const rest = {
        severity,
        message: off
          ? 'default is off, and its nopass is why protected mode could not be left on.'
          : `While default has nopass, protected mode answers clients of other hosts with -DENIED${seven ? '' : ' (where no bind line is written)'}, off or not.`,
        fix: word === undefined ? inWords('ACL SETUSER default resetpass') : dropNopass(user, word),
      } as const;
      return [word === undefined ? hitUser(user, rest) : hitToken(user, word, rest)];
    }),
};

const SKIP_SANITIZE: LintRule = {
  id: 'restore-skip-sanitize',
  title: 'RESTORE takes payloads unchecked',
  severity: 'medium',
  rationale:
    'skip-sanitize-payload lets RESTORE load a payload without looking for damage in it: a crafted one can corrupt the memory of the server. Valkey 9.1 ignores the flag.',
  fix: 'Remove skip-sanitize-payload; only a trusted copy program gains a little speed by it.',
  proof: [prove(SINCE_6_2, 'on nopass skip-sanitize-payload ~app:* +restore', accepted)],
  examples: { bad: bad('+ping', '+restore skip-sanitize-payload'), good: bad('+ping', '+restore') },
  judge: ({ users, table }) =>
    users.flatMap((user): readonly LintHit[] => {
      if (user.user.sanitizePayload !== 'skip' || canRun(user.user, 'restore', table) === 'no') return [];
      const word = lastWord(user, 'skip-sanitize-payload');
      const rest = { message: `User ${user.name} may RESTORE payloads that the server does not check.` };
      if (word === undefined) return [hitUser(user, rest)];
      return [hitToken(user, word, { ...rest, fix: removeToken(user, word, 'Remove the flag.') })];
    }),
};

export const LOGIN_RULES: readonly LintRule[] = [
  NOPASS,
  NO_PASSWORD,
  UNDECLARED,
  DEFAULT_OPEN,
  DEFAULT_POWERFUL,
  DEFAULT_OFF_NOPASS,
  SKIP_SANITIZE,
];

/** It may rewrite users or settings: an administrator in all but name. */
function isPowerful({ user }: LintUser): boolean {
  return (
    canRun(user, 'acl|setuser', user.table) === 'yes' || canRun(user, 'config|set', user.table) === 'yes'
  );
}

function opennessOf(user: LintUser): Pick<LintHit, 'message'> & Required<Pick<LintHit, 'severity'>> {
  const told = 'User default is on with nopass: whoever reaches the port';
  if (isPowerful(user)) return { severity: 'critical', message: `${told} is an administrator.` };
  const { table } = user.user;
  const keys = reach(user.user).keys;
  const free = grantedCommands(user.user, table).size;
  if (keys !== 'none' && free > FREE_COMMANDS_MAX)
    return { severity: 'high', message: `${told} reads or writes data.` };
  return { severity: 'low', message: `${told} is it, though with few rights.` };
}

/** Commands that need no right (AUTH, HELLO, QUIT, RESET), and a PING or two. */
const FREE_COMMANDS_MAX = 8;

function lastWord(user: LintUser, word: string): LintToken | undefined {
  return user.tokens.findLast(({ text }) => text.toLowerCase() === word);
}

/** A password was there, but the server refuses it, or a template is in its place. */
function lostPassword(user: LintUser): boolean {
  return user.refused.some(({ index }) => /^[><#!]/.test(user.tokens[index]?.text ?? ''));
}

function dropNopass(user: LintUser, word: LintToken): LintFix {
  return removeToken(user, word, 'Drop nopass: user default off.');
}
