/**
 * Lint of ways to more rights: each rule finds its mistake and nothing in the corrected text, its proofs are what the
 * engine answers, and a user is told of once for each thing it can come to.
 */
import { describe, expect, it } from 'vitest';
import {
  decide,
  parseUser,
  serverNamed,
  splitRules,
  tableFor,
  type CommandTable,
} from '../../src/acl/index.ts';
import { lint, readLintFile } from '../../src/acl/lint/lint.ts';
import type { LintExample, LintFinding, LintProof, LintRule } from '../../src/acl/lint/rule.ts';
import { ESCALATION_RULES } from '../../src/acl/lint/rules/escalation.ts';
import { ROLE_RULES } from '../../src/acl/lint/rules/role.ts';

const RULES: readonly LintRule[] = [...ESCALATION_RULES, ...ROLE_RULES];
const HASH = '#0994faa4efca9a770e4e1891a7843baaab211fa79983247142af93b47a8e1000';

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  it('finds its bad example', () => {
    const found = lintExample(rule, rule.examples.bad);
    expect(found.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding.message).toMatch(/^[^a-z].*[.]$/);
      expect(finding.message).not.toContain('undefined');
      expect(JSON.stringify(finding)).not.toContain(HASH.slice(1));
    }
  });

  it('finds nothing in its good example', () => {
    expect(lintExample(rule, rule.examples.good)).toEqual([]);
  });

  it('has examples that the server accepts', () => {
    for (const example of [rule.examples.bad, rule.examples.good])
      expect(subjectOf(example).problems).toEqual([]);
  });

  it.each(rule.proof.map((proof, i) => [i + 1, proof] as const))(
    'proof %i is what the engine answers',
    (_n, proof) => {
      expect(proof.servers.length).toBeGreaterThan(0);
      for (const server of proof.servers) replay(server, proof);
    },
  );

  it('is silent once its exact fix is written', () => {
    const { bad } = rule.examples;
    const [finding] = lintExample(rule, bad);
    const fix = finding?.fix;
    if (fix === undefined || fix.kind === 'words') return;
    const edits = fix.kind === 'edit' ? [fix] : fix.edits.toReversed();
    let { text } = bad;
    for (const { range, text: by } of edits) text = text.slice(0, range[0]) + by + text.slice(range[1]);
    expect(subjectOf({ ...bad, text }).problems).toEqual([]);
    expect(lintExample(rule, { ...bad, text }), text).toEqual([]);
  });
});

it('names every rule once', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

describe('what is told of a user', () => {
  const judge = (
    rules: string,
    name = 'app',
    server = 'redis-8.0.6',
    rest = 'user default off resetpass -@all',
  ) => lint(readLintFile(`${rest}\nuser ${name} on ${HASH} ${rules}`, tableNamed(server)), ESCALATION_RULES);

  it('is full control alone, where nothing is in doubt, with the other ways as evidence', () => {
    const found = judge('~app:* +@all -flushall');
    expect(found.map(({ rule, user }) => [rule, user])).toEqual([['esc-acl-setuser', 'app']]);
    expect(found[0]?.message).toBe('User app can take full control (+@all): ACL SETUSER.');
    expect(found[0]?.evidence).toContain('REPLICAOF');
  });

  it('is nothing of those who may do everything, and nothing of those who stay in their keys', () => {
    expect(judge('~* &* +@all', 'root')).toEqual([]);
    expect(judge('~app:* +get +set +ping +multi +exec')).toEqual([]);
    expect(judge('~app:* +@read -keys -scan -randomkey -dbsize')).toEqual([]);
  });

  it('is nothing of what a role needs', () => {
    expect(judge('-@all +psync +replconf +ping', 'replica')).toEqual([]);
    const sentinel =
      '&__sentinel__:hello -@all +ping +info +publish +subscribe +multi +exec +slaveof +config|rewrite +client|kill +client|setname +script|kill';
    expect(judge(sentinel, 'sentinel')).toEqual([]);
    expect(judge('~app:* +get +psync +replconf', 'app').map(({ rule }) => rule)).toEqual(['esc-psync-exfil']);
  });

  it('weighs less of those who are called administrators', () => {
    expect(judge('~* +@all -flushall', 'admin')[0]).toMatchObject({
      rule: 'esc-acl-setuser',
      severity: 'low',
    });
  });

  it('does not count a default user that is open: another rule tells of it', () => {
    expect(judge('~app:* +get', 'app', 'redis-8.0.6', 'user default on nopass ~* &* +@all')).toEqual([]);
  });

  it('tells of CONFIG SET by what default may do', () => {
    const rules = (standing: string) =>
      judge('+config|set', 'tuner', 'redis-8.0.6', standing).map(({ rule }) => rule);
    expect(rules(`user default on ${HASH} ~* &* +@all`)).toEqual(['esc-config-set-requirepass']);
    expect(rules('user default off resetpass -@all')).toContain('esc-config-set-dir');
    expect(rules('user default off resetpass -@all')).not.toContain('esc-config-set-requirepass');
  });
});

function tableNamed(server: string): CommandTable {
  const named = serverNamed(server);
  if (named === undefined) throw new Error(`no server is called ${server}`);
  return tableFor(named);
}

function subjectOf(example: LintExample): ReturnType<typeof readLintFile> {
  return readLintFile(example.text, tableNamed(example.server ?? 'redis-7.2'));
}

function lintExample(rule: LintRule, example: LintExample): readonly LintFinding[] {
  return lint(subjectOf(example), [rule]);
}

function replay(server: string, proof: LintProof): void {
  const table = tableNamed(server);
  const { user, problems } = parseUser('u', splitRules(proof.given.text) ?? [], table);
  if (user === undefined) throw new Error(`${server}: ${proof.given.text}: ${problems[0]?.message ?? ''}`);
  for (const shown of proof.shows) {
    if (shown.kind !== 'allowed' && shown.kind !== 'denied') throw new Error('not a proof of rights');
    const decision = decide(user, shown.argv, table);
    const context = `${server}: ${proof.given.text}: ${shown.argv.join(' ')}`;
    expect(decision.allowed || decision.denied !== 'error', context).toBe(true);
    expect(decision.allowed, context).toBe(shown.kind === 'allowed');
  }
}
