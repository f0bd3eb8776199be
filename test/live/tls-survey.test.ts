/** What a survey of a fleet's TLS finds on real servers, each fact checked against what the fleet was made of. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/conf/index.ts';
import {
  discoverTopology,
  forEachAtOnce,
  surveyTls,
  tlsSurveyPermissions,
  type NodeTls,
  type Target,
  type TlsSurvey,
  type TlsSurveyOptions,
} from '../../src/fleet/index.ts';
import { createAuthority, issueCertificate, readCertificates } from '../../src/tls/index.ts';
import {
  forEachServer,
  startCluster,
  startSentinelFleet,
  startServer,
  startStandalone,
  talk,
  type Server,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';
import { hasOpenssl } from '../tls/openssl.ts';

const run = promisify(execFile);
const SERVERS = ['redis-7.0', 'valkey-9.1'];

/** Ninety processes; a busy machine starts four a second. */
const OPENSSL_TIMEOUT_MS = 60_000;

/** Has exactly the rights that a survey takes: every fleet here is looked at by this user. */
const WARDIS = { username: 'wardis', password: new Secret('wardis-secret-1') };

const dir = mkdtempSync(join(tmpdir(), 'wardis-tls-survey-'));
const at = (name: string): string => join(dir, name);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function usersOf(
  server: Server,
  mode: 'standalone' | 'cluster' = 'standalone',
): { readonly users: readonly string[]; readonly sentinelUsers: readonly string[] } {
  const line = (of: Parameters<typeof tlsSurveyPermissions>[1]): string =>
    `user wardis >${WARDIS.password.reveal()} ${tlsSurveyPermissions(server, of).join(' ')}`;
  return { users: [line(mode)], sentinelUsers: [line('sentinel')] };
}

function secure(topology: Topology, node: TopologyNode): Target {
  const { caPath, clientCertPath, clientKeyPath } = topology.tls ?? expect.fail('no TLS');
  return {
    endpoint: { kind: 'tcp', host: node.host, port: node.tlsPort ?? 0 },
    transport: 'tls',
    tls: { caFile: caPath, certFile: clientCertPath, keyFile: clientKeyPath },
    credentials: WARDIS,
  };
}

async function survey(seeds: readonly Target[], options: TlsSurveyOptions = {}): Promise<TlsSurvey> {
  const topology = await discoverTopology(seeds);
  expect(topology.notes).toEqual([]);
  return surveyTls(topology, options);
}

const readFile = async (_node: unknown, path: string): Promise<string> => readFileSync(path, 'utf8');

function find(seen: TlsSurvey, node: TopologyNode): NodeTls {
  const port = node.tlsPort ?? node.port;
  return (
    seen.nodes.find(
      ({ node: { target } }) => target.endpoint.kind === 'tcp' && target.endpoint.port === port,
    ) ?? expect.fail(`no ${node.name}`)
  );
}

/** `clients 21000 TLSv1.3 required, let in` */
function portsOf({ ports }: NodeTls): readonly string[] {
  return ports.map(({ purpose, port, handshake, clientAuthentication }) =>
    [
      `${purpose} ${port}`,
      handshake.protocol,
      clientAuthentication,
      handshake.ok ? 'let in' : handshake.fault,
      handshake.authorized ? 'trusted' : handshake.authorizationError,
    ].join(', '),
  );
}

function setting({ settings }: NodeTls, name: string): string | undefined {
  const fact = settings.get(name);
  return fact?.known === true ? fact.value : undefined;
}

async function expectNoDenials(nodes: readonly TopologyNode[]): Promise<void> {
  for (const node of nodes) expect(await node.command('ACL', 'LOG', '128'), node.name).toEqual([]);
}

function expectClock({ clock }: NodeTls): void {
  if (!clock.known) expect.fail(clock.detail);
  expect(Math.abs(clock.value.serverMs - clock.value.localMs)).toBeLessThan(2000);
  expect(clock.value.roundTripMs).toBeGreaterThanOrEqual(0);
}

