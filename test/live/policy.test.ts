/** Compiled files on real servers: they start, they let in whom they should, and every value is as expected. */
import { beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { getDirective } from '../../src/conf/index.ts';
import { parseTarget, snapshotLive } from '../../src/fleet/index.ts';
import {
  expectationsFor,
  policyFor,
  SECURITY_LEVELS,
  type HardeningRequest,
} from '../../src/policy/index.ts';
import { assess, CATALOGUE } from '../../src/posture/index.ts';
import {
  makeCertificates,
  passwordOf,
  startCompiled,
  type Certificates,
  type CompiledServer,
} from '../policy/compiled-server.ts';
import { forEachServer, SERVER_IDS, type Connection, type Reply, type Server } from '../servers/index.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

const FRAMEWORKS = [[], ['pci_dss', 'hipaa', 'sox', 'gdpr']] as const;

function requestFor(server: Server, parts: Partial<HardeningRequest>): HardeningRequest {
  return {
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    mode: 'standalone',
    ...parts,
    server: { product: server.product, version: server.version },
  };
}

async function waitFor(ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await ready())) {
    if (Date.now() > deadline) throw new Error('did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * What this machine is and the compiler cannot change: tests may run as root, from a disk that is not encrypted and
 * allows programs. The release is what the test is given.
 */
const OF_THE_MACHINE = new Set(['HOST-001', 'HOST-009', 'DATA-009']);

/** Checks that fail on the live server, asked as its administrator. */
async function findingsOf(started: CompiledServer, request: HardeningRequest): Promise<readonly string[]> {
  const scheme = started.compiled.tls.required ? 'rediss' : 'redis';
  const { target } = parseTarget(`${scheme}://admin:${passwordOf('admin')}@127.0.0.1:${started.port}`);
  if (target === undefined) throw new Error('bad target');
  const at = (name: string): string => join(started.dir, name);
  const tls = { caFile: at('ca.crt'), certFile: at('client.crt'), keyFile: at('client.key') };
  const snapshot = await snapshotLive(scheme === 'rediss' ? { ...target, tls } : target);
  const assessment = assess([{ snapshot, expected: expectationsFor(request), gatheredInMs: 0 }], {
    checks: CATALOGUE.filter((check) => check.area !== 'version' && !OF_THE_MACHINE.has(check.id)),
    now: new Date(),
    toolVersion: '0.0.0',
    advisoriesAsOf: '2026-11-18',
    waivers: [],
    elapsedMs: () => 0,
    unreachable: [],
  });
  const outcomes = assessment.targets.flatMap((each) => each.outcomes);
  expect(outcomes.filter((outcome) => outcome.status === 'pass').length).toBeGreaterThan(30);
  return outcomes
    .filter((outcome) => outcome.status === 'fail')
    .map((outcome) => `${outcome.checkId} ${outcome.title}`);
}

function errorOf(reply: Reply): string {
  return typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : '';
}

async function settingOf(admin: Connection, name: string): Promise<string | undefined> {
  const reply = await admin.send(['CONFIG', 'GET', name]);
  return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined;
}

describe('a compiled server', () => {
  forEachServer(SERVER_IDS, (server) => {
    it.each(
      SECURITY_LEVELS.flatMap((level) =>
        FRAMEWORKS.flatMap((frameworks) =>
          (['standalone', 'replica', 'cluster'] as const).map((mode) => ({ level, frameworks, mode })),
        ),
      ),
    )('starts at $level $frameworks as $mode, closed to strangers and as expected', async (parts) => {
      const request = requestFor(server, {
        ...parts,
        exposure: parts.level === 'basic' ? 'localhost' : 'private_network',
      });
      const started = await startCompiled(policyFor(request), server, certificates);
      try {
        const stranger = await started.open();
        expect(errorOf(await stranger.send(['GET', 'x']))).toMatch(/^NOAUTH/);
        stranger.close();
        const admin = await started.login('admin');
        for (const setting of expectationsFor(request).settings.values()) {
          const name = getDirective(setting.name, request.server)?.names[0] ?? setting.name;
          const actual = await settingOf(admin, name);
          expect(actual, name).toBeTypeOf('string');
          expect(
            setting.accepts(actual ?? ''),
            `${name} is "${actual}", accepted is ${setting.accepted}`,
          ).toBe(true);
        }
        const users = await admin.send(['ACL', 'USERS']);
        expect(users).toEqual(
          ['default', ...started.compiled.users.map((each) => each.user.name)].toSorted(),
        );
        // Alone: a primary without replicas or a cluster without slots has findings of its own.
        if (parts.mode === 'standalone') expect(await findingsOf(started, request)).toEqual([]);
        expect(started.running.log()).not.toContain('canary-');
        admin.close();
      } finally {
        await started.stop();
      }
    });

    it('replicates over TLS with a user of its own, watched by a Sentinel with another', async () => {
      const request = requestFor(server, { mode: 'replica' });
      const primary = await startCompiled(policyFor(request), server, certificates);
      const policy = policyFor(request);
      const choices = { ...policy.choices, primary: { host: '127.0.0.1', port: primary.port } };
      const replica = await startCompiled({ ...policy, choices }, server, certificates);
      const sentinel = await startCompiled(
        { ...policyFor({ ...request, mode: 'sentinel' }), users: policy.users, choices },
        server,
        certificates,
        'sentinel',
      );
      try {
        const admin = await replica.login('admin');
        await waitFor(async () =>
          JSON.stringify(await admin.send(['INFO', 'replication'])).includes('master_link_status:up'),
        );
        const watcher = await sentinel.open();
        // 6.0 has no users in Sentinel: one password for all.
        const login = server.version.startsWith('6.0')
          ? ['canary-sentinel-peer-0123456789abcdefghijklmnop']
          : ['sentinel-client', 'canary-sentinel-client-0123456789abcdefghijklmnop'];
        expect(errorOf(await watcher.send(['SENTINEL', 'MASTERS']))).toMatch(/^NOAUTH/);
        expect(await watcher.send(['AUTH', ...login])).toBe('OK');
        expect(await watcher.send(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'primary'])).toEqual([
          '127.0.0.1',
          String(primary.port),
        ]);
        await waitFor(async () => {
          const master = await watcher.send(['SENTINEL', 'MASTER', 'primary']);
          return (
            Array.isArray(master) &&
            master[master.indexOf('flags') + 1] === 'master' &&
            master[master.indexOf('num-slaves') + 1] === '1'
          );
        });
        watcher.close();
        admin.close();
        const primaryAdmin = await primary.login('admin');
        expect(await primaryAdmin.send(['ACL', 'LOG', '10'])).toEqual([]);
        primaryAdmin.close();
      } finally {
        await Promise.all([sentinel.stop(), replica.stop(), primary.stop()]);
      }
    });
  });
});
