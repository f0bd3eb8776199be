/**
 * Rules without those that have no effect: what a later rule undoes or repeats. Judged for one server version; a rule
 * that only matters to other versions goes too. Rules are in canonical spelling.
 */
import { hashPassword } from '../language/password.ts';
import { openSelector, partOf } from './rule-form.ts';

/** Longer lists of command rules are left as they are: each rule is tried without. */
const COMMAND_RULES_MAX = 400;

/** Whether a user with these rules has the same rights as with all of them. */
export type SameWith = (rules: readonly string[]) => boolean;

/** The rules that are left. `same` judges a user, or a selector in parentheses, by its rules. */
export function simplifyRules(rules: readonly string[], same: SameWith): readonly string[] {
  const after = rules.slice(rules.lastIndexOf('reset') + 1);
  const start = same(after) ? after : rules;
  const left = dropVoid(start).filter((rule) => rule !== '');
  return dropCommands(same(left) ? left : start, same);
}

function dropVoid(rules: readonly string[]): readonly string[] {
  const kept = new Set<number>(rules.keys());
  dropOverruled(rules, kept, 'state', () => true);
  dropOverruled(rules, kept, 'payload', () => true);
  dropOverruled(rules, kept, 'databases', () => true);
  dropOverruled(rules, kept, 'keys', (rule) => rule === '~*' || rule === 'resetkeys');
  dropOverruled(rules, kept, 'channels', (rule) => rule === '&*' || rule === 'resetchannels');
  dropOverruled(rules, kept, 'commands', (rule) => rule === '+@all' || rule === '-@all');
  dropOverruled(rules, kept, 'selectors', (rule) => rule === 'clearselectors');
  dropPasswords(rules, kept);
  const seen = new Set<string>();
  return mergeKeys(
    rules.filter((rule, at) => {
      const part = partOf(rule);
      if (!kept.has(at) || rule === 'resetkeys' || rule === 'clearselectors') return false;
      if (part !== 'keys' && part !== 'channels') return true;
      if (seen.has(rule)) return false;
      seen.add(rule);
      return true;
    }),
  );
}

/** Drops what comes before the last rule that sets the whole part anew. */
function dropOverruled(
  rules: readonly string[],
  kept: Set<number>,
  part: ReturnType<typeof partOf>,
  overrules: (rule: string) => boolean,
): void {
  const last = rules.findLastIndex((rule) => partOf(rule) === part && overrules(rule));
  for (const [at, rule] of rules.entries()) if (at < last && partOf(rule) === part) kept.delete(at);
}

function dropPasswords(rules: readonly string[], kept: Set<number>): void {
  let held = new Map<string, number>();
  let nopass: number | undefined;
  for (const [at, rule] of rules.entries()) {
    if (partOf(rule) !== 'passwords') continue;
    kept.delete(at);
    if (rule === 'nopass' || rule === 'resetpass') {
      held = new Map();
      nopass = rule === 'nopass' ? at : undefined;
      continue;
    }
    const hash = /^[><]/.test(rule) ? hashPassword(rule.slice(1)) : rule.slice(1);
    if (/^[<!]/.test(rule)) held.delete(hash);
    else {
      nopass = undefined;
      if (!held.has(hash)) held.set(hash, at);
    }
  }
  if (nopass !== undefined) kept.add(nopass);
  for (const at of held.values()) kept.add(at);
}

/** `%R~a %W~a` is `~a`. */
function mergeKeys(rules: readonly string[]): readonly string[] {
  const all = new Set(rules);
  const isBoth = (pattern: string): boolean => all.has(`%R~${pattern}`) && all.has(`%W~${pattern}`);
  const bothOf = (pattern: string): string => (pattern === '*' ? '%RW~*' : `~${pattern}`);
  return rules.flatMap((rule) => {
    const [, letter, pattern = ''] = /^%([RW])~(.*)$/s.exec(rule) ?? [];
    if (letter === undefined) return [rule];
    if (all.has(bothOf(pattern))) return [];
    if (!isBoth(pattern)) return [rule];
    return letter === 'R' ? [bothOf(pattern)] : [];
  });
}

/**
 * Each command rule is left out in turn. A category in force stays, even where its members are all allowed otherwise: it
 * also speaks of modules that are loaded later.
 */
function dropCommands(rules: readonly string[], same: SameWith): readonly string[] {
  if (rules.filter((rule) => partOf(rule) === 'commands').length > COMMAND_RULES_MAX) return rules;
  let left = rules;
  for (let at = left.length - 1; at >= 0; at--) {
    if (!mayGo(left, at)) continue;
    const without = left.filter((_, each) => each !== at);
    if (same(without)) left = without;
  }
  return left;
}

function mayGo(rules: readonly string[], at: number): boolean {
  const rule = rules[at] ?? '';
  if (partOf(rule) !== 'commands') return false;
  if (rule === '-@all') return !rules.slice(0, at).some((each) => partOf(each) === 'commands');
  return rule[1] !== '@' || rules.includes(rule, at + 1);
}

/** Selectors among the rules, each without what has no effect in it. */
export function simplifySelectors(rules: readonly string[], same: SameWith): readonly string[] {
  return rules.map((rule, at) => {
    const inner = openSelector(rule);
    if (inner === undefined) return rule;
    const wrap = (simpler: readonly string[]): string => `(${simpler.join(' ')})`;
    const simpler = simplifyRules(inner, (attempt) => same(rules.with(at, wrap(attempt))));
    return wrap(simpler);
  });
}
