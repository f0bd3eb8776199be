/**
 * The least rights that what was seen needs, as rules, each with where it came from; and the proof: every command that
 * was seen is put to the engine with the proposed rules.
 */
import { decide } from '../decision/decide.ts';
import { invariant } from '../invariant.ts';
import { parseUser } from '../language/user.ts';
import { inferPatterns } from './pattern.ts';
import type { InferredPattern } from './pattern.ts';
import { nameCommand } from './recorder.ts';
import type { Recording, SeenKey } from './recorder.ts';

export interface ProposeOptions {
  /** `leave-out`, the default: commands of @admin and @dangerous are named, not granted. */
  readonly dangerous?: 'leave-out' | 'grant';
}

/** A proposed key or channel rule and what it was inferred from. */
export interface ProposedPattern extends InferredPattern {
  /** `%R~orders:*`, `&news.*` */
  readonly rule: string;
  readonly commands: readonly string[];
}

export interface Proposal {
  /** Rules for a new user, without a password: `resetchannels %R~orders:* +get`. */
  readonly rules: readonly string[];
  readonly keys: readonly ProposedPattern[];
  readonly channels: readonly ProposedPattern[];
  /** Granted commands, most used first. */
  readonly commands: readonly { readonly name: string; readonly count: number }[];
  /** Seen, and not granted: a person should decide. */
  readonly leftOut: readonly { readonly name: string; readonly count: number }[];
  /** What was seen and the proposal refuses, left-out commands aside; empty unless something went wrong. */
  readonly refused: readonly { readonly argv: readonly string[]; readonly message: string }[];
  /** Commands that were put to the engine. */
  readonly checked: number;
  readonly warnings: readonly string[];
}

/** Rules for one user that may do what was seen. */
export function proposeRules(recording: Recording, options: ProposeOptions = {}): Proposal {
  const { table } = recording;
  const granted = [...recording.commands]
    .filter(([, seen]) => !seen.free)
    .map(([name, { count }]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const isLeftOut = (name: string): boolean => {
    if (options.dangerous === 'grant') return false;
    const categories = table.commands.get(
      name.toLowerCase().replace(table.dialect.subcommands ? '' : /\|.*/, ''),
    )?.categories;
    return categories?.has('admin') === true || categories?.has('dangerous') === true;
  };
  const commands = granted.filter(({ name }) => !isLeftOut(name));
  const leftOut = granted.filter(({ name }) => isLeftOut(name));
  const grantedNames = new Set(commands.map(({ name }) => name));
  const keys = proposeKeys(recording, grantedNames);
  const channels = table.dialect.channels ? proposeChannels(recording) : [];
  const databases =
    table.dialect.databases && recording.databases.size > 0
      ? [`db=${[...recording.databases].sort((a, b) => a - b).join(',')}`]
      : [];
  const rules = [
    ...keys.map(({ rule }) => rule),
    ...(table.dialect.channels ? ['resetchannels'] : []),
    ...channels.map(({ rule }) => rule),
    ...databases,
    '-@all',
    ...commands.map(({ name }) => `+${name}`),
  ];
  const { checked, refused } = checkProposal(recording, rules, grantedNames);
  const warnings = findWarnings(recording, keys);
  return { rules, keys, channels, commands, leftOut, refused, checked, warnings };
}

function proposeKeys(recording: Recording, granted: ReadonlySet<string>): readonly ProposedPattern[] {
  const names = [...recording.keys].filter(([, seen]) =>
    [...seen.commands].some((name) => granted.has(name)),
  );
  const { keyPermissions } = recording.table.dialect;
  // One pattern for all access, then its marks: reads and writes of one prefix belong together.
  return inferPatterns(names.map(([name]) => name)).map((inferred) => {
    const covered = names.filter(([name]) => isCovered(inferred, name));
    const commands = new Set(covered.flatMap(([, seen]) => [...seen.commands]));
    const mark = keyPermissions ? markOf(covered.map(([, seen]) => seen.need)) : '~';
    return { ...inferred, rule: `${mark}${inferred.pattern}`, commands: [...commands].sort() };
  });
}

function isCovered({ literal, open }: InferredPattern, name: string): boolean {
  return open ? name.startsWith(literal) : name === literal;
}

function markOf(needs: readonly SeenKey['need'][]): string {
  const writes = needs.some((need) => need === 'write' || need === 'read-write');
  const reads = needs.some((need) => need === 'read' || need === 'read-write');
  if (reads && writes) return '~';
  return writes ? '%W~' : '%R~';
}

function proposeChannels(recording: Recording): readonly ProposedPattern[] {
  const plain = inferPatterns(recording.channels.keys()).map((inferred) => ({
    ...inferred,
    rule: `&${inferred.pattern}`,
    commands: ['publish', 'subscribe'].filter((name) => recording.commands.has(name)),
  }));
  // PSUBSCRIBE compares the text, so a pattern is granted as it was asked for.
  const patterns = [...recording.channelPatterns.keys()].map((pattern) => ({
    pattern,
    literal: pattern,
    open: false,
    from: 1,
    examples: [pattern],
    everything: false,
    rule: `&${pattern}`,
    commands: ['psubscribe'],
  }));
  const known = new Set(patterns.map(({ rule }) => rule));
  return [...plain.filter(({ rule }) => !known.has(rule)), ...patterns];
}

function checkProposal(
  recording: Recording,
  rules: readonly string[],
  granted: ReadonlySet<string>,
): Pick<Proposal, 'checked' | 'refused'> {
  const { table } = recording;
  const { user, problems } = parseUser('proposal', rules, table);
  invariant(user !== undefined, `the proposed rules are refused: ${problems[0]?.message ?? ''}`);
  const refused: { argv: readonly string[]; message: string }[] = [];
  let checked = 0;
  for (const { argv, db } of recording.samples) {
    const decision = decide(user, argv, table, db === undefined ? {} : { db });
    checked++;
    if (decision.allowed || decision.denied === 'error') continue;
    if (decision.denied === 'command' && !granted.has(nameCommand(table, argv) ?? '')) continue;
    refused.push({ argv, message: decision.message });
  }
  return { checked, refused };
}

function findWarnings(recording: Recording, keys: readonly ProposedPattern[]): readonly string[] {
  const warnings: string[] = [];
  const has = (name: string): boolean => recording.commands.has(name);
  if (keys.some(({ everything }) => everything)) {
    warnings.push(
      'the keys have no prefix in common: the proposal gives every key; name the patterns yourself',
    );
  }
  if (recording.unknown.size > 0) {
    const names = [...recording.unknown.keys()].slice(0, 5).join(', ');
    warnings.push(
      `not commands of ${recording.table.server}, or with wrong arguments, and left out: ${names}`,
    );
  }
  if (recording.dropped > 0) {
    warnings.push(
      `${recording.dropped} names or commands did not fit in memory or were cut, and were left out`,
    );
  }
  if (['eval', 'evalsha', 'fcall', 'eval_ro', 'evalsha_ro', 'fcall_ro'].some(has)) {
    warnings.push(
      'scripts run with the rights of their caller: commands inside them are needed too, and only MONITOR shows them',
    );
  }
  if (has('sort') || has('sort_ro')) {
    warnings.push('SORT with BY or GET needs read access to every key, which was not proposed');
  }
  if (!has('ping') || !(has('client|setinfo') || has('client|setname'))) {
    warnings.push(
      'no connection was seen from its start: client libraries may need +ping, +select, +client|setinfo',
    );
  }
  return warnings;
}
