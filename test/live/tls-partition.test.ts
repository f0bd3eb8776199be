/**
 * A real partition, in network namespaces: while the two sides are apart a certificate expires, or the clock of one side
 * goes wrong, and when the network is back the replica is not. The doctor tells the two apart from a network that is
 * still cut, and after its steps the replica comes back by itself.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openFakeClock } from '../../scripts/faketime.mjs';
import { createAuthority, issueCertificate, type Authority } from '../../src/tls/index.ts';
import { run } from '../cli/run.ts';
import {
  availableServers,
  canSplitNetwork,
  readInfo,
  splitNetwork,
  startReplicated,
  waitUntil,
  type SplitNetwork,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';

interface Report {
  readonly exit: number;
  readonly causes: readonly {
    readonly kind: string;
    readonly nodes: readonly string[];
    readonly title: string;
    readonly links: readonly { readonly seen: string }[];
    readonly steps: readonly { readonly command?: string }[];
  }[];
}

const DAY_MS = 86_400_000;
const server = availableServers().find(({ id }) => id === 'redis-7.0');
const folder = mkdtempSync(join(tmpdir(), 'wardis-partition-'));
const clock = server === undefined ? { reason: 'no server' } : openFakeClock(server, folder);
const why = !canSplitNetwork()
  ? 'no network namespaces here'
  : server === undefined
    ? 'redis-7.0 is not on this machine'
    : 'reason' in clock
      ? clock.reason
      : undefined;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(why !== undefined)(
  `after a partition${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let network: SplitNetwork;
    let topology: Topology;
    let primary: TopologyNode;
    let replica: TopologyNode;
    let ca: Authority;

    beforeAll(async () => {
      network = splitNetwork();
      topology = await startReplicated({
        server: String(server?.id),
        access: 'open',
        tls: 'dual',
        replicas: 1,
        conf: ['repl-timeout 2'],
        place: (index) => {
          const { host, launcher } = network.half(index === 0 ? 'a' : 'b');
          const wrong = index === 1 && 'launcher' in clock ? clock.launcher : [];
          return { host, launcher: [...launcher, ...wrong] };
        },
      });
      primary = topology.node('primary');
      replica = topology.node('replica-1');
      ca = await createAuthority({ name: 'Fleet CA', days: 900, at: new Date(Date.now() - 90 * DAY_MS) });
      const since = new Date(Date.now() - 89 * DAY_MS);
      const client = await issueCertificate(ca, { commonName: 'us', usage: 'client', days: 800, at: since });
      for (const [name, text] of [
        ['ca.crt', ca.certPem],
        ['client.crt', client.certPem],
        ['client.key', client.keyPem],
      ] as const) {
        writeFileSync(join(folder, name), text, { mode: 0o600 });
      }
      for (const node of [primary, replica]) await give(node, 30);
      await waitForLink('up');
    });

    afterAll(async () => {
      await topology.stop();
      network.stop();
    });

    async function give(node: TopologyNode, days: number): Promise<void> {
      const hosts = [primary.host, replica.host];
      const pair = await issueCertificate(ca, {
        commonName: 'node',
        ipAddresses: hosts,
        usage: 'node',
        days,
      });
      const write = (name: string, text: string): string => {
        const path = join(node.folder, name);
        writeFileSync(path, text, { mode: 0o600 });
        return path;
      };
      const words = [
        'tls-cert-file',
        write('own.crt', pair.certPem),
        'tls-key-file',
        write('own.key', pair.keyPem),
        'tls-ca-cert-file',
        write('trust.crt', ca.certPem),
      ];
      expect(await node.command('CONFIG', 'SET', ...words)).toBe('OK');
    }

    async function waitForLink(state: 'up' | 'down'): Promise<void> {
      await waitUntil(`the link is ${state}`, async () => {
        return (await readInfo(replica, 'replication')).get('master_link_status') === state;
      });
    }

    const idOf = ({ host, tlsPort = 0 }: TopologyNode): string => `${host}:${tlsPort}`;

    async function examine(): Promise<Report> {
      const files = ['ca.crt', 'client.crt', 'client.key'].map((name) => join(folder, name));
      const [caFile = '', cert = '', key = ''] = files;
      const answer = await run([
        'tls',
        'doctor',
        `rediss://${idOf(primary)}`,
        `rediss://${idOf(replica)}`,
        '-q',
        '--json',
        '--cacert',
        caFile,
        '--cert',
        cert,
        '--key',
        key,
        '--state',
        join(folder, 'state'),
      ]);
      expect(answer.err).toBe('');
      return JSON.parse(answer.out) as Report;
    }

    const causes = ({ causes: all }: Report): unknown => all.map(({ kind, nodes }) => ({ kind, nodes }));

    it('names a certificate that expired while the sides were apart', async () => {
      await give(primary, 3500 / DAY_MS);
      network.partition();
      await waitForLink('down');
      await new Promise((resolve) => setTimeout(resolve, 3000));
      network.heal();
      // The network alone does not bring it back.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect((await readInfo(replica, 'replication')).get('master_link_status')).toBe('down');
      const report = await examine();
      expect(report.exit).toBe(1);
      expect(causes(report)).toEqual([{ kind: 'expired', nodes: [idOf(primary)] }]);
      expect(report.causes[0]?.links).toMatchObject([{ seen: 'down' }]);
      await give(primary, 30);
      await waitForLink('up');
    });

    it('names a clock that went wrong while the sides were apart', async () => {
      if (!('set' in clock)) return;
      network.partition();
      clock.set(60 * 86_400);
      await waitForLink('down');
      network.heal();
      await new Promise((resolve) => setTimeout(resolve, 2500));
      const report = await examine();
      expect(causes(report)).toEqual([{ kind: 'clock', nodes: [idOf(replica)] }]);
      expect(report.causes[0]?.title).toContain('60 days ahead');
      clock.set(0);
      await waitForLink('up');
    });

    it('does not blame certificates while the network is still cut', async () => {
      network.partition();
      await waitForLink('down');
      const report = await examine();
      // Its files lie on another host: without them trust is not known, and that is said rather than a guess made.
      expect(report.exit).toBe(3);
      expect(report.causes).toEqual([]);
      network.heal();
      await waitForLink('up');
    });
  },
);
