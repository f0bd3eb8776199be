/** Receipts for tests: one that is revoked on two nodes, and ways to change it. */
import type { NodeEvidence, NodeReceipt, Receipt } from '../../src/change/receipt/receipt.ts';
import { judgeFleet, judgeNode } from '../../src/change/receipt/verdict.ts';

export const GOOD: NodeEvidence = {
  cutAt: '2026-11-21T22:58:00.100Z',
  readAt: '2026-11-21T22:58:00.180Z',
  account: { state: 'absent' },
  sessions: { seen: ['10.0.1.7:51234'], ended: 1, left: 0 },
  oldSecret: { login: 'refused', hash: 'gone' },
  persistence: { by: 'acl-save', state: 'saved', file: 'not-read', detail: '' },
  replication: { before: 'none', after: 'none' },
};

export function nodeWith(evidence: NodeEvidence | null, node = '10.0.0.5:6379'): NodeReceipt {
  return {
    node,
    role: 'primary',
    server: evidence === null ? null : 'redis-7.0.15',
    identity: evidence === null ? null : 'a'.repeat(40),
    ...judgeNode(evidence, 'unreachable'),
    detail: '',
    evidence,
  };
}

export function receiptOf(nodes: readonly NodeReceipt[], change: Partial<Receipt> = {}): Receipt {
  return {
    kind: 'wardis.revocation',
    schemaVersion: '1',
    run: '2026-11-21T225800Z-revoke-3f9c',
    continues: null,
    user: 'ops-temp',
    fleet: 'prod',
    topology: 'replicated',
    actor: 'deploy@bastion',
    tool: 'wardis 0.1.0',
    startedAt: '2026-11-21T22:58:00.000Z',
    issuedAt: '2026-11-21T22:58:00.200Z',
    account: 'delete',
    forced: [],
    ...judgeFleet(nodes, []),
    nodes: [...nodes],
    notSeen: [],
    alsoKnown: [],
    inventory: 'none',
    ...change,
  };
}
