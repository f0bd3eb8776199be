import { describe, expect, it } from 'vitest';
import { decide, getUserView, parseUser, printUser } from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';
import { readCases, readRules, recordedServers, recordedTable } from './recorded.ts';
import type { CaseVector, RuleVector } from './recorded.ts';

const RULES_MIN = 1500;
const CASES_MIN = 6000;

// 6.x and 7.0 list single commands in the order of a hash table with a random seed: words are compared as a multiset.
function comparable(text: string, table: CommandTable): string {
  return table.dialect.display === 'kept-rules' ? text : text.split(/[ ()]/).sort().join(' ');
}

function comparableView(view: unknown, table: CommandTable): unknown {
  return JSON.parse(JSON.stringify(view), (key, value: unknown) =>
    key === 'commands' && typeof value === 'string' ? comparable(value, table) : value,
  );
}

function describeRules(vector: RuleVector, table: CommandTable): unknown {
  const { user, problems } = parseUser('f', vector.rules, table, { secrets: 'verbatim' });
  if (user === undefined) return { error: problems[0]?.message };
  return {
    list: comparable(printUser(user, table), table),
    getuser: comparableView(getUserView(user, table), table),
  };
}

function expectedRules(vector: RuleVector, table: CommandTable): unknown {
  if (!vector.ok) return { error: vector.error };
  return { list: comparable(vector.list ?? '', table), getuser: comparableView(vector.getuser, table) };
}

function answer(
  vector: CaseVector,
  table: CommandTable,
  user: User | undefined,
  error: string | undefined,
): string {
  if (user === undefined) return `setuser-error: ${error}`;
  const decision = decide(user, vector.argv, table, { db: vector.db ?? 0 });
  if (decision.allowed) return 'allow: OK';
  return `${decision.denied === 'error' ? 'error' : `deny-${decision.denied}`}: ${decision.message}`;
}

describe('rules are read and shown as the recorded servers do', () => {
  it.each(recordedServers('rules'))('%s', (server) => {
    const table = recordedTable(server);
    const vectors = readRules(server);
    const wrong = vectors
      .map((vector) => ({ vector, ours: describeRules(vector, table), theirs: expectedRules(vector, table) }))
      .filter(({ ours, theirs }) => JSON.stringify(sorted(ours)) !== JSON.stringify(sorted(theirs)));
    expect(vectors.length).toBeGreaterThanOrEqual(RULES_MIN);
    expect(vectors.some((vector) => !vector.ok)).toBe(true);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(wrong.length).toBe(0);
  });
});

describe('commands are decided as ACL DRYRUN of the recorded servers does', () => {
  it.each(recordedServers('cases'))('%s', (server) => {
    const table = recordedTable(server);
    const vectors = readCases(server);
    const wrong = vectors
      .map((vector) => {
        const { user, problems } = parseUser('f', vector.rules, table, { secrets: 'verbatim' });
        const ours = answer(vector, table, user, problems[0]?.message);
        return { vector, ours, theirs: `${vector.verdict}: ${vector.message}` };
      })
      .filter(({ ours, theirs }) => ours !== theirs);
    expect(vectors.length).toBeGreaterThanOrEqual(CASES_MIN);
    expect(new Set(vectors.map((vector) => vector.verdict)).size).toBeGreaterThanOrEqual(4);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(wrong.length).toBe(0);
  });
});

it('every recorded server is covered', () => {
  expect(recordedServers('rules')).toHaveLength(8);
  expect(recordedServers('cases')).toHaveLength(7);
});

/** The same value with its keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}
