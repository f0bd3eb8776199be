/** Makes the two rules of a role: its user lacks something it needs, or holds more than its work takes. */
import { grantedCommands, reach } from '../../decision/reach.ts';
import type { Command } from '../../table/command-table.ts';
import type { User } from '../../selector.ts';
import { allowedCommands, missingChannels, missingCommands, roleNeed } from '../role-need.ts';
import type { Role } from '../role-need.ts';
import type { LintHit, LintRule, LintSeverity, LintSubject, LintUser } from '../rule.ts';
import { appendTokens, inWords, listSome } from '../hit.ts';
import { findGrant } from './history.ts';
import { hitAt, judgedUsers, listCommands } from './holder.ts';

/** A rule about a role, without its judgement. */
export type RoleText = Omit<LintRule, 'judge'>;

/** The user of the role cannot do its work. */
export function lackRule(role: Role, text: RoleText): LintRule {
  return {
    ...text,
    judge: (subject) => usersOf(subject, role).flatMap((user) => judgeLack(user, role)),
  };
}

/** The user of the role can do more; `counts` picks the commands that this rule is about. */
export function excessRule(
  role: Role,
  text: RoleText,
  harm: string,
  counts: (command: Command, user: User) => boolean = () => true,
): LintRule {
  return {
    ...text,
    judge: (subject) => usersOf(subject, role).flatMap((user) => judgeExcess(user, role, harm, counts)),
  };
}

const SEVERE_CATEGORIES = ['write', 'admin', 'dangerous'];

/** Those that are called so, or hold what only they need; who may do everything is judged elsewhere. */
function usersOf(subject: LintSubject, role: Role): readonly LintUser[] {
  return judgedUsers(subject).filter(
    ({ kind, user }) => kind === role && !user.selectors.some((s) => s.allKeys && s.allCommands),
  );
}

function judgeLack(user: LintUser, role: Role): readonly LintHit[] {
  const need = roleNeed(role);
  const commands = missingCommands(user.user, need);
  const channels = missingChannels(user.user, need);
  if (commands.length === 0 && channels.length === 0) return [];
  const lacks = [
    ...commands.map((name) => listCommands([name])),
    ...channels.map((channel) => `channel ${channel}`),
  ];
  const rules = [...channels.map((channel) => `&${channel}`), ...commands.map((name) => `+${name}`)].join(
    ' ',
  );
  return [
    hitAt(user, undefined, {
      ...(looksLikeAnother(user, role) && { severity: 'low' satisfies LintSeverity }),
      message: `User ${user.name} is called like ${ROLE_NAMES[role]}, but lacks ${listSome(lacks)}.`,
      // Behind a final -@all the words count; behind a selector they belong to the root all the same.
      fix: appendTokens(user, rules, `Add ${rules} at the end.`),
    }),
  ];
}

/** With data of its own and no word of the role, not even one that was lost, it may only be called so. */
function looksLikeAnother({ user, tokens }: LintUser, role: Role): boolean {
  const need = roleNeed(role);
  const written = new Set(tokens.map(({ text }) => text.toLowerCase()));
  const lacksAll = missingCommands(user, need).length >= need.commands.length;
  return (
    role !== 'exporter' &&
    lacksAll &&
    !need.commands.flat().some((name) => name !== 'ping' && written.has(`+${name}`)) &&
    reach(user).keys !== 'none' &&
    grantedCommands(user, user.table).has('get')
  );
}

function judgeExcess(
  user: LintUser,
  role: Role,
  harm: string,
  counts: (command: Command, user: User) => boolean,
): readonly LintHit[] {
  const { table } = user.user;
  const allowed = allowedCommands(roleNeed(role));
  const excess = [...grantedCommands(user.user, table)].filter((name) => {
    const command = table.commands.get(name.toLowerCase());
    return (
      command !== undefined && !allowed.has(name) && !name.endsWith('|help') && counts(command, user.user)
    );
  });
  if (excess.length === 0) return [];
  const severe = excess.some((name) =>
    SEVERE_CATEGORIES.some(
      (category) => table.commands.get(name.toLowerCase())?.categories.has(category) === true,
    ),
  );
  return [
    hitAt(user, findGrant(user, excess[0] ?? ''), {
      ...(!severe && { severity: 'low' satisfies LintSeverity }),
      message: `User ${user.name} is ${ROLE_NAMES[role]} and may also run ${listCommands(excess)}: ${harm}.`,
      evidence: `${excess.length} ${excess.length === 1 ? 'command' : 'commands'} beyond what ${ROLE_NAMES[role]} needs`,
      fix: inWords(`Write it anew: ${smallestRules(role, user.user)}.`),
    }),
  ];
}

/** What would do. */
function smallestRules(role: Role, { table }: User): string {
  const need = roleNeed(role);
  const channels = table.dialect.channels
    ? ['resetchannels', ...need.channels.map((channel) => `&${channel}`)]
    : [];
  const commands = need.commands.map(([first = '']) => `+${first}`);
  return ['resetkeys', ...channels, '-@all', ...commands].join(' ');
}

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  replica: 'the user of a replica',
  sentinel: 'the user of Sentinels',
  exporter: 'an exporter',
  backup: 'the user of backups',
};
