/** From one authority to the next, as far as it can be told without a server. */
import { describe, expect, it } from 'vitest';
import { authorityProgress, isAllowed } from '../../src/change/certificates/authority-progress.ts';
import { sideOf } from '../../src/change/certificates/authority-side.ts';
import { trustStages, type TrustNode } from '../../src/change/certificates/authority-stages.ts';
import {
  addTrust,
  dropTrust,
  holdsAnyTrust,
  holdsTrust,
  otherTrust,
} from '../../src/change/certificates/authority-trust.ts';
import { Secret } from '../../src/conf/index.ts';
import { issueCertificate, readCertificates } from '../../src/tls/index.ts';
import { clientOf, nodeOf, sightOf, withSamples } from './certificates-ca-samples.ts';

const samples = withSamples();
const NOW = (): Date => new Date();
const rootsOf = (text: string): readonly string[] =>
  readCertificates(text).certificates.map(({ fingerprintSha256 }) => fingerprintSha256);

describe('a file of authorities', () => {
  it('takes the new one first, and keeps everything that it held', () => {
    const { oldCa, newCa, otherCa } = samples;
    const before = `# ours\n${oldCa.certPem}# a partner's\n${otherCa.certPem}`;
    const after = addTrust(before, [newCa.certPem]);
    expect(rootsOf(after)).toEqual([...rootsOf(newCa.certPem), ...rootsOf(before)]);
    expect(after.endsWith(before)).toBe(true);
    expect(addTrust(after, [newCa.certPem])).toBe(after);
  });

  it('loses the old one and nothing else', () => {
    const { oldCa, newCa, otherCa } = samples;
    const both = `${newCa.certPem}# ours\n${oldCa.certPem}# a partner's\n${otherCa.certPem}`;
    const after = dropTrust(both, [oldCa.certPem], [newCa.certPem]);
    expect(after).toBe(`${newCa.certPem}# ours\n# a partner's\n${otherCa.certPem}`);
    expect(dropTrust(after, [oldCa.certPem], [newCa.certPem])).toBe(after);
  });

  it('loses it too where it was written with other line ends, or twice', () => {
    const { oldCa, newCa } = samples;
    const both = `${oldCa.certPem.replaceAll('\n', '\r\n')}${newCa.certPem}${oldCa.certPem}`;
    expect(rootsOf(dropTrust(both, [oldCa.certPem], [newCa.certPem]))).toEqual(rootsOf(newCa.certPem));
  });

  it('is told apart by keys, not by names', () => {
    const { oldCa, newCa, otherCa } = samples;
    expect(holdsTrust(oldCa.certPem, [newCa.certPem])).toBe(false);
    expect(holdsAnyTrust(oldCa.certPem, [newCa.certPem], [])).toBe(false);
    expect(holdsTrust(oldCa.certPem, [])).toBe(false);
    expect(otherTrust(`${oldCa.certPem}${otherCa.certPem}`, [oldCa.certPem, newCa.certPem])).toHaveLength(1);
  });
});

describe('a certificate', () => {
  it('is on the side that it leads to, whatever its dates', async () => {
    const { change, oldLeaf, newLeaf, otherLeaf, oldCa } = samples;
    expect([oldLeaf, newLeaf, otherLeaf].map((leaf) => sideOf([leaf], change, NOW()))).toEqual([
      'old',
      'next',
      'other',
    ]);
    expect(sideOf([otherLeaf], { ...change, others: [] }, NOW())).toBe('unknown');
    const expired = await issueCertificate(oldCa, {
      commonName: 'late',
      usage: 'client',
      days: 1,
      at: new Date(Date.now() - 5 * 86_400_000),
    });
    expect(sideOf([expired.certPem], change, NOW())).toBe('old');
    expect(sideOf([], change, NOW())).toBe('unknown');
    expect(sideOf([newLeaf], { old: change.old, next: [] }, NOW())).toBe('unknown');
  });
});

