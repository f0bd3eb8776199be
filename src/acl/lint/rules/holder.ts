/**
 * Who holds a command that the rules of a lint ask about, which word brought it, and what to write to be rid of it.
 * Rights are evaluated, not read: it does not matter how they were written.
 */
import { canRun, isUnrestricted, reach } from '../../decision/reach.ts';
import { hideSecrets } from '../../language/rule-error.ts';
import {
  appendTokens,
  commandName,
  editAll,
  hitToken,
  hitUser,
  inWords,
  listSome,
  removeToken,
  replaceToken,
} from '../hit.ts';
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
    const held = commands.filter(
      (name) => canRun(user.user, name, subject.table) === 'yes' && mayReach(user, name),
    );
    if (held[0] === undefined) continue;
    holdings.push({ user, held, grant: findGrant(user, held[0]) });
  }
  return holdings;
}

/** Valkey 9.1: some commands need every database, SWAPDB needs two. */
function mayReach(user: LintUser, name: string): boolean {
  const { databases } = reach(user.user);
  if (databases === 'all') return true;
  return name === 'swapdb' ? databases.length > 1 : user.user.table.commands.get(name)?.allDatabases !== true;
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

/** A hit at the words of a step, or at the user's name. */
export function hitAt(
  user: LintUser,
  step: Step | undefined,
  rest: Omit<LintHit, 'user' | 'line' | 'range' | 'token'>,
): LintHit {
  return step === undefined ? hitUser(user, rest) : hitToken(user, step.token, rest, step.last);
}

/** `CONFIG GET, KEYS and SCAN`. */
export function listCommands(names: readonly string[]): string {
  return listSome(names.map(commandName));
}

/** Denials at the end of each selector that holds one of the commands. */
export function denyFix(user: LintUser, commands: readonly string[]): LintFix {
  const { table, selectors } = user.user;
  if (!commands.every((name) => table.commands.has(name.toLowerCase())))
    return inWords(`Take ${listCommands(commands)} away: name the subcommands that are needed instead.`);
  const denials = commands.map((name) => `-${name.toLowerCase()}`).join(' ');
  const holders = selectors.flatMap((_, at) => (holdsIn(user, at, commands) ? [at] : []));
  const words = `Add ${denials} at the end${holders.some((at) => at > 0) ? ' of the selector' : ''}.`;
  if (holders.every((at) => at === 0)) return appendTokens(user, denials, words);
  const ends = holders.map((at) =>
    at === 0 ? user.tokens.findLast(({ text }) => text !== '')?.range?.[1] : insideEnd(user, at),
  );
  const edits = ends.flatMap((end) =>
    end === undefined ? [] : [{ range: [end, end] as const, text: ` ${denials}` }],
  );
  return edits.length < ends.length ? inWords(words) : editAll(edits, words);
}

/** Takes a rule away, unless it is one of several in parentheses. */
export function removeFix(user: LintUser, step: Step, words: string): LintFix {
  return step.token.text === step.rule ? removeToken(user, step.token, words) : inWords(words);
}

/** Writes a rule differently, unless it is one of several in parentheses. */
export function replaceFix(step: Step, text: string, words: string): LintFix {
  return step.token.text === step.rule ? replaceToken(step.token, text, words) : inWords(words);
}

/** Adds rules behind one, unless it is one of several in parentheses. */
export function insertFix(step: Step | undefined, rules: string, words: string): LintFix {
  const end = step?.token.range?.[1];
  if (end === undefined || step?.token.text !== step?.rule) return inWords(words);
  return { kind: 'edit', range: [end, end], text: ` ${rules}`, words };
}

/** Before the closing parenthesis of a selector. */
function insideEnd(user: LintUser, selector: number): number | undefined {
  const end = historiesOf(user)[selector]?.steps.at(-1)?.last.range?.[1];
  return end === undefined ? undefined : end - 1;
}

function holdsIn(user: LintUser, selector: number, commands: readonly string[]): boolean {
  const { user: whole } = user;
  const one = whole.selectors[selector];
  return (
    one !== undefined &&
    commands.some((name) => canRun({ ...whole, selectors: [one] }, name, whole.table) === 'yes')
  );
}

const shapes = new WeakMap<LintSubject, ReadonlySet<string>>();

/** The sets of key patterns that confined users of the subject have. */
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
