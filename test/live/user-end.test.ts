/** Users past their end on real servers: they are findings, and switching them off is not enough. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../cli/run.ts';
import {
  forEachServer,
  isError,
  openConnection,
  startStandalone,
  TOPOLOGY_LOGINS,
  type Topology,
} from '../servers/index.ts';

const { admin } = TOPOLOGY_LOGINS;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-user-end-'));
  writeFileSync(
    join(folder, 'wardis.yaml'),
    `version: 1
users:
  - { name: admin, role: admin }
  - { name: leaver, role: readonly, keys: ["*"], expires: 2026-11-20 }
  - { name: fire, role: admin, break_glass: { reason: disk full, until: 2026-11-22T06:00:00Z } }
`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function findings(topology: Topology, at: string): Promise<readonly string[]> {
  const [node] = topology.data;
  const checks = ['--check', 'USER-030', '--check', 'USER-032'];
  const { out } = await run(
    [
      'audit',
      node?.address ?? '',
      '--user',
      admin.user,
      '-q',
      '--json',
      ...checks,
      '--policy',
      join(folder, 'wardis.yaml'),
    ],
    { environment: { REDISCLI_AUTH: admin.password }, now: new Date(at) },
  );
  const { targets } = JSON.parse(out) as {
    readonly targets: readonly {
      readonly outcomes: readonly { readonly checkId: string; readonly status: string }[];
    }[];
  };
  return targets.flatMap(({ outcomes }) =>
    outcomes.flatMap((each) => (each.status === 'fail' ? [each.checkId] : [])),
  );
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('are found while they are on, and only then', async () => {
    const topology = await startStandalone({
      server,
      users: ['user leaver on >leaver-secret-1 ~* +@read', 'user fire on >fire-secret-1 ~* &* +@all'],
    });
    expect(await findings(topology, '2026-11-20T23:59:59Z')).toEqual([]);
    expect(await findings(topology, '2026-11-21T00:00:00Z')).toEqual(['USER-030']);
    expect(await findings(topology, '2026-11-22T06:00:00Z')).toEqual(['USER-030', 'USER-032']);
    const [node] = topology.data;
    for (const name of ['leaver', 'fire']) await node?.command('ACL', 'SETUSER', name, 'off', 'resetpass');
    expect(await findings(topology, '2026-11-22T06:00:00Z')).toEqual([]);
    await topology.stop();
  });

  it('go on in their open sessions when they are switched off, and can come back by themselves', async () => {
    const topology = await startStandalone({ server, users: ['user fire on >fire-secret-1 ~* &* +@all'] });
    const [node] = topology.data;
    if (node === undefined) throw new Error('a server');
    const open = await openConnection(node.target);
    await open.send(['AUTH', 'fire', 'fire-secret-1']);
    await node.command('ACL', 'SETUSER', 'fire', 'off', 'resetpass');
    expect(isError(await node.commandAs({ user: 'fire', password: 'fire-secret-1' }, 'PING'))).toBe(true);
    expect(await open.send(['ACL', 'SETUSER', 'fire', 'on', '>new-secret-1'])).toBe('OK');
    expect(await node.commandAs({ user: 'fire', password: 'new-secret-1' }, 'PING')).toBe('PONG');
    open.close();
    await topology.stop();
  });
});
