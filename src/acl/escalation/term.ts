/** Short words to write requirements with, and those that several edges share. */
import type { Builds, Requirement } from './requirement.ts';

/** The user may run this command line. */
export function may(...argv: readonly string[]): Requirement {
  return { kind: 'may', argv };
}

export function anyOf(...of: readonly Requirement[]): Requirement {
  return { kind: 'any', of };
}

export function allOf(...of: readonly Requirement[]): Requirement {
  return { kind: 'all', of };
}

/** Something that nothing in the rules or settings can tell. */
export function when(happens: string): Requirement {
  return { kind: 'when', happens };
}

export function setTo(name: string, ...values: readonly string[]): Requirement {
  return { kind: 'setting', name, in: values };
}

export function buildsOf(redis: Builds | undefined, valkey: Builds | undefined): Requirement {
  return { kind: 'build', ...(redis && { redis }), ...(valkey && { valkey }) };
}

/** Nothing more is asked. */
export const ALWAYS: Requirement = allOf();
/** Redis 6.0 and 6.2. */
export const BEFORE_7: Requirement = buildsOf({ introduced: '6.0.0', until: ['7.0.0'] }, undefined);
/** Redis 7.0 and later, and every Valkey. */
export const SINCE_7: Requirement = buildsOf({ introduced: '7.0.0' }, { introduced: '7.2.0' });
export const CLUSTER: Requirement = { kind: 'mode', is: 'cluster' };
export const NOT_CLUSTER: Requirement = { kind: 'mode', is: 'not cluster' };

/** Runs Lua code of the user's own: as a script, or as a library while it is loaded. */
export const RUNS_LUA: Requirement = anyOf(
  may('EVAL', 'return 1', '0'),
  may('EVAL_RO', 'return 1', '0'),
  allOf(may('SCRIPT', 'LOAD', 'return 1'), anyOf(may('EVALSHA', 'x', '0'), may('EVALSHA_RO', 'x', '0'))),
  may('FUNCTION', 'LOAD', 'code'),
  may('FUNCTION', 'RESTORE', 'payload'),
);

/** Builds on which the edges were run. */
export const SEEN_EVERYWHERE: readonly string[] = [
  'Redis 6.0.16',
  'Redis 6.2.16',
  'Redis 7.0.15',
  'Redis 7.2.6',
  'Redis 7.4.1',
  'Redis 8.0.6',
  'Valkey 8.0.1',
  'Valkey 8.1.1',
  'Valkey 9.1.2',
];
/** Those of them that most machines can run. */
export const SEEN_ON_SOME: readonly string[] = SEEN_EVERYWHERE.filter(
  (name) => !['Redis 6.2.16', 'Redis 7.2.6', 'Redis 7.4.1'].includes(name),
);
export const SEEN_BEFORE_7: readonly string[] = SEEN_EVERYWHERE.filter((name) => name.startsWith('Redis 6.'));
export const SEEN_SINCE_7: readonly string[] = SEEN_EVERYWHERE.filter((name) => !name.startsWith('Redis 6.'));
