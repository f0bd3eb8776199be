/** `wardis acl lint`: mistakes and dangers in ACL files and rules. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclLint(group: Command, _context: CommandContext): void {
  group.command('lint').description('mistakes and dangers in ACL files and rules');
}
