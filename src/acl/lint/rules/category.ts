/** Categories that hold more, or less, than their names say. */
import { canRun } from '../../decision/reach.ts';
import { hasBit } from '../../table/command-bits.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { listSome } from '../hit.ts';
import { historiesOf } from './history.ts';
import type { Step } from './history.ts';
import {
  denyFix,
  hitAt,
  holderRule,
  isLimited,
  isSovereign,
  judgedUsers,
  listCommands,
  removeFix,
} from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';

const clientKill = holderRule({
  id: 'connection-cat-client-kill',
  title: 'A user may end or stop the connections of everybody',
  severity: 'high',
  rationale:
    '@connection sounds harmless, and holds CLIENT KILL, CLIENT PAUSE, CLIENT UNBLOCK and CLIENT LIST: whoever has it ends the sessions of administrators and replicas, or stops all clients for a time of its choice. +client brings the same.',
  fix: 'Grant +client|setname, +client|setinfo and what else the library sends, instead of +@connection or +client.',
  commands: ['client|kill', 'client|pause'],
  applies: isLimited,
  severityOf: ({ user }) => (user.kind === 'admin' || user.kind === 'sentinel' ? 'low' : 'high'),
  because: () => 'they reach the connections of every user',
  shownBy: ({ held }) =>
    held.includes('client|kill') ? ['CLIENT', 'KILL', 'TYPE', 'normal'] : ['CLIENT', 'PAUSE', '1000'],
  proof: [
    prove(
      SINCE_6_0,
      '~app:* +@connection',
      allowed('CLIENT', 'KILL', 'ID', '99999'),
      allowed('CLIENT', 'PAUSE', '1'),
    ),
    prove(
      SINCE_7_0,
      '~app:* +@connection -@dangerous',
      denied('CLIENT', 'KILL', 'ID', '99999'),
      allowed('CLIENT', 'SETNAME', 'x'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +set +@connection` },
    good: { text: `user app on ${SECRET} ~app:* +get +set +ping +select +client|setname +client|setinfo` },
  },
});

const fastSlow: LintRule = {
  id: 'fast-slow-cats',
  title: '@slow and @fast say how long a command takes, not what it may',
  severity: 'high',
  rationale:
    'Every command is in @fast or in @slow. @slow holds nearly all dangerous ones: ACL SETUSER, CONFIG SET, SHUTDOWN, REPLICAOF, FLUSHALL. @fast holds SWAPDB, MOVE, SELECT and ROLE besides the simple reads and writes.',
  fix: 'Grant by subject (+@read, +@string, +@hash) or by command, and deny by @dangerous.',
  proof: [
    prove(
      SINCE_6_0,
      '+@slow',
      allowed('ACL', 'SETUSER', 'x'),
      allowed('FLUSHALL'),
      allowed('CONFIG', 'SET', 'maxmemory', '0'),
    ),
    prove(SINCE_6_0, '+@fast', allowed('SWAPDB', '0', '1')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +@fast +@slow` },
    good: { text: `user app on ${SECRET} ~app:* +@read +@write -@dangerous -function` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) =>
      historiesOf(user).flatMap(({ steps }) =>
        steps.flatMap((step) => judgeSpeed(user, steps, step, subject)),
      ),
    ),
};

const withoutCategory: LintRule = {
  id: 'module-no-category',
  title: 'Commands without a category escape the denial of one',
  severity: 'medium',
  rationale:
    'The vector-set commands of Redis 8 (VADD, VSIM …), and those of many modules, are in no category. +@all -@write leaves VADD and VREM, and +@read brings no VSIM.',
  fix: 'Grant by category instead of denying from +@all, or deny the commands one by one.',
  proof: [
    prove(
      ['redis-8.0'],
      '~* +@all -@write',
      allowed('VADD', 'k', 'VALUES', '1', '1', 'e'),
      denied('SET', 'k', 'v'),
    ),
    prove(['redis-8.0'], '~* +@read', denied('VCARD', 'k'), allowed('GET', 'k')),
  ],
  examples: {
    bad: { server: 'redis-8.0', text: `user reader on ${SECRET} ~* +@all -@write -@admin -@dangerous` },
    good: { server: 'redis-8.0', text: `user reader on ${SECRET} ~* +@read -@dangerous` },
  },
  judge: (subject) => judgedUsers(subject).flatMap((user) => findUncategorised(user, subject)),
};

export const CATEGORY_RULES: readonly LintRule[] = [clientKill, fastSlow, withoutCategory];

function judgeSpeed(
  user: LintUser,
  steps: readonly Step[],
  step: Step,
  subject: LintSubject,
): readonly LintHit[] {
  const rule = step.rule.toLowerCase();
  const end = steps.at(-1)?.after.bits;
  if (end === undefined || (rule !== '+@slow' && rule !== '+@fast')) return [];
  const { byIndex } = subject.table;
  const harmful = byIndex.filter(
    ({ index, categories }) =>
      categories.has(rule.slice(2)) &&
      (categories.has('dangerous') ||
        categories.has('admin') ||
        HARMFUL.has(byIndex[index]?.fullName ?? '')) &&
      !hasBit(step.before.bits, index) &&
      hasBit(end, index),
  );
  if (harmful.length === 0) return [];
  const names = WORST.filter((name) => harmful.some(({ fullName }) => fullName === name));
  const shown = names.length > 0 ? names : harmful.map(({ fullName }) => fullName);
  return [
    hitAt(user, step, {
      severity: isSovereign(user) ? 'critical' : rule === '+@fast' ? 'medium' : 'high',
      message: `${step.rule} gives user ${user.name} ${listSome(
        shown.map((name) => listCommands([name])),
        5,
      )}: the category says how long a command takes, not what it does.`,
      fix: removeFix(user, step, `Grant by subject (+@read, +@write) and remove ${step.rule}.`),
    }),
  ];
}

const HARMFUL = new Set(['swapdb']);
const WORST = [
  'acl|setuser',
  'config|set',
  'shutdown',
  'replicaof',
  'module|load',
  'flushall',
  'flushdb',
  'swapdb',
  'acl',
];

function findUncategorised(user: LintUser, subject: LintSubject): readonly LintHit[] {
  const { table } = subject;
  const loose = table.byIndex.filter(({ isModule, categories }) => isModule && categories.size === 0);
  if (loose.length === 0 || !isLimited(user)) return [];
  return historiesOf(user).flatMap(({ steps }) => {
    const denial = steps.find((step) => /^-@(?:write|read)$/i.test(step.rule));
    const end = steps.at(-1)?.after.bits;
    if (denial === undefined || end === undefined) return [];
    const left = loose.filter(({ index }) => hasBit(end, index)).map(({ fullName }) => fullName);
    if (left.length === 0 || canRun(user.user, left[0] ?? '', table) !== 'yes') return [];
    return [
      hitAt(user, denial, {
        message: `${denial.rule} leaves user ${user.name} ${listCommands(left)}: they are in no category.`,
        fix: denyFix(user, left),
        proofCommand: left.includes('VADD')
          ? ['VADD', 'key', 'VALUES', '1', '1', 'element']
          : [left[0] ?? ''],
      }),
    ];
  });
}
