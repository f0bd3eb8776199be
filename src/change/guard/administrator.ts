/** Somebody must be left on each node who can log in and change users; otherwise only a restart with another file helps. */

import { canRun, type User } from '../../acl/index.ts';
import { canLogIn, listNames, type Guard } from './case.ts';

export const guardAdministrators: Guard = ({ draft, before, after }) => {
  const administrators = (users: ReadonlyMap<string, User>): readonly string[] =>
    [...users.values()]
      .filter((user) => canLogIn(user) && canRun(user, 'acl|setuser', user.table) === 'yes')
      .map(({ name }) => name);
  const now = administrators(before);
  if (now.length === 0 || administrators(after).length > 0) return [];
  return [
    {
      code: 'last-administrator',
      node: draft.node.id,
      message: `Nobody would be left who can log in and run ACL SETUSER; now ${listNames(now)} can.`,
      next: 'declare an administrator (role: admin) whose password is known',
      override: 'never',
    },
  ];
};
