/** Commands that run other commands or reach into the server: scripts, SORT with patterns, DEBUG. */
import { decide } from '../../decision/decide.ts';
import { canRun } from '../../decision/reach.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { inWords } from '../hit.ts';
import { findGrant } from './history.ts';
import {
  denyFix,
  hitAt,
  isConfined,
  isSovereign,
  judgedUsers,
  listCommands,
  showPatterns,
} from './holder.ts';
import { allowed, BEFORE_7_0, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { findOwnKey } from './witness.ts';

const runsAsCaller: LintRule = {
  id: 'eval-runs-as-caller',
  title: 'Scripts are allowed, but no command that they could call',
  severity: 'low',
  rationale:
    'A script or function runs with the rights of whoever calls it: each redis.call is checked as if the user had sent it. A user that may run EVAL and no command on keys can run scripts that do nothing. (The other way round, scripts do not get around key patterns.)',
  fix: 'Grant the commands that the scripts call.',
  proof: [
    prove(
      SINCE_6_0,
      '~app:* +eval',
      allowed('EVAL', 'return redis.call("GET", "app:1")', '0'),
      denied('GET', 'app:1'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +eval +evalsha +ping` },
    good: { text: `user app on ${SECRET} ~app:* +eval +evalsha +ping +get +set` },
  },
  judge: (subject) => judgedUsers(subject).flatMap((user) => findIdleScripts(user, subject)),
};

const sortByGet: LintRule = {
  id: 'sort-by-get',
  title: 'SORT is refused BY and GET',
  severity: 'info',
  rationale:
    'From 7.0 on, SORT and SORT_RO with GET, or BY with a star, need the right to read every key (~* or %R~*): otherwise they end in an error when they run. ACL DRYRUN does not check this and says OK.',
  fix: 'Sort without BY and GET and fetch the values with MGET, or use a sorted set.',
  proof: [
    prove(
      SINCE_7_0,
      '~app:* +sort',
      allowed('SORT', 'app:l', 'BY', 'app:w_*'),
      allowed('SORT', 'app:l', 'GET', '#'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +sort +lpush` },
    good: { text: `user app on ${SECRET} ~app:* +lrange +lpush` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) => {
      const grant = findGrant(user, 'sort') ?? findGrant(user, 'sort_ro');
      if (!subject.table.dialect.keyPermissions || grant?.names.kind !== 'command' || !isConfined(user))
        return [];
      if (user.user.selectors.some(({ keys }) => keys.some(({ pattern, read }) => read && pattern === '*')))
        return [];
      return [
        hitAt(user, grant, {
          message: `User ${user.name} may SORT, but not with GET or BY: they need the right to read every key, and fail when they run although ACL DRYRUN allows them.`,
          fix: inWords('Fetch the values with MGET instead of SORT … GET.'),
        }),
      ];
    }),
};

const debugUnchecked: LintRule = debugRule({
  id: 'debug-object',
  title: 'DEBUG looks into any key (6.x)',
  severity: 'high',
  rationale:
    'DEBUG OBJECT, DEBUG DIGEST-VALUE and others take a key that is not checked: they tell of any key’s encoding, size and age. DEBUG also stops, blocks or crashes the server. In 6.x nothing but rename-command switches it off.',
  servers: BEFORE_7_0,
  example: 'redis-6.2',
  applies: (subject) => !subject.table.dialect.subcommands,
  says: 'it looks into keys that are not checked, and can stop the server',
});

const debugEnabled: LintRule = debugRule({
  id: 'debug-object-enabled',
  title: 'DEBUG looks into any key once it is enabled',
  severity: 'medium',
  rationale:
    'From 7.0 on DEBUG is refused unless enable-debug-command says yes or local. Where it does, DEBUG OBJECT and others take a key that is not checked, and DEBUG can block or crash the server.',
  servers: SINCE_7_0,
  example: 'redis-7.2',
  applies: (subject) => subject.table.dialect.subcommands,
  says: 'where enable-debug-command lets it, it looks into keys that are not checked and can stop the server',
});

export const SCRIPT_RULES: readonly LintRule[] = [runsAsCaller, sortByGet, debugUnchecked, debugEnabled];

const SCRIPTING = ['eval', 'evalsha', 'fcall'];
/** Commands that run scripts, and those that hold keys but do nothing with their values. */
const NOT_DATA = new Set([...SCRIPTING, 'eval_ro', 'evalsha_ro', 'fcall_ro', 'watch', 'touch']);

function findIdleScripts(user: LintUser, subject: LintSubject): readonly LintHit[] {
  const { table } = subject;
  const held = SCRIPTING.filter((name) => canRun(user.user, name, table) === 'yes');
  if (held.length === 0 || isSovereign(user)) return [];
  const hasData = table.byIndex.some(
    ({ fullName, keySpecs, legacy, nativeFinder }) =>
      !NOT_DATA.has(fullName) &&
      (keySpecs.length > 0 || legacy[0] > 0 || nativeFinder !== undefined) &&
      canRun(user.user, fullName, table) !== 'no',
  );
  if (hasData) return [];
  return [
    hitAt(user, findGrant(user, held[0] ?? ''), {
      message: `User ${user.name} may run ${listCommands(held)}, but no command on keys: scripts run with its rights and can do nothing.`,
      fix: inWords('Grant the commands that the scripts call.'),
    }),
  ];
}

interface DebugAsked extends Pick<LintRule, 'id' | 'title' | 'severity' | 'rationale'> {
  readonly servers: readonly string[];
  readonly example: string;
  readonly applies: (subject: LintSubject) => boolean;
  readonly says: string;
}

function debugRule(asked: DebugAsked): LintRule {
  const { id, title, severity, rationale, example } = asked;
  return {
    id,
    title,
    severity,
    rationale,
    fix: 'Deny DEBUG.',
    proof: [
      prove(asked.servers, '~app:* +debug', allowed('DEBUG', 'OBJECT', 'secret')),
      prove(
        asked.servers,
        '~app:* +debug|object',
        allowed('DEBUG', 'OBJECT', 'secret'),
        denied('DEBUG', 'RELOAD'),
      ),
    ],
    examples: {
      bad: { server: example, text: `user app on ${SECRET} ~app:* +get +debug` },
      good: { server: example, text: `user app on ${SECRET} ~app:* +get +type` },
    },
    judge: (subject) =>
      !asked.applies(subject)
        ? []
        : judgedUsers(subject).flatMap((user) => {
            const argv = ['DEBUG', 'OBJECT', findOwnKey(user, 'read') ?? 'key'];
            if (!isConfined(user) || !decide(user.user, argv, subject.table).allowed) return [];
            return [
              hitAt(user, findGrant(user, 'debug'), {
                message: `User ${user.name} may run DEBUG, which ${showPatterns(user)} does not limit: ${asked.says}.`,
                fix: denyFix(user, ['debug']),
                proofCommand: ['DEBUG', 'OBJECT', 'any-key'],
              }),
            ];
          }),
  };
}
