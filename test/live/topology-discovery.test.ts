import { afterAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/conf/index.ts';
import {
  createSharedFacts,
  discoverTopology,
  discoveryPermissions,
  readNodeState,
  readNodeStates,
  type DiscoveryOptions,
  type FleetNode,
  type NodeStateResult,
  type Target,
  type Topology as Found,
} from '../../src/fleet/index.ts';
import {
  forEachServer,
  openConnection,
  startServer,
  startSentinel,
  talk,
  SERVER_IDS,
  type Server,
} from '../servers/index.ts';
import type { Login, TopologyNode } from '../servers/node.ts';
import {
  startCluster,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  stopTopologies,
  waitUntil,
  type Topology,
} from '../servers/topology.ts';

const SERVERS = ['redis-7.0', 'valkey-9.1'];

/** Has exactly the rights that discovery and node states take: every topology here is found by this user. */
const WARDIS = { user: 'wardis', password: 'wardis-secret-1' };

afterAll(stopTopologies);

function credentialsOf({ user, password = '' }: Login): NonNullable<Target['credentials']> {
  return { password: new Secret(password), ...(user === undefined ? {} : { username: user }) };
}

function plain(node: TopologyNode, login: Login): Target {
  return {
    endpoint: { kind: 'tcp', host: node.host, port: node.port },
    transport: 'plaintext',
    credentials: credentialsOf(login),
  };
}

function secure(topology: Topology, node: TopologyNode, login: Login): Target {
  const { caPath, clientCertPath, clientKeyPath } = topology.tls ?? expect.fail('no TLS');
  return {
    endpoint: { kind: 'tcp', host: node.host, port: node.tlsPort ?? 0 },
    transport: 'tls',
    tls: { caFile: caPath, certFile: clientCertPath, keyFile: clientKeyPath },
    credentials: credentialsOf(login),
  };
}

/** What every node is expected to be: `replica 127.0.0.1:7001 of 127.0.0.1:7000`. */
function linesOf(found: Found): readonly string[] {
  return found.nodes.map(describeNode).toSorted();
}

function describeNode({ role, id, primary, reachable, group }: FleetNode): string {
  const state = typeof reachable === 'string' ? reachable : reachable.code;
  return [
    role,
    id,
    ...(primary === undefined ? [] : [`of ${primary}`]),
    ...(group === undefined ? [] : [`in ${group}`]),
    ...(state === 'yes' ? [] : [state]),
  ].join(' ');
}

function statesOf(results: readonly NodeStateResult[]): readonly string[] {
  return results.map((result) =>
    result.ok
      ? `${result.state.node} ${result.state.mode} ${result.state.role.known ? result.state.role.value.kind : '?'} ${result.state.roundTrips}`
      : `${result.node} ${result.error.code}`,
  );
}

function usersOf(
  server: Server,
  mode: 'standalone' | 'cluster',
): {
  readonly users: readonly string[];
  readonly sentinelUsers: readonly string[];
} {
  const line = (of: Parameters<typeof discoveryPermissions>[1]): string =>
    `user wardis >${WARDIS.password} ${discoveryPermissions(server, of).join(' ')}`;
  return { users: [line(mode)], sentinelUsers: [line('sentinel')] };
}

/** Nobody was denied anything, on no node. */
async function expectNoDenials(nodes: readonly TopologyNode[]): Promise<void> {
  for (const node of nodes) expect(await node.command('ACL', 'LOG', '128'), node.name).toEqual([]);
}

/** Facts of a state that are not known. */
function unknownFacts(result: NodeStateResult): readonly string[] {
  if (!result.ok) return [result.error.code];
  const facts = Object.entries(result.state).filter(
    ([, fact]: readonly [string, unknown]) =>
      typeof fact === 'object' && fact !== null && 'known' in fact && fact.known === false,
  );
  const settings = [...result.state.settings].filter(([, fact]) => !fact.known && fact.reason !== 'missing');
  return [...facts, ...settings].map(([name]) => name);
}

function find(topology: Topology, name: string): string {
  return topology.node(name).address;
}

describe('a topology is found whole from any of its nodes', () => {
  forEachServer(SERVERS, (server) => {
    it('a server alone', async () => {
      const topology = await startStandalone({ server, ...usersOf(server, 'standalone') });
      const found = await discoverTopology([plain(topology.node('primary'), WARDIS)]);
      expect(found).toMatchObject({ kind: 'standalone', notes: [] });
      expect(linesOf(found)).toEqual([`primary ${find(topology, 'primary')}`]);
      const states = await readNodeStates(found.nodes);
      expect(states.map(unknownFacts)).toEqual([[]]);
      expect(statesOf(states)).toEqual([`${find(topology, 'primary')} standalone primary 2`]);
      await expectNoDenials(topology.nodes);
      await topology.stop();
    });

    it('a primary, its replicas, and a replica of a replica', async () => {
      const topology = await startReplicated({ server, ...usersOf(server, 'standalone') });
      const [primary, first, second] = ['primary', 'replica-1', 'replica-2'].map((name) =>
        find(topology, name),
      );
      await topology
        .node('replica-2')
        .command('REPLICAOF', '127.0.0.1', String(topology.node('replica-1').port));
      await waitUntil('the chain', async () =>
        JSON.stringify(await topology.node('replica-2').command('ROLE')).includes('"connected"'),
      );
      for (const seed of topology.nodes) {
        const found = await discoverTopology([plain(seed, WARDIS)]);
        expect(found).toMatchObject({ kind: 'replicated', notes: [] });
        expect(linesOf(found)).toEqual(
          [
            `primary ${primary}`,
            `replica ${first} of ${primary}`,
            `replica ${second} of ${first}`,
          ].toSorted(),
        );
        expect(found.nodes.map(({ role }) => role)).toEqual(['primary', 'replica', 'replica']);
      }
      await expectNoDenials(topology.nodes);
      await topology.node('replica-1').kill();
      // The end of the chain is found only by its own address then; what it follows is named and kept.
      const rest = await discoverTopology([plain(topology.node('replica-2'), WARDIS)]);
      expect(linesOf(rest)).toEqual([`replica ${second} of ${first}`, `unknown ${first} refused`].toSorted());
      await topology.stop();
    });

    it('three Sentinels over a primary and two replicas, one of each down', async () => {
      const topology = await startSentinelFleet({ server, ...usersOf(server, 'standalone') });
      const primary = find(topology, 'primary');
      const whole = [
        `primary ${primary} in main`,
        ...['replica-1', 'replica-2'].map((name) => `replica ${find(topology, name)} of ${primary} in main`),
        ...['sentinel-1', 'sentinel-2', 'sentinel-3'].map((name) => `sentinel ${find(topology, name)}`),
      ].toSorted();
      const access = plain(topology.node('primary'), WARDIS);
      for (const name of ['sentinel-1', 'sentinel-3']) {
        const found = await discoverTopology([plain(topology.node(name), WARDIS)]);
        expect(found).toMatchObject({ kind: 'sentinel', notes: [] });
        expect(linesOf(found)).toEqual(whole);
      }
      const sentinels = [plain(topology.node('sentinel-2'), WARDIS)];
      const both = await discoverTopology([plain(topology.node('replica-1'), WARDIS)], { sentinels });
      expect(linesOf(both)).toEqual(whole);
      const alone = await discoverTopology([access]);
      expect(alone.kind).toBe('replicated');
      expect(alone.notes.join()).toContain(`3 Sentinels watch ${primary}`);

      expect((await readNodeStates(both.nodes)).map(unknownFacts)).toEqual(both.nodes.map(() => []));
      await expectNoDenials(topology.nodes);
      await Promise.all(['replica-2', 'sentinel-3'].map((name) => topology.node(name).kill()));
      const found = await discoverTopology(sentinels);
      expect(linesOf(found)).toEqual(
        whole
          .map((line) =>
            [find(topology, 'replica-2'), find(topology, 'sentinel-3')].includes(line.split(' ')[1] ?? '')
              ? `${line} refused`
              : line,
          )
          .toSorted(),
      );
      expect(statesOf(await readNodeStates(found.nodes))).toEqual(
        found.nodes.map(({ id, role, reachable }) => {
          if (reachable !== 'yes') return `${id} refused`;
          return role === 'sentinel' ? `${id} sentinel sentinel 2` : `${id} standalone ${role} 2`;
        }),
      );
      await topology.stop();
    });

    it('a cluster of six, one failing, from a primary and from a replica', async () => {
      const topology = await startCluster({ server, ...usersOf(server, 'cluster') });
      const whole = [1, 2, 3]
        .flatMap((n) => [
          `primary ${find(topology, `master-${n}`)}`,
          `replica ${find(topology, `replica-${n}`)} of ${find(topology, `master-${n}`)}`,
        ])
        .toSorted();
      for (const name of ['master-1', 'replica-3']) {
        const found = await discoverTopology([plain(topology.node(name), WARDIS)]);
        expect(found).toMatchObject({ kind: 'cluster', notes: [] });
        expect(linesOf(found)).toEqual(whole);
        expect(new Set(found.nodes.map(({ identity }) => identity)).size).toBe(6);
        expect(statesOf(await readNodeStates(found.nodes))).toEqual(
          found.nodes.map(({ id, role }) => `${id} cluster ${role} 2`),
        );
      }
      await expectNoDenials(topology.nodes);
      await topology.node('replica-2').kill();
      const seed = topology.node('master-3');
      await waitUntil('the failure is known', async () =>
        JSON.stringify(await seed.command('CLUSTER', 'NODES')).includes('fail'),
      );
      const found = await discoverTopology([plain(seed, WARDIS)]);
      const down = find(topology, 'replica-2');
      expect(linesOf(found)).toEqual(
        whole.map((line) => (line.includes(`replica ${down}`) ? `${line} refused` : line)),
      );
      expect(found.nodes.find(({ id }) => id === down)?.flags.join()).toMatch(/fail/);
      await topology.stop();
    });

    it('behind TLS, with a password of its own for the Sentinels', async () => {
      const topology = await startSentinelFleet({
        server,
        tls: 'only',
        sentinelUsers: ['user watcher on >watcher-secret &* +@all'],
      });
      const watcher = { user: 'watcher', password: 'watcher-secret' };
      const sentinel = secure(topology, topology.node('sentinel-1'), watcher);
      const data = secure(topology, topology.node('replica-1'), topology.admin);
      const found = await discoverTopology([data], { sentinels: [sentinel] });
      expect(found.nodes.map(({ role, reachable }) => `${role} ${String(reachable)}`)).toEqual([
        'primary yes',
        'replica yes',
        'replica yes',
        'sentinel yes',
        'sentinel yes',
        'sentinel yes',
      ]);
      const { credentials, tls } = data;
      const options: DiscoveryOptions = {
        nodeAccess: { transport: 'tls', ...(credentials && { credentials }), ...(tls && { tls }) },
      };
      expect(linesOf(await discoverTopology([sentinel], options))).toEqual(linesOf(found));
      // With the Sentinels' own login the servers refuse, and are in the list all the same.
      const refused = await discoverTopology([sentinel]);
      expect(
        refused.nodes.map(
          ({ role, reachable }) => `${role} ${typeof reachable === 'string' ? reachable : reachable.code}`,
        ),
      ).toEqual([
        'primary wrongpass',
        'replica wrongpass',
        'replica wrongpass',
        'sentinel yes',
        'sentinel yes',
        'sentinel yes',
      ]);
      await topology.stop();
    });
  });
});

describe('a fleet that announces TLS ports to plaintext connections', () => {
  forEachServer(SERVERS, (server) => {
    it('is found whole when it is said how to speak TLS', async () => {
      const topology = await startReplicated({ server, tls: 'dual' });
      const seed = plain(topology.node('replica-1'), topology.admin);
      const { tls } = secure(topology, topology.node('replica-1'), topology.admin);
      const options: DiscoveryOptions = { sleep: () => Promise.resolve(), ...(tls && { tls }) };
      const found = await discoverTopology([seed], options);
      expect(found.nodes.map(({ role, target }) => `${role} ${target.transport}`).toSorted()).toEqual([
        'primary tls',
        'replica plaintext',
        'replica tls',
      ]);
      const { tls: _, ...without } = options;
      const lost = await discoverTopology([seed], without);
      expect(lost.nodes.map(describeNode).join()).toContain('plaintext-to-tls');
      await topology.stop();
    });

    it('is found in time although a node hangs', async () => {
      const topology = await startReplicated({ server });
      topology.node('replica-2').pause();
      const started = performance.now();
      const found = await discoverTopology([plain(topology.node('primary'), topology.admin)], {
        limits: { commandMs: 500 },
      });
      expect(performance.now() - started).toBeLessThan(3000);
      expect(found.nodes.map(describeNode).join()).toContain(
        `${find(topology, 'replica-2')} of ${find(topology, 'primary')} timeout`,
      );
      topology.node('replica-2').resume();
      await topology.stop();
    });
  });
});

describe('the rights that discovery and node states take', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('are enough, and each of them is needed', async () => {
      const { port, stop } = await startServer({ server });
      const { port: member, stop: leave } = await startServer({ server, conf: 'cluster-enabled yes\n' });
      for (const [mode, node] of [
        ['standalone', port],
        ['cluster', member],
      ] as const) {
        const all = discoveryPermissions(server, mode);
        const seed = targetOf(node);
        for (const left of ['none', ...all.filter((rule) => rule.startsWith('+'))]) {
          const rules = all.filter((rule) => rule !== left);
          await talk(node, [
            ['ACL', 'SETUSER', 'wardis', 'reset', `>${WARDIS.password}`, ...rules],
            ['ACL', 'LOG', 'RESET'],
          ]);
          const found = await discoverTopology([seed]);
          const unseen = [...found.notes, ...(await readNodeStates(found.nodes)).flatMap(unknownFacts)];
          const [log] = await talk(node, [['ACL', 'LOG', '128']]);
          // A cluster node asks its own id of the others only; the rule is proved needed on the cluster of six.
          const isNeeded = left !== 'none' && left !== '+cluster|myid';
          expect(Array.isArray(log) && log.length > 0, `${mode} without ${left}: ACL LOG`).toBe(isNeeded);
          // Without COMMAND COUNT the bundled table is believed.
          if (left !== '+command')
            expect(unseen.length > 0, `${mode} without ${left}: ${unseen.join()}`).toBe(isNeeded);
        }
      }
      await leave();
      await stop();
    });

    it.skipIf(server.version.startsWith('6.0'))('are enough on a Sentinel', async () => {
      const primary = await startServer({ server });
      const { port, stop } = await startSentinel({
        server,
        conf: `sentinel monitor main 127.0.0.1 ${primary.port} 2\n`,
      });
      const all = discoveryPermissions(server, 'sentinel');
      for (const left of ['none', ...all.filter((rule) => rule.startsWith('+'))]) {
        const rules = all.filter((rule) => rule !== left);
        await talk(port, [
          ['ACL', 'SETUSER', 'wardis', 'reset', `>${WARDIS.password}`, ...rules],
          ['ACL', 'LOG', 'RESET'],
        ]);
        const found = await discoverTopology([targetOf(port)], { nodeAccess: { transport: 'plaintext' } });
        await readNodeStates(found.nodes.filter(({ role }) => role === 'sentinel'));
        const [log] = await talk(port, [['ACL', 'LOG', '128']]);
        expect(Array.isArray(log) && log.length > 0, `without ${left}`).toBe(left !== 'none');
        if (left === 'none') expect(found.notes).toEqual([]);
      }
      await stop();
      await primary.stop();
    });
  });
});

