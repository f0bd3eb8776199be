/** A run that is gone on with, or taken back, brings nobody back who was revoked since. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { run, type Answer } from '../cli/run.ts';
import {
  forEachServer,
  startReplicated,
  TOPOLOGY_LOGINS,
  type Reply,
  type Topology,
} from '../servers/index.ts';

const { admin, replication } = TOPOLOGY_LOGINS;
const BOB = { user: 'bob', password: 'bob-canary-1' };

describe('a user who was revoked', () => {
  forEachServer(['redis-7.0'], (server) => {
    let topology: Topology;
    let folder: string;

    const wardis = (...argv: readonly string[]): Promise<Answer> =>
      run([...argv, '--policy', join(folder, 'wardis.yaml'), '--connect-timeout', '1']);
    const declare = (...users: readonly string[]): void => {
      const lines = [
        'version: 1',
        'security_level: basic',
        'network_exposure: localhost',
        `server: { product: redis, version: '${server.version}' }`,
        'settings: { maxmemory_policy: allkeys-lru }',
        'fleet:',
        '  prod:',
        `    seeds: [${topology.nodes.map(({ address }) => `'${address}'`).join(', ')}]`,
        `    auth: { user: ${admin.user}, password: { file: ${join(folder, 'secrets', admin.user)} } }`,
        'users:',
        `  - { name: ${admin.user}, role: admin }`,
        `  - { name: ${replication.user}, role: replication }`,
        ...users.map((user) => `  - { name: ${user}, role: admin }`),
        '',
      ];
      writeFileSync(join(folder, 'wardis.yaml'), lines.join('\n'));
    };
    const logins = (): Promise<readonly Reply[]> =>
      Promise.all(topology.nodes.map((node) => node.commandAs(BOB, 'ACL', 'WHOAMI').catch(() => 'refused')));

    beforeEach(async () => {
      topology = await startReplicated({ server, replicas: 1, conf: ['protected-mode yes'] });
      folder = mkdtempSync(join(tmpdir(), 'wardis-apply-revoked-'));
      mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
      for (const { user, password } of [admin, replication, BOB]) {
        writeFileSync(join(folder, 'secrets', user), `${password}\n`, { mode: 0o600 });
      }
      declare(BOB.user);
    }, 60_000);
    afterEach(async () => {
      rmSync(folder, { recursive: true, force: true });
      await topology.stop();
    });

    it('does not come back when an apply that waited for a node is gone on with', async () => {
      const [, replica] = topology.nodes;
      await replica?.kill();
      const applied = await wardis('apply', '--yes');
      expect(applied, `${applied.err}\n${applied.out}`).toMatchObject({ exit: 3 });
      await replica?.restart();
      declare();
      expect(await wardis('user', 'revoke', 'bob', '--yes')).toMatchObject({ exit: 0 });

      const resumed = await wardis('apply', '--resume', '--yes');

      expect(resumed.err).toMatch(/bob was revoked since \(\S+-revoke-\S+\)/);
      for (const login of await logins()) expect(login).not.toBe('bob');
      const listed = (await topology.nodes[0]?.command('ACL', 'USERS')) as readonly string[];
      expect(listed).toContain(admin.user);
      expect(listed).not.toContain('bob');
    }, 60_000);

    it('does not come back when the apply that removed the user is taken back', async () => {
      expect(await wardis('apply', '--yes')).toMatchObject({ exit: 0 });
      expect(await logins()).toEqual(['bob', 'bob']);
      declare();
      const removed = await wardis('apply', '--yes', '--allow', 'too-many-removed');
      expect(removed, `${removed.err}\n${removed.out}`).toMatchObject({ exit: 0 });
      const revoked = await wardis('user', 'revoke', 'bob', '--yes', '--force');
      expect(revoked, `${revoked.err}\n${revoked.out}`).toMatchObject({ exit: 0 });

      const undone = await wardis('apply', '--undo', '--yes');

      expect(undone, `${undone.err}\n${undone.out}`).toMatchObject({ exit: 0 });
      expect(undone.err).toContain('bob was revoked since');
      for (const login of await logins()) expect(login).not.toBe('bob');
    }, 60_000);

    it('is given back by an undo while nobody revoked the user', async () => {
      expect(await wardis('apply', '--yes')).toMatchObject({ exit: 0 });
      declare();
      expect(await wardis('apply', '--yes', '--allow', 'too-many-removed')).toMatchObject({ exit: 0 });

      expect(await wardis('apply', '--undo', '--yes')).toMatchObject({ exit: 0 });

      expect(await logins()).toEqual(['bob', 'bob']);
    }, 60_000);
  });
});
