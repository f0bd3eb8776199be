// What the plan of a rotation says once, and when two certificates end on one day.
import { expect, it } from 'vitest';
import type { LeafObjection } from '../../src/change/index.ts';
import { withoutFiles } from '../../src/cli/tls/rotate-leaf-plan.ts';
import { pairOf } from '../../src/cli/tls/rotate-leaf-show.ts';

const leafUntil = (notAfter: string): { names: readonly string[]; notAfter: string } => ({
  names: [],
  notAfter,
});

it('gives hours where both certificates end on the same day', () => {
  expect(pairOf(leafUntil('2027-02-20T08:00:00.000Z'), leafUntil('2027-02-20T11:30:00.000Z'))).toBe(
    'a new one until 2027-02-20 08:00 UTC  ->  a new one until 2027-02-20 11:30 UTC',
  );
  expect(pairOf(leafUntil('2027-02-19T08:00:00.000Z'), leafUntil('2027-02-20T11:30:00.000Z'))).toBe(
    'a new one until 2027-02-19  ->  a new one until 2027-02-20',
  );
});

it('says once that the policy names no way to files, and keeps what else stands against it', () => {
  const of = (node: string, code: LeafObjection['code']): LeafObjection => ({
    node,
    severity: 'refused',
    code,
    place: node,
    cause: 'why',
  });
  const all = [of('a', 'no-way'), of('a', 'no-file'), of('b', 'no-way'), of('b', 'unseen')];
  expect(withoutFiles(all, 'prod')).toMatchObject([
    { code: 'no-way', place: 'the policy', next: expect.stringContaining('fleet.prod.files') as string },
    { node: 'b', code: 'unseen' },
  ]);
  expect(withoutFiles([of('b', 'unseen')], 'prod')).toEqual([of('b', 'unseen')]);
});
