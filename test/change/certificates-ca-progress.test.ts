/** What a fleet on its way to another authority must not forget: other fleets, and programs that are running. */
import { describe, expect, it } from 'vitest';
import {
  authorityProgress,
  type AuthorityProgress,
} from '../../src/change/certificates/authority-progress.ts';
import type { AuthoritySight } from '../../src/change/certificates/authority-sight.ts';
import { clientOf, nodeOf, sightOf, withSamples } from './certificates-ca-samples.ts';

const samples = withSamples();

function progressOf(
  parts: Partial<AuthoritySight>,
  leaf: string,
  allowed: readonly string[] = [],
): AuthorityProgress {
  const both = `${samples.newCa.certPem}${samples.oldCa.certPem}`;
  const sight = { ...sightOf([nodeOf('a:1', { pem: both, leaf })], both), ...parts };
  return authorityProgress(sight, samples.change, new Date(), allowed);
}

describe('nodes of another fleet that serve certificates of the old authority', () => {
  const elsewhere = (
    trusts: 'next' | 'unknown',
    leaf = samples.oldLeaf,
  ): NonNullable<AuthoritySight['elsewhere']> => [{ id: 'b:1', chain: [leaf], trusts }];

  it('stand before leaves and clients, until their fleet went through trust or a person names them', () => {
    const { oldLeaf, newLeaf } = samples;
    const leaves = progressOf({ elsewhere: elsewhere('unknown') }, oldLeaf);
    expect([leaves.next, leaves.obstacles.map(({ about }) => about)]).toEqual(['leaves', ['b:1']]);
    const clients = [clientOf('app', oldLeaf)];
    const moved = progressOf({ elsewhere: elsewhere('unknown'), clients }, newLeaf);
    expect([moved.next, moved.obstacles.map(({ about }) => about)]).toEqual(['clients', ['b:1']]);
    expect(progressOf({ elsewhere: elsewhere('next') }, oldLeaf).obstacles).toEqual([]);
    expect(progressOf({ elsewhere: elsewhere('unknown') }, oldLeaf, ['b:1']).obstacles).toEqual([]);
    expect(progressOf({ elsewhere: elsewhere('unknown', newLeaf) }, oldLeaf).obstacles).toEqual([]);
  });

  it('are named for as long as they serve one', () => {
    const { newLeaf } = samples;
    expect(progressOf({ elsewhere: elsewhere('next') }, newLeaf).elsewhere).toEqual(['b:1']);
    expect(progressOf({ elsewhere: elsewhere('next', newLeaf) }, newLeaf).elsewhere).toEqual([]);
  });
});

describe('a client whose files hold a certificate of the new authority', () => {
  it('is named before the drop, because its program may still show the old one', () => {
    const { oldLeaf, newLeaf } = samples;
    const one = { name: 'app', fingerprintSha256: 'ab', until: '2026-12-01T00:00:00.000Z' };
    const renewed = [
      { ...one, from: [oldLeaf], to: [newLeaf] },
      { ...one, name: 'other', from: [newLeaf], to: [newLeaf] },
    ];
    const { next, reloads } = progressOf({ renewed }, newLeaf);
    expect([next, reloads]).toEqual(['drop', [one]]);
  });
});

describe('a node whose TLS ends before it', () => {
  it('is an obstacle while handshakes do not show that a person acted there', () => {
    const { change, newCa, oldCa, oldLeaf } = samples;
    const why = 'TLS ends before it';
    const trust = { kind: 'unread', path: '', why } as const;
    const admitted = { kind: 'admitted' } as const;
    const front = nodeOf('p:1', { trust, outside: why, leaf: oldLeaf });
    const both = `${newCa.certPem}${oldCa.certPem}`;
    const untold = authorityProgress(sightOf([front], both), change, new Date());
    expect([untold.next, untold.obstacles.map(({ about }) => about)]).toEqual(['trust', ['p:1']]);
    const ready = { ...front, admits: { old: admitted, next: admitted } };
    const leaves = authorityProgress(sightOf([ready], both), change, new Date());
    expect([leaves.next, leaves.obstacles.map(({ next }) => next)]).toEqual([
      'leaves',
      [expect.stringContaining('serve a certificate of the new authority')],
    ]);
  });
});
