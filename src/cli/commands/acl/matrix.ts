/** `wardis acl matrix`: users against categories or key prefixes. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclMatrix(group: Command, _context: CommandContext): void {
  group.command('matrix').description('users against categories or key prefixes');
}
