// The faults that the change room is tested with do what they say, on real servers.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import {
  canMount,
  canSplitNetwork,
  fillDisk,
  forEachServer,
  makeReadOnly,
  openConnection,
  readText,
  requestFailover,
  runTool,
  splitNetwork,
  startCluster,
  startFaultProxy,
  startReplicated,
  startStandalone,
  talk,
  waitForFailover,
  waitUntil,
  type FaultMoment,
  type ProxyFault,
} from '../servers/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wardis-fault-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

forEachServer(['redis-7.0'], (server) => {
  describe('a proxy between client and server', () => {
    const isSet = (argv: readonly string[]): boolean => argv[0] === 'SET';

    async function setThrough(fault: Omit<ProxyFault, 'matches' | 'nth' | 'act'>): Promise<{
      readonly reply: unknown;
      readonly during: unknown;
      readonly after: unknown;
    }> {
      const topology = await startStandalone({ server, access: 'open' });
      const { host, port } = topology.node('primary');
      const proxy = await startFaultProxy({ host, port });
      let during: unknown;
      const act = async (): Promise<void> => void (during = (await talk(port, [['GET', 'k']]))[0]);
      proxy.arm({ ...fault, matches: isSet, nth: 2, act });
      const connection = await openConnection(proxy.port);
      await connection.send(['SET', 'k', '1']);
      const reply = await connection.send(['SET', 'k', '2']).catch((error: Error) => error.message);
      const after = (await talk(port, [['GET', 'k']]))[0];
      expect(proxy.hasFired()).toBe(true);
      connection.close();
      await proxy.stop();
      await topology.stop();
      return { reply, during, after };
    }

    const moments: readonly [FaultMoment, ProxyFault['next'], unknown][] = [
      ['before', 'pass', { reply: 'OK', during: '1', after: '2' }],
      ['before', 'cut', { reply: 'the server closed the connection', during: '1', after: '1' }],
      ['during', 'cut', { reply: 'the server closed the connection', during: '2', after: '2' }],
      ['during', 3, { reply: 'the server closed the connection', during: '2', after: '2' }],
      ['after', 'pass', { reply: 'OK', during: '2', after: '2' }],
    ];
    it.each(moments)('acts %s a command, then %s', async (when, next, outcome) => {
      expect(await setThrough({ when, next })).toEqual(outcome);
    });
  });

  it.runIf(canMount())('fills the disk under a server, and makes room again', async () => {
    const topology = await startStandalone({ server });
    const node = topology.node('primary');
    const disk = fillDisk(node);
    expect(await node.command('ACL', 'SAVE')).toMatchObject({ error: expect.stringMatching(/ERR/) });
    disk.mend();
    expect(await node.command('ACL', 'SAVE')).toBe('OK');
    await topology.stop();
  });

  it.runIf(canMount())('keeps a server from writing its ACL file, for a while', async () => {
    const topology = await startStandalone({ server });
    const node = topology.node('primary');
    const disk = makeReadOnly(node);
    expect(await node.command('ACL', 'SAVE')).toMatchObject({ error: expect.stringMatching(/ERR/) });
    disk.mend();
    expect(await node.command('ACL', 'SAVE')).toBe('OK');
    await topology.stop();
  });

  it.runIf(canSplitNetwork())('parts a replica from its primary, while both can be asked', async () => {
    const network = splitNetwork();
    const topology = await startReplicated({
      server,
      replicas: 1,
      conf: ['repl-timeout 2'],
      place: (index) => network.half(index === 0 ? 'a' : 'b'),
    });
    const replica = topology.node('replica-1');
    const link = async (): Promise<string> =>
      /master_link_status:(\w+)/.exec(readText(await replica.command('INFO', 'replication')))?.[1] ?? '';
    expect(await link()).toBe('up');
    network.partition();
    await waitUntil('the link is down', async () => (await link()) === 'down');
    expect(await topology.node('primary').command('PING')).toBe('PONG');
    network.heal();
    await waitUntil('the link is up', async () => (await link()) === 'up');
    await topology.stop();
    network.stop();
  });

  it('fails a cluster over to a replica that is named', async () => {
    const topology = await startCluster({ server });
    const before = await topology.findPrimaries();
    await requestFailover(topology, 'replica-2');
    expect((await waitForFailover(topology, before)).name).toBe('replica-2');
    await topology.stop();
  });
});

describe('the tool as a process that dies', () => {
  const main = join(folder, 'tool.mjs');
  writeFileSync(
    main,
    `import { open } from 'node:fs/promises';
     import { existsSync } from 'node:fs';
     const file = await open('journal', 'a');
     for (let i = 0; i < 3; i += 1) {
       await file.appendFile('entry' + i + '\\n');
       await file.datasync();
       console.log(i, existsSync('foreign'));
     }`,
  );
  const text = async (phase: 'before' | 'torn' | 'written' | 'synced'): Promise<readonly unknown[]> => {
    const cwd = mkdtempSync(join(folder, 'run-'));
    const { exit, out } = await runTool({ main, argv: [], cwd, killAt: { phase, at: 2 } });
    return [exit, readFileSync(join(cwd, 'journal'), 'utf8'), out];
  };

  it('leaves of its second entry nothing, half, or all', async () => {
    expect(await text('before')).toEqual([137, 'entry0\n', '0 false\n']);
    expect(await text('torn')).toEqual([137, 'entry0\nentr', '0 false\n']);
    expect(await text('written')).toEqual([137, 'entry0\nentry1\n', '0 false\n']);
    expect(await text('synced')).toEqual([137, 'entry0\nentry1\n', '0 false\n']);
  });

  it('waits where it is told, and counts', async () => {
    const cwd = mkdtempSync(join(folder, 'run-'));
    const meanwhile = (): Promise<void> => Promise.resolve(writeFileSync(join(cwd, 'foreign'), ''));
    const { exit, out, counted } = await runTool({ main, argv: [], cwd, waitAt: 2, meanwhile });
    expect([exit, out, counted]).toEqual([0, '0 false\n1 true\n2 true\n', { writes: 3, files: 0 }]);
    expect(existsSync(join(cwd, 'foreign'))).toBe(true);
  });
});
