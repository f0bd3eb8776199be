/** What the soak of revocations takes for a lie, and what it excuses. */
import { expect, it } from 'vitest';
import { judge, type Observation } from '../../soak/revoke/judge.ts';
import type { NodeReceipt } from '../../src/change/receipt/receipt.ts';
import { GOOD, nodeWith } from './receipt-samples.ts';

const OUT: Observation = { wayIn: false, sessions: 0, administered: true };
const LATE = '10.0.0.5:6379 did not answer within 250 ms';
const calm = { fault: { kind: 'none' }, lastAt: 0 } as const;

function judged(receipt: NodeReceipt, observed = OUT): readonly [number, number] {
  const { problems, excused } = judge({ name: 'primary' }, receipt, observed, calm);
  return [problems.length, excused];
}

it('a node that was not reached in time is excused, and counted', () => {
  expect(judged({ ...nodeWith(null), detail: LATE })).toEqual([0, 1]);
  expect(judged({ ...nodeWith(null), detail: 'nothing listens on 10.0.0.5:6379' })).toEqual([1, 0]);
});

it('no detail excuses a node that is called revoked', () => {
  for (const seen of [
    { ...OUT, wayIn: true },
    { ...OUT, sessions: 1 },
  ])
    expect(judged({ ...nodeWith(GOOD), detail: LATE }, seen)).toEqual([1, 0]);
  expect(judged(nodeWith(GOOD))).toEqual([0, 0]);
});

it('no detail excuses a node that is called not revoked', () => {
  const left = nodeWith({ ...GOOD, sessions: { ...GOOD.sessions, left: 1 } });
  expect(judged({ ...left, detail: LATE })).toEqual([1, 0]);
  expect(judged({ ...nodeWith(null), outcome: 'not-revoked', open: ['refused'], detail: LATE })).toEqual([
    1, 0,
  ]);
});

it('an administrator who is locked out is never excused', () => {
  expect(judged({ ...nodeWith(null), detail: LATE }, { ...OUT, administered: false })).toEqual([1, 1]);
});
