/** `wardis tls …`: certificates from their authority to every port of a fleet. Each verb is one file of `commands/tls/`. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { addTlsAdopt } from './tls/adopt.ts';
import { addTlsBundle } from './tls/bundle.ts';
import { addTlsCa } from './tls/ca.ts';
import { addTlsClients } from './tls/clients.ts';
import { addTlsIssue } from './tls/issue.ts';
import { addTlsList } from './tls/list.ts';
import { addTlsInspect } from './tls/inspect.ts';
import { addTlsDoctor } from './tls/doctor.ts';
import { addTlsReconnect } from './tls/reconnect.ts';
import { addTlsRenew } from './tls/renew.ts';
import { addTlsRevoke } from './tls/revoke.ts';
import { addTlsRotate } from './tls/rotate.ts';

export function addTls(program: Command, context: CommandContext): void {
  const group = program
    .command('tls')
    .description('certificates: issue, inspect, rotate without a dropped connection, diagnose')
    .helpCommand(false)
    .helpOption('--help', 'show help');
  addTlsCa(group, context);
  addTlsIssue(group, context);
  addTlsAdopt(group, context);
  addTlsRevoke(group, context);
  addTlsList(group, context);
  addTlsInspect(group, context);
  addTlsRotate(group, context);
  addTlsRenew(group, context);
  addTlsClients(group, context);
  addTlsReconnect(group, context);
  addTlsBundle(group, context);
  addTlsDoctor(group, context);
  inheritHelp(group, program);
}

/** Subcommands of every depth ask for help as the program does: `-h` is the host. */
function inheritHelp(group: Command, program: Command): void {
  for (const command of group.commands) {
    command.copyInheritedSettings(program).helpCommand(false).helpOption('--help', 'show help');
    inheritHelp(command, program);
  }
}