function targetOf(port: number): Target {
  return {
    endpoint: { kind: 'tcp', host: '127.0.0.1', port },
    transport: 'plaintext',
    credentials: credentialsOf(WARDIS),
  };
}

function stranger(port: number): Target {
  return { endpoint: { kind: 'tcp', host: '127.0.0.1', port }, transport: 'plaintext' };
}

describe('the state of a node', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('says who is logged in, what was run, and how users are kept', async () => {
      const { port, stop, dir } = await startServer({
        server,
        aclfile: 'user default on nopass ~* +@all\nuser app on >app-secret-1 ~app:* +get +set +client\n',
      });
      const app = await openConnection(port);
      await app.send(['AUTH', 'app', 'app-secret-1']);
      await app.send(['CLIENT', 'SETNAME', 'orders']);
      await app.send(['GET', 'app:1']);
      const state = await readNodeState(stranger(port));
      expect(state.persistence).toEqual({ by: 'aclfile', path: `${dir}/users.acl` });
      const sessions = state.clients.known ? state.clients.value : [];
      expect(sessions).toHaveLength(2);
      expect(sessions.find(({ user }) => user === 'app')).toMatchObject({
        name: 'orders',
        lastCommand: 'get',
      });
      const own = sessions.find(({ user }) => user === 'default');
      expect(state.clientId).toMatchObject({ known: true, value: own?.id });
      if (!server.version.startsWith('6.0')) expect(own?.localAddress).toBe(`127.0.0.1:${port}`);
      expect(state.commandStats.known && state.commandStats.value.get('get')).toBe(1);
      expect(state.users.known && state.users.value.map(({ user }) => user.name).toSorted()).toEqual([
        'app',
        'default',
      ]);
      expect(JSON.stringify([...state.info])).not.toContain('cmdstat');
      app.close();
      await stop();
    });

    it('has a fingerprint that changes with users, passwords, settings and the process, and with nothing else', async () => {
      const running = await startServer({ server, conf: 'user app on >app-secret-1 ~app:* +get\n' });
      const { port } = running;
      const take = async (): Promise<string> => (await readNodeState(stranger(port))).fingerprint;
      const seen = [await take()];
      const busy = await openConnection(port);
      await busy.send(['SET', 'k', 'v']);
      expect(await take()).toBe(seen[0]);
      for (const change of [
        ['ACL', 'SETUSER', 'app', '+set'],
        ['ACL', 'SETUSER', 'app', '>app-secret-2'],
        ['ACL', 'SETUSER', 'app', '<app-secret-1', '>app-secret-3'],
        ['CONFIG', 'SET', 'maxmemory', '100mb'],
        ['CONFIG', 'SET', 'masterauth', 'secret-4'],
        ['REPLICAOF', '127.0.0.1', '1'],
      ]) {
        expect(await busy.send(change), change.join(' ')).toBe('OK');
        const fingerprint = await take();
        expect(seen, change.join(' ')).not.toContain(fingerprint);
        seen.push(fingerprint);
      }
      expect(seen.join()).not.toContain('secret');
      busy.close();
      await running.stop();
    });

    it('costs one round trip, and one more for the first of servers that were renamed', async () => {
      const { port, stop, confPath } = await startServer({
        server,
        conf: 'rename-command CONFIG ""\nrename-command FLUSHALL gone\nuser app on nopass ~* +@all -config -flushall\n',
      });
      const [node] = (await discoverTopology([stranger(port)])).nodes;
      expect(node).toMatchObject({ role: 'primary' });
      const shared = createSharedFacts();
      const first = await readNodeState(stranger(port), { shared });
      const second = await readNodeState(stranger(port), { shared });
      expect([first.roundTrips, second.roundTrips]).toEqual([2, 1]);
      expect(second.fingerprint).toBe(first.fingerprint);
      expect(first.users.known && first.users.value.map(({ user }) => user.name).toSorted()).toEqual([
        'app',
        'default',
      ]);
      expect(first.settings.get('aclfile')).toMatchObject({ known: false, reason: 'missing' });
      expect(first.persistence).toMatchObject({ by: 'unknown' });
      expect(first.info.get('config_file')).toBe(confPath);
      await stop();
    });
  });
});
