/** How the rules of the lint write their proofs: on which servers, with which rules, what is seen. */
import type { LintProof, LintShown } from '../rule.ts';

/** A password of the examples, as its hash. */
export const SECRET = '#0994faa4efca9a770e4e1891a7843baaab211fa79983247142af93b47a8e1000';

export const SINCE_9_1 = ['valkey-9.1'] as const;
export const SINCE_7_2 = [
  'redis-7.2',
  'redis-7.4',
  'redis-8.0',
  'valkey-7.2',
  'valkey-8.0',
  'valkey-8.1',
  'valkey-9.1',
] as const;
export const SINCE_7_0 = ['redis-7.0', ...SINCE_7_2] as const;
export const SINCE_6_2 = ['redis-6.2', ...SINCE_7_0] as const;
export const SINCE_6_0 = ['redis-6.0', ...SINCE_6_2] as const;
export const BEFORE_7_0 = ['redis-6.0', 'redis-6.2'] as const;

/** What happens with these rules of a user `u`. */
export function prove(servers: readonly string[], text: string, ...shows: readonly LintShown[]): LintProof {
  return { servers, given: { kind: 'rules', text }, shows };
}

/** What happens with this ACL file. */
export function proveFile(
  servers: readonly string[],
  text: string,
  ...shows: readonly LintShown[]
): LintProof {
  return { servers, given: { kind: 'file', text }, shows };
}

/** User `u` may run the command. */
export function allowed(...argv: readonly string[]): LintShown {
  return { kind: 'allowed', argv };
}

/** User `u` may not run the command. */
export function denied(...argv: readonly string[]): LintShown {
  return { kind: 'denied', argv };
}
