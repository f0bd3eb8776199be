/**
 * Where a change is made: a line of the files that were judged, a command to the server that was asked, and what keeps
 * the command's effect beyond the next restart. CONFIG SET and ACL SETUSER change memory alone, on every version.
 */

import { canonicalName, findDirective, quoteArg, versionAtLeast } from '../conf/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import { directivesNamed, serverOf, SEVEN } from './conf-reading.ts';
import { settingValue } from './reading.ts';

type SetDirective = Extract<Change, { readonly kind: 'set-directive' }>;
type SetUser = Extract<Change, { readonly kind: 'set-user' }>;

/** Directives whose value is several words, each an argument of its own. */
const WORDS = new Set(['bind', 'save', 'client-output-buffer-limit', 'oom-score-adj-values']);

/** The change as a line of the judged files, or as a command that the server takes. */
export function placeChange(change: Change, snapshot: Snapshot): Change {
  if (change.kind === 'set-user') return snapshot.origin === 'files' ? userLine(change, snapshot) : change;
  if (change.kind !== 'set-directive') return change;
  if (snapshot.origin === 'files') return confLine(change, snapshot);
  return change.apply === 'restart' || takesConfigSet(change.name, snapshot)
    ? change
    : { ...change, apply: 'restart' };
}

/** What makes commands last; nothing where no command is among the changes. */
export function keepChanges(changes: readonly Change[], snapshot: Snapshot): readonly Change[] {
  if (snapshot.origin === 'files') return [];
  const said = (word: string) =>
    changes.some((change) => change.kind === 'by-hand' && change.instruction.includes(word));
  const sets = changes.some((change) => change.kind === 'set-directive' && change.apply === 'runtime');
  const users = changes.some((change) => change.kind === 'set-user') || said('ACL SETUSER');
  const aclFile = settingValue(snapshot, 'aclfile');
  const kept: Change[] = [];
  if (users && aclFile !== undefined && aclFile !== '')
    kept.push({
      kind: 'keep',
      instruction: `then ACL SAVE, or the next restart or ACL LOAD brings back what ${aclFile} says`,
    });
  else if (users || sets || said('CONFIG SET')) kept.push(keepConfiguration(snapshot));
  if (kept.length > 0 && users && aclFile !== undefined && aclFile !== '' && (sets || said('CONFIG SET')))
    kept.push(keepConfiguration(snapshot));
  return kept;
}

function keepConfiguration(snapshot: Snapshot): Change {
  const path = snapshot.info.known ? snapshot.info.value.get('config_file') : undefined;
  const instruction =
    path === ''
      ? 'started without a conf file: write one with the same values, or a restart forgets them'
      : `then CONFIG REWRITE (or edit ${path ?? 'the conf file'}), or it is gone after a restart`;
  return { kind: 'keep', instruction };
}

function takesConfigSet(name: string, snapshot: Snapshot): boolean {
  // A Sentinel has no CONFIG.
  if (snapshot.mode.known && snapshot.mode.value === 'sentinel') return false;
  const server = serverOf(snapshot);
  if (server === undefined) return true;
  const found = findDirective(name, server);
  return found.kind !== 'known' || found.directive.runtime === 'mutable';
}

/** The last line of that name is the one in force; without one, a line to add. */
function confLine(change: SetDirective, snapshot: Snapshot): Change {
  const line = `${change.name} ${confValue(change)}`;
  const classes = classesOf(change, snapshot);
  if (classes.length > 1) {
    const file = snapshot.conf.known ? snapshot.conf.value.root : snapshot.subject;
    return { kind: 'by-hand', instruction: `add to ${file}, a line each: ${classes.join('; ')}` };
  }
  if (!snapshot.conf.known) return { kind: 'add-line', file: snapshot.subject, line };
  const conf = snapshot.conf.value;
  const name = canonicalName(change.name);
  const names = new Set(
    conf.lines.flatMap(({ line: each }) =>
      each.kind === 'directive' && canonicalName(each.name) === name ? [each.name] : [],
    ),
  );
  const [only] = names;
  const last = only === undefined || names.size > 1 ? undefined : directivesNamed(conf, only).at(-1);
  const [value, ...others] = last?.line.args ?? [];
  // The line stays; what is meant is that the server takes the file again.
  if (value === change.value && others.length === 0)
    return { kind: 'by-hand', instruction: `on the running server: CONFIG SET ${change.name} ${value}` };
  return last === undefined
    ? { kind: 'add-line', file: conf.root, line }
    : { kind: 'edit-line', file: last.from.path, line: last.from.line, replacement: line };
}

/** Up to 6.2 a line of the file takes the limits of one class of clients only, and the server does not start on more. */
function classesOf({ name, value }: SetDirective, snapshot: Snapshot): readonly string[] {
  const server = serverOf(snapshot);
  if (name !== 'client-output-buffer-limit' || server === undefined || versionAtLeast(server, SEVEN))
    return [];
  const limits = value.match(/\S+ \S+ \S+ \S+/g) ?? [];
  return limits.map((limit) => `${name} ${limit}`);
}

function confValue({ name, value }: SetDirective): string {
  if (value === '') return '""';
  const words = WORDS.has(name) || name.startsWith('sentinel ') ? value.split(' ') : [value];
  return words.map((word) => quoteArg(word)).join(' ');
}

/** Rules work left to right in a file as well: what is added at the end of the line comes last. */
function userLine({ name, rules }: SetUser, snapshot: Snapshot): Change {
  const text = rules.map(inFile).join(' ');
  const users = snapshot.users.known ? snapshot.users.value : [];
  const from = users.find(({ user }) => user.name === name)?.from;
  if (from?.kind === 'file' && from.line !== undefined && writesUsers(from.path, from.line, snapshot))
    return { kind: 'by-hand', instruction: `${from.path}:${from.line}: add at the end of the line: ${text}` };
  const file = snapshot.aclFile.known
    ? snapshot.aclFile.value.path
    : snapshot.conf.known
      ? snapshot.conf.value.root
      : snapshot.subject;
  return { kind: 'add-line', file, line: `user ${name} ${text}` };
}

/** A user line, and not `requirepass`, from which the default user's password may come. */
function writesUsers(path: string, line: number, snapshot: Snapshot): boolean {
  if (snapshot.aclFile.known && snapshot.aclFile.value.path === path) return true;
  return (
    snapshot.conf.known &&
    directivesNamed(snapshot.conf.value, 'user').some(({ from }) => from.path === path && from.line === line)
  );
}

/** A file holds the hash of a password. */
function inFile(rule: string): string {
  return rule.startsWith('>') ? `#SHA256_OF_${rule.slice(1)}` : rule;
}
