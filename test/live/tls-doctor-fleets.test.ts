/** The doctor on a Cluster and on a fleet with Sentinels: every link of the bus and of the Sentinels is judged as well. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { run } from '../cli/run.ts';
import {
  availableServers,
  startCluster,
  startSentinelFleet,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';

interface Report {
  readonly exit: number;
  readonly links: readonly {
    readonly kind: string;
    readonly seen: string;
    readonly judgement: { readonly kind: string };
  }[];
  readonly causes: readonly {
    readonly kind: string;
    readonly nodes: readonly string[];
    readonly links: readonly { readonly kind: string; readonly from: string; readonly to: string }[];
    readonly steps: readonly { readonly kind: string; readonly node: string; readonly command?: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'wardis-tls-fleets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (id: string): boolean => availableServers().some((server) => server.id === id);
const idOf = ({ host, tlsPort = 0 }: TopologyNode): string => `${host}:${tlsPort}`;

async function examine({ tls }: Topology, seeds: readonly TopologyNode[], ca?: string): Promise<Report> {
  const [caPath = '', cert = '', key = ''] = [ca ?? tls?.caPath, tls?.clientCertPath, tls?.clientKeyPath];
  const answer = await run([
    'tls',
    'doctor',
    ...seeds.map((node) => `rediss://${idOf(node)}`),
    '--cacert',
    caPath,
    '--cert',
    cert,
    '--key',
    key,
    '--state',
    join(folder, 'state'),
    '-q',
    '--json',
  ]);
  expect(answer.err).toBe('');
  return JSON.parse(answer.out) as Report;
}

const countOf = (report: Report, kind: string): number =>
  report.links.filter((link) => link.kind === kind && link.judgement.kind === 'passes').length;

describe('a fleet of many links', () => {
  it.skipIf(!has('valkey-9.1'))('that is a Cluster: who lacks the CA of a node that went ahead', async () => {
    const topology = await startCluster({ server: 'valkey-9.1', access: 'open', tls: 'dual' });
    const [seed] = topology.data;
    if (seed === undefined) throw new Error('no node');
    const well = await examine(topology, [seed]);
    expect(well).toMatchObject({ exit: 0, causes: [] });
    expect([countOf(well, 'bus'), countOf(well, 'replication')]).toEqual([30, 3]);
    expect(well.links.filter(({ kind }) => kind === 'bus').every(({ seen }) => seen === 'up')).toBe(true);
    const next = await createAuthority({ name: 'Next CA', days: 30 });
    const request = { commonName: 'node', ipAddresses: ['127.0.0.1'], usage: 'node', days: 9 } as const;
    const { certPem, keyPem } = await issueCertificate(next, request);
    const ahead = topology.node('master-2');
    const [crt, key] = [join(ahead.folder, 'own.crt'), join(ahead.folder, 'own.key')];
    writeFileSync(crt, certPem);
    writeFileSync(key, keyPem);
    const set = ['CONFIG', 'SET', 'tls-cert-file', crt, 'tls-key-file', key];
    expect(await ahead.command(...set)).toBe('OK');
    const [cause, ...more] = (await examine(topology, [seed])).causes;
    expect(more).toEqual([]);
    expect(cause?.kind).toBe('trust');
    // No authority at hand knows that CA: the node is odd, and trusting it is the alternative for each of the others.
    expect(cause?.nodes).toEqual([idOf(ahead)]);
    const others = topology.data.filter((node) => node !== ahead).map(idOf);
    const asked = cause?.steps.map(({ node }) => node).filter((node) => node !== idOf(ahead));
    expect(asked?.toSorted()).toEqual(others.toSorted());
    // Both directions of the bus, and its replica.
    expect(cause?.links).toHaveLength(11);
    await topology.stop();
  });

  it.skipIf(!has('redis-7.0'))(
    'that has Sentinels: judged by the file of each, which tells what it trusts',
    async () => {
      const topology = await startSentinelFleet({ server: 'redis-7.0', access: 'open', tls: 'dual' });
      const well = await examine(topology, topology.nodes);
      expect(well).toMatchObject({ exit: 0, causes: [] });
      expect([countOf(well, 'sentinel'), countOf(well, 'replication')]).toEqual([9, 2]);
      const next = await createAuthority({ name: 'Next CA', days: 30 });
      const request = { commonName: 'node', ipAddresses: ['127.0.0.1'], usage: 'node', days: 9 } as const;
      const { certPem, keyPem } = await issueCertificate(next, request);
      const replica = topology.node('replica-1');
      const [crt, key] = [join(replica.folder, 'own.crt'), join(replica.folder, 'own.key')];
      writeFileSync(crt, certPem);
      writeFileSync(key, keyPem);
      const set = ['CONFIG', 'SET', 'tls-cert-file', crt, 'tls-key-file', key];
      expect(await replica.command(...set)).toBe('OK');
      const { causes } = await examine(topology, topology.nodes);
      const stopped = causes.flatMap(({ links }) => links).filter(({ kind }) => kind === 'sentinel');
      expect(causes.map(({ kind }) => kind)).toEqual(['trust']);
      expect(stopped.map(({ to }) => to)).toEqual(Array.from({ length: 3 }, () => idOf(replica)));
      // A Sentinel reads its files only when it starts.
      const sentinels = topology.sentinels.map(idOf);
      const steps = causes[0]?.steps.filter(
        ({ node, kind }) => sentinels.includes(node) && kind === 'server',
      );
      expect(steps).toEqual([]);
      await topology.stop();
    },
  );
});
