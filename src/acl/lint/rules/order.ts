/** Rules apply from left to right: words that undo earlier ones. */
import type { LintHit, LintRule, LintSubject, LintUser } from '../rule.ts';
import { isEmpty } from '../../table/command-bits.ts';
import { FIRST_ARG_RULES } from './first-arg.ts';
import { historiesOf, namesOf, without } from './history.ts';
import type { Step } from './history.ts';
import { hitAt, judgedUsers, listCommands, removeFix } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_6_2 } from './proof.ts';
import { REGRANT_RULES } from './regrant.ts';
import { findCommandFor } from './witness.ts';
import { SELECTOR_RULES } from './selector.ts';

const allLast: LintRule = {
  id: 'order-all-last',
  title: 'A later -@all takes every earlier grant away',
  severity: 'high',
  rationale:
    'Rules apply from left to right, and -@all (or nocommands) empties the list of commands at the place where it stands. Grants written before it are lost: the user logs in and is refused everything. People write it last as one writes a default deny in a firewall.',
  fix: 'Write -@all first, or leave it out: a new user has no command.',
  proof: [
    prove(SINCE_6_0, '~* +get -@all', denied('GET', 'k')),
    prove(SINCE_6_0, '~* -@all +get', allowed('GET', 'k')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +set -@all` },
    good: { text: `user app on ${SECRET} ~app:* -@all +get +set` },
  },
  judge: (subject) => forEachStep(subject, wipedGrants),
};

function wipedGrants(user: LintUser, steps: readonly Step[], step: Step): readonly LintHit[] {
  const { names } = step;
  const wipes = names.kind === 'reset' || (names.kind === 'all' && names.sign === '-');
  const last = steps.at(-1);
  if (!wipes || last === undefined) return [];
  const lost = without(step.before.bits, last.after.bits);
  const at = steps.indexOf(step);
  const grants = steps.slice(0, at).filter((other) => !isEmpty(without(other.after.bits, other.before.bits)));
  if (isEmpty(lost) || grants.length === 0) return [];
  const everything = grants.every((grant) => grant.names.kind === 'all');
  const written = grants.map(({ rule }) => rule);
  const words =
    names.kind === 'reset' ? 'Write reset first.' : `Remove ${step.rule}, or write it before the grants.`;
  return [
    hitAt(user, step, {
      ...(everything && { severity: 'low' }),
      message: `${step.rule} takes away what user ${user.name} was granted before it: ${shorten(written)} ${written.length === 1 ? 'has' : 'have'} no effect.`,
      evidence: `lost: ${listCommands(namesOf(lost, subjectTable(user)).slice(0, 5))}`,
      fix: names.kind === 'reset' || everything ? { kind: 'words', words } : removeFix(user, step, words),
    }),
  ];
}

const keysWidened: LintRule = {
  id: 'keys-widened',
  title: 'Every key is allowed after a narrow pattern',
  severity: 'high',
  rationale:
    'allkeys (or ~*) throws the patterns before it away and allows every key. The other order, ~* and then a pattern, is refused by the server, which is why people turn the two around.',
  fix: 'Remove allkeys or ~*, or remove the patterns if every key is meant.',
  proof: [
    prove(SINCE_6_0, '~app:* allkeys +get', allowed('GET', 'other')),
    prove(SINCE_6_0, '~app:* +get', denied('GET', 'other')),
    prove(SINCE_6_0, '~* ~app:* +get', { kind: 'refused', message: 'Adding a pattern after the * pattern' }),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* ~* +get` },
    good: { text: `user app on ${SECRET} ~app:* +get` },
  },
  judge: (subject) =>
    forEachStep(subject, (user, steps, step) => {
      const { before, after } = step;
      if (
        before.allKeys ||
        !after.allKeys ||
        before.keys.length === 0 ||
        steps.at(-1)?.after.allKeys !== true
      )
        return [];
      const argv = findCommandFor(user, 'any-key');
      const narrow = steps
        .slice(0, steps.indexOf(step))
        .filter(({ names }) => names.kind === 'keys')
        .map(({ rule }) => rule);
      return [
        hitAt(user, step, {
          message: `${step.rule} gives user ${user.name} every key: ${shorten(narrow)} before it ${narrow.length === 1 ? 'has' : 'have'} no effect.`,
          fix: removeFix(user, step, `Remove ${step.rule}.`),
          ...(argv !== undefined && { proofCommand: argv }),
        }),
      ];
    }),
};

