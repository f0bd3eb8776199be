/**
 * The promise of the compiler, on real servers: what `harden` writes starts, and `audit` finds nothing in it, asked by
 * the least-privilege user on the host that the server runs on. The full set takes minutes; a seeded sample is run
 * unless WARDIS_EVERY_REQUEST=1, and WARDIS_SEED draws another one.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { known, snapshotLive, type Snapshot, type Target } from '../../src/fleet/index.ts';
import {
  COMPLIANCE_REQUIREMENTS,
  expectationsFor,
  NETWORK_EXPOSURES,
  policyFor,
  SECURITY_LEVELS,
  type HardeningRequest,
} from '../../src/policy/index.ts';
import { assess, CATALOGUE, type Outcome } from '../../src/posture/index.ts';
import { forEachServer, SERVER_IDS, type Server } from '../servers/index.ts';
import {
  makeMaterial,
  startHardened,
  type Hardened,
  type HardenedOptions,
  type Material,
} from './hardened-server.ts';

const SEED = Number(process.env['WARDIS_SEED'] ?? 1);
const EVERY = process.env['WARDIS_EVERY_REQUEST'] === '1';

let material: Material;
beforeAll(async () => {
  material = await makeMaterial();
});

/** Every subset of the frameworks with every exposure; of these, for each level, three with all exposures among them. */
function* requestsFor(server: Server, level: HardeningRequest['level']): Generator<HardeningRequest> {
  const subsets = 2 ** COMPLIANCE_REQUIREMENTS.length;
  for (const [turn, exposure] of NETWORK_EXPOSURES.entries()) {
    for (let bits = 0; bits < subsets; bits += 1) {
      if (!EVERY && bits !== draw(`${server.id} ${level} ${turn}`, subsets)) continue;
      const frameworks = COMPLIANCE_REQUIREMENTS.filter((_, at) => (bits >> at) & 1);
      yield { ...requestOf(server, 'standalone'), level, exposure, frameworks };
    }
  }
}

/** FNV-1a of the seed and a name, below `end`. */
function draw(name: string, end: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${SEED} ${name}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return (hash >>> 8) % end;
}

function requestOf(server: Server, mode: HardeningRequest['mode']): HardeningRequest {
  const { product, version } = server;
  return {
    level: 'hardened',
    exposure: 'private_network',
    frameworks: [],
    mode,
    server: { product, version },
  };
}

async function judge(
  nodes: readonly { readonly target: Target; readonly request: HardeningRequest }[],
): Promise<readonly (readonly Outcome[])[]> {
  const judged = [];
  for (const { target, request } of nodes) {
    judged.push({
      snapshot: onGoodDisk(await snapshotLive(target)),
      expected: expectationsFor(request),
      gatheredInMs: 0,
    });
  }
  const assessment = assess(judged, {
    checks: CATALOGUE,
    now: new Date(),
    toolVersion: '0.0.0',
    advisoriesAsOf: '2026-11-18',
  });
  return assessment.targets.map((each) => each.outcomes);
}

/** What disk the tests run from is not the compiler's work: an encrypted one without programs takes its place. */
function onGoodDisk(snapshot: Snapshot): Snapshot {
  if (!snapshot.volume.known) return snapshot;
  const { value, from } = snapshot.volume;
  const options = [...new Set([...value.options, 'noexec', 'nosuid', 'nodev'])];
  return { ...snapshot, volume: known({ ...value, encrypted: true, options }, from) };
}

/** A release is the operator's choice, and no configuration mends it: its advisories are asserted apart. */
function failuresOf(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes
    .filter(({ status, area }) => status === 'fail' && area !== 'version')
    .map(
      (outcome) =>
        `${outcome.checkId} ${outcome.title}: ${outcome.evidence.map(({ text }) => text).join(' | ')}`,
    );
}

/** Not started by systemd, from a folder of unpacked packages through its own loader, and 6.0 counts no errors. */
const UNKNOWN_HERE = ['LIM-003', 'HOST-002', 'HOST-005', 'HOST-008', 'HOST-010', 'VER-007'];

