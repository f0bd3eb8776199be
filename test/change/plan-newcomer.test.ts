/** A node that joined later is drift until it holds what the others hold, passwords included. */
import { describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/acl/index.ts';
import { planFleet, type PlanInput } from '../../src/change/index.ts';
import { ADMIN, NOW, OPEN, play, policyOf, stateOf, topologyOf, type NodeText } from './plan-scene.ts';

const POLICY = `
security_level: basic
server: { product: redis, version: "7.2" }
users:
  - { name: admin, role: admin }
  - { name: orders, role: readwrite, keys: ["orders:*"] }
`;
const hash = (password: string): string => `#${hashPassword(password)}`;
const orders = (...passwords: readonly string[]): string =>
  `orders on ${passwords.map(hash).join(' ')} ~orders:* resetchannels -@all +get`;

async function after(unnamed: readonly NodeText[], extra: Partial<PlanInput> = {}) {
  const nodes = unnamed.map((node, at) => ({ ...node, node: `10.0.0.${at + 1}:6379` }));
  const states = nodes.map(stateOf);
  const input: PlanInput = {
    policy: await policyOf(POLICY),
    topology: topologyOf(nodes),
    states,
    unreadable: [],
    secrets: new Map(),
    now: NOW,
    ...extra,
  };
  const { plan, stages } = planFleet(input);
  const users = states.map((state) => play(state, stages).users);
  const passwords = users.map((fact) =>
    fact.known ? fact.value.find(({ user }) => user.name === 'orders')?.user.passwords : undefined,
  );
  return { passwords, warnings: plan.warnings };
}

describe('a node without a user that the others have', () => {
  it('gets the hash that all of them hold, so that the same password lets in everywhere', async () => {
    const { passwords, warnings } = await after([
      { users: [OPEN, ADMIN, orders('one')] },
      { users: [OPEN, ADMIN, orders('one')] },
      { users: [OPEN, ADMIN] },
    ]);
    const one = [hashPassword('one')];
    expect(passwords).toEqual([one, one, one]);
    expect(warnings.filter((warning) => warning.includes('nobody can log in'))).toEqual([]);
  });

  it('gets no password where the others differ, and the plan says so', async () => {
    const { passwords, warnings } = await after([
      { users: [OPEN, ADMIN, orders('one')] },
      { users: [OPEN, ADMIN, orders('two')] },
      { users: [OPEN, ADMIN] },
    ]);
    expect(passwords).toEqual([[hashPassword('one')], [hashPassword('two')], []]);
    expect(warnings.some((warning) => warning.includes('nobody can log in'))).toBe(true);
  });

  it('gets no password in the middle of a rotation', async () => {
    const nodes = [{ users: [OPEN, ADMIN, orders('one', 'two')] }, { users: [OPEN, ADMIN] }];
    expect((await after(nodes)).passwords[1]).toEqual([]);
    const { passwords } = await after([{ users: [OPEN, ADMIN, orders('one')] }, { users: [OPEN, ADMIN] }], {
      rotating: new Set(['orders']),
    });
    expect(passwords[1]).toEqual([]);
  });
});
