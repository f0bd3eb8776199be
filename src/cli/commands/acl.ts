/** `wardis acl …`: the ACL engine on the command line. Each question is one file of `commands/acl/`. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addAclCheck } from './acl/check.ts';
import { addAclDiff } from './acl/diff.ts';
import { addAclExplain } from './acl/explain.ts';
import { addAclFmt } from './acl/fmt.ts';
import { addAclLearn } from './acl/learn.ts';
import { addAclLint } from './acl/lint.ts';
import { addAclMatrix } from './acl/matrix.ts';
import { addAclTenants } from './acl/tenants.ts';
import { addAclTest } from './acl/test.ts';

export function addAcl(program: Command, context: CommandContext): void {
  const group = program
    .command('acl')
    .description('decide, explain, lint and compare ACL rules, offline, as the server does')
    .helpCommand(false)
    .helpOption('--help', 'show help');
  addAclCheck(group, context);
  addAclExplain(group, context);
  addAclLint(group, context);
  addAclFmt(group, context);
  addAclDiff(group, context);
  addAclMatrix(group, context);
  addAclTest(group, context);
  addAclLearn(group, context);
  addAclTenants(group, context);
  for (const command of group.commands) {
    command.copyInheritedSettings(program).helpOption('--help', 'show help');
  }
}
