/** Read and write permissions of keys (7.0 and later): what they do not cover, and where they contradict the commands. */
import { decide } from '../../decision/decide.ts';
import { globMatch } from '../../decision/glob.ts';
import { parseVersion } from '../../table/dialect.ts';
import type { Command, CommandTable } from '../../table/command-table.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { inWords } from '../hit.ts';
import { findGrant, historiesOf } from './history.ts';
import type { Step } from './history.ts';
import { denyFix, hitAt, isConfined, judgedUsers, listCommands, removeFix } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_7_0 } from './proof.ts';
import { sampleKey } from './witness.ts';

const writeStillReads: LintRule = {
  id: 'write-only-still-reads',
  title: 'Write-only keys still answer questions',
  severity: 'medium',
  rationale:
    'With %W~ alone, GET and its like are refused, but commands that return no value in the servers’ sense need no read permission: EXISTS, TYPE, STRLEN, SISMEMBER and HEXISTS answer, and XCLAIM, XAUTOCLAIM and ZADD INCR return data.',
  fix: 'Deny the commands that answer, or list the commands that the writer needs.',
  proof: [
    prove(
      SINCE_7_0,
      '%W~w:* +@all',
      denied('GET', 'w:k'),
      allowed('STRLEN', 'w:k'),
      allowed('TYPE', 'w:k'),
      allowed('SISMEMBER', 'w:s', 'alice'),
      allowed('HEXISTS', 'w:h', 'f'),
      allowed('ZADD', 'w:z', 'INCR', '0', 'm'),
      allowed('XAUTOCLAIM', 'w:x', 'g', 'c', '0', '0'),
    ),
  ],
  examples: {
    bad: { text: `user writer on ${SECRET} %W~w:* +@write +strlen +type +sismember -@dangerous` },
    good: { text: `user writer on ${SECRET} %W~w:* +set +rpush +hset +expire` },
  },
  judge: (subject) =>
    forEachOneSided(subject, 'write', (user, key) => {
      const telling = ANSWERS.filter(([, ...rest]) => decideAs(user, rest, key)).map(([name]) => name);
      const [first] = telling;
      if (first === undefined) return [];
      return [
        hitAt(user, findGrant(user, first), {
          message: `User ${user.name} may only write ${key}, but ${listCommands(telling)} ${telling.length === 1 ? 'tells' : 'tell'} what is in it.`,
          fix: denyFix(user, telling),
          proofCommand: (ANSWERS.find(([name]) => name === first) ?? [])
            .slice(1)
            .map((word) => (word === KEY ? key : word)),
        }),
      ];
    }),
};

const writeGuesses: LintRule = {
  id: 'write-only-guess-value',
  title: 'Write-only keys can be guessed at',
  severity: 'low',
  rationale:
    'Valkey 8.1 and later compare the stored value with a given one and need write permission only: SET with IFEQ, and DELIFEQ in 9.1. Short or guessable values can be found by trying.',
  fix: 'Deny DELIFEQ; where SET is needed, do not keep guessable secrets in keys that others may write.',
  proof: [
    prove(
      ['valkey-8.1', 'valkey-9.1'],
      '%W~w:* +set +get',
      denied('GET', 'w:k'),
      allowed('SET', 'w:k', 'x', 'IFEQ', 'guess'),
    ),
    prove(['valkey-9.1'], '%W~w:* +delifeq', allowed('DELIFEQ', 'w:k', 'guess')),
  ],
  examples: {
    bad: { server: 'valkey-9.1', text: `user writer on ${SECRET} %W~w:* +set` },
    good: { server: 'valkey-9.1', text: `user writer on ${SECRET} %W~w:* +rpush +hset` },
  },
  judge: (subject) =>
    forEachOneSided(subject, 'write', (user, key) => {
      if (!comparesValues(subject.table)) return [];
      const argvs = [['SET', key, 'x', 'IFEQ', 'guess'], ['DELIFEQ', key, 'guess']]; // prettier-ignore
      const argv = argvs.find((each) => decide(user.user, each, subject.table).allowed);
      if (argv === undefined) return [];
      const [name = ''] = argv;
      return [
        hitAt(user, findGrant(user, name), {
          message: `User ${user.name} may only write ${key}, but ${name === 'SET' ? 'SET IFEQ' : name} tells whether the value is the one it guesses.`,
          fix:
            name === 'SET'
              ? inWords('Keep guessable values out of keys that this user writes.')
              : denyFix(user, ['delifeq']),
          proofCommand: argv,
        }),
      ];
    }),
};

const readStillWrites: LintRule = {
  id: 'read-only-still-writes',
  title: 'Read-only keys can still be changed',
  severity: 'medium',
  rationale:
    'XREADGROUP asks for read permission only, and changes the stream: it creates the consumer, moves the group on and marks entries as pending, so that other consumers never see them.',
  fix: 'Deny XREADGROUP; a reader uses XREAD or XRANGE.',
  proof: [
    prove(
      SINCE_7_0,
      '%R~r:* +@all',
      denied('XADD', 'r:x', '*', 'f', 'v'),
      denied('XGROUP', 'CREATE', 'r:x', 'g', '0'),
      allowed('XREADGROUP', 'GROUP', 'g', 'evil', 'STREAMS', 'r:x', '>'),
    ),
  ],
  examples: {
    bad: { text: `user reader on ${SECRET} %R~r:* +@read +@stream` },
    good: { text: `user reader on ${SECRET} %R~r:* +@read +@stream -xreadgroup` },
  },
  judge: (subject) =>
    forEachOneSided(subject, 'read', (user, key) => {
      const argv = ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', key, '>'];
      if (!decide(user.user, argv, subject.table).allowed) return [];
      return [
        hitAt(user, findGrant(user, 'xreadgroup'), {
          message: `User ${user.name} may only read ${key}, but XREADGROUP changes the state of its consumer groups.`,
          fix: denyFix(user, ['xreadgroup']),
          proofCommand: argv,
        }),
      ];
    }),
};

