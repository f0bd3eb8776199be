/**
 * What is sent to one node to learn its state: nothing that an audit would not send too. A Sentinel has no CONFIG and no
 * commandstats, and its few commands are no part of the bundled tables, so that it is asked for them.
 */

import { AUDIT_COMMANDS, type AuditCommand } from './audit-command.ts';

/** COMMAND COUNT is allowed by the rule of COMMAND; it shows whether the bundled table is the server's own. */
const COMMAND_COUNT: AuditCommand = {
  argv: ['COMMAND', 'COUNT'],
  name: 'COMMAND COUNT',
  rule: '+command',
  look: 'the bundled table of the version stands in',
};

const { hello, info, users, whoami, clients, role, config, commands } = AUDIT_COMMANDS;

/** The pipeline for a server that holds data. */
export const DATA_NODE_COMMANDS = {
  hello,
  info,
  users,
  whoami,
  clients,
  role,
  config,
  count: COMMAND_COUNT,
} as const satisfies Readonly<Record<string, AuditCommand>>;

/** The pipeline for a node that is known to be a Sentinel. */
export const SENTINEL_COMMANDS = {
  hello,
  info,
  users,
  whoami,
  clients,
  role,
  commands,
} as const satisfies Readonly<Record<string, AuditCommand>>;

/** Asked of a node whose commands differ from those of the bundled table. */
export const TABLE_COMMAND: AuditCommand = commands;
