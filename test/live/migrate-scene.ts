/** Fleets that are led from requirepass to TLS in tests: what their operator has, and an application that moves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { Redis } from 'ioredis';
import { afterAll, expect } from 'vitest';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { run, type Answer } from '../cli/run.ts';
import {
  talk,
  TOPOLOGY_REQUIREPASS,
  type Reply,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export async function expectNext(scene: Scene, phase: string): Promise<void> {
  const answer = await migrate(scene, '--next', '--yes');
  expect(answer, `${answer.err}\n${answer.out}`).toMatchObject({ exit: 0 });
  expect(answer.out).toContain(`${phase}: done`);
}

export async function expectBack(scene: Scene, phase: string): Promise<void> {
  const answer = await migrate(scene, '--back', '--yes');
  expect(answer, `${answer.err}\n${answer.out}`).toMatchObject({ exit: 0 });
  expect(answer.out).toContain(`${phase} taken back: undone`);
}

/** What the operator has: a policy, certificates, secrets, a folder for runs. */
export interface Scene {
  readonly folder: string;
  readonly offset: number;
  readonly tls: ConnectionOptions;
  readonly secrets: typeof SECRETS;
}

const SECRETS = {
  wardis: 'wardis-secret-1',
  app: 'app-secret-1',
  replication: 'replication-secret-1',
  sentinel: 'sentinel-secret-1',
} as const;

/** A policy with certificates and secrets, beside it all that the operator has. */
export async function prepare(topology: Topology): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-migrate-'));
  folders.push(folder);
  const authority = await createAuthority({ name: 'test CA', days: 30 });
  const node = await issueCertificate(authority, {
    commonName: 'node',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usage: 'node',
    days: 30,
  });
  const client = await issueCertificate(authority, { commonName: 'client', usage: 'client', days: 30 });
  mkdirSync(join(folder, 'tls'));
  mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
  const files = {
    'tls/server.crt': node.certPem,
    'tls/server.key': node.keyPem,
    'tls/ca.crt': authority.certPem,
    'tls/client.crt': client.certPem,
    'tls/client.key': client.keyPem,
    'old-password': TOPOLOGY_REQUIREPASS,
    'wardis.yaml': policyFor(topology, folder),
    ...Object.fromEntries(Object.entries(SECRETS).map(([user, secret]) => [`secrets/${user}`, secret])),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  return {
    folder,
    offset: await freeOffset(topology.data.map(({ port }) => port)),
    tls: { ca: authority.certPem, cert: client.certPem, key: client.keyPem },
    secrets: SECRETS,
  };
}

function policyFor(topology: Topology, folder: string): string {
  const { product, version } = topology.server;
  const [first] = [...topology.sentinels, ...topology.data];
  return JSON.stringify({
    version: 1,
    security_level: 'hardened',
    network_exposure: 'private_network',
    server: {
      product,
      version: version.split('.').slice(0, 2).join('.'),
      mode: topology.kind === 'standalone' ? 'standalone' : 'replica',
    },
    fleet: {
      prod: {
        seeds: [`redis://127.0.0.1:${first?.port}`],
        auth: { user: 'wardis', password: { file: `${folder}/secrets/wardis` } },
        tls: {
          ca: `${folder}/tls/ca.crt`,
          cert: `${folder}/tls/client.crt`,
          key: `${folder}/tls/client.key`,
        },
        files: { via: 'none', tls: `${folder}/tls` },
      },
    },
    users: [
      { name: 'wardis', role: 'admin' },
      { name: 'app', role: 'readwrite', keys: ['*'] },
      { name: 'replication', role: 'replication' },
      ...(topology.kind === 'sentinel' ? [{ name: 'sentinel', role: 'sentinel' }] : []),
    ],
  });
}

export function migrate(scene: Scene, ...argv: readonly string[]): Promise<Answer> {
  return run([
    'migrate',
    '--policy',
    join(scene.folder, 'wardis.yaml'),
    '--default-password-file',
    join(scene.folder, 'old-password'),
    '--tls-port',
    `+${scene.offset}`,
    ...argv,
  ]);
}

/** By the old way: the plaintext port, one password. */
export async function asDefault(node: TopologyNode, argv: readonly string[]): Promise<Reply | undefined> {
  const [login, reply] = await talk(node.port, [['AUTH', TOPOLOGY_REQUIREPASS], argv]);
  return login === 'OK' ? reply : login;
}

/** So much above every port that nothing listens there. */
async function freeOffset(ports: readonly number[]): Promise<number> {
  for (let offset = 4000; offset < 4200; offset += 1) {
    const free = await Promise.all(ports.map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error('no free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export interface Movable {
  /** A new client is opened before the old one ends, as a rolling restart does. */
  readonly move: (
    port: number,
    login: { readonly username: string; readonly password: string } | undefined,
  ) => Promise<void>;
  readonly advance: (commands: number) => Promise<void>;
  readonly stop: () => Promise<readonly string[]>;
}

/** An application that writes and reads all the time; by TLS when it has a name. */
export async function startMovable(scene: Scene, first: number, login: undefined): Promise<Movable> {
  const errors: string[] = [];
  const state = { commands: 0, stopping: false };
  const open = async (
    port: number,
    named: { readonly username: string; readonly password: string } | undefined,
  ) => {
    const client = new Redis({
      host: '127.0.0.1',
      port,
      connectionName: 'web',
      lazyConnect: true,
      retryStrategy: () => null,
      ...(named === undefined ? { password: TOPOLOGY_REQUIREPASS } : { ...named, tls: scene.tls }),
    });
    client.on('error', (error: Error) => errors.push(error.message));
    await client.connect();
    return client;
  };
  let client = await open(first, login);
  const work = (async () => {
    for (let i = 0; !state.stopping; i += 1) {
      const current = client;
      try {
        await current.set(`key:${i % 50}`, String(i));
        const value = await current.get(`key:${i % 50}`);
        if (value !== String(i)) errors.push(`read ${String(value)}, not ${i}`);
        state.commands += 2;
      } catch (error) {
        // The old client of a move ends while its last command is answered.
        if (current === client) errors.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const advance = async (commands: number): Promise<void> => {
    const goal = state.commands + commands;
    await expect.poll(() => state.commands, { timeout: 10_000 }).toBeGreaterThanOrEqual(goal);
  };
  return {
    move: async (port, named) => {
      const next = await open(port, named);
      const old = client;
      client = next;
      await advance(10);
      await old.quit();
    },
    advance,
    stop: async () => {
      state.stopping = true;
      await work;
      await client.quit();
      return errors;
    },
  };
}
