/**
 * `wardis tls inspect` against real servers: every port of a fleet from one seed, names as they are told, ciphers as they
 * are accepted, chains as they are sent, and nothing left in the logs that a look should not leave.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectionSchema } from '../../src/cli/tls/inspect-schema.ts';
import type { InspectReport } from '../../src/cli/tls/inspect-report.ts';
import {
  createAuthority,
  createIntermediate,
  issueCertificate,
  type Authority,
} from '../../src/tls/index.ts';
import { run } from '../cli/run.ts';
import {
  availableServers,
  reloadTls,
  startCluster,
  startSentinelFleet,
  startStandalone,
  type Topology,
} from '../servers/index.ts';

const has = (id: string): boolean => availableServers().some((server) => server.id === id);
const DAY_MS = 86_400_000;

function accessTo(fleet: Topology, node: string): readonly string[] {
  const { tls, admin, folder } = fleet;
  if (tls === undefined) throw new Error('the fleet has no TLS');
  const password = join(folder, 'admin.password');
  writeFileSync(password, admin.password ?? '', { mode: 0o600 });
  const files = { '--cacert': tls.caPath, '--cert': tls.clientCertPath, '--key': tls.clientKeyPath };
  const login = { '--user': admin.user ?? 'default', '--password-file': password };
  const place = { '--state': join(folder, 'state') };
  return [
    `127.0.0.1:${fleet.node(node).tlsPort ?? 0}`,
    ...Object.entries({ ...files, ...login, ...place }).flat(),
    '-q',
  ];
}

async function inspect(fleet: Topology, node: string, ...more: readonly string[]) {
  const answer = await run(['tls', 'inspect', ...accessTo(fleet, node), '--json', ...more]);
  const parsed = inspectionSchema.safeParse(JSON.parse(answer.out));
  expect(parsed.error?.issues).toBeUndefined();
  const report = JSON.parse(answer.out) as InspectReport;
  const outcomes = report.assessment.targets.flatMap((target) => target.outcomes);
  const failed = (id: string): readonly string[] =>
    outcomes.flatMap(({ checkId, status, subject }) =>
      checkId === id && status === 'fail' ? [subject] : [],
    );
  return { ...answer, report, outcomes, failed };
}

const longLived = (name: string): Promise<Authority> => createAuthority({ name, days: 3650, pathLength: 1 });

describe.skipIf(!has('redis-7.0'))('a server on its own, Redis 7.0', () => {
  let fleet: Topology;
  let root: Authority;
  beforeAll(async () => {
    root = await longLived('Inspected Root');
    fleet = await startStandalone({ server: 'redis-7.0', tls: 'only', tlsFiles: 'own', tlsAuthority: root });
  }, 60_000);
  afterAll(() => fleet?.stop());

  it('is found to speak TLS though nobody said so, and tells what it accepts one by one', async () => {
    const { report, failed, outcomes, exit } = await inspect(fleet, 'primary', '--offer');
    const port = report.nodes[0]?.ports[0];
    expect(report.nodes[0]).toMatchObject({ role: 'primary', server: expect.stringMatching(/^redis 7\.0/) });
    expect(port).toMatchObject({ purpose: 'clients', clientCertificate: 'required', trusted: true });
    expect(port?.offer?.versions).toEqual(['TLSv1.2', 'TLSv1.3']);
    // Nothing binds the suites of TLS 1.2 here: OpenSSL's own list takes SHA-1.
    expect(port?.offer?.weak).toContain('ECDHE-ECDSA-AES128-SHA');
    // With forward secrecy that is out of date and not broken: no alarm.
    expect(failed('TLS-008')).toHaveLength(1);
    expect(outcomes.find(({ checkId }) => checkId === 'TLS-008')?.severity).toBe('low');
    expect(exit).toBe(0);
    expect(port?.resumption?.map(({ kind }) => kind)).toEqual(['resumed', 'resumed']);
    expect(Math.abs(report.nodes[0]?.clock?.aheadMs ?? 1e9)).toBeLessThan(2000);
  });

  it('that was given new files and no reload serves another certificate than the one on disk', async () => {
    await fleet.tls?.placeLeaf('primary', { days: 60 });
    const before = await inspect(fleet, 'primary', '--files');
    expect(before.report.nodes[0]?.ports[0]?.onDisk.state).toBe('different');
    expect(before.failed('TLS-028')).toHaveLength(1);
    await reloadTls(fleet.node('primary'));
    const after = await inspect(fleet, 'primary', '--files');
    expect(after.report.nodes[0]?.ports[0]?.onDisk.state).toBe('same');
    expect(after.failed('TLS-028')).toEqual([]);
  });

  it('whose files lie here by the policy is held against them without a word, unless told not to', async () => {
    const policy = join(fleet.folder, 'local.yaml');
    const seed = `127.0.0.1:${fleet.node('primary').tlsPort ?? 0}`;
    writeFileSync(policy, `version: 1\nfleet: {prod: {seeds: ["rediss://${seed}"], files: {via: local}}}\n`);
    const onDisk = async (...more: readonly string[]) =>
      (await inspect(fleet, 'primary', ...more)).report.nodes[0]?.ports[0]?.onDisk.state;
    expect(await onDisk('--policy', policy)).toBe('same');
    expect(await onDisk('--policy', policy, '--no-files')).toBe('unknown');
    expect(await onDisk()).toBe('unknown');
  });

  it('that does not send its intermediate is caught, though our CA file holds it', async () => {
    const issuer = await createIntermediate(root, { name: 'Inspected Issuer', days: 1000 });
    const leaf = await issueCertificate(issuer, {
      commonName: 'primary',
      usage: 'node',
      days: 60,
      ipAddresses: ['127.0.0.1'],
    });
    const files = fleet.tls?.filesOf('primary');
    if (files === undefined) throw new Error('no files');
    const bundle = join(fleet.folder, 'bundle.crt');
    writeFileSync(bundle, root.certPem + issuer.certPem);
    writeFileSync(files.key, leaf.keyPem, { mode: 0o600 });
    writeFileSync(files.certificate, leaf.certPem);
    await reloadTls(fleet.node('primary'));
    const alone = await inspect(fleet, 'primary', '--cacert', bundle);
    expect(alone.report.nodes[0]?.ports[0]?.sent).toEqual({
      state: 'incomplete',
      missing: 'CN=Inspected Issuer',
    });
    expect(alone.failed('TLS-034')).toHaveLength(1);
    writeFileSync(files.certificate, leaf.certPem + issuer.certPem);
    await reloadTls(fleet.node('primary'));
    const whole = await inspect(fleet, 'primary', '--cacert', bundle);
    expect(whole.report.nodes[0]?.ports[0]?.sent).toEqual({ state: 'complete', root: 'CN=Inspected Root' });
    expect(whole.failed('TLS-034')).toEqual([]);
  });

  it('that refuses our login shows its port all the same, and the exit code says why the rest is missing', async () => {
    const wrong = join(fleet.folder, 'wrong.password');
    writeFileSync(wrong, 'not-the-password');
    const { report, exit } = await inspect(fleet, 'primary', '--password-file', wrong);
    expect(exit).toBe(4);
    expect(report.nodes[0]?.ports[0]?.leaf?.subject).toBe('CN=primary');
    expect(report.nodes[0]?.unreachable).toBeDefined();
  });

  it('shows its port to a stranger too, and that the rest is not known', async () => {
    const answer = await run(['tls', 'inspect', `127.0.0.1:${fleet.node('primary').tlsPort ?? 0}`, '-q']);
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('client certificate required');
    expect(answer.out).toContain('--cacert FILE');
  });
});

describe.skipIf(!has('redis-7.0'))('a fleet with Sentinels, Redis 7.0', () => {
  let fleet: Topology;
  beforeAll(async () => {
    const now = Date.now();
    fleet = await startSentinelFleet({
      server: 'redis-7.0',
      tls: 'only',
      tlsFiles: 'own',
      tlsAuthority: await longLived('Inspected Root'),
      tlsLeaf: (node) =>
        node === 'replica-1'
          ? { days: 12, at: new Date(now - 10 * DAY_MS) }
          : { days: 90, at: new Date(now) },
    });
  }, 60_000);
  afterAll(() => fleet?.stop());

  it('is seen whole from one Sentinel, each node with who tells clients of it', async () => {
    const { report, failed } = await inspect(fleet, 'sentinel-1', '--files');
    expect(report.kind).toBe('sentinel');
    expect(report.nodes.map(({ role }) => role).toSorted()).toEqual([
      'primary',
      'replica',
      'replica',
      'sentinel',
      'sentinel',
      'sentinel',
    ]);
    for (const { ports, told, trusts } of report.nodes) {
      expect(ports).toHaveLength(1);
      expect(told.map(({ by }) => by)).toContain('sentinel');
      expect(told.every(({ covered }) => covered)).toBe(true);
      expect(trusts?.map(({ subject }) => subject)).toEqual(['CN=Inspected Root']);
    }
    const replica = `127.0.0.1:${fleet.node('replica-1').tlsPort ?? 0}`;
    expect(failed('TLS-011')).toEqual([replica]);
    expect(report.timeline[0]).toMatchObject({ subject: 'CN=replica-1', state: 'due', where: [replica] });
    for (const id of ['TLS-014', 'TLS-035', 'TLS-040', 'TLS-041']) expect(failed(id), id).toEqual([]);
  });

  it('in which one node trusts another authority has links that will not come back, and says which', async () => {
    const other = await longLived('Other Root');
    const node = fleet.node('replica-2');
    const files = fleet.tls?.filesOf('replica-2');
    if (files === undefined) throw new Error('no files');
    const before = readFileSync(files.ca, 'utf8');
    writeFileSync(files.ca, other.certPem);
    const { failed } = await inspect(fleet, 'sentinel-1', '--files');
    writeFileSync(files.ca, before);
    expect(failed('TLS-040')).toEqual([`127.0.0.1:${node.tlsPort ?? 0}`]);
    expect(failed('TLS-041')).toHaveLength(6);
  });
});

describe.skipIf(!has('valkey-9.1'))('a Cluster, Valkey 9.1', () => {
  let fleet: Topology;
  beforeAll(async () => {
    fleet = await startCluster({
      server: 'valkey-9.1',
      tls: 'only',
      tlsFiles: 'own',
      tlsAuthority: await longLived('Inspected Root'),
      tlsLeaf: (node) => (node === 'master-2' ? { ipAddresses: [], dnsNames: ['m2.example'] } : {}),
    });
  }, 60_000);
  afterAll(() => fleet?.stop());

  it('shows client port and bus of every node, and the address that no certificate covers', async () => {
    const { report, failed, out, err } = await inspect(fleet, 'master-1');
    expect(report.kind).toBe('cluster');
    expect(report.nodes).toHaveLength(6);
    for (const { ports } of report.nodes) {
      expect(ports.map(({ purpose }) => purpose)).toEqual(['clients', 'bus']);
      expect(ports[1]?.leaf?.fingerprintSha256).toBe(ports[0]?.leaf?.fingerprintSha256);
    }
    const uncovered = `127.0.0.1:${fleet.node('master-2').tlsPort ?? 0}`;
    expect(failed('TLS-014')).toEqual([uncovered]);
    expect(out).toContain('127.0.0.1 (the Cluster tells it to clients');
    expect(failed('TLS-038')).toEqual([]);
    expect(out + err).not.toContain(fleet.admin.password ?? 'no password');
  });
});
