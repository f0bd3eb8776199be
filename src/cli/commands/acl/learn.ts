/** `wardis acl learn`: propose the least rules for commands that were seen. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclLearn(group: Command, _context: CommandContext): void {
  group.command('learn').description('propose the least rules for commands that were seen');
}
