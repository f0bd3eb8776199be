/** `wardis acl diff`: compare what users may do, not how it is written. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclDiff(group: Command, _context: CommandContext): void {
  group.command('diff').description('compare what users may do, not how it is written');
}
