/**
 * A fleet whose nodes cannot reach each other by TLS, and the doctor who says why: a clock that is off, a rotation that
 * reached one side only, a certificate that expired, one that is not made for dialling, TLS on one side only. After the
 * steps that it prints, done here one by one, the replica is back by itself.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { openFakeClock } from '../../scripts/faketime.mjs';
import { createAuthority, issueCertificate, type Authority } from '../../src/tls/index.ts';
import { run } from '../cli/run.ts';
import {
  forEachServer,
  readInfo,
  startReplicated,
  waitUntil,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;

interface Step {
  readonly kind: string;
  readonly node: string;
  readonly words: string;
  readonly command?: string;
  readonly adds?: { readonly path: string; readonly pem: string };
}

interface Report {
  readonly exit: number;
  readonly causes: readonly {
    readonly kind: string;
    readonly nodes: readonly string[];
    readonly title: string;
    readonly detail: string;
    readonly links: readonly { readonly from: string; readonly to: string; readonly seen: string }[];
    readonly steps: readonly Step[];
  }[];
  readonly clocks: { readonly clocks: readonly { readonly node: string; readonly state: string }[] };
  readonly unknown: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'wardis-tls-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const idOf = ({ host, tlsPort = 0 }: TopologyNode): string => `${host}:${tlsPort}`;

async function examine(topology: Topology, ...more: readonly string[]): Promise<Report> {
  const argv = ['tls', 'doctor', ...topology.data.map((node) => `rediss://${idOf(node)}`), '-q'];
  const own = ['ca.crt', 'client.crt', 'client.key'].map((name) => join(topology.folder, `long-${name}`));
  const [ca = '', cert = '', key = ''] = own;
  const login = ['--cacert', ca, '--cert', cert, '--key', key, '--state', join(folder, 'state')];
  const answer = await run([...argv, '--json', ...login, ...more]);
  expect(answer.err).toBe('');
  const report = JSON.parse(answer.out) as Report;
  expect(report.exit).toBe(answer.exit);
  return report;
}

/** Ends the link as a cut would; the replica dials again within a second. */
async function cut(primary: TopologyNode): Promise<void> {
  await primary.command('CLIENT', 'KILL', 'TYPE', 'replica');
}

async function waitForLink(replica: TopologyNode, state: 'up' | 'down'): Promise<void> {
  await waitUntil(`the link of ${replica.name} is ${state}`, async () => {
    return (await readInfo(replica, 'replication')).get('master_link_status') === state;
  });
}

