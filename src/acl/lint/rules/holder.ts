/**
 * Who holds a command that the rules of a lint ask about, which word brought it, and what to write to be rid of it.
 * Rights are evaluated, not read: it does not matter how they were written.
 */
import { canRun, isUnrestricted, reach } from '../../decision/reach.ts';
import { hideSecrets } from '../../language/rule-error.ts';
import type {
  LintExample,
  LintFix,
  LintHit,
  LintProof,
  LintRule,
  LintSeverity,
  LintSubject,
  LintUser,
} from '../rule.ts';
import { findGrant, historiesOf } from './history.ts';
import type { Step } from './history.ts';

/** A user that holds some of the commands asked for. */
export interface Holding {
  readonly user: LintUser;
  /** Full names, in the order asked for. */
  readonly held: readonly string[];
  /** The rule that brought the first of them. */
  readonly grant: Step | undefined;
}

/** A rule that asks: who of these users holds one of these commands? */
export interface HolderRule {
  readonly id: string;
  readonly title: string;
  readonly severity: LintSeverity;
  readonly rationale: string;
  readonly fix: string;
  readonly proof: readonly LintProof[];
  readonly examples: { readonly bad: LintExample; readonly good: LintExample };
  /** Full names; those that the version does not have are passed over. */
  readonly commands: readonly string[];
  readonly applies: (user: LintUser, subject: LintSubject) => boolean;
  /** The rest of the sentence after `User app may run KEYS and SCAN (+@read)`. */
  readonly because: (holding: Holding, subject: LintSubject) => string;
  readonly severityOf?: (holding: Holding, subject: LintSubject) => LintSeverity;
  /** A command line that shows it. */
  readonly shownBy?: (holding: Holding) => readonly string[];
}

/** Makes the lint rule of a {@link HolderRule}. */
export function holderRule(asked: HolderRule): LintRule {
  const { id, title, severity, rationale, fix, proof, examples } = asked;
  return {
    id,
    title,
    severity,
    rationale,
    fix,
    proof,
    examples,
    judge: (subject) =>
      findHolders(subject, asked.commands, (user) => asked.applies(user, subject)).map((holding) => {
        const { user, held, grant } = holding;
        const brought = grant === undefined ? '' : ` (${hideSecrets(grant.rule)})`;
        return hitAt(user, grant, {
          ...(asked.severityOf !== undefined && { severity: asked.severityOf(holding, subject) }),
          message: `User ${user.name} may run ${listCommands(held)}${brought}: ${asked.because(holding, subject)}.`,
          fix: denyFix(user, held),
          ...(asked.shownBy !== undefined && { proofCommand: asked.shownBy(holding) }),
        });
      }),
  };
}

/** The users of the subject that hold at least one of the commands as a whole. */
export function findHolders(
  subject: LintSubject,
  commands: readonly string[],
  applies: (user: LintUser) => boolean,
): readonly Holding[] {
  const holdings: Holding[] = [];
  for (const user of judgedUsers(subject)) {
    if (!applies(user)) continue;
    const held = commands.filter((name) => canRun(user.user, name, subject.table) === 'yes');
    if (held[0] === undefined) continue;
    holdings.push({ user, held, grant: findGrant(user, held[0]) });
  }
  return holdings;
}

/** All but a `default` that is switched off: its rights are nobody's. */
export function judgedUsers(subject: LintSubject): readonly LintUser[] {
  return subject.users.filter((user) => user.name !== 'default' || user.user.enabled);
}

/** Its keys are limited by patterns. */
export function hasKeyPatterns(user: LintUser): boolean {
  return reach(user.user).keys === 'some';
}

/** Its keys are limited, and it cannot give itself others. */
export function isConfined(user: LintUser): boolean {
  return hasKeyPatterns(user) && !isSovereign(user);
}

/** Its key patterns as rules, the first three. */
export function showPatterns(user: LintUser): string {
  const { keyPatterns } = reach(user.user);
  const shown = keyPatterns.slice(0, 3).map(({ pattern, read, write }) => {
    const letters = read && write ? '' : `%${read ? 'R' : ''}${write ? 'W' : ''}`;
    return `${letters}~${pattern}`;
  });
  return keyPatterns.length > 3 ? `${shown.join(' ')} …` : shown.join(' ');
}

/** It lacks something, and cannot simply give itself the rest: an administrator needs no list of what it may do. */
export function isLimited(user: LintUser): boolean {
  return !isUnrestricted(user.user, user.user.table) && !isSovereign(user);
}

