/** `wardis acl tenants`: make users for tenants and prove that they are apart. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export function addAclTenants(group: Command, _context: CommandContext): void {
  group.command('tenants').description('make users for tenants and prove that they are apart');
}
