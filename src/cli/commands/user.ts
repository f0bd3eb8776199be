/** `wardis user …`: who may log in to a fleet, and until when. Each verb is one file of `commands/user/`. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addUserAdd } from './user/add.ts';
import { addUserList } from './user/list.ts';
import { addUserRevoke } from './user/revoke.ts';
import { addUserRotate } from './user/rotate.ts';

export function addUser(program: Command, context: CommandContext): void {
  const group = program
    .command('user')
    .description('users of a fleet: who they are, how long they stay, and their credentials')
    .helpCommand(false)
    .helpOption('--help', 'show help');
  addUserList(group, context);
  addUserAdd(group, context);
  addUserRotate(group, context);
  addUserRevoke(group, context);
  for (const command of group.commands) {
    command.copyInheritedSettings(program).helpOption('--help', 'show help');
  }
}
