/** A thousand nodes cost little more than one: what is the same for many is worked out once. */
import { expect, it } from 'vitest';
import { planFleet, printPlan, summarizePlan } from '../../src/change/index.ts';
import { ADMIN, NOW, OPEN, policyOf, stateOf, topologyOf } from './plan-scene.ts';

const NODES = 1000;
const USERS = 50;
const SESSIONS = 500;
const CHARACTERS_A_NODE_MAX = 4000;
/** The machine that tests run on is busy; on an idle one it takes a fifth of this. */
const SECONDS_MAX = 20;

it('plans a thousand nodes with fifty users within seconds', async () => {
  const users = Array.from(
    { length: USERS },
    (_, at) => `  - { name: app${at}, role: readwrite, keys: ["app${at}:*"] }`,
  );
  const policy = await policyOf(
    `security_level: standard\nusers:\n  - { name: admin, role: admin }\n${users.join('\n')}`,
  );
  const lines = Array.from(
    { length: USERS / 2 },
    (_, at) => `app${at} on #${'ab'.repeat(32)} ~* +@read +@write`,
  );
  const sessions = Array.from({ length: SESSIONS }, (_, at) => ({
    user: `app${at % USERS}`,
    lastCommand: 'get',
  }));
  const text = {
    users: [OPEN, ADMIN, ...lines],
    settings: { timeout: '0', loglevel: 'warning', masteruser: 'repl' },
    secrets: { masterauth: 'link' },
    sessions,
  };
  const sample = stateOf(text);
  const nodes = Array.from(
    { length: NODES },
    (_, at) =>
      ({
        ...text,
        node: `10.0.${at >> 8}.${at & 255}:6379`,
        role: at % 2 === 0 ? 'primary' : 'replica',
      }) as const,
  );
  const replica = stateOf({ ...text, role: 'replica' });
  const states = nodes.map(({ node, role }) => ({ ...(role === 'primary' ? sample : replica), node }));
  const begun = performance.now();
  const { plan, stages } = planFleet({
    policy,
    topology: topologyOf(nodes, 'cluster'),
    states,
    unreadable: [],
    secrets: new Map(),
    now: NOW,
  });
  const seconds = (performance.now() - begun) / 1000;
  expect(summarizePlan(plan)).toMatchObject({ add: USERS / 2, nodesDifferent: NODES });
  expect(stages.find(({ name }) => name === 'extend')?.steps.length).toBe((NODES * USERS) / 2);
  expect(seconds).toBeLessThan(SECONDS_MAX);
  // What all have in common is written once.
  expect(printPlan(plan).length).toBeLessThan(NODES * CHARACTERS_A_NODE_MAX);
});