/** What `openssl s_client` gets with each suite that the program has, one at a time. */
async function acceptedByOpenssl(
  version: 'TLSv1.2' | 'TLSv1.3',
  port: number,
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string },
): Promise<readonly string[]> {
  const [flag, option] = version === 'TLSv1.2' ? ['-tls1_2', '-cipher'] : ['-tls1_3', '-ciphersuites'];
  const listed = version === 'TLSv1.2' ? 'ALL:COMPLEMENTOFALL:@SECLEVEL=0' : 'ALL';
  const { stdout } = await run('openssl', ['ciphers', '-s', flag, listed]);
  const suites = stdout.trim().split(':');
  const accepted: string[] = [];
  await forEachAtOnce(suites, 12, async (suite) => {
    const ciphers = version === 'TLSv1.2' ? `${suite}:@SECLEVEL=0` : suite;
    const args = ['-connect', `127.0.0.1:${port}`, flag, option, ciphers, '-cert', certFile, '-key', keyFile];
    const client = run('openssl', ['s_client', ...args]);
    client.child.stdin?.end();
    const seen = await client.catch((error: { readonly stdout?: string }) => ({
      stdout: error.stdout ?? '',
    }));
    if (new RegExp(`Cipher is ${suite}$`, 'm').test(seen.stdout)) accepted.push(suite);
  });
  return accepted.toSorted();
}

describe('a survey of', () => {
  forEachServer(SERVERS, (server) => {
    it('a Cluster that speaks TLS only', async () => {
      const topology = await startCluster({
        server,
        tls: 'only',
        conf: ['cluster-announce-hostname localhost'],
        ...usersOf(server, 'cluster'),
      });
      const seen = await survey([secure(topology, topology.node('master-1'))], { readFile });
      expect(seen.notes).toEqual([]);
      expect(seen.nodes).toHaveLength(6);
      for (const node of topology.nodes) {
        const found = find(seen, node);
        const port = node.tlsPort ?? 0;
        expect(portsOf(found)).toEqual([
          `clients ${port}, TLSv1.3, required, let in, trusted`,
          `bus ${port + 10_000}, TLSv1.3, required, let in, trusted`,
        ]);
        const path = topology.tls?.filesOf(node.name).certificate ?? '';
        const [leaf] = readCertificates(readFileSync(path, 'utf8')).certificates;
        for (const { handshake } of found.ports) {
          expect(handshake.chain[0]?.fingerprintSha256).toBe(leaf?.fingerprintSha256);
        }
        expect(found.files.get(path)).toMatchObject({ value: { kind: 'certificate', certificates: [leaf] } });
        expect(found.files.get(setting(found, 'tls-key-file') ?? '')).toMatchObject({
          value: { kind: 'key', certificates: [], matchesCertificate: true },
        });
        expect(found.told).toEqual(
          expect.arrayContaining([
            { host: node.host, port, by: 'cluster' },
            { host: 'localhost', port, by: 'cluster' },
          ]),
        );
        expect(found.links).toEqual([
          { link: 'replication', transport: 'tls', shows: path },
          { link: 'bus', transport: 'tls', shows: path },
        ]);
        expect(found.server?.version).toBe(server.version);
        expect(found.replicaLink?.state).toBe(node.name.startsWith('replica') ? 'up' : undefined);
        expect(found.unreachable).toBeUndefined();
        expectClock(found);
      }
      await expectNoDenials(topology.nodes);
      await topology.stop();
    });

    it('Sentinels and the servers behind them', async () => {
      const topology = await startSentinelFleet({ server, tls: 'dual', ...usersOf(server) });
      const seen = await survey([secure(topology, topology.node('sentinel-2'))], {
        readFile,
        told: [{ host: '127.0.0.1', port: topology.node('primary').tlsPort ?? 0, by: 'seed' }],
      });
      expect(seen.notes).toEqual([]);
      expect(seen.nodes).toHaveLength(6);
      for (const node of topology.nodes) {
        const found = find(seen, node);
        const purpose = node.kind === 'sentinel' ? 'sentinel' : 'clients';
        expect(portsOf(found)).toEqual([`${purpose} ${node.tlsPort}, TLSv1.3, required, let in, trusted`]);
        expect(found.told).toContainEqual({ host: node.host, port: node.tlsPort, by: 'sentinel' });
        expect(found.links).toMatchObject([
          { link: node.kind === 'sentinel' ? 'sentinel' : 'replication', transport: 'tls' },
        ]);
        // A Sentinel's come from its file.
        expect(setting(found, 'tls-port')).toBe(String(node.tlsPort));
        expect(found.files.get(setting(found, 'tls-cert-file') ?? '')?.known).toBe(true);
        expectClock(found);
      }
      expect(find(seen, topology.node('primary')).told).toContainEqual(
        expect.objectContaining({ by: 'seed' }),
      );
      expect(find(seen, topology.node('replica-1')).told).toContainEqual(
        expect.objectContaining({ by: 'primary' }),
      );
      await expectNoDenials(topology.nodes);

      // Nobody who reads files: then a Sentinel's settings are not known, and why is said.
      const blind = await survey([secure(topology, topology.node('sentinel-2'))]);
      const sentinel = find(blind, topology.node('sentinel-1'));
      expect(sentinel.settings.get('tls-port')).toMatchObject({ known: false, reason: 'not-asked' });
      expect(sentinel.links).toEqual([{ link: 'sentinel', transport: 'unknown' }]);
      expect(portsOf(sentinel)).toHaveLength(1);
      await topology.stop();
    });

    it('a server that is spoken to in plaintext, and by somebody who is refused', async () => {
      const topology = await startStandalone({ server, tls: 'dual', ...usersOf(server) });
      const primary = topology.node('primary');
      const { caPath } = topology.tls ?? expect.fail('no TLS');
      const plain: Target = {
        endpoint: { kind: 'tcp', host: primary.host, port: primary.port },
        transport: 'plaintext',
        credentials: WARDIS,
      };
      const found = await discoverTopology([plain], { tls: { caFile: caPath } });
      const [seen] = (await surveyTls(found, { tls: { caFile: caPath } })).nodes;
      if (seen === undefined) expect.fail('no node');
      expect(portsOf(seen)).toEqual([
        `clients ${primary.tlsPort}, TLSv1.3, required, client-certificate-required, trusted`,
      ]);
      await expectNoDenials(topology.nodes);

      const target = secure(topology, primary);
      const wrong = { ...target, credentials: { ...WARDIS, password: new Secret('wrong') } };
      const [refused] = (await surveyTls(await discoverTopology([wrong]), {})).nodes;
      expect(refused?.unreachable?.code).toBe('wrongpass');
      expect(refused?.clock).toMatchObject({ known: false, reason: 'unreachable' });
      expect(refused?.links).toEqual([]);
      expect(refused === undefined ? [] : portsOf(refused)).toEqual([
        `clients ${primary.tlsPort}, TLSv1.3, required, let in, trusted`,
      ]);
      await topology.stop();
    });
  });
});

