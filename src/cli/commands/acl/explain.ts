/** `wardis acl explain`: what a user may do, and what each rule contributed. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclExplain(group: Command, _context: CommandContext): void {
  group.command('explain').description('what a user may do, and what each rule contributed');
}
