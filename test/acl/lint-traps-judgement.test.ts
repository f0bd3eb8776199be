/**
 * What the trap rules say of users that people really write: nothing of administrators, little of careful users, and
 * the word at fault of the others.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canRun, decide, globMatch, reach, serverNamed, tableFor } from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';
import { lint, readLintFile, readLintRules } from '../../src/acl/lint/lint.ts';
import type { LintFinding } from '../../src/acl/lint/rule.ts';
import { findMeetings, literalStart } from '../../src/acl/lint/rules/overlap.ts';
import { randomRules } from './random-rules.ts';
import { TRAP_RULES } from './trap-rules.ts';

const SECRET = `#${'ab12'.repeat(16)}`;

describe('a person who reads the findings', () => {
  it('hears nothing of administrators', () => {
    const text = `user default on ${SECRET} ~* &* +@all\nuser admin on ${SECRET} ~* &* +@all\nuser ops on ${SECRET} allkeys allchannels allcommands`;
    for (const server of ['redis-7.2', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'])
      expect(lintFile(text, server)).toEqual([]);
  });

  it('hears nothing of a default user that is off', () => {
    expect(lintFile('user default off ~app:* +@all')).toEqual([]);
  });

  it('hears nothing of a user that lists what it needs', () => {
    const text = `user app on ${SECRET} ~app:* &app.* +get +set +del +expire +ping +multi +exec +client|setname +client|setinfo`;
    for (const server of ['redis-7.0', 'redis-8.0', 'valkey-9.1']) expect(lintFile(text, server)).toEqual([]);
  });

  it('hears nothing high of an application that is alone and written with care', () => {
    const text = `user app on ${SECRET} ~app:* &app.* +@read +@write +@connection -@dangerous -function`;
    expect(lintFile(text).filter(({ severity }) => severity === 'high' || severity === 'critical')).toEqual(
      [],
    );
  });

  it('is told which word brought FLUSHALL', () => {
    const [finding] = only(
      'flushall-ignores-keys',
      lintFile(`user app on ${SECRET} ~app:* +get +@keyspace +ping`),
    );
    expect(finding).toMatchObject({
      user: 'app',
      line: 1,
      token: '+@keyspace',
      severity: 'high',
      proofCommand: ['FLUSHALL'],
    });
    expect(finding?.message).toContain('FLUSHALL, FLUSHDB and SWAPDB (+@keyspace)');
    expect(finding?.fix?.words).toBe('Add -flushall -flushdb -swapdb at the end.');
  });

  it('is not told of FLUSHALL where db= holds it back', () => {
    const text = `user app on ${SECRET} ~app:* +@write db=0`;
    const [finding] = only('flushall-ignores-keys', lintFile(text, 'valkey-9.1'));
    expect(finding?.message).toContain('may run FLUSHDB, FUNCTION FLUSH');
    expect(finding?.proofCommand).toEqual(['FLUSHDB']);
  });

  it('is told of a selector that brings a command, and how to take it away inside', () => {
    const text = `user app on ${SECRET} ~app:* +get (~tmp:* +@write)`;
    const [finding] = only('flushall-ignores-keys', lintFile(text));
    expect(finding?.token).toBe('(~tmp:* +@write)');
    expect(finding?.fix).toMatchObject({ kind: 'edits', words: expect.stringContaining('of the selector') });
  });

  it('is told more urgently when other users have keys of their own', () => {
    const alone = `user a on ${SECRET} ~a:* +@read`;
    const both = `${alone}\nuser b on ${SECRET} ~b:* +@read`;
    expect(only('keys-scan-enumerate', lintFile(alone)).map(({ severity }) => severity)).toEqual(['low']);
    expect(only('keys-scan-enumerate', lintFile(both)).map(({ severity }) => severity)).toEqual([
      'medium',
      'medium',
    ]);
    expect(
      only('flushall-ignores-keys', lintFile(both.replaceAll('+@read', '+@write'))).map(
        ({ severity }) => severity,
      ),
    ).toEqual(['critical', 'critical']);
  });

  it('is not told that two users share keys when both name the same pattern', () => {
    expect(
      only(
        'tenant-overlap',
        lintFile(`user a on ${SECRET} ~a:* ~shared:* +get\nuser b on ${SECRET} ~b:* ~shared:* +get`),
      ),
    ).toEqual([]);
  });

  it.each([
    ['app_a*', 'app_ab:*', 'high'],
    ['app:*', 'app:cache:*', 'info'],
    ['app:*:x', 'app:1:*', 'medium'],
  ])('judges %s beside %s by where it ends', (wide, narrow, severity) => {
    const [finding] = only(
      'tenant-overlap',
      lintFile(`user a on ${SECRET} ~${wide} +get\nuser b on ${SECRET} ~${narrow} +get`),
    );
    expect(finding).toMatchObject({ severity });
    const witness = finding?.proofCommand?.[1] ?? '';
    expect([globMatch(wide, witness), globMatch(narrow, witness)]).toEqual([true, true]);
  });

  it('is told of SORT and XREADGROUP only when a pattern matches the word that opens the hole', () => {
    for (const [pattern, rules, id] of [
      ['b*', '+sort', 'sort-store-keyword'],
      ['LIMI?', '+sort', 'sort-store-keyword'],
      ['*', '', 'sort-store-keyword'],
      ['Str*', '+xreadgroup', 'xreadgroup-keyword'],
    ] as const) {
      const text = `user u on ${SECRET} %RW~${pattern} ${rules}`;
      const expected = pattern === '*' ? 0 : 1;
      expect(only(id, lintFile(text)), text).toHaveLength(expected);
      expect(only(id, lintFile(text.replace(pattern, `app:${pattern}`))), text).toEqual([]);
      expect(only(id, lintFile(text, 'redis-7.2.16')), text).toEqual([]);
    }
  });

  it('is told of a hole with a command that this build allows and should not', () => {
    const text = `user u on ${SECRET} ~s* +@write +@geo +@stream +sort`;
    for (const server of ['redis-7.0', 'redis-8.0', 'valkey-8.1']) {
      const subject = readLintFile(text, tableNamed(server));
      const holes = lint(subject, TRAP_RULES).filter(({ rule }) => /keyword|double-store/.test(rule));
      expect(holes.length).toBeGreaterThan(0);
      for (const { proofCommand } of holes) {
        const user = subject.users[0]?.user;
        if (user === undefined || proofCommand === undefined) throw new Error('no user or no command');
        expect(decide(user, proofCommand, subject.table).allowed).toBe(true);
        expect(proofCommand).toContain('victim');
      }
    }
  });

  it('is told once what a denial before +@all loses, with all denials', () => {
    const found = only(
      'order-deny-before-all',
      lintFile(`user app on ${SECRET} ~app:* -flushall -config -@admin +@all`),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ token: '+@all', severity: 'high' });
    expect(found[0]?.fix).toMatchObject({ kind: 'edit', text: ' -flushall -config -@admin' });
  });

  it('is not told of an exception that is named behind a denial', () => {
    expect(
      lintFile(`user mon on ${SECRET} +@read -@dangerous +info`).filter(({ rule }) =>
        rule.startsWith('order'),
      ),
    ).toEqual([]);
  });

  it('is not told that a leading -@all is a mistake', () => {
    expect(only('order-all-last', lintFile(`user app on ${SECRET} ~app:* -@all +get`))).toEqual([]);
  });

  it('sees order inside selectors too', () => {
    const [finding] = only(
      'order-deny-before-all',
      lintFile(`user app on ${SECRET} (~app:* -@dangerous +@all)`),
    );
    expect(finding?.token).toBe('(~app:* -@dangerous +@all)');
  });
});

describe('the rules', () => {
  it.each(['redis-6.0', 'redis-6.2', 'redis-7.0', 'redis-7.4', 'redis-8.0', 'valkey-8.0', 'valkey-9.1'])(
    'judge random rules of %s without failing, show no secret, and prove what they say',
    (server) => {
      const table = tableNamed(server);
      fc.assert(
        fc.property(randomRules(table), (rules) => {
          const subject = readLintRules(
            [...rules, '>s3cret-word', `#${'cd34'.repeat(16)}`].map(quote).join(' '),
            table,
          );
          const [user] = subject.users;
          for (const finding of lint(subject, TRAP_RULES)) {
            expect(JSON.stringify({ ...finding, range: 0 })).not.toMatch(/s3cret-word|cd34cd34/);
            if (finding.proofCommand === undefined || user === undefined) continue;
            if (SHOWN_BY_REFUSAL.has(finding.rule)) continue;
            const { databases } = reach(user.user);
            const db = databases === 'all' ? 0 : (databases[0] ?? 0);
            const decision = decide(user.user, finding.proofCommand, table, { db });
            const context = `${finding.rule}: ${finding.proofCommand.join(' ')} by ${rules.join(' ')}`;
            expect(decision.allowed, context).toBe(true);
          }
        }),
        { numRuns: 400, seed: 20_261_122 },
      );
    },
  );

  it('find meetings of patterns as comparing every pair does', () => {
    const pattern = fc
      .array(fc.constantFrom('a', 'b', ':', '*', '?', '[ab]'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), (patterns) => {
        const owned = patterns.map((each, owner) => ({ owner, pattern: each }));
        for (const { wide, narrow, witness } of findMeetings(owned)) {
          expect(globMatch(wide.pattern, witness) && globMatch(narrow.pattern, witness)).toBe(true);
          expect(
            narrow.pattern.startsWith(literalStart(wide.pattern)) ||
              literalStart(narrow.pattern).startsWith(literalStart(wide.pattern)),
          ).toBe(true);
        }
        const met = new Set(
          findMeetings(owned).map(({ wide, narrow }) =>
            [wide.owner, narrow.owner].sort((a, b) => a - b).join(),
          ),
        );
        for (const a of owned) {
          for (const b of owned) {
            if (a.owner >= b.owner || a.pattern === b.pattern) continue;
            const key = KEYS.find((each) => globMatch(a.pattern, each) && globMatch(b.pattern, each));
            if (key !== undefined)
              expect(met.has([a.owner, b.owner].join()), `${a.pattern} ${b.pattern} ${key}`).toBe(true);
          }
        }
      }),
      { numRuns: 300, seed: 20_261_122 },
    );
  });

  it('judge 2,000 tenants in time that grows with their number', () => {
    const file = (count: number): string =>
      Array.from(
        { length: count },
        (_, i) => `user t${i} on ${SECRET} ~t${i}:* &t${i}.* +@read +@write -@dangerous`,
      ).join('\n');
    const time = (count: number): number => {
      const subject = readLintFile(file(count), tableNamed('redis-7.2'));
      const start = performance.now();
      lint(subject, TRAP_RULES);
      return performance.now() - start;
    };
    time(200);
    expect(time(2000) / time(500)).toBeLessThan(12);
  });

  it('ask for commands that the command table knows', () => {
    const table = tableNamed('valkey-9.1');
    const user = readLintRules('~* +@all', table).users[0]?.user;
    if (user === undefined) throw new Error('no user');
    for (const name of [
      'clusterscan',
      'commandlog|get',
      'client|tracking',
      'cluster|getkeysinslot',
      'function|flush',
      'pubsub|shardchannels',
    ])
      expect(canRun(user, name, table)).toBe('yes');
  });
});

/** Findings about commands that can never run are shown by a refusal. */
const SHOWN_BY_REFUSAL = new Set(['selectors-not-additive', 'db-select-needed']);

/** Short keys over the alphabet of the random patterns. */
const KEYS = ['a', 'b', ':'].flatMap((a) =>
  ['', 'a', 'b', ':'].flatMap((b) => ['', 'a', 'b', ':'].map((c) => a + b + c)),
);

function lintFile(text: string, server = 'redis-7.2'): readonly LintFinding[] {
  return lint(readLintFile(text, tableNamed(server)), TRAP_RULES);
}

function only(id: string, findings: readonly LintFinding[]): readonly LintFinding[] {
  return findings.filter(({ rule }) => rule === id);
}

function tableNamed(server: string): CommandTable {
  const named = serverNamed(server);
  if (named === undefined) throw new Error(`no server is called ${server}`);
  return tableFor(named);
}

function quote(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, (c) => (c.charCodeAt(0) < 256 ? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}` : c))}"`;
}
