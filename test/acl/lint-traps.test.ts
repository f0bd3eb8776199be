/**
 * The rules about traps of the language: each finds its mistake and nothing in the corrected text, and what its proofs
 * say is what the engine answers. Fixes that are exact are applied and judged again.
 */
import { describe, expect, it } from 'vitest';
import {
  decide,
  grantedCommands,
  parseAclFile,
  parseUser,
  serverNamed,
  splitRules,
  tableFor,
} from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';
import { lint, readLintFile, readLintRules } from '../../src/acl/lint/lint.ts';
import { readLintScript } from '../../src/acl/lint/script.ts';
import type { LintExample, LintFinding, LintFix, LintProof, LintRule } from '../../src/acl/lint/rule.ts';
import { TRAP_RULES } from './trap-rules.ts';

describe.each(TRAP_RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  it('finds its bad example', () => {
    const found = lintExample(rule, rule.examples.bad);
    expect(found.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding.message).toMatch(/^[^a-z].*[.]$/);
      expect(finding.message).not.toContain('undefined');
    }
  });

  it('finds nothing in its good example', () => {
    expect(lintExample(rule, rule.examples.good)).toEqual([]);
  });

  it('has examples that the server accepts', () => {
    for (const example of [rule.examples.bad, rule.examples.good]) {
      if (!STOPS_SERVER.has(rule.id)) expect(subjectOf(example).problems).toEqual([]);
    }
  });

  it.each(rule.proof.map((proof, i) => [i + 1, proof] as const))(
    'proof %i is what the engine answers',
    (_n, proof) => {
      expect(proof.servers.length).toBeGreaterThan(0);
      for (const server of proof.servers) replay(server, proof);
    },
  );

  it('is silent once its exact fix is written, and the fix takes nothing but what it names', () => {
    const { bad } = rule.examples;
    const [finding] = lintExample(rule, bad);
    if (finding?.fix === undefined || finding.fix.kind === 'words') return;
    const { words } = finding.fix;
    const fixed = { ...bad, text: applyFix(bad.text, finding.fix) };
    const again = lintExample(rule, fixed);
    expect(
      again.filter((other) => other.user === finding.user && other.token === finding.token),
      fixed.text,
    ).toEqual([]);
    expect(subjectOf(fixed).problems).toEqual([]);
    expectOnlyNamedRightsGone(bad, fixed, words);
  });
});

it('names every rule once', () => {
  expect(new Set(TRAP_RULES.map(({ id }) => id)).size).toBe(TRAP_RULES.length);
  expect(TRAP_RULES.length).toBeGreaterThanOrEqual(35);
});

/** Rules about text that the server refuses. */
const STOPS_SERVER = new Set(['']);

function tableNamed(server: string): CommandTable {
  const named = serverNamed(server);
  if (named === undefined) throw new Error(`no server is called ${server}`);
  return tableFor(named);
}

function subjectOf(example: LintExample): ReturnType<typeof readLintFile> {
  const table = tableNamed(example.server ?? 'redis-7.2');
  if (example.kind === 'script') return readLintScript(example.text, table);
  return example.kind === 'rules' ? readLintRules(example.text, table) : readLintFile(example.text, table);
}

function lintExample(rule: LintRule, example: LintExample): readonly LintFinding[] {
  return lint(subjectOf(example), [rule]);
}

function applyFix(text: string, fix: LintFix): string {
  if (fix.kind === 'words') return text;
  const edits = fix.kind === 'edit' ? [fix] : fix.edits.toSorted((a, b) => b.range[0] - a.range[0]);
  return edits.reduce(
    (before, edit) => before.slice(0, edit.range[0]) + edit.text + before.slice(edit.range[1]),
    text,
  );
}

function usersOf(example: LintExample): ReadonlyMap<string, User> {
  return new Map(subjectOf(example).users.map(({ name, user }) => [name, user]));
}

/** What a fix takes is what the rules named in its words take (`-flushall`, `-@dangerous`), and it gives nothing unsaid. */
function expectOnlyNamedRightsGone(before: LintExample, after: LintExample, words: string): void {
  for (const [name, user] of usersOf(before)) {
    const other = usersOf(after).get(name);
    if (other === undefined) throw new Error(`the fix lost user ${name}`);
    const old = grantedCommands(user, user.table);
    const rest = grantedCommands(other, other.table);
    const taken = words.match(/(?<![\w|])[-+]@?[\w-]+(?:\|[\w-]+)?/g) ?? [];
    const denials = taken.map((rule) => `-${rule.slice(1)}`).filter((rule) => rule !== '-@all');
    const kept = new Set(
      denials.reduce<readonly string[]>(
        (commands, rule) => commands.filter((command) => !covers(rule, command, user.table)),
        [...old],
      ),
    );
    const gone = [...old].filter((command) => !rest.has(command));
    expect(
      gone.filter((command) => kept.has(command)),
      `${name}: ${words}`,
    ).toEqual([]);
    const gained = [...rest].filter((command) => !old.has(command));
    if (!/grant|restore|add \+/i.test(words)) expect(gained, `${name}: ${words}`).toEqual([]);
  }
}

function covers(denial: string, command: string, table: CommandTable): boolean {
  const { user } = parseUser('u', ['+@all', denial], table);
  return user !== undefined && !grantedCommands(user, table).has(command);
}

function replay(server: string, proof: LintProof): void {
  const table = tableNamed(server);
  const { users, refusal, hazard } = load(proof, table);
  for (const shown of proof.shows) {
    const context = `${server}: ${proof.given.text}: ${JSON.stringify(shown)}`;
    switch (shown.kind) {
      case 'accepted':
        expect(refusal, context).toBeUndefined();
        break;
      case 'refused':
        expect(refusal, context).toContain(shown.message);
        break;
      case 'crashes':
        expect(hazard, context).toBe(true);
        break;
      case 'allowed':
      case 'denied': {
        const user = users.get(shown.user ?? 'u');
        if (user === undefined) throw new Error(`${context}: ${refusal}`);
        const decision = decide(user, shown.argv, table);
        expect(decision.allowed || decision.denied !== 'error', context).toBe(true);
        expect(decision.allowed, context).toBe(shown.kind === 'allowed');
        if (shown.kind === 'denied' && shown.message !== undefined && !decision.allowed)
          expect(decision.message, context).toContain(shown.message);
        break;
      }
      case 'logs-in':
      case 'login-refused':
        throw new Error(`${context}: no trap is about logins`);
    }
  }
}

function load(
  proof: LintProof,
  table: CommandTable,
): { users: ReadonlyMap<string, User>; refusal: string | undefined; hazard: boolean } {
  if (proof.given.kind === 'file') {
    const file = parseAclFile(proof.given.text, table);
    const users = new Map(file.users.map(({ user }) => [user.name, user]));
    const hazard = file.hazards.length > 0 || file.problems.some(({ code }) => code === 'crashes-server');
    return { users, refusal: file.refusal, hazard };
  }
  const parsed = parseUser('u', splitRules(proof.given.text) ?? [], table);
  const users = new Map(parsed.user === undefined ? [] : [['u', parsed.user] as const]);
  return { users, refusal: parsed.problems[0]?.message, hazard: parsed.hazards.length > 0 };
}
