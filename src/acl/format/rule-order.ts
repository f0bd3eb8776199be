/**
 * Rules in canonical order, that of ACL LIST: state, passwords, keys, channels, databases, commands, selectors. Rules
 * that change the same part keep their order, except where it cannot matter: patterns among patterns, and commands
 * among commands of the same sign.
 */
import { openSelector, partOf, spellRule } from './rule-form.ts';
import type { Part } from './rule-form.ts';

/** `kept`: command rules stay in the order that they were written in. */
export type CommandOrder = 'sorted' | 'kept';

/** A user's rules, or those of one selector, in canonical order and spelling. Empty rules go. */
export function orderRules(rules: readonly string[], commands: CommandOrder): readonly string[] {
  const ordered: string[] = [];
  let parts = new Map<Part, string[]>();
  for (const rule of rules) {
    if (rule === '') continue;
    const part = partOf(rule);
    if (part === 'reset') {
      ordered.push(...printParts(parts, commands), 'reset');
      parts = new Map();
    } else {
      const form = part === 'selectors' ? orderSelector(rule, commands) : spellRule(rule);
      parts.set(part, [...(parts.get(part) ?? []), form]);
    }
  }
  return [...ordered, ...printParts(parts, commands)];
}

function printParts(parts: ReadonlyMap<Part, readonly string[]>, commands: CommandOrder): readonly string[] {
  const passwords = parts.get('passwords') ?? [];
  const words = passwords.findIndex((rule) => rule !== 'nopass' && rule !== 'resetpass');
  const first = words === -1 ? passwords.length : words;
  return [
    ...(parts.get('state') ?? []),
    ...passwords.slice(0, first),
    ...(parts.get('payload') ?? []),
    ...passwords.slice(first),
    ...sortRuns(parts.get('keys') ?? [], isPattern, patternOf),
    ...sortRuns(parts.get('channels') ?? [], isPattern, patternOf),
    ...(parts.get('databases') ?? []),
    ...(commands === 'kept'
      ? (parts.get('commands') ?? [])
      : sortRuns(parts.get('commands') ?? [], signOf, commandOf)),
    ...(parts.get('selectors') ?? []),
  ];
}

function orderSelector(rule: string, commands: CommandOrder): string {
  const inner = openSelector(rule);
  if (inner === undefined)
    return partOf(rule) === 'selectors' && !rule.startsWith('(') ? spellRule(rule) : rule;
  return `(${orderRules(inner, commands).join(' ')})`;
}

/** Sorts each run of neighbours of the same kind; a rule of no kind stays where it is and parts the runs. */
function sortRuns(
  rules: readonly string[],
  kindOf: (rule: string) => string | undefined,
  keyOf: (rule: string) => string,
): readonly string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    sorted.push(
      ...run
        .map((rule) => [keyOf(rule), rule] as const)
        .sort(compareKeys)
        .map(([, rule]) => rule),
    );
    run = [];
  };
  for (const rule of rules) {
    const kind = kindOf(rule);
    if (kind === undefined || (run[0] !== undefined && kindOf(run[0]) !== kind)) flush();
    if (kind === undefined) sorted.push(rule);
    else run.push(rule);
  }
  flush();
  return sorted;
}

function compareKeys(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1;
}

function isPattern(rule: string): string | undefined {
  return /^(?:~\*|&\*|reset(?:keys|channels))$/.test(rule) ? undefined : 'pattern';
}

function patternOf(rule: string): string {
  return rule.startsWith('%') ? rule.slice(rule.indexOf('~') + 1) : rule.slice(1);
}

function signOf(rule: string): string | undefined {
  return rule.slice(1) === '@all' ? undefined : rule[0];
}

/** Categories first. */
function commandOf(rule: string): string {
  const name = rule.slice(1);
  return name.startsWith('@') ? ` ${name}` : name;
}
