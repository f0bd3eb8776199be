/** Rules for one first argument (`+select|0`): grants that look like limits. */
import { hasBit } from '../../table/command-bits.ts';
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { historiesOf } from './history.ts';
import type { Step } from './history.ts';
import { hitAt, insertFix, judgedUsers } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';

const widened: LintRule = {
  id: 'order-firstarg-widened',
  title: 'A limit to one first argument is widened by a later grant',
  severity: 'medium',
  rationale:
    'A rule such as +select|0 allows one first argument. It is a grant, not a limit: as soon as another rule grants the command itself, every argument is allowed.',
  fix: 'Take the command away after the category, then allow the first argument: +@connection -select +select|0.',
  proof: [
    prove(SINCE_7_0, '+select|0 +@connection', allowed('SELECT', '5')),
    prove(SINCE_7_0, '+@connection -select +select|0', denied('SELECT', '5'), allowed('SELECT', '0')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +select|0 +@connection` },
    good: { text: `user app on ${SECRET} ~app:* +get +@connection -select +select|0` },
  },
  judge: (subject) =>
    forEachFirstArg(subject, ({ user, step, steps, index, command }) => {
      const end = steps.at(-1)?.after.bits;
      if (end === undefined || !hasBit(end, index) || hasBit(step.after.bits, index)) return [];
      const grant = steps.findLast(
        ({ before, after }) => !hasBit(before.bits, index) && hasBit(after.bits, index),
      );
      const words = `Write -${command} ${step.rule.toLowerCase()} after ${grant?.rule ?? 'the grant'}.`;
      return [
        hitAt(user, step, {
          message: `${step.rule} does not limit user ${user.name}: ${grant?.rule ?? 'a later rule'} grants ${command.toUpperCase()} with any argument.`,
          fix: insertFix(grant, `-${command} ${step.rule.toLowerCase()}`, words),
        }),
      ];
    }),
};

const dropped: LintRule = {
  id: 'order-firstarg-dropped',
  title: 'A later denial drops the grant of a first argument',
  severity: 'medium',
  rationale:
    'Denying a category, or the command, also forgets the first arguments that were allowed for it: +select|0 -@fast leaves no SELECT, because SELECT is in @fast.',
  fix: 'Write the first-argument rule after the denial.',
  proof: [
    prove(SINCE_6_0, '~* +select|0 -@fast +get', denied('SELECT', '0'), allowed('GET', 'k')),
    prove(SINCE_6_0, '~* -@fast +get +select|0', allowed('SELECT', '0')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +select|0 -@fast +get` },
    good: { text: `user app on ${SECRET} ~app:* -@fast +get +select|0` },
  },
  judge: (subject) =>
    forEachFirstArg(subject, ({ user, step, steps, index, command, arg }) => {
      const end = steps.at(-1)?.after;
      if (end === undefined || hasBit(end.bits, index) || includes(end.firstArgs.get(index), arg)) return [];
      const drop = steps.findLast(
        ({ before, after }) =>
          includes(before.firstArgs.get(index), arg) && !includes(after.firstArgs.get(index), arg),
      );
      // A `-@all` behind everything is a finding of its own.
      if (drop === undefined || (drop.names.kind !== 'category' && drop.names.kind !== 'command')) return [];
      const words = `Write ${step.rule.toLowerCase()} after ${drop.rule}, which restores the grant.`;
      return [
        hitAt(user, step, {
          message: `${step.rule} has no effect for user ${user.name}: ${drop.rule} behind it takes ${command.toUpperCase()} away, its first arguments included.`,
          fix: insertFix(drop, step.rule.toLowerCase(), words),
        }),
      ];
    }),
};

const onlyFirst: LintRule = {
  id: 'firstarg-only-first',
  title: 'A first-argument rule does not look at the other arguments',
  severity: 'medium',
  rationale:
    'A rule such as +mget|a looks at the first word after the command and at nothing else: MGET a secret is allowed. Servers from 7.0 on call such rules a misuse that may go away, and log a warning.',
  fix: 'Limit keys by key patterns, and use subcommand rules only for commands that have subcommands.',
  proof: [prove(SINCE_6_0, '~* +mget|a', allowed('MGET', 'a', 'secret'), denied('MGET', 'secret'))],
  examples: {
    bad: { text: `user app on ${SECRET} ~* +mget|a` },
    good: { text: `user app on ${SECRET} ~a +mget` },
  },
  judge: (subject) =>
    forEachFirstArg(subject, ({ user, step, steps, index, command }) => {
      const known = subject.table.byIndex[index];
      const end = steps.at(-1)?.after;
      if (known === undefined || end === undefined || hasBit(end.bits, index)) return [];
      // In 6.x these rules are the only way to name a subcommand.
      const takesMore = known.arity < 0 || known.arity > 2;
      if (!takesMore || (!subject.table.dialect.subcommands && CONTAINERS.has(command))) return [];
      return [
        hitAt(user, step, {
          message: `${step.rule} looks at the first argument of ${command.toUpperCase()} only: user ${user.name} chooses the others freely.`,
          fix: {
            kind: 'words',
            words:
              known.legacy[0] > 0
                ? 'Grant the command and limit its keys by a pattern.'
                : 'Grant the command as a whole or not at all.',
          },
        }),
      ];
    }),
};

export const FIRST_ARG_RULES: readonly LintRule[] = [widened, dropped, onlyFirst];

/** Commands that have subcommands from 7.0 on: 6.x names these by the first argument. */
const CONTAINERS: ReadonlySet<string> = new Set(
  'acl client cluster command config debug latency memory module object pubsub script slowlog xgroup xinfo'.split(
    ' ',
  ),
);

interface FirstArg {
  readonly user: LintUser;
  readonly step: Step;
  readonly steps: readonly Step[];
  readonly index: number;
  readonly command: string;
  readonly arg: string;
}

function forEachFirstArg(
  subject: LintSubject,
  judge: (found: FirstArg) => readonly LintHit[],
): readonly LintHit[] {
  return judgedUsers(subject).flatMap((user) =>
    historiesOf(user).flatMap(({ steps }) =>
      steps.flatMap((step) => {
        const { names } = step;
        if (names.kind !== 'first-arg') return [];
        const command = subject.table.byIndex[names.index]?.fullName ?? '';
        return judge({ user, step, steps, index: names.index, command, arg: names.arg });
      }),
    ),
  );
}

function includes(args: readonly string[] | undefined, arg: string): boolean {
  return (args ?? []).some((other) => other.toLowerCase() === arg.toLowerCase());
}
