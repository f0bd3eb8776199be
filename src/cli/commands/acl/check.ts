/** `wardis acl check`: may a user run a command, and why. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclCheck(group: Command, _context: CommandContext): void {
  group.command('check').description('may a user run a command, and why');
}
