/** Our own user must keep what it needs to finish the work and to take it back. No flag lets this pass. */

import { canRun, hashPassword, type User } from '../../acl/index.ts';
import type { NodeDraft } from '../plan/node-draft.ts';
import type { Refusal } from '../plan.ts';
import { canLogIn, listNames, lostCommands, lostPasswords, showCommand, type Guard } from './case.ts';

/** To see what happened. */
const READS = ['acl|list', 'acl|whoami', 'client|list', 'info', 'role'];

export const guardOwnUser: Guard = ({ draft, before, after, own }) => {
  const user = own === undefined ? undefined : before.get(own);
  if (own === undefined || user === undefined) return [];
  const node = draft.node.id;
  const needs = needsOf(draft);
  const lacking = needs.filter((name) => canRun(user, name, user.table) === 'no');
  const rights: readonly Refusal[] =
    lacking.length === 0
      ? []
      : [
          {
            code: 'own-rights',
            node,
            user: own,
            message: `We are ${own} there, who may not run ${listNames(lacking.map(showCommand))}: the plan could be begun and not finished.`,
            next: `log in as an administrator, or give ${own} ${lacking.map((name) => `+${name}`).join(' ')}`,
            override: 'never',
          },
        ];
  const harm = harmOf(user, after.get(own), draft, needs);
  if (harm === undefined) return rights;
  return [
    ...rights,
    {
      code: 'own-user',
      node,
      user: own,
      message: `We are logged in as ${own}, and ${harm}: we could neither finish nor undo.`,
      next:
        own !== 'default'
          ? `declare ${own} in the policy with what it has, or log in as an administrator that stays`
          : draft.state.mode === 'sentinel'
            ? 'log in to the Sentinels as an administrator (sentinel.auth of the fleet); make one there by ACL SETUSER first (docs/migrate.md, Sentinels without a password)'
            : 'log in as an administrator of the policy (--user NAME); wardis migrate makes one before it closes default',
      override: 'never',
    },
  ];
};

/** What the steps of this node, and their undoing, send. */
function needsOf({ users, settings, marker, marking, persistence, state }: NodeDraft): readonly string[] {
  const needs = new Set<string>();
  const changes = users?.changes ?? [];
  const comes = marker !== undefined && marker.before === undefined;
  if (changes.length > 0 || marking.length > 0) needs.add('acl|setuser');
  if (comes || changes.some(({ before, after }) => before === undefined || after === undefined))
    needs.add('acl|deluser');
  if (changes.some(({ endsSessions }) => endsSessions)) needs.add('client|kill');
  if (settings.some((setting) => setting.changes.length > 0)) needs.add('config|set');
  for (const by of persistence.by) {
    if (by === 'acl-save') needs.add('acl|save');
    else needs.add(state.mode === 'sentinel' ? 'sentinel|flushconfig' : 'config|rewrite');
  }
  return [...needs];
}

function harmOf(
  before: User,
  after: User | undefined,
  draft: NodeDraft,
  needs: readonly string[],
): string | undefined {
  if (after === undefined) return 'it would be removed';
  if (before.enabled && !after.enabled) return 'it would be switched off';
  if (canLogIn(before) && !canLogIn(after)) return 'nobody could log in as it any more';
  const lost = lostCommands(before, after, [...needs, ...READS]);
  if (lost.length > 0) return `it would lose ${listNames(lost.map(showCommand))}`;
  const { credentials } = draft.node.target;
  const ours = credentials === undefined ? undefined : hashPassword(credentials.password.reveal());
  const gone = lostPasswords(before, after);
  if (ours !== undefined && gone.includes(ours)) return 'the password that we used would be taken away';
  if (ours === undefined && gone.length > 0 && gone.length === before.passwords.length)
    return 'every password that it has would be taken away';
  return undefined;
}
