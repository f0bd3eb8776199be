/** The user that `wardis user add` declares, from its flags, as it will stand in the policy. */

import { ROLES } from '../../policy/index.ts';
import type { UserAddFlags } from '../commands/user/add.ts';
import { CommandFailure } from '../failure.ts';
import { oneOf } from '../judgement-request.ts';

/** Keys in the order in which they are written; only those that say something. */
export interface PolicyEntry {
  readonly name: string;
  readonly role: string;
  readonly keys?: readonly (string | { readonly pattern: string; readonly access: 'read' | 'write' })[];
  readonly channels?: readonly string[];
  readonly databases?: readonly number[];
  readonly commands?: readonly string[];
  readonly expires?: string;
  readonly break_glass?: { readonly reason: string; readonly until: string };
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const EMERGENCY_MS_MAX = 366 * 86_400_000;

export function entryOf(name: string, flags: UserAddFlags, now: Date): PolicyEntry {
  const breakGlass = emergencyOf(flags, now);
  return {
    name,
    role: roleOf(flags),
    ...(flags.keys.length === 0 ? {} : { keys: flags.keys.map(keyOf) }),
    ...(flags.channels.length === 0 ? {} : { channels: flags.channels }),
    ...(flags.databases.length === 0 ? {} : { databases: flags.databases.map(databaseOf) }),
    ...(flags.commands.length === 0 ? {} : { commands: flags.commands }),
    ...(flags.expires === undefined ? {} : { expires: dayOf(flags.expires, now) }),
    ...(breakGlass === undefined ? {} : { break_glass: breakGlass }),
  };
}

function roleOf(flags: UserAddFlags): string {
  if (flags.role !== undefined) return oneOf('--role', flags.role, ROLES);
  if (flags.breakGlass !== undefined) return 'admin';
  throw usage('--role is missing', `--role ${ROLES.join(', ')}`);
}

/** `%R~cart:*` as ACL rules write it; anything else is a pattern as it is. */
function keyOf(text: string): NonNullable<PolicyEntry['keys']>[number] {
  const [, letters, pattern = ''] = /^%(R|W|RW|WR)~(.*)$/i.exec(text) ?? [];
  if (letters === undefined) return text;
  const access = { R: 'read', W: 'write' } as const;
  const limited = access[letters.toUpperCase() as keyof typeof access] as 'read' | 'write' | undefined;
  return limited === undefined ? pattern : { pattern, access: limited };
}

function databaseOf(text: string): number {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text);
  throw usage(`--databases ${JSON.stringify(text)} is no number`, '--databases 0');
}

function dayOf(text: string, now: Date): string {
  // What is no day at all is said by the policy's own rules.
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && text < now.toISOString().slice(0, 10)) {
    throw usage(`--expires ${text} has passed`, 'name a day to come, as the last one that the user may stay');
  }
  return text;
}

function emergencyOf(
  { breakGlass: reason, for: lasts }: UserAddFlags,
  now: Date,
): PolicyEntry['break_glass'] | undefined {
  if (reason === undefined && lasts === undefined) return undefined;
  if (reason === undefined) throw usage('--for is for --break-glass', 'for others: --expires 2027-01-31');
  if (lasts === undefined) throw usage('--break-glass needs its end', '--for 2h');
  if (reason.trim() === '')
    throw usage('--break-glass needs a reason', "--break-glass 'disk full on cache-3'");
  const [, count = '', unit = ''] = /^([1-9][0-9]{0,4})([mhd])$/.exec(lasts) ?? [];
  const lastsMs = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
  if (!(lastsMs <= EMERGENCY_MS_MAX)) {
    throw usage(`--for ${JSON.stringify(lasts)} is no time up to 366d`, 'as 45m, 2h or 1d');
  }
  // Whole seconds, the one that has begun included.
  const until = new Date(Math.ceil((now.getTime() + lastsMs) / 1000) * 1000);
  return { reason: reason.trim(), until: until.toISOString().replace('.000Z', 'Z') };
}

function usage(what: string, next: string): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next });
}