function expectSound(server: Server, outcomes: readonly Outcome[]): void {
  expect(failuresOf(outcomes)).toEqual([]);
  const unknown = outcomes.filter(({ status }) => status === 'unknown').map(({ checkId }) => checkId);
  const allowed = server.id === 'redis-6.0' ? [...UNKNOWN_HERE, 'LOG-009'] : UNKNOWN_HERE;
  expect(unknown.filter((id) => !allowed.includes(id))).toEqual([]);
  expect(outcomes.filter(({ status }) => status === 'pass').length).toBeGreaterThan(60);
  // What is left is mended by an upgrade only, and says so.
  for (const outcome of outcomes.filter(({ status, area }) => status === 'fail' && area === 'version')) {
    expect(
      outcome.fix.map(({ kind }) => kind),
      outcome.checkId,
    ).toEqual(['upgrade']);
  }
}

describe('a server started from compiled files', () => {
  forEachServer(SERVER_IDS, (server) => {
    it.each(SECURITY_LEVELS)(
      'has no finding at %s',
      async (level) => {
        for (const request of requestsFor(server, level)) {
          const hardened = await startHardened(request, server, material);
          try {
            const [outcomes = []] = await judge([{ target: hardened.target(), request }]);
            expectSound(server, outcomes);
          } catch (error) {
            throw new Error(`seed ${SEED}, ${JSON.stringify(request)}`, { cause: error });
          } finally {
            await hardened.stop();
          }
        }
      },
      EVERY ? 600_000 : 60_000,
    );

    it('has none in a primary, its replica and their Sentinels', async () => {
      const request = requestOf(server, 'replica');
      const watch = { ...request, mode: 'sentinel' as const };
      const nodes: { readonly node: Hardened; readonly request: HardeningRequest }[] = [];
      const start = async (each: HardeningRequest, options: HardenedOptions = {}): Promise<Hardened> => {
        const node = await startHardened(each, server, material, options);
        nodes.push({ node, request: each });
        return node;
      };
      try {
        const primary = await start(request);
        const place = { primary: { host: '127.0.0.1', port: primary.port } };
        const replica = await start(request, place);
        // The Sentinels need the user that they watch with: the same users as the servers have.
        const sentinels = [];
        for (let at = 0; at < 3; at += 1)
          sentinels.push(await start(watch, { ...place, users: policyFor(request).users }));
        await until(async () => (await infoOf(replica.target('admin'), 'master_link_status')) === 'up');
        for (const each of sentinels) await until(async () => (await countSentinels(each)) === 3);
        const outcomes = await judge(
          nodes.map(({ node, request: each }) => ({
            target: node.target(each.mode === 'sentinel' ? 'admin' : undefined),
            request: each,
          })),
        );
        const [first = [], second = [], ...watching] = outcomes;
        expectSound(server, first);
        expectSound(server, second);
        expect(watching).toHaveLength(3);
        // A Sentinel has no CONFIG, so that most of it is unknown from outside; nothing that it shows is a finding,
        // but that 6.0 copies its requirepass from the included file into the conf that it rewrites.
        const copied = server.id === 'redis-6.0' ? ['FILE-006'] : [];
        for (const each of watching) expect(failuresOf(each).map((text) => text.slice(0, 8))).toEqual(copied);
      } finally {
        for (const { node } of nodes.toReversed()) await node.stop();
      }
    }, 60_000);

    it('has none in a node of a cluster', async () => {
      const request = requestOf(server, 'cluster');
      const node = await startHardened(request, server, material);
      try {
        const admin = await node.login('admin');
        const slots = Array.from({ length: 16_384 }, (_, slot) => String(slot));
        expect(await admin.send([['CLUSTER', 'ADDSLOTS', ...slots]])).toEqual(['OK']);
        await until(async () =>
          JSON.stringify(await admin.send([['CLUSTER', 'INFO']])).includes('cluster_state:ok'),
        );
        admin.close();
        const [outcomes = []] = await judge([{ target: node.target(), request }]);
        expectSound(server, outcomes);
      } finally {
        await node.stop();
      }
    });
  });
});

async function countSentinels(node: Hardened): Promise<number> {
  const { sentinel } = await snapshotLive(node.target('admin'), { scope: 'server' });
  return sentinel.known ? (sentinel.value.primaries[0]?.otherSentinels ?? 0) + 1 : 0;
}

async function infoOf(target: Target, field: string): Promise<string | undefined> {
  const { info } = await snapshotLive(target, { scope: 'server' });
  return info.known ? info.value.get(field) : undefined;
}

async function until(ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await ready())) {
    if (Date.now() > deadline) throw new Error('did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