/** Does what the doctor printed, where it is a command for a server or a file of it. */
async function follow(topology: Topology, steps: readonly Step[]): Promise<void> {
  for (const { node, kind, command = '', adds } of steps) {
    const there = topology.data.find((each) => idOf(each) === node);
    if (adds !== undefined) appendFileSync(adds.path, adds.pem);
    if (kind === 'server') expect(await there?.command(...command.split(' '))).toBe('OK');
  }
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  const clockFolder = mkdtempSync(join(folder, 'clock-'));
  const clock = openFakeClock(server, clockFolder);
  let topology: Topology;
  let ca: Authority;
  let primary: TopologyNode;
  let replica: TopologyNode;
  let other: TopologyNode;

  beforeAll(async () => {
    topology = await startReplicated({
      server,
      access: 'open',
      tls: 'dual',
      place: (index) => ({
        host: '127.0.0.1',
        launcher: index === 1 && 'launcher' in clock ? clock.launcher : [],
      }),
    });
    primary = topology.node('primary');
    replica = topology.node('replica-1');
    other = topology.node('replica-2');
    ca = await createAuthority({ name: 'Fleet CA', days: 900, at: new Date(Date.now() - 90 * DAY_MS) });
    const client = await issueCertificate(ca, {
      commonName: 'us',
      usage: 'client',
      days: 800,
      at: new Date(Date.now() - 89 * DAY_MS),
    });
    for (const [name, text] of [
      ['ca.crt', ca.certPem],
      ['client.crt', client.certPem],
      ['client.key', client.keyPem],
    ] as const)
      writeFileSync(join(topology.folder, `long-${name}`), text, { mode: 0o600 });
    for (const node of topology.data) await restore(node);
    for (const node of [replica, other]) await waitForLink(node, 'up');
  });

  /** Files of its own for one node, taken at once. */
  async function give(
    node: TopologyNode,
    files: { readonly trust?: string; readonly pair?: { readonly certPem: string; readonly keyPem: string } },
  ): Promise<void> {
    const at = (name: string): string => join(node.folder, name);
    if (files.trust !== undefined) writeFileSync(at('trust.crt'), files.trust);
    const words = files.trust === undefined ? [] : ['tls-ca-cert-file', at('trust.crt')];
    if (files.pair !== undefined) {
      writeFileSync(at('own.crt'), files.pair.certPem);
      writeFileSync(at('own.key'), files.pair.keyPem);
      words.push('tls-cert-file', at('own.crt'), 'tls-key-file', at('own.key'));
    }
    expect(await node.command('CONFIG', 'SET', ...words)).toBe('OK');
  }

  /** A certificate of 30 days and the one CA, as at the start. */
  async function restore(node: TopologyNode): Promise<void> {
    await give(node, { trust: ca.certPem, pair: await issueNode(ca, 30) });
  }

  it('is content with a fleet that is well', async () => {
    const report = await examine(topology);
    expect(report).toMatchObject({ exit: 0, causes: [], unknown: [] });
    expect(report.clocks.clocks.map(({ state }) => state)).toEqual(['right', 'right', 'right']);
  });

  const withClock = 'launcher' in clock ? it : it.skip;
  withClock(
    `names the node whose clock is off${'reason' in clock ? ` (skipped: ${clock.reason})` : ''}`,
    async () => {
      if (!('set' in clock)) return;
      for (const days of [60, -2]) {
        clock.set(days * DAY_S);
        await cut(primary);
        await waitForLink(replica, 'down');
        const report = await examine(topology);
        expect(report.exit).toBe(1);
        expect(report.causes.map(({ kind, nodes }) => ({ kind, nodes }))).toEqual([
          { kind: 'clock', nodes: [idOf(replica)] },
        ]);
        expect(report.causes[0]?.title).toContain(days > 0 ? '60 days ahead' : '2 days behind');
        expect(report.causes[0]?.links).toMatchObject([
          { from: idOf(replica), to: idOf(primary), seen: 'down' },
        ]);
        clock.set(0);
        await waitForLink(replica, 'up');
      }
      // So far ahead that our own certificate is over there, and nobody can ask it for the time.
      clock.set(760 * DAY_S);
      const guess = await examine(topology);
      expect(guess.causes).toMatchObject([{ kind: 'clock', nodes: [idOf(replica)] }]);
      expect(guess.causes[0]?.title).toContain('most likely far ahead');
      clock.set(0);
      await waitForLink(replica, 'up');
      expect(await examine(topology)).toMatchObject({ exit: 0, causes: [] });
    },
  );

  it('names who lacks which CA after a rotation on one side only, and heals it', async () => {
    const next = await createAuthority({ name: 'Next CA', days: 30 });
    await give(other, { trust: next.certPem + ca.certPem, pair: await issueNode(next, 9) });
    await cut(primary);
    await waitForLink(other, 'down');
    // We do not trust it either, so it cannot be asked, and nobody can say that its CA is meant: it is the odd one.
    const blind = await examine(topology);
    expect(blind).toMatchObject({ exit: 1, causes: [{ kind: 'trust', nodes: [idOf(other)] }] });
    expect(blind.causes[0]?.detail).toContain('Our own CA file does not have it either');
    expect(blind.causes[0]?.steps.every(({ kind }) => kind === 'person')).toBe(true);
    expect(blind.unknown.join('\n')).toContain(`${idOf(other)} could not be asked`);
    writeFileSync(join(topology.folder, 'long-ca.crt'), ca.certPem + next.certPem);
    const report = await examine(topology);
    expect(report).toMatchObject({ exit: 1, causes: [{ kind: 'trust', nodes: [idOf(primary)] }] });
    expect(report.causes[0]?.links).toMatchObject([{ from: idOf(other), seen: 'down' }]);
    expect(report.causes[0]?.title).toContain('CN=Next CA');
    expect(report.causes[0]?.detail).toContain('one side only');
    await follow(topology, report.causes[0]?.steps ?? []);
    await waitForLink(other, 'up');
    // Its own trust still has both, so it is whole in that direction.
    expect(await examine(topology)).toMatchObject({ exit: 0, causes: [] });
    await restore(primary);
    await restore(other);
    await waitForLink(other, 'up');
  });

  it('sees a certificate that expired under a living link, before and after the link is cut', async () => {
    await give(primary, { pair: await issueNode(ca, 2500 / DAY_MS) });
    await cut(primary);
    await waitForLink(replica, 'up');
    await waitForLink(other, 'up');
    await new Promise((resolve) => setTimeout(resolve, 2600));
    const before = await examine(topology);
    expect(before.causes).toMatchObject([{ kind: 'expired', nodes: [idOf(primary)] }]);
    expect(before.causes[0]?.links.map(({ seen }) => seen)).toEqual(['up', 'up']);
    await cut(primary);
    await waitForLink(replica, 'down');
    await waitForLink(other, 'down');
    const after = await examine(topology);
    expect(after.causes[0]?.links.map(({ seen }) => seen)).toEqual(['down', 'down']);
    expect(after.causes[0]?.steps[0]?.command).toContain('wardis tls rotate leaf');
    await restore(primary);
    await waitForLink(replica, 'up');
    await waitForLink(other, 'up');
  });

  it('names a certificate that is not made for dialling', async () => {
    const pair = await issueCertificate(ca, {
      commonName: 'only-serves',
      usage: 'server',
      days: 9,
      ipAddresses: ['127.0.0.1'],
    });
    await give(other, { pair });
    await cut(primary);
    await waitForLink(other, 'down');
    const report = await examine(topology);
    expect(report.causes).toMatchObject([{ kind: 'usage', nodes: [idOf(other)] }]);
    expect(report.causes[0]?.detail).toContain('serverAuth');
    await restore(other);
    await waitForLink(other, 'up');
  });

  it('names TLS on one side only, and heals it by what it prints', async () => {
    expect(await replica.command('CONFIG', 'SET', 'tls-replication', 'no')).toBe('OK');
    await cut(primary);
    await waitForLink(replica, 'down');
    const report = await examine(topology);
    expect(report.causes).toMatchObject([{ kind: 'transport', nodes: [idOf(replica)] }]);
    await follow(topology, report.causes[0]?.steps ?? []);
    await waitForLink(replica, 'up');
  });

  it('does not take a node for well that cannot be reached', async () => {
    other.pause();
    try {
      const report = await examine(topology, '--connect-timeout', '0.3', '--command-timeout', '0.3');
      expect(report.exit).toBe(3);
      expect(report.unknown.join('\n')).toContain(`${idOf(other)} could not be asked`);
    } finally {
      other.resume();
    }
  });
});

function issueNode(authority: Authority, days: number): Promise<{ certPem: string; keyPem: string }> {
  return issueCertificate(authority, { commonName: 'node', ipAddresses: ['127.0.0.1'], usage: 'node', days });
}
