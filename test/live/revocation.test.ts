/**
 * Revocation on real servers: sessions of every sort end, nobody gets in again, the receipt says so, and it does not say
 * so after any of the changes that leave a session alive or a way open.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openReasons } from '../../src/change/receipt/verdict.ts';
import {
  createNodeRun,
  look,
  lookAgain,
  receiptOf,
  type NodeRunOptions,
} from '../../src/change/revocation/node-run.ts';
import type { NodeEvidence } from '../../src/change/receipt/receipt.ts';
import { Secret } from '../../src/conf/index.ts';
import { forEachServer } from '../servers/index.ts';
import type { Connection } from '../servers/talk.ts';
import {
  startCluster,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  type Topology,
} from '../servers/topology.ts';
import { fleetNodes, isAlive, logIn, observe, revoke } from './revocation-fleet.ts';

const TEMP = 'user ops-temp on #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b ~* &* +@all';
const OLD = 'secret';
const open: Connection[] = [];

async function session(
  topology: Topology,
  name: string,
  ...first: readonly (readonly string[])[]
): Promise<Connection> {
  const connection = await logIn(topology.node(name), 'ops-temp', OLD);
  open.push(connection);
  for (const argv of first)
    connection.write(`*${argv.length}\r\n${argv.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`);
  return connection;
}

async function ended(connection: Connection): Promise<boolean> {
  const deadline = Date.now() + 3000;
  while (Date.now() < deadline) {
    try {
      await connection.read();
    } catch {
      return true;
    }
  }
  return false;
}

afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

forEachServer(['redis-7.0', 'redis-8.0', 'valkey-9.1'], (server) => {
  describe('of one node', () => {
    let topology: Topology;
    beforeAll(async () => {
      topology = await startStandalone({ server, users: [TEMP] });
    });
    afterAll(() => topology.stop());

    const options: NodeRunOptions = {
      user: 'ops-temp',
      account: 'delete',
      secrets: [new Secret(OLD)],
      limits: {},
      now: () => new Date(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    };

    /** What a node shows after somebody changed it, when nothing is done to it: the proof by itself. */
    async function evidenceNow(): Promise<NodeEvidence> {
      const run = createNodeRun(fleetNodes(topology.nodes, topology.admin)[0]!);
      await look(run, options);
      run.reading = {
        at: new Date(),
        account: { state: 'absent' },
        hashes: [],
        users: 'kept',
        left: 0,
        replication: 'none',
        persistence: { by: 'acl-save', state: 'not-asked', detail: '' },
      };
      await lookAgain(run, options);
      run.connection?.close();
      const { evidence } = receiptOf(run);
      if (evidence === null) throw new Error('no evidence');
      return evidence;
    }

    const rows: readonly (readonly [string, readonly (readonly string[])[], readonly string[]])[] = [
      [
        'resetpass >new',
        [['ACL', 'SETUSER', 'ops-temp', 'resetpass', '>new']],
        ['account-on', 'session-left', 'not-saved'],
      ],
      ['<old', [['ACL', 'SETUSER', 'ops-temp', `<${OLD}`]], ['account-on', 'session-left', 'not-saved']],
      [
        'off',
        [['ACL', 'SETUSER', 'ops-temp', 'off']],
        ['account-has-password', 'session-left', 'hash-present', 'not-saved'],
      ],
      ['off resetpass', [['ACL', 'SETUSER', 'ops-temp', 'off', 'resetpass']], ['session-left', 'not-saved']],
      ['reset', [['ACL', 'SETUSER', 'ops-temp', 'reset']], ['session-left', 'not-saved']],
      ['DELUSER', [['ACL', 'DELUSER', 'ops-temp']], ['not-saved']],
      [
        'CLIENT KILL USER',
        [['CLIENT', 'KILL', 'USER', 'ops-temp']],
        ['account-on', 'hash-present', 'not-saved'],
      ],
    ];

    it.each(rows)('is not proved by %s alone', async (_name, commands, reasons) => {
      await topology.node('primary').command('ACL', 'LOAD');
      const connection = await session(topology, 'primary');
      for (const argv of commands)
        expect(await topology.node('primary').command(...argv)).not.toHaveProperty('error');
      // Once more through the receipt's own eyes: hashes that were there before are looked for.
      const before = await hashesBefore();
      const evidence = await evidenceNow();
      const judged = { ...evidence, oldSecret: { ...evidence.oldSecret, hash: before } };
      expect(openReasons(judged)).toEqual(reasons);
      expect(await isAlive(connection)).toBe(reasons.includes('session-left') && !/^reset$/.test(_name));
    });

    /** Whether the account still holds the hash that it had. */
    async function hashesBefore(): Promise<'present' | 'gone'> {
      const list = (await topology.node('primary').command('ACL', 'LIST')) as readonly string[];
      const line = list.find((each) => each.startsWith('user ops-temp ')) ?? '';
      return line.includes('#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b')
        ? 'present'
        : 'gone';
    }

    it('is not proved by an edited ACL file and ACL LOAD', async () => {
      const node = topology.node('primary');
      await node.command('ACL', 'LOAD');
      const path = node.aclfilePath ?? '';
      const text = readFileSync(path, 'utf8');
      const connection = await session(topology, 'primary');
      writeFileSync(path, text.replace(/#2bb80d\w+/, `#${'ab'.repeat(32)}`));
      expect(await node.command('ACL', 'LOAD')).toBe('OK');
      const evidence = await evidenceNow();
      expect(openReasons(evidence)).toContain('account-on');
      // 7.0 closes every connection, later versions none of a user who is still there.
      const alive = await isAlive(connection);
      expect(alive).toBe(server.id !== 'redis-7.0');
      expect(openReasons(evidence).includes('session-left')).toBe(alive);
      writeFileSync(path, text);
      await node.command('ACL', 'LOAD');
    });

    it('ends sessions that are idle, blocked, subscribed, watching, in a transaction and in MONITOR', async () => {
      await topology.node('primary').command('ACL', 'LOAD');
      const sessions = await Promise.all([
        session(topology, 'primary'),
        session(topology, 'primary', ['BLPOP', 'nothing', '0']),
        session(topology, 'primary', ['SUBSCRIBE', 'channel']),
        session(topology, 'primary', ['PSUBSCRIBE', '*']),
        session(topology, 'primary', ['WATCH', 'key'], ['MULTI'], ['SET', 'key', 'x']),
        session(topology, 'primary', ['MONITOR']),
        session(topology, 'primary', ['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$']),
        session(topology, 'primary', ['CLIENT', 'REPLY', 'OFF']),
        session(topology, 'primary', ['WAIT', '5', '0']),
      ]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
        user: 'ops-temp',
        secrets: [OLD],
      });
      expect(report.receipt).toMatchObject({ revoked: true, verdict: 'revoked' });
      expect(report.receipt.nodes[0]?.evidence).toMatchObject({
        account: { state: 'absent' },
        sessions: { ended: 9, left: 0 },
        oldSecret: { login: 'refused', hash: 'gone' },
        persistence: { by: 'acl-save', state: 'saved', file: 'matches' },
      });
      expect(report.receipt.nodes[0]?.evidence?.sessions.seen).toHaveLength(9);
      expect(await Promise.all(sessions.map(ended))).toEqual(sessions.map(() => true));
      expect(await observe(topology.node('primary'), 'ops-temp', [OLD])).toEqual({
        wayIn: false,
        sessions: 0,
      });
      expect(readFileSync(topology.node('primary').aclfilePath ?? '', 'utf8')).not.toContain('ops-temp');
    });

    it('survives a restart of the server', async () => {
      await topology.node('primary').restart();
      expect(await observe(topology.node('primary'), 'ops-temp', [OLD])).toEqual({
        wayIn: false,
        sessions: 0,
      });
    });
  });
});

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  describe('of a fleet', () => {
    it('reaches replicas, whose users are their own, and keeps replication up', async () => {
      const topology = await startReplicated({ server, users: [TEMP], access: 'conf' });
      try {
        const sessions = await Promise.all(topology.nodes.map(({ name }) => session(topology, name)));
        const report = await revoke(fleetNodes(topology.nodes, topology.admin), { user: 'ops-temp' });
        expect(report.receipt.revoked).toBe(true);
        const roles = report.receipt.nodes.map(({ role, evidence }) => [role, evidence?.replication]);
        expect(roles).toEqual([
          ['primary', { before: 'none', after: 'none' }],
          ['replica', { before: 'up', after: 'up' }],
          ['replica', { before: 'up', after: 'up' }],
        ]);
        for (const { evidence } of report.receipt.nodes) {
          expect(evidence?.persistence).toMatchObject({
            by: 'config-rewrite',
            state: 'saved',
            file: 'matches',
          });
          expect(evidence?.oldSecret).toEqual({ login: 'not-tried', hash: 'gone' });
        }
        expect(await Promise.all(sessions.map(ended))).toEqual([true, true, true]);
      } finally {
        await topology.stop();
      }
    });

    it('reaches Sentinels, whose users are their own too', async () => {
      const topology = await startSentinelFleet({ server, users: [TEMP], sentinelUsers: [TEMP] });
      try {
        const sessions = await Promise.all(topology.nodes.map(({ name }) => session(topology, name)));
        const nodes = fleetNodes(topology.nodes, topology.admin);
        const report = await revoke(nodes, { user: 'ops-temp', secrets: [OLD] });
        expect(report.receipt.revoked, JSON.stringify(report.receipt.nodes)).toBe(true);
        expect(report.receipt.nodes).toHaveLength(6);
        expect(await Promise.all(sessions.map(ended))).toEqual(sessions.map(() => true));
        for (const node of topology.nodes)
          expect(await observe(node, 'ops-temp', [OLD])).toEqual({ wayIn: false, sessions: 0 });
        for (const node of topology.sentinels) await node.restart();
        for (const node of topology.sentinels)
          expect(await observe(node, 'ops-temp', [OLD])).toEqual({ wayIn: false, sessions: 0 });
        await topology.settle();
      } finally {
        await topology.stop();
      }
    });

    it('reaches every node of a Cluster', async () => {
      const topology = await startCluster({ server, users: [TEMP] });
      try {
        const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
          user: 'ops-temp',
          secrets: [OLD],
        });
        expect(report.receipt.nodes.map(({ outcome }) => outcome)).toEqual(
          Array.from({ length: 6 }, () => 'revoked'),
        );
        await topology.settle();
      } finally {
        await topology.stop();
      }
    });
  });

  describe('of a fleet that is not whole', () => {
    let topology: Topology;
    beforeAll(async () => {
      topology = await startReplicated({ server, users: [TEMP, TEMP.replace('ops-temp', 'other')] });
    });
    afterAll(() => topology.stop());

    it('cuts the others off at once, is pending for a paused node, and finishes when it is back', async () => {
      const paused = topology.node('replica-2');
      paused.pause();
      const nodes = fleetNodes(topology.nodes, topology.admin);
      try {
        const started = Date.now();
        const report = await revoke(nodes, {
          user: 'ops-temp',
          secrets: [OLD],
          commandMs: 400,
          answerMs: 200,
        });
        expect(Date.now() - started).toBeLessThan(3000);
        expect(report.receipt).toMatchObject({ revoked: false, verdict: 'pending' });
        expect(report.receipt.nodes.map(({ outcome }) => outcome)).toEqual(['revoked', 'revoked', 'pending']);
        expect(report.outcome).toBe('pending');
      } finally {
        paused.resume();
      }
      expect(await observe(paused, 'ops-temp', [OLD])).toMatchObject({ wayIn: true });
      const again = await revoke(nodes, { user: 'ops-temp', secrets: [OLD] });
      expect(again.receipt.revoked).toBe(true);
      // Where it was gone already nothing is claimed to have been cut, and it is proved all the same.
      expect(again.receipt.nodes.map(({ evidence }) => evidence?.cutAt === null)).toEqual([
        true,
        true,
        false,
      ]);
    });

    it('waits for a node that comes back before the deadline, and proves the others again', async () => {
      const killed = topology.node('replica-1');
      await killed.kill();
      const back = new Promise<void>((resolve) => setTimeout(resolve, 1500)).then(() => killed.restart());
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
        user: 'other',
        deadlineMs: 15_000,
      });
      await back;
      expect(report.receipt.verdict, JSON.stringify(report.receipt.nodes)).toBe('revoked');
      const times = report.receipt.nodes.map(({ evidence }) => Date.parse(evidence?.readAt ?? ''));
      expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1500);
    });
  });

  describe('that meets resistance', () => {
    let topology: Topology;
    beforeAll(async () => {
      topology = await startStandalone({ server, users: [TEMP] });
    });
    afterAll(() => topology.stop());
    const bring = ['ACL', 'SETUSER', 'ops-temp', 'on', `>${OLD}`, '~*', '+@all'] as const;

    it('does not claim what another administrator keeps undoing', async () => {
      const node = topology.node('primary');
      const admin = await logIn(node, 'admin', 'admin-secret-1');
      const over = new AbortController();
      const adversary = (async () => {
        while (!over.signal.aborted) await admin.send(bring);
      })();
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
        user: 'ops-temp',
        secrets: [OLD],
      });
      over.abort();
      await adversary;
      admin.close();
      expect(report.receipt.verdict).toBe('not-revoked');
      const open = report.receipt.nodes[0]?.open ?? [];
      expect(open.includes('account-on') || open.includes('secret-accepted'), open.join()).toBe(true);
    });

    it('takes away again what another administrator brings back once', async () => {
      const node = topology.node('primary');
      await node.command(...bring);
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
        user: 'ops-temp',
        secrets: [OLD],
        meanwhile: async () => void (await node.command(...bring)),
      });
      expect(report.receipt.verdict).toBe('revoked');
    });

    it('does not claim what it may not do', async () => {
      const node = topology.node('primary');
      await node.command(...bring);
      await node.command('ACL', 'SETUSER', 'weak', 'on', '>weak', '+@all', '-client|kill', '-client');
      const weak = fleetNodes(topology.nodes, { user: 'weak', password: 'weak' });
      const report = await revoke(weak, { user: 'ops-temp' });
      expect(report.receipt.verdict).toBe('not-revoked');
      expect(report.receipt.nodes[0]).toMatchObject({ open: ['refused'], evidence: null });
      expect(report.receipt.nodes[0]?.detail).toMatch(/CLIENT LIST: NOPERM/);
      await revoke(fleetNodes(topology.nodes, topology.admin), { user: 'ops-temp' });
    });

    it('does not claim what it could not save', async () => {
      const node = topology.node('primary');
      await node.command(...bring);
      const path = node.aclfilePath ?? '';
      // A folder in the place of the file: the rename at the end of ACL SAVE fails, for root too.
      const { renameSync, mkdirSync, rmdirSync } = await import('node:fs');
      renameSync(path, `${path}.aside`);
      mkdirSync(path);
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
        user: 'ops-temp',
        secrets: [OLD],
      });
      rmdirSync(path);
      renameSync(`${path}.aside`, path);
      expect(report.receipt.verdict).toBe('not-revoked');
      expect(report.receipt.nodes[0]).toMatchObject({ open: ['not-saved'] });
      expect(await observe(node, 'ops-temp', [OLD])).toEqual({ wayIn: false, sessions: 0 });
    });

    it('can leave the account there, off and without a password', async () => {
      const node = topology.node('primary');
      await node.command(...bring);
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), {
        user: 'ops-temp',
        account: 'keep-off',
        secrets: [OLD],
      });
      expect(report.receipt.revoked).toBe(true);
      expect(report.receipt.nodes[0]?.evidence?.account).toEqual({
        state: 'off',
        passwords: 0,
        nopass: false,
      });
      expect(await observe(node, 'ops-temp', [OLD])).toEqual({ wayIn: false, sessions: 0 });
    });

    it('says who else has the password, needs none, or was there from the same place', async () => {
      const node = topology.node('primary');
      await node.command(...bring);
      await node.command('ACL', 'SETUSER', 'reports', 'on', `>${OLD}`, '~*', '+@read');
      await node.command('ACL', 'SETUSER', 'anybody', 'on', 'nopass', '+ping');
      await session(topology, 'primary');
      const app = await logIn(node, 'app', 'app-secret-1');
      const report = await revoke(fleetNodes(topology.nodes, topology.admin), { user: 'ops-temp' });
      app.close();
      const at = [node.address];
      expect(report.receipt.alsoKnown).toEqual([
        { kind: 'same-password', user: 'reports', nodes: at },
        { kind: 'no-password-needed', user: 'anybody', nodes: at },
        { kind: 'same-address', user: 'app', addresses: ['127.0.0.1'], nodes: at },
      ]);
    });

    it('objects to the login that does it, the last administrator, and the login of replicas', async () => {
      const node = topology.node('primary');
      const nodes = fleetNodes(topology.nodes, topology.admin);
      await node.command('ACL', 'DELUSER', 'weak');
      const own = await revoke(nodes, { user: 'admin', insist: 'force', meanwhile: stopHere }).catch(caught);
      expect(own).toEqual(['own-login']);
      await node.command('ACL', 'SETUSER', 'second', 'on', '>second', '+@all', '~*');
      const second = fleetNodes(topology.nodes, { user: 'second', password: 'second' });
      await node.command('ACL', 'SETUSER', 'second', '-acl|setuser');
      expect(await revoke(second, { user: 'admin', meanwhile: stopHere }).catch(caught)).toEqual([
        'last-administrator',
      ]);
    });
  });
});

