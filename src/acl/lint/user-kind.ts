/**
 * What a user is for, guessed from its name first and its rights second: nothing in the rules says so. Names are those
 * that people really give, seen in public ACL files.
 */
import { canRun, reach } from '../decision/reach.ts';
import type { User } from '../selector.ts';
import type { LintUser, LintUserKind } from './rule.ts';

const NAMES: readonly (readonly [LintUserKind, RegExp])[] = [
  ['sentinel', /sentinel/],
  ['replica', /(?:^|[-_.])(?:repl(?:ica)?|slave|sync)\d*(?:$|[-_.])|replicat/],
  ['exporter', /export|monitor|metric|prometheus|datadog|grafana|telegraf|zabbix|newrelic|observ|nagios/],
  ['backup', /backup|(?:^|[-_.])(?:dump|snapshot)/],
  ['admin', /admin|root|super|devops|(?:^|[-_.])(?:ops|sre|dba|operator|owner|maintenance|master|sysop)(?:$|[-_.])/],
  ['tenant', /tenant|customer/],
]; // prettier-ignore

/** The kind of one user, its neighbours not looked at. */
export function guessKind(name: string, user: User): LintUserKind {
  if (name === 'default') return 'default';
  const plain = name.toLowerCase();
  const named = NAMES.find(([, pattern]) => pattern.test(plain));
  // An administrator by name who may not administer is somebody who was meant to be limited.
  if (named?.[0] === 'admin' && !mayAdminister(user)) return 'app';
  if (named !== undefined) return named[0];
  // PSYNC without any key is what a replica logs in with, and nobody else but administrators.
  const replicates = reach(user).keys === 'none' && canRun(user, 'psync', user.table) === 'yes';
  return replicates && !mayAdminister(user) ? 'replica' : 'app';
}

function mayAdminister(user: User): boolean {
  return ['acl|setuser', 'config|set'].every((name) => canRun(user, name, user.table) === 'yes');
}

/** Positions of the applications that have keys of their own beside others with keys of their own. */
export function findTenants(
  users: readonly { readonly kind: LintUserKind; readonly user: User }[],
): ReadonlySet<number> {
  const confined = new Set<number>();
  const shapes = new Set<string>();
  for (const [index, { kind, user }] of users.entries()) {
    if (kind !== 'app') continue;
    const { keys, keyPatterns } = reach(user);
    if (keys !== 'some') continue;
    confined.add(index);
    shapes.add(keyPatterns.map(({ pattern }) => pattern).join(' '));
  }
  return shapes.size < 2 ? new Set() : confined;
}

/** An application or a tenant: somebody who works with data and should do nothing else. */
export function isApplication(user: LintUser): boolean {
  return user.kind === 'app' || user.kind === 'tenant';
}
