/** Plans of single nodes: what differs, what is left alone, and in which order it is made true. */
import { describe, expect, it } from 'vitest';
import { planFleet, type Difference, type PlanInput } from '../../src/change/index.ts';
import { Secret } from '../../src/conf/index.ts';
import { hashPassword } from '../../src/acl/index.ts';
import { ADMIN, NOW, OPEN, play, policyOf, stateOf, topologyOf, type NodeText } from './plan-scene.ts';

const POLICY = `
security_level: standard
server: { product: redis, version: "7.2" }
users:
  - { name: admin, role: admin }
  - { name: orders, role: readwrite, keys: ["orders:*"] }
`;
const CLOSED = 'default off resetpass resetkeys resetchannels -@all';

async function plan(nodes: NodeText | readonly NodeText[], extra: Partial<PlanInput> = {}, policy = POLICY) {
  const list = Array.isArray(nodes) ? (nodes as readonly NodeText[]) : [nodes as NodeText];
  const states = list.map(stateOf);
  const input: PlanInput = {
    policy: await policyOf(policy),
    topology: topologyOf(list),
    states,
    unreadable: [],
    secrets: new Map(),
    now: NOW,
    ...extra,
  };
  const planned = planFleet(input);
  return {
    ...planned,
    first: planned.plan.nodes[0]?.differences ?? [],
    again: () => planFleet({ ...input, states: states.map((state) => play(state, planned.stages)) }),
    stageNames: planned.stages.map(({ name }) => name),
  };
}

const of = <K extends Difference['kind']>(differences: readonly Difference[], kind: K) =>
  differences.filter((each): each is Extract<Difference, { readonly kind: K }> => each.kind === kind);

describe('a plan of one node', () => {
  it('adds what is missing, closes default, and shows no difference when its steps were made', async () => {
    const {
      first,
      plan: made,
      again,
      stageNames,
    } = await plan({ users: [OPEN, ADMIN] }, { secrets: new Map([['orders', new Secret('pw-of-orders')]]) });
    expect(of(first, 'add-user').map(({ user }) => user)).toEqual(['orders']);
    expect(of(first, 'change-user').map(({ user, direction }) => [user, direction])).toEqual([
      ['default', 'narrow'],
    ]);
    expect(stageNames).toEqual(['extend', 'verify', 'remove', 'revision', 'persist']);
    expect(made.refusals).toEqual([]);
    const next = again();
    expect(next.plan.nodes[0]?.differences).toEqual([]);
    expect(next.stages).toEqual([]);
    expect(next.plan.nodes[0]?.marker).toEqual({ revision: made.revision, exact: true });
  });

  it('prints no password and no hash', async () => {
    const hash = hashPassword('pw-of-orders');
    const planned = await plan(
      { users: [OPEN, ADMIN, `orders on #${hash} ~* +@all`] },
      { secrets: new Map([['orders', new Secret('pw-of-orders')]]) },
    );
    const text = JSON.stringify(planned.plan) + JSON.stringify(planned.stages);
    expect(text).not.toContain('pw-of-orders');
    expect(text).not.toContain(hash);
    expect(text).not.toContain('a'.repeat(64));
  });

  it('changes nothing of a user whose text alone differs', async () => {
    const { again } = await plan({ users: [OPEN, ADMIN] });
    const orders = again().plan.nodes[0];
    expect(orders?.differences).toEqual([]);
  });

  it('knows default closed', async () => {
    const { first } = await plan({ users: [CLOSED, ADMIN] });
    expect(of(first, 'change-user')).toEqual([]);
  });
});
