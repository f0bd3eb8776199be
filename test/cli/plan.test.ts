/** How a plan is shown: the same of many nodes once, marks, refusals, the closing line; and how it begins. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlan, planFleet, type Plan } from '../../src/change/index.ts';
import { planJsonSchema } from '../../src/change/plan/plan-schema.ts';
import { readOwnedUsers, writeOwnedUsers } from '../../src/cli/change/owned-users.ts';
import { readRecording } from '../../src/cli/change/plan-recording.ts';
import { renderPlan } from '../../src/cli/change/plan-report.ts';
import {
  ADMIN,
  NOW,
  OPEN,
  play,
  policyOf,
  stateOf,
  topologyOf,
  type NodeText,
} from '../change/plan-scene.ts';
import { run } from './run.ts';

const LOOK = { tty: false, colour: false, unicode: true, columns: 100, detail: 'first' } as const;
const POLICY = `
security_level: standard
users:
  - { name: admin, role: admin }
  - { name: orders, role: readwrite, keys: ["orders:*"] }
`;
const CLOSED = 'default off resetpass resetkeys resetchannels -@all';

async function planOf(nodes: readonly NodeText[]) {
  const input = {
    policy: await policyOf(POLICY),
    topology: topologyOf(nodes),
    states: nodes.map(stateOf),
    unreadable: [],
    secrets: new Map(),
    now: NOW,
  };
  const planned = planFleet(input);
  const after = planFleet({ ...input, states: input.states.map((state) => play(state, planned.stages)) });
  return { plan: planned.plan, after: after.plan };
}

const node = (at: number, extra: Partial<NodeText> = {}): NodeText => ({
  node: `10.0.0.${at}:6379`,
  users: [CLOSED, ADMIN],
  ...extra,
});

describe('a plan as it is shown', () => {
  it('does not say that nothing changes where it refuses itself', async () => {
    const { after } = await planOf([node(1)]);
    expect(renderPlan('table', after, LOOK)).toMatch(/\nNo changes\. /);
    const refusals: Plan['refusals'] = [
      { code: 'unreadable', node: node(1).node ?? '', message: 'm', next: 'n', override: 'never' },
    ];
    for (const format of ['table', 'markdown'] as const) {
      const text = renderPlan(format, { ...after, refusals }, LOOK);
      expect(text).not.toContain('No changes');
      expect(text).toContain('Plan refused: what it would change on 1 node is not known.');
    }
  });

  it('tells what many nodes have in common once, and what one has by itself beside it', async () => {
    const odd = node(3, { users: [CLOSED, ADMIN, 'orders on nopass ~* &* +@all'] });
    const { plan } = await planOf([node(1), node(2), odd]);
    const text = renderPlan('table', plan, LOOK);
    expect(text.match(/\+ user +orders: on/g)).toHaveLength(1);
    expect(text).toContain('on 2 of 3 nodes: 10.0.0.1:6379, 10.0.0.2:6379');
    expect(text).toContain('on 10.0.0.3:6379\n  ~ user          orders\n');
    expect(text).toMatch(/- keys +~\* \(read, write\)/);
    expect(text).toContain('note: 10.0.0.3:6379 differs from its siblings in orders (only there).');
    expect(text.trimEnd().split('\n').at(-1)).toBe('Plan: 1 to add, 1 to change, 0 to remove on 3 nodes.');
  });

  it('tells users that change alike once, by their names', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const policy = await policyOf(
      `security_level: basic\nusers: [${names.map((name) => `{ name: ${name}, role: readonly, keys: ["x:*"] }`).join(', ')}, { name: admin, role: admin }]`,
    );
    const text: NodeText = { users: [CLOSED, ADMIN, ...names.map((name) => `${name} on nopass ~* &* +get`)] };
    const planned = planFleet({
      policy,
      topology: topologyOf([text]),
      states: [stateOf(text)],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
    });
    const shown = renderPlan('table', planned.plan, LOOK);
    expect(shown).toContain('~ user          5 users: a, b, c and 2 more\n');
    expect(shown.match(/- keys/g)).toHaveLength(1);
    expect(renderPlan('table', planned.plan, { ...LOOK, detail: 'all' })).toContain(
      '5 users: a, b, c, d, e\n',
    );
  });

  it('says that nothing differs, and which revision the nodes hold', async () => {
    const { after } = await planOf([node(1), node(2)]);
    const text = renderPlan('table', after, LOOK);
    expect(text).toMatch(/\nNo changes\. 2 of 2 nodes hold revision [0-9a-f]{8}\.\n$/);
  });

  it('gives each refusal once, with what to do', async () => {
    const sessions = [{ user: 'default', name: 'old-app', lastCommand: 'get' }];
    const nodes = [1, 2].map((at) => node(at, { users: [OPEN, ADMIN], sessions }));
    const text = renderPlan('table', (await planOf(nodes)).plan, LOOK);
    expect(text.match(/default-in-use {2}10\.0\.0\.1:6379, 10\.0\.0\.2:6379/g)).toHaveLength(1);
    expect(text).toContain('old-app');
    expect(text).toContain('next: wardis migrate');
    expect(text).toContain('default: closed');
  });

  it('never says that nothing differs of nodes that were not read', async () => {
    const { after } = await planOf([node(1)]);
    const unread: Plan = {
      ...after,
      nodes: [],
      unreadable: [{ node: '10.0.0.9:6379', code: 'E612', detail: 'no answer' }],
    };
    const text = renderPlan('table', unread, LOOK);
    expect(text).toContain('? 10.0.0.9:6379  could not be read: no answer (E612)');
    expect(text).not.toContain('No changes');
    expect(text.split('\n')[0]).toMatch(/^1 node not read · revision [0-9a-f]{8}$/);
  });

  it('fits a terminal, folded at blanks, and is one line each in a pipe', async () => {
    const sessions = [{ user: 'default', name: 'old-app', lastCommand: 'get' }];
    const odd = [1, 2, 3].map((at) => node(at, { users: [at === 1 ? OPEN : CLOSED, ADMIN], sessions }));
    const { plan } = await planOf(odd);
    const wide = renderPlan('table', plan, { ...LOOK, columns: Number.POSITIVE_INFINITY });
    const narrow = renderPlan('table', plan, { ...LOOK, columns: 60 });
    expect(
      Math.max(
        ...narrow
          .split('\n')
          .slice(1)
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(60);
    const words = (text: string): string => text.replace(/\s+/g, ' ');
    const reason =
      wide
        .split('\n')
        .find((line) => line.includes('would be closed'))
        ?.trim() ?? '';
    expect(reason.length).toBeGreaterThan(60);
    expect(reason).toContain('while 1 session uses it');
    expect(words(narrow)).toContain(reason);
  });

  it('has colour only where it is asked for, and makes names harmless', async () => {
    const { plan } = await planOf([node(1, { users: [CLOSED, ADMIN, 'bad\u001B[31mname on nopass +get'] })]);
    expect(renderPlan('table', plan, LOOK)).not.toContain('\u001B');
    expect(renderPlan('table', plan, { ...LOOK, colour: true })).toContain('\u001B[32m+\u001B[0m');
    expect(renderPlan('json', plan, LOOK)).not.toContain('\u001B');
  });

  it('is a diff in markdown', async () => {
    const { plan } = await planOf([node(1)]);
    expect(renderPlan('markdown', plan, LOOK)).toMatch(/^### Plan: 1 to add.*\n\n```diff\n[^]*\n```\n$/);
  });

  it('is JSON by the published schema, and reads back', async () => {
    const { plan } = await planOf([node(1)]);
    const text = renderPlan('json', plan, LOOK);
    expect(await parsePlan(text)).toMatchObject({ ok: true, plan: { revision: plan.revision } });
    expect(planJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Plan of wardis',
    });
  });
});

describe('wardis plan', () => {
  it('needs a policy, and knows what --allow takes', async () => {
    const nowhere = await run(['plan', '127.0.0.1:1', '--policy', '/nonexistent/wardis.yaml']);
    expect(nowhere.exit).toBe(2);
    const wrong = await run(['plan', '127.0.0.1:1', '--allow', 'own-user']);
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain('default-in-use');
  });
});

describe('what a plan remembers', () => {
  it('keeps the users of each fleet apart', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wardis-owned-'));
    try {
      expect(readOwnedUsers(folder, 'a').size).toBe(0);
      writeOwnedUsers(folder, 'a', ['x', 'y']);
      writeOwnedUsers(folder, undefined, ['z']);
      writeOwnedUsers(folder, 'a', ['y']);
      expect([...readOwnedUsers(folder, 'a')]).toEqual(['y']);
      expect([...readOwnedUsers(folder, undefined)]).toEqual(['z']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes a recording without users for that of the one application', async () => {
    const policy = await policyOf(POLICY);
    const found = await readRecording('test/fixtures/change/seen.txt', policy);
    expect([...found.keys()]).toEqual(['orders', 'reports']);
    expect([...(found.get('orders')?.commands.keys() ?? [])]).toEqual(['get']);
  });
});