const neverRuns: LintRule = {
  id: 'w-only-with-readers',
  title: 'A command is granted that its keys never allow',
  severity: 'medium',
  rationale:
    'GET needs %R~, SET needs %W~, and INCR, GETSET or SET with GET need both on one pattern. A command that asks for a permission which no pattern gives is refused for every key.',
  fix: 'Give the permission (%RW~ or ~), or take the command away.',
  proof: [
    prove(
      SINCE_7_0,
      '%W~app:* +get +incr +set',
      denied('GET', 'app:1'),
      denied('INCR', 'app:1'),
      allowed('SET', 'app:1', 'x'),
    ),
    prove(SINCE_7_0, '%R~app:* +get +set', allowed('GET', 'app:1'), denied('SET', 'app:1', 'x')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} %W~app:* +get +set` },
    good: { text: `user app on ${SECRET} ~app:* +get +set` },
  },
  judge: (subject) => judgedUsers(subject).flatMap((user) => findDeadGrants(user)),
};

export const ACCESS_RULES: readonly LintRule[] = [writeStillReads, writeGuesses, readStillWrites, neverRuns];

const KEY = 'KEY';

/** Commands that tell something of a key that may only be written, as they are asked. */
const ANSWERS: readonly (readonly [name: string, ...argv: string[]])[] = [
  ['exists', 'EXISTS', KEY],
  ['type', 'TYPE', KEY],
  ['strlen', 'STRLEN', KEY],
  ['hexists', 'HEXISTS', KEY, 'field'],
  ['sismember', 'SISMEMBER', KEY, 'member'],
  ['xclaim', 'XCLAIM', KEY, 'group', 'consumer', '0', '0-1'],
  ['xautoclaim', 'XAUTOCLAIM', KEY, 'group', 'consumer', '0', '0'],
];

function decideAs(user: LintUser, argv: readonly string[], key: string): boolean {
  return decide(
    user.user,
    argv.map((word) => (word === KEY ? key : word)),
    user.user.table,
  ).allowed;
}

/** SET IFEQ came with Valkey 8.1. */
function comparesValues({ dialect }: CommandTable): boolean {
  const [major, minor] = parseVersion(dialect.version);
  return dialect.product === 'valkey' && (major > 8 || (major === 8 && minor >= 1));
}

/** Calls `judge` with a key that the user may only write (or only read), once for each user that has one. */
function forEachOneSided(
  subject: LintSubject,
  side: 'read' | 'write',
  judge: (user: LintUser, key: string) => readonly LintHit[],
): readonly LintHit[] {
  if (!subject.table.dialect.keyPermissions) return [];
  const other = side === 'read' ? 'write' : 'read';
  return judgedUsers(subject).flatMap((user) => {
    if (!isConfined(user)) return [];
    const keys = user.user.selectors.flatMap((selector) => selector.keys);
    const key = keys
      .filter((each) => each[side] && !each[other])
      .map(({ pattern }) => sampleKey(pattern))
      .find(
        (sample) =>
          sample !== undefined && !keys.some((each) => each[other] && globMatch(each.pattern, sample)),
      );
    return key === undefined ? [] : judge(user, key);
  });
}

function findDeadGrants(user: LintUser): readonly LintHit[] {
  const { table, selectors } = user.user;
  if (!table.dialect.keyPermissions || !isConfined(user)) return [];
  return historiesOf(user).flatMap(({ steps }) =>
    steps.flatMap((step) => {
      const command = commandNamed(step, table);
      const lacks = command === undefined ? undefined : missingPermission(command, user);
      if (command === undefined || lacks === undefined || selectors.some(({ allKeys }) => allKeys)) return [];
      return [
        hitAt(user, step, {
          message: `${step.rule} has no effect for user ${user.name}: ${listCommands([command.fullName])} needs to ${lacks} its key, and no pattern of its selector lets it.`,
          fix: removeFix(user, step, `Remove ${step.rule}, or write the pattern with ~ instead of %.`),
        }),
      ];
    }),
  );
}

function commandNamed(step: Step, table: CommandTable): Command | undefined {
  if (!('sign' in step.names) || step.names.sign !== '+') return undefined;
  if (step.names.kind !== 'command' && step.names.kind !== 'subcommand') return undefined;
  const command = table.commands.get(step.rule.slice(1).toLowerCase());
  return command?.isContainer === true ? undefined : command;
}

/** What the first key of a command always needs, and no selector that grants the command gives. */
function missingPermission(
  command: Command,
  user: LintUser,
): 'read' | 'write' | 'read and write' | undefined {
  const [spec] = command.keySpecs;
  if (spec === undefined || spec.notKey || spec.variable || (!spec.read && !spec.write)) return undefined;
  const patterns = user.user.selectors.flatMap((selector) => selector.keys);
  if (patterns.some(({ read, write }) => (read || !spec.read) && (write || !spec.write))) return undefined;
  return spec.read && spec.write ? 'read and write' : spec.read ? 'read' : 'write';
}
