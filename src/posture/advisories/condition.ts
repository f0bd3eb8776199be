/**
 * Conditions of advisories, evaluated against a snapshot: settings, mode, modules, and what each user may really
 * run by the ACL engine. An answer is yes, no, or unknown; unknown never mitigates.
 */

import type { CommandTable } from '../../acl/index.ts';
import type { Snapshot, UserFact } from '../../fleet/index.ts';
import { dutyOf, mayRun } from '../rights.ts';

export type Condition =
  /** A TLS port is open, or links to peers use TLS. */
  | { readonly kind: 'tls' }
  | { readonly kind: 'cluster' }
  /** The setting has one of these values. A version without the setting does not hold it. */
  | { readonly kind: 'setting'; readonly name: string; readonly in: readonly string[] }
  /** The setting has a value, and none of these. */
  | { readonly kind: 'setting-other-than'; readonly name: string; readonly in: readonly string[] }
  /** A module of one of these names is loaded. */
  | { readonly kind: 'module'; readonly names: readonly string[] }
  /** No user but named administrators may run any of these commands or categories. */
  | { readonly kind: 'denied'; readonly commands: readonly string[] }
  /** Every client needs a certificate before it can say anything. */
  | { readonly kind: 'client-certificates' }
  /** Normal clients have a bound on their output buffer. */
  | { readonly kind: 'normal-output-bounded' };

export type Answer = 'yes' | 'no' | 'unknown';

export function evaluateCondition(condition: Condition, snapshot: Snapshot): Answer {
  switch (condition.kind) {
    case 'tls':
      return evaluateTls(snapshot);
    case 'cluster':
      return snapshot.mode.known ? answer(snapshot.mode.value === 'cluster') : 'unknown';
    case 'setting':
      return onSetting(snapshot, condition.name, (value) => condition.in.includes(value));
    case 'setting-other-than':
      return onSetting(snapshot, condition.name, (value) => !condition.in.includes(value));
    case 'module':
      return snapshot.modules.known
        ? answer(snapshot.modules.value.some(({ name }) => condition.names.includes(name.toLowerCase())))
        : 'unknown';
    case 'denied':
      return evaluateDenied(snapshot, condition.commands);
    case 'client-certificates':
      return all([
        onSetting(snapshot, 'tls-port', (value) => value !== '0'),
        onSetting(snapshot, 'port', (value) => value === '0'),
        onSetting(snapshot, 'tls-auth-clients', (value) => value === 'yes'),
      ]);
    case 'normal-output-bounded':
      return onSetting(snapshot, 'client-output-buffer-limit', isNormalBounded);
  }
}

/** Yes when all are, no when one is not. */
export function all(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

/** Yes when one is, no when none is. */
export function any(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

/** The condition in words, for evidence. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'tls':
      return 'TLS is in use';
    case 'cluster':
      return 'the server runs in cluster mode';
    case 'setting':
      return `${condition.name} is ${condition.in.map((value) => value || '""').join(' or ')}`;
    case 'setting-other-than':
      return `${condition.name} is set`;
    case 'module':
      return `module ${condition.names.join(' or ')} is loaded`;
    case 'denied':
      return `no ordinary user may run ${condition.commands.map((name) => name.toUpperCase().replace('|', ' ')).join(', ')}`;
    case 'client-certificates':
      return 'every client needs a certificate';
    case 'normal-output-bounded':
      return 'client-output-buffer-limit bounds normal clients';
  }
}

function evaluateTls(snapshot: Snapshot): Answer {
  if (snapshot.listeners.known && snapshot.listeners.value.some(({ tls }) => tls !== undefined)) return 'yes';
  return any([
    onSetting(snapshot, 'tls-port', (value) => value !== '0'),
    onSetting(snapshot, 'tls-replication', (value) => value === 'yes'),
    onSetting(snapshot, 'tls-cluster', (value) => value === 'yes'),
  ]);
}

function onSetting(snapshot: Snapshot, name: string, holds: (value: string) => boolean): Answer {
  const fact = snapshot.settings.get(name);
  if (fact === undefined) return snapshot.settings.size > 0 ? 'no' : 'unknown';
  return fact.known ? answer(holds(fact.value)) : 'unknown';
}

function evaluateDenied(snapshot: Snapshot, commands: readonly string[]): Answer {
  if (!snapshot.users.known) return 'unknown';
  const judged = snapshot.users.value.filter(isJudged);
  return all(judged.flatMap(({ user }) => commands.map((command) => isDenied(user, command))));
}

function isDenied(user: UserFact['user'], command: string): Answer {
  const names = command.startsWith('@') ? namesIn(user.table, command.slice(1)) : [command];
  const inTable = names.filter((name) => user.table.commands.has(name.split('|')[0] ?? name));
  if (inTable.some((name) => mayRun(user, name))) return 'no';
  // Another version's table stands in: a command that it does not know may exist all the same.
  return inTable.length < names.length && !user.table.exact ? 'unknown' : 'yes';
}

function namesIn(table: CommandTable, category: string): readonly string[] {
  return [...table.commands.values()]
    .filter(({ categories }) => categories.has(category))
    .map(({ fullName }) => fullName);
}

/** Everybody who can come in but administrators by name; `default` is what applications use, so it counts. */
function isJudged({ user }: UserFact): boolean {
  return user.enabled && (user.name === 'default' || dutyOf(user) !== 'administrator');
}

function isNormalBounded(value: string): boolean {
  const words = value.split(/\s+/);
  const at = words.indexOf('normal');
  const [hard = '0', soft = '0', seconds = '0'] = at < 0 ? [] : words.slice(at + 1, at + 4);
  return isSet(hard) || (isSet(soft) && isSet(seconds));
}

function isSet(amount: string): boolean {
  return !/^0+[a-z]*$/i.test(amount);
}

function answer(holds: boolean): Answer {
  return holds ? 'yes' : 'no';
}