forEachServer(['redis-6.0'], (server) => {
  it('deals with Sentinels that know no users', async () => {
    const topology = await startSentinelFleet({ server, users: [TEMP.replace(' &*', '')] });
    try {
      const held = await session(topology, 'replica-1');
      const nodes = [
        ...fleetNodes(topology.data, topology.admin),
        ...fleetNodes(topology.sentinels, { password: 'admin-secret-1' }),
      ];
      const report = await revoke(nodes, { user: 'ops-temp', secrets: [OLD] });
      expect(report.receipt.revoked, JSON.stringify(report.receipt.nodes)).toBe(true);
      expect(report.receipt.nodes.at(-1)?.evidence).toMatchObject({
        account: { state: 'absent' },
        oldSecret: { hash: 'no-users' },
        persistence: { by: 'nothing', state: 'no-file' },
      });
      expect(await ended(held)).toBe(true);
    } finally {
      await topology.stop();
    }
  });
});

/** Ends a revocation after the first look, with the codes of what speaks against it. */
function stopHere({
  objections,
}: {
  readonly objections: readonly { readonly code: string }[];
}): Promise<never> {
  throw Object.assign(new Error('stopped'), { codes: objections.map(({ code }) => code) });
}

function caught(error: Error & { readonly codes?: readonly string[] }): readonly string[] | undefined {
  return error.codes;
}