/** It may rewrite its own rules. */
export function isSovereign(user: LintUser): boolean {
  const { table } = user.user;
  return (
    canRun(user.user, 'acl|setuser', table) === 'yes' || canRun(user.user, 'config|set', table) === 'yes'
  );
}

/** Somebody else in the subject has keys of its own, others than this user's. */
export function hasNeighbours(subject: LintSubject, user: LintUser): boolean {
  const shapes = shapesOf(subject);
  return shapes.size > (shapes.has(shapeOf(user)) ? 1 : 0);
}

/** A hit with its place: the rule's word, or the user's name. */
export function hitAt(
  user: LintUser,
  step: Step | undefined,
  rest: Omit<LintHit, 'user' | 'line' | 'range'>,
): LintHit {
  const token = step?.token;
  const line = token?.line ?? user.line;
  const range =
    token?.range === undefined
      ? user.range
      : ([token.range[0], step?.last.range?.[1] ?? token.range[1]] as const);
  return {
    user: user.name,
    ...(line !== undefined && { line }),
    ...(range !== undefined && { range }),
    ...(step !== undefined && { token: hideSecrets(tokenText(user, step)) }),
    ...rest,
  };
}

/** `CONFIG GET, KEYS and SCAN`. */
export function listCommands(names: readonly string[]): string {
  return listWords(names.map((name) => name.toUpperCase().replace('|', ' ')));
}

/** `a, b and c`. */
export function listWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** Takes the commands away: the word that brings nothing else goes, or denials are added at the end. */
export function denyFix(user: LintUser, commands: readonly string[]): LintFix {
  const { table } = user.user;
  const holders = user.user.selectors.filter((_, i) => holdsIn(user, i, commands));
  const known = commands.every((name) => table.commands.has(name.toLowerCase()));
  const denials = commands.map((name) => `-${name.toLowerCase()}`).join(' ');
  if (!known)
    return {
      kind: 'words',
      words: `Take ${listCommands(commands)} away: name the subcommands that are needed instead.`,
    };
  const at = user.user.selectors.findIndex((_, i) => holdsIn(user, i, commands));
  const words = at > 0 ? `Add ${denials} at the end of the selector.` : `Add ${denials} at the end.`;
  const last =
    at === 0 ? user.tokens.findLast((token) => token.text !== '') : historiesOf(user)[at]?.steps.at(-1)?.last;
  if (holders.length !== 1 || last?.range === undefined) return { kind: 'words', words };
  const end = at === 0 ? last.range[1] : last.range[1] - 1;
  return { kind: 'edit', range: [end, end], text: ` ${denials}`, words };
}

/** Takes a word away, with the blank before it. */
export function removeFix(user: LintUser, step: Step, words: string): LintFix {
  const { range } = step.token;
  const previous = user.tokens[step.token.index - 1]?.range;
  if (range === undefined || step.token.text !== step.rule) return { kind: 'words', words };
  const end = step.last.range?.[1] ?? range[1];
  return { kind: 'edit', range: [previous?.[1] ?? range[0], end], text: '', words };
}

/** Writes a rule differently. */
export function replaceFix(step: Step, text: string, words: string): LintFix {
  const { range } = step.token;
  if (range === undefined || step.token.text.toLowerCase() !== step.rule.toLowerCase())
    return { kind: 'words', words };
  return { kind: 'edit', range, text, words };
}

function holdsIn(user: LintUser, selector: number, commands: readonly string[]): boolean {
  const { user: whole } = user;
  const one = whole.selectors[selector];
  return (
    one !== undefined &&
    commands.some((name) => canRun({ ...whole, selectors: [one] }, name, whole.table) === 'yes')
  );
}

/** The words of a step as written: one, or those of a selector in parentheses. */
function tokenText(user: LintUser, step: Step): string {
  return user.tokens
    .slice(step.token.index, step.last.index + 1)
    .map(({ text }) => text)
    .join(' ');
}

const shapes = new WeakMap<LintSubject, ReadonlySet<string>>();

function shapesOf(subject: LintSubject): ReadonlySet<string> {
  const known = shapes.get(subject);
  if (known !== undefined) return known;
  const found = new Set(
    judgedUsers(subject)
      .filter((user) => isConfined(user))
      .map((user) => shapeOf(user)),
  );
  shapes.set(subject, found);
  return found;
}

function shapeOf(user: LintUser): string {
  return reach(user.user)
    .keyPatterns.map(({ pattern }) => pattern)
    .sort()
    .join(' ');
}