const channelsWidened: LintRule = {
  id: 'channels-widened',
  title: 'Every channel is allowed after a narrow pattern',
  severity: 'medium',
  rationale: 'allchannels (or &*) throws the channel patterns before it away and allows every channel.',
  fix: 'Remove allchannels or &*, or remove the patterns if every channel is meant.',
  proof: [
    prove(SINCE_6_2, 'resetchannels &app:* allchannels +publish', allowed('PUBLISH', 'other', 'x')),
    prove(SINCE_6_2, 'resetchannels &app:* +publish', denied('PUBLISH', 'other', 'x')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} &app:* &* +publish` },
    good: { text: `user app on ${SECRET} &app:* +publish` },
  },
  judge: (subject) =>
    forEachStep(subject, (user, steps, step) => {
      const { before, after } = step;
      if (before.allChannels || !after.allChannels || before.channels.length === 0) return [];
      if (steps.at(-1)?.after.allChannels !== true) return [];
      return [
        hitAt(user, step, {
          message: `${step.rule} gives user ${user.name} every channel: the patterns before it have no effect.`,
          fix: removeFix(user, step, `Remove ${step.rule}.`),
        }),
      ];
    }),
};

const additive: LintRule = {
  id: 'additive-setuser',
  title: 'ACL SETUSER adds to what the user had',
  severity: 'low',
  rationale:
    'ACL SETUSER changes an existing user rule by rule: without reset, its old passwords, patterns and commands stay. A script that is run again after an edit leaves behind what the edit removed.',
  fix: 'Begin the rules with reset; the whole command is applied at once, so the user is never without its rights. Note that connections stay logged in.',
  proof: [
    prove(SINCE_6_0, '~a:* +get ~b:* +set', allowed('GET', 'a:1'), allowed('SET', 'b:1', 'x')),
    prove(SINCE_6_0, '~a:* +get reset ~b:* +set', denied('GET', 'a:1'), allowed('SET', 'b:1', 'x')),
  ],
  examples: {
    bad: { kind: 'script', text: `ACL SETUSER app on ${SECRET} ~app:* +get` },
    good: { kind: 'script', text: `ACL SETUSER app reset on ${SECRET} ~app:* +get` },
  },
  judge: (subject) =>
    subject.source.kind !== 'script'
      ? []
      : subject.users
          .filter(({ tokens }) => tokens[0]?.text.toLowerCase() !== 'reset' && tokens.length > 0)
          .map((user) => {
            const start = user.tokens[0]?.range?.[0];
            const words = 'Begin the rules with reset.';
            return hitAt(user, undefined, {
              message: `ACL SETUSER ${user.name} does not begin with reset: passwords and rights that the user has already stay.`,
              fix:
                start === undefined
                  ? { kind: 'words', words }
                  : { kind: 'edit', range: [start, start], text: 'reset ', words },
            });
          }),
};

export const ORDER_RULES: readonly LintRule[] = [
  allLast,
  ...REGRANT_RULES,
  ...FIRST_ARG_RULES,
  additive,
  keysWidened,
  channelsWidened,
  ...SELECTOR_RULES,
];

type JudgeStep = (user: LintUser, steps: readonly Step[], step: Step) => readonly LintHit[];

function forEachStep(subject: LintSubject, judge: JudgeStep): readonly LintHit[] {
  return judgedUsers(subject).flatMap((user) =>
    historiesOf(user).flatMap(({ steps }) => steps.flatMap((step) => judge(user, steps, step))),
  );
}

function shorten(rules: readonly string[]): string {
  return rules.length > 4 ? `${rules.slice(0, 3).join(' ')} and ${rules.length - 3} more` : rules.join(' ');
}

function subjectTable(user: LintUser): LintUser['user']['table'] {
  return user.user.table;
}
