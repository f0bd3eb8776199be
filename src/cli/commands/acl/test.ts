/** `wardis acl test`: check expectations about users, in CI. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclTest(group: Command, _context: CommandContext): void {
  group.command('test').description('check expectations about users, in CI');
}
