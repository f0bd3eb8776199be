/** `wardis acl fmt`: rewrite an ACL file in canonical order, with the same meaning. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclFmt(group: Command, _context: CommandContext): void {
  group.command('fmt').description('rewrite an ACL file in canonical order, with the same meaning');
}
