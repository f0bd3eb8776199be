/**
 * The fewest rules that would let one command through: the subcommand, not the command; the key, not every key;
 * reading, where reading is enough. Found by trying each candidate with the engine, never by guessing.
 */

import {
  decide,
  parseUser,
  tableFor,
  type CommandTable,
  type Decision,
  type User,
  escapeGlob,
} from '../../acl/index.ts';

export interface LeastGrant {
  /** For this command with these arguments and no other. */
  readonly rules: readonly string[];
  /** The same for every key or channel with the same prefix; absent where there is no prefix. */
  readonly byPrefix?: readonly string[];
}

/** A command with more keys than this gets no advice. */
const RULES_MAX = 16;

/** Rules to add with ACL SETUSER; undefined when none of ours would do. */
export function findLeastGrant(
  user: User,
  argv: readonly string[],
  table: CommandTable,
): LeastGrant | undefined {
  const exact = search(user, argv, table, (text) => [escapeGlob(text), text]);
  if (exact === undefined || exact.length === 0) return undefined;
  const prefixed = search(user, argv, table, (text) => {
    const prefix = /^.*[:.]/s.exec(text)?.[0];
    return prefix === undefined || prefix === text
      ? [escapeGlob(text), text]
      : [`${escapeGlob(prefix)}*`, text];
  });
  const differs = prefixed !== undefined && prefixed.join(' ') !== exact.join(' ');
  return { rules: exact, ...(differs ? { byPrefix: prefixed } : {}) };
}

/** Adds one rule after another to the root until the engine allows the command. */
function search(
  user: User,
  argv: readonly string[],
  table: CommandTable,
  patterns: (text: string) => readonly string[],
): readonly string[] | undefined {
  // Rights of selectors do not add up: the root must allow all of it by itself.
  let current: User = { ...user, selectors: [user.selectors[0]] };
  const rules: string[] = [];
  while (rules.length < RULES_MAX) {
    const decision = decide(current, argv, table);
    if (decision.allowed) return rules;
    const step = advance(current, decision, argv, table, patterns);
    if (step === undefined) return undefined;
    current = step.user;
    rules.push(step.rule);
  }
  return undefined;
}

function advance(
  user: User,
  decision: Extract<Decision, { allowed: false }>,
  argv: readonly string[],
  table: CommandTable,
  patterns: (text: string) => readonly string[],
): { readonly user: User; readonly rule: string } | undefined {
  for (const rule of listCandidates(user, decision, argv, table, patterns)) {
    const next = parseUser(user.name, [rule], table, { base: user }).user;
    if (next === undefined) continue;
    const after = decide(next, argv, table);
    if (after.allowed || after.denied !== decision.denied || after.object !== decision.object) {
      return { user: next, rule };
    }
  }
  return undefined;
}

function listCandidates(
  user: User,
  { denied, object }: Extract<Decision, { allowed: false }>,
  argv: readonly string[],
  table: CommandTable,
  patterns: (text: string) => readonly string[],
): readonly string[] {
  switch (denied) {
    case 'command':
      return [...firstArgument(object, argv, table), `+${object}`];
    case 'key': {
      const ways = table.dialect.selectors ? ['%R~', '%W~', '~'] : ['~'];
      return ways.flatMap((way) => patterns(object).map((pattern) => `${way}${pattern}`));
    }
    case 'channel':
      return patterns(object).map((pattern) => `&${pattern}`);
    case 'db':
      return [`db=${[...user.selectors[0].databases, object].join(',')}`];
    case 'error':
      return [];
  }
}

/** 6.x has no subcommands, but a rule for a first argument: `+config|get`. */
function firstArgument(object: string, argv: readonly string[], table: CommandTable): readonly string[] {
  if (table.dialect.selectors || argv[1] === undefined) return [];
  const later = tableFor({ product: 'redis', version: '7.0' }).commands.get(object.toLowerCase());
  return later?.isContainer === true ? [`+${object}|${argv[1].toLowerCase()}`] : [];
}
