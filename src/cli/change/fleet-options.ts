/**
 * The options that every verb which looks at or changes a fleet has: which policy and fleet, where runs are kept, and
 * how to connect. Sentinels may have a login of their own.
 */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';

/** The options as commander hands them over. */
export interface FleetFlags extends ConnectionFlags {
  readonly policy?: string;
  readonly fleet?: string;
  readonly state?: string;
  readonly secrets?: string;
  readonly sentinelUser?: string;
  readonly sentinelPasswordFile?: string;
  readonly concurrency: string;
  readonly debug?: boolean;
}

/** Add the options of a fleet to a verb. */
export function addFleetOptions(command: Command): Command {
  command
    .optionsGroup('Which fleet:')
    .option('--policy <file>', 'policy document (default: ./wardis.yaml when it exists)')
    .option('--fleet <name>', 'fleet of the policy; not needed where it has one')
    .option('--secrets <dir>', 'folder of users’ secrets (default: secrets beside the policy)')
    .option('--state <dir>', 'folder of runs, receipts and keys (default: .wardis beside the policy)')
    .option('--sentinel-user <name>', 'ACL user for Sentinels, where it is another')
    .option('--sentinel-password-file <path>', 'password for Sentinels, where it is another')
    .option('--concurrency <number>', 'nodes at a time', '16');
  return addConnectionOptions(command).option('--debug', 'show stack traces of faults');
}