describe('the clock of a server', () => {
  forEachServer(['redis-6.0'], (server) => {
    it('is asked for by TIME where INFO does not tell it', async () => {
      const topology = await startStandalone({ server, tls: 'only', ...usersOf(server) });
      const seen = await survey([secure(topology, topology.node('primary'))]);
      expect(seen.notes).toEqual([]);
      expect(seen.nodes[0]?.clock).toMatchObject({ from: { command: 'TIME' } });
      expectClock(find(seen, topology.node('primary')));
      await expectNoDenials(topology.nodes);
      await topology.node('primary').command('ACL', 'SETUSER', 'wardis', '-time');
      const denied = await survey([secure(topology, topology.node('primary'))]);
      expect(denied.nodes[0]?.clock).toMatchObject({ known: false, reason: 'denied' });
      expect(denied.notes).toEqual([expect.stringContaining('allow it (+time)')]);
      await topology.stop();
    });
  });
});

describe('what a port offers', () => {
  let client: { readonly certFile: string; readonly keyFile: string };

  beforeAll(async () => {
    const authority = await createAuthority({ name: 'test CA', days: 30 });
    writeFileSync(at('ca.crt'), authority.certPem);
    for (const [name, keyType] of [
      ['ecdsa', 'ec-p256'],
      ['rsa', 'rsa-2048'],
    ] as const) {
      const pair = await issueCertificate(authority, {
        commonName: name,
        ipAddresses: ['127.0.0.1'],
        usage: 'node',
        days: 10,
        keyType,
      });
      writeFileSync(at(`${name}.crt`), pair.certPem);
      writeFileSync(at(`${name}.key`), pair.keyPem, { mode: 0o600 });
    }
    client = { certFile: at('ecdsa.crt'), keyFile: at('ecdsa.key') };
  });

  const conf = (pair: string, more: string): string =>
    [
      'tls-port 1',
      `tls-cert-file ${at(`${pair}.crt`)}`,
      `tls-key-file ${at(`${pair}.key`)}`,
      `tls-ca-cert-file ${at('ca.crt')}`,
      more,
    ].join('\n');

  async function look(port: number | undefined, tls: Target['tls']): Promise<NodeTls['ports'][number]> {
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: port ?? 0 } as const;
    const target: Target = { endpoint, transport: 'tls', tls: { caFile: at('ca.crt'), ...tls } };
    const seen = await survey([target], { depth: 'offer' });
    return seen.nodes[0]?.ports[0] ?? expect.fail('no port');
  }

  forEachServer(SERVERS, (server) => {
    it('is what its settings allow', async () => {
      const more = [
        'tls-protocols "TLSv1.2 TLSv1.3"',
        'tls-ciphers ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-SHA:AES128-SHA256',
        'tls-ciphersuites TLS_AES_128_GCM_SHA256',
      ].join('\n');
      const { tlsPort, stop } = await startServer({ server, conf: conf('rsa', more) });
      const { offer, resumption } = await look(tlsPort, client);
      expect(offer?.versions).toEqual({
        TLSv1: 'refused',
        'TLSv1.1': 'refused',
        'TLSv1.2': 'accepted',
        'TLSv1.3': 'accepted',
      });
      expect(offer?.suites['TLSv1.3']).toEqual(['TLS_AES_128_GCM_SHA256']);
      expect(offer?.suites['TLSv1.2']?.toSorted()).toEqual([
        'AES128-SHA256',
        'ECDHE-RSA-AES128-SHA',
        'ECDHE-RSA-AES256-GCM-SHA384',
      ]);
      expect(resumption).toEqual([
        { kind: 'resumed', version: 'TLSv1.3' },
        { kind: 'resumed', version: 'TLSv1.2' },
      ]);
      await stop();
    });

    it('is old and weak where the settings are', async () => {
      const more = [
        'tls-protocols "TLSv1 TLSv1.1 TLSv1.2"',
        'tls-ciphers ALL:eNULL:@SECLEVEL=0',
        'tls-auth-clients no',
      ].join('\n');
      const { tlsPort, stop } = await startServer({ server, conf: conf('rsa', more) });
      const { offer } = await look(tlsPort, client);
      expect(offer?.versions).toEqual({
        TLSv1: 'accepted',
        'TLSv1.1': 'accepted',
        'TLSv1.2': 'accepted',
        'TLSv1.3': 'refused',
      });
      const suites = offer?.suites['TLSv1.2'] ?? [];
      expect(suites).toContain('AECDH-NULL-SHA');
      expect(suites).toContain('ECDHE-RSA-AES256-GCM-SHA384');
      expect(suites).toContain('AES128-SHA');
      expect(suites.filter((suite) => suite.includes('ECDSA'))).toEqual([]);
      expect(new Set(suites).size).toBe(suites.length);
      expect(offer?.untried).toContain('RC4-SHA');
      await stop();
    });

    it('is seen without a certificate of our own too, where resumption is not', async () => {
      const { tlsPort, stop } = await startServer({ server, conf: conf('ecdsa', '') });
      const withOne = await look(tlsPort, client);
      const endpoint = { kind: 'tcp', host: '127.0.0.1', port: tlsPort ?? 0 } as const;
      const target: Target = { endpoint, transport: 'tls', tls: { caFile: at('ca.crt') } };
      const topology = await discoverTopology([target]);
      const without = (await surveyTls(topology, { depth: 'offer' })).nodes[0]?.ports[0];
      expect(without?.offer).toEqual(withOne.offer);
      expect(without?.resumption?.map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
      await stop();
    });

    it('resumes no session where caching is off, and breaks those who try', async () => {
      const { tlsPort, port, stop } = await startServer({
        server,
        conf: conf('ecdsa', 'tls-session-caching no\n'),
      });
      expect((await look(tlsPort, client)).resumption).toEqual([
        { kind: 'not-resumed', version: 'TLSv1.3', why: 'refused' },
        { kind: 'not-resumed', version: 'TLSv1.2', why: 'refused' },
      ]);
      const [set] = await talk(port, [['CONFIG', 'SET', 'tls-session-caching', 'yes']]);
      expect(set).toBe('OK');
      expect((await look(tlsPort, client)).resumption?.map(({ kind }) => kind)).toEqual([
        'resumed',
        'resumed',
      ]);
      await stop();
    });
  });

  // One program for each suite: on one version only.
  forEachServer(['redis-7.0'], (server) => {
    it.skipIf(!hasOpenssl)(
      'is what openssl finds, suite by suite',
      async () => {
        const more =
          'tls-ciphers HIGH:!AESGCM:!aNULL:!DHE:@SECLEVEL=0\ntls-ciphersuites TLS_CHACHA20_POLY1305_SHA256\n';
        const { tlsPort, stop } = await startServer({ server, conf: conf('rsa', more) });
        const { offer } = await look(tlsPort, client);
        for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
          const accepted = await acceptedByOpenssl(version, tlsPort ?? 0, client);
          expect(accepted.length, version).toBeGreaterThan(0);
          expect(offer?.suites[version]?.toSorted(), version).toEqual(accepted);
        }
        await stop();
      },
      OPENSSL_TIMEOUT_MS,
    );
  });
});
