/** What `wardis plan` showed is what `wardis apply` does: the same differences, the same refusals, or nothing. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { run, type Answer } from '../cli/run.ts';
import {
  forEachServer,
  formatUser,
  openConnection,
  startReplicated,
  TOPOLOGY_LOGINS,
  type Topology,
} from '../servers/index.ts';

const OPERATOR = { user: 'wardis', password: 'operator-canary-1' };
const { admin, replication } = TOPOLOGY_LOGINS;

describe('a plan and its apply', () => {
  forEachServer(['valkey-9.1'], (server) => {
    let topology: Topology;
    let folder: string;

    const writePolicy = (replicationUser: string, users: readonly string[] = []): void => {
      const [product = ''] = server.id.split('-');
      const text = [
        'version: 1',
        'security_level: basic',
        'network_exposure: localhost',
        `server: { product: ${product}, version: '${server.version}' }`,
        'fleet:',
        '  prod:',
        `    seeds: [${topology.nodes.map(({ address }) => `'${address}'`).join(', ')}]`,
        `    auth: { user: wardis, password: { file: ${join(folder, 'secrets', 'wardis')} } }`,
        '    ownership: prefix:old-',
        'users:',
        '  - { name: wardis, role: admin }',
        `  - { name: ${admin.user}, role: admin }`,
        `  - { name: ${replicationUser}, role: replication }`,
        ...users.map((user) => `  - ${user}`),
        '',
      ];
      writeFileSync(join(folder, 'wardis.yaml'), text.join('\n'));
    };
    const wardis = (...argv: readonly string[]): Promise<Answer> =>
      run([...argv, '--policy', join(folder, 'wardis.yaml')]);
    const file = (): string => join(folder, 'plan.json');

    beforeAll(async () => {
      topology = await startReplicated({
        server,
        conf: ['protected-mode yes'],
        users: [
          formatUser(OPERATOR, '~* &* +@all'),
          formatUser({ user: 'old-batch', password: 'x' }, '~b:* resetchannels -@all +get'),
        ],
      });
    });
    afterAll(() => topology.stop());
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'wardis-agreement-'));
      mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
      for (const { user, password } of [OPERATOR, admin, replication])
        writeFileSync(join(folder, 'secrets', user), `${password}\n`, { mode: 0o600 });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('keeps a plan file refused that refused itself, also when its reason is gone', async () => {
      writePolicy(replication.user);
      const session = await openConnection({ port: topology.node('primary').port });
      await session.send(['AUTH', 'old-batch', 'x']);
      await session.send(['GET', 'b:1']);
      const plan = await wardis('plan', '--out', file());
      expect([plan.exit, plan.err]).toEqual([0, expect.stringContaining('written')]);
      expect(plan.err.trim().split('\n').at(-1)).toBe(
        `written to ${file()}, but it cannot be applied, because it refuses itself: commands-in-use`,
      );
      session.close();
      const applied = await wardis('apply', file(), '--confirm', 'prod');
      expect(applied.exit).toBe(2);
      expect(applied.err).toContain('E_REFUSED');
      expect(applied.err).toMatch(/cause: commands-in-use at \S+: .*old-batch/);
    });

    it('says who gets a password, and changes what it showed: also whom the replicas log in as', async () => {
      writePolicy('link', ['{ name: reports, role: readonly, keys: ["*"] }']);
      const plan = await wardis('plan', '--out', file());
      expect(plan.out).toMatch(/~ setting +masteruser \S+ → link/);
      expect(plan.out).not.toMatch(/refuses itself|no secret is known/i);
      expect(plan.out).toContain(`link, reports get new passwords at apply, each in a file in ${folder}`);
      expect(existsSync(join(folder, 'secrets', 'link'))).toBe(false);
      const other = join(folder, 'other.json');
      writeFileSync(other, readFileSync(file(), 'utf8').replace('"fleet": "prod"', '"fleet": "attic"'));
      expect((await wardis('apply', other, '--yes')).err).toContain(
        'the plan is of fleet attic, and this policy has none of that name',
      );
      const mistyped = await wardis('apply', file(), '--yes', '--canary', 'replica-9');
      expect(mistyped.err).toMatch(/E_USAGE {2}--canary "replica-9" is no node here/);
      expect(mistyped.err).toContain(topology.node('replica-1').address);
      const declined = await wardis('apply', file());
      expect(declined.err).toContain('E_CONFIRM');
      expect(declined.err).toContain(`--policy ${join(folder, 'wardis.yaml')} --fleet prod --yes`);
      expect(declined.err).not.toContain('gets a new password:');
      expect(existsSync(join(folder, 'secrets', 'link'))).toBe(false);

      const applied = await wardis('apply', file(), '--yes');
      expect([applied.exit, applied.err]).toEqual([0, expect.not.stringContaining('E_')]);
      expect(applied.err).toContain(`link gets a new password: ${join(folder, 'secrets', 'link')}`);
      expect(readFileSync(join(folder, 'secrets', 'link'), 'utf8').trim().length).toBeGreaterThan(20);
      expect(applied.out.split('\n\n')[1]).toBe(plan.out.split('\n\n')[1]);
      const [, user] = (await topology.node('replica-1').command('CONFIG', 'GET', 'masteruser')) as string[];
      expect(user).toBe('link');
    });

    it('says whose sessions end and asks for more than a yes, unless the policy dated that end', async () => {
      const open = async () => {
        const session = await openConnection({ port: topology.node('primary').port });
        await session.send(['AUTH', 'old-batch', 'x']);
        return session;
      };
      writePolicy(replication.user);
      await topology
        .node('primary')
        .command('ACL', 'SETUSER', 'old-batch', 'on', '>x', '~b:*', 'resetchannels', '-@all', '+get');
      const first = await open();
      const asked = await wardis('apply', '--yes', '--allow', 'commands-in-use');
      expect(asked.err).toContain('1 session ends: 1 of old-batch.');
      expect(asked.err).toContain('--fleet prod --allow commands-in-use --confirm prod');
      writePolicy(replication.user, [
        '{ name: old-batch, role: readonly, keys: ["b:*"], expires: 2026-01-31 }',
      ]);
      const agreed = await wardis('apply', '--yes');
      expect([agreed.exit, agreed.err]).toEqual([0, expect.not.stringContaining('E_')]);
      await expect(first.send(['PING'])).rejects.toThrow('closed');
    });
  });
});