describe('a fleet on its way to another authority', () => {
  const trustOf = (...parts: readonly (keyof typeof samples)[]): string =>
    parts.map((part) => (samples[part] as { certPem: string }).certPem).join('');

  it('goes through trust, leaves, clients and drop, as what is there tells', () => {
    const { change, oldLeaf, newLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const app = clientOf('app', oldLeaf);
    const next = (pem: string, leaf: string, own: string, clients = [app]): string =>
      authorityProgress(sightOf([nodeOf('a:1', { pem, leaf })], own, clients), change, NOW()).next;
    expect(next(trustOf('oldCa'), oldLeaf, trustOf('oldCa'))).toBe('trust');
    expect(next(both, oldLeaf, trustOf('oldCa'))).toBe('trust');
    expect(next(both, oldLeaf, both)).toBe('leaves');
    expect(next(both, newLeaf, both)).toBe('clients');
    expect(next(both, newLeaf, both, [])).toBe('drop');
    expect(next(trustOf('newCa'), newLeaf, both, [])).toBe('done');
  });

  it('is as far as its last node', () => {
    const { change, newLeaf, oldLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const nodes = [nodeOf('a:1', { pem: both, leaf: newLeaf }), nodeOf('b:1', { pem: both, leaf: oldLeaf })];
    const progress = authorityProgress(sightOf(nodes, both), change, NOW());
    expect(progress.next).toBe('leaves');
    expect(progress.nodes.map(({ needs }) => needs)).toEqual([['drop'], ['leaves', 'drop']]);
  });

  it('goes back to trust where a file has the new authority and the process has not read it', () => {
    const { change, oldLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const stale = nodeOf('a:1', {
      pem: both,
      leaf: oldLeaf,
      admits: { old: { kind: 'admitted' }, next: { kind: 'refused' } },
    });
    const progress = authorityProgress(sightOf([stale], both), change, NOW());
    expect(progress.next).toBe('trust');
    expect(progress.nodes[0]?.trusts).toBe('old');
  });

  it('is not done where a file is without the old authority and the process still lets its clients in', () => {
    const { change, newLeaf } = samples;
    const stale = nodeOf('a:1', {
      pem: trustOf('newCa'),
      leaf: newLeaf,
      admits: { old: { kind: 'admitted' }, next: { kind: 'admitted' } },
    });
    const progress = authorityProgress(sightOf([stale], trustOf('newCa')), change, NOW());
    expect(progress.next).toBe('drop');
  });

  it('believes handshakes where files cannot be read, and counts what neither tells as not done', () => {
    const { change, oldLeaf, newLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const unread = { kind: 'unread', path: '/ca.crt', why: 'no way to its files' } as const;
    const told = nodeOf('a:1', {
      leaf: oldLeaf,
      trust: unread,
      admits: { old: { kind: 'admitted' }, next: { kind: 'admitted' } },
    });
    expect(authorityProgress(sightOf([told], both), change, NOW()).next).toBe('leaves');
    const untold = nodeOf('a:1', { leaf: newLeaf, trust: unread });
    const progress = authorityProgress(sightOf([untold], both), change, NOW());
    expect(progress.next).toBe('trust');
    expect(progress.obstacles.map(({ about }) => about)).toEqual(['a:1']);
  });

  it('does no phase while a node is away', () => {
    const { change, newLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const nodes = [
      nodeOf('a:1', { pem: both, leaf: newLeaf }),
      nodeOf('b:1', { away: 'connection refused', trust: { kind: 'unread', path: '', why: 'away' } }),
    ];
    const progress = authorityProgress(sightOf(nodes, both), change, NOW());
    expect(progress.next).not.toBe('drop');
    expect(progress.obstacles).toMatchObject([
      { about: 'b:1', why: 'cannot be reached: connection refused' },
    ]);
  });

  it('does not touch trust that is a folder, and says what a person does', () => {
    const { change, oldLeaf } = samples;
    const node = nodeOf('a:1', {
      leaf: oldLeaf,
      trust: { kind: 'folder', path: '/etc/redis/ca' },
      admits: { old: { kind: 'admitted' }, next: { kind: 'refused' } },
    });
    const [obstacle] = authorityProgress(sightOf([node], trustOf('newCa')), change, NOW()).obstacles;
    expect(obstacle?.why).toContain('tls-ca-cert-dir /etc/redis/ca');
    expect(obstacle?.next).toContain('openssl rehash /etc/redis/ca');
  });

  it('does not drop the old one while a served certificate leads to it or to nothing known', () => {
    const { change, oldLeaf, newLeaf, otherLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const next = (leaf: string, change_ = change): string =>
      authorityProgress(sightOf([nodeOf('a:1', { pem: both, leaf })], both), change_, NOW()).next;
    expect(next(oldLeaf)).toBe('leaves');
    expect(next(otherLeaf)).toBe('drop');
    expect(next(otherLeaf, { ...change, others: [] })).toBe('leaves');
    const shows = nodeOf('a:1', {
      pem: both,
      leaf: newLeaf,
      shows: { path: '/client.crt', chain: [oldLeaf] },
    });
    const shown = authorityProgress(sightOf([shows], both), change, NOW(), ['a:1: /client.crt']);
    expect(shown.next).toBe('clients');
    expect(shown.clients).toMatchObject([{ name: 'a:1: /client.crt', of: 'node' }]);
    const mute = nodeOf('a:1', { pem: both, served: [{ port: 'a:1', why: 'silent' }] });
    const progress = authorityProgress(sightOf([mute], both), change, NOW());
    expect(progress.next).toBe('leaves');
    expect(progress.obstacles).toHaveLength(1);
  });

  it('does not drop it while a known client leads to it, unless a person says that it is gone', () => {
    const { change, oldLeaf, newLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const app = clientOf('app', oldLeaf);
    const fine = clientOf('reports', newLeaf);
    const sight = sightOf([nodeOf('a:1', { pem: both, leaf: newLeaf })], both, [app, fine]);
    const standing = authorityProgress(sight, change, NOW());
    expect(standing.next).toBe('clients');
    expect(standing.clients.map(({ name }) => name)).toEqual(['app']);
    expect(authorityProgress(sight, change, NOW(), ['app']).next).toBe('drop');
    expect(authorityProgress(sight, change, NOW(), [app.fingerprintSha256.slice(0, 12)]).next).toBe('drop');
    expect(isAllowed(app, [app.fingerprintSha256.slice(0, 7)])).toBe(false);
  });

  it('never lets a person say that we ourselves are gone', () => {
    const { change, oldLeaf, newLeaf } = samples;
    const both = trustOf('newCa', 'oldCa');
    const own = clientOf('wardis', oldLeaf);
    const sight = sightOf([nodeOf('a:1', { pem: both, leaf: newLeaf })], both, [], [own]);
    const progress = authorityProgress(sight, change, NOW(), ['wardis']);
    expect(progress.next).toBe('clients');
    expect(progress.clients).toMatchObject([{ name: 'wardis', of: 'ourselves' }]);
  });
});

describe('the steps that change trust', () => {
  const node = (id: string, parts: Partial<TrustNode> = {}): TrustNode => ({
    id,
    kind: 'server',
    host: 'a',
    trust: { kind: 'file', path: '/ca.crt', pem: 'old', sha256: 'aa' },
    linked: true,
    certificateSetting: '/node.crt',
    serves: { ports: [{ host: '127.0.0.1', port: 1 }], fingerprintSha256: 'ff' },
    ...parts,
  });
  const pair = { certificate: 'cert', key: new Secret('key') };

  it('place a file that nodes of one host share once, and let every node read it', () => {
    const nodes = [node('a:1'), node('a:2'), node('b:1', { host: 'b' })];
    const stages = trustStages(nodes, (content) => `new ${content}`, pair);
    expect(stages.map(({ name, steps }) => [name, steps.map((step) => step.node)])).toEqual([
      ['prepare', ['a:1', 'a:2', 'b:1']],
      ['place', ['a:1', 'b:1']],
      ['reload', ['a:1', 'a:2', 'b:1']],
      ['links', ['a:1', 'a:2', 'b:1']],
    ]);
    const steps = stages.flatMap((stage) => stage.steps);
    expect(steps.map(({ id }) => id)).toEqual(steps.map((_, index) => index + 1));
  });

  it('restart Sentinels one after another, after the servers', () => {
    const sentinels = ['s:1', 's:2', 's:3'].map((id) =>
      node(id, {
        kind: 'sentinel',
        host: id,
        linked: false,
        restart: ['systemctl', 'restart', 'redis-sentinel'],
      }),
    );
    const stages = trustStages([...sentinels, node('a:1')], (content) => content, pair);
    const restarts = stages.filter(({ name }) => name.startsWith('restart'));
    expect(restarts.map(({ steps }) => steps.length)).toEqual([1, 1, 1]);
    expect(stages.findIndex(({ name }) => name === 'links')).toBeLessThan(
      stages.findIndex(({ name }) => name.startsWith('restart')),
    );
    // What a Sentinel serves stays: it must not pass for a restart.
    expect(restarts.flatMap(({ steps }) => steps).every((step) => !('serves' in step))).toBe(true);
  });

  it('ask each server to let a client of the new authority in', () => {
    const reloads = trustStages([node('a:1')], (content) => content, pair)
      .flatMap(({ steps }) => steps)
      .filter((step) => step.kind === 'reload-tls');
    expect(reloads.map(({ on, admits }) => [on, admits !== undefined])).toEqual([
      ['revert', false],
      ['perform', true],
    ]);
  });
});
