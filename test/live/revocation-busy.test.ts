/** A script of the very person keeps a server from answering: the revocation waits for it, and cuts the person off then. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { run } from '../cli/run.ts';
import { forEachServer, startStandalone, TOPOLOGY_LOGINS } from '../servers/index.ts';

const { admin } = TOPOLOGY_LOGINS;
const BOB = { user: 'bob', password: 'bob-canary-1' };
describe('user revoke of somebody whose script runs', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    it('waits for the script and cuts the user off', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'wardis-revocation-busy-'));
      const topology = await startStandalone({ server });
      try {
        const [node] = topology.nodes;
        if (node === undefined) throw new Error('a standalone has a node');
        writeFileSync(join(folder, 'pw'), `${admin.password}\n`, { mode: 0o600 });
        await node.command('ACL', 'SETUSER', BOB.user, 'on', `>${BOB.password}`, '~*', '+@all');
        await node.command('CONFIG', 'SET', 'lua-time-limit', '100');
        const login = ['--user', admin.user, '--password-file', join(folder, 'pw')];
        const revoke = (...how: readonly string[]): ReturnType<typeof run> =>
          run(['user', 'revoke', 'bob', node.address, ...login, '--state', join(folder, 'state'), ...how]);
        expect((await revoke('--dry-run')).exit).toBe(0);
        const script = node.commandAs(BOB, 'EVAL', 'while true do end', '0').catch(() => 'cut off');
        await sleep(500);
        const revoking = revoke('--yes', '--force');
        await sleep(2000);
        await node.command('SCRIPT', 'KILL');

        const answer = await revoking;

        await script;
        expect(answer.err).toContain('BUSY');
        expect(answer.err).toContain('→ SCRIPT KILL there ends the script');
        expect(await node.command('ACL', 'GETUSER', 'bob'), answer.out + answer.err).toBeNull();
        // Whether other nodes hang on it could not be asked while it was busy.
        expect(answer.exit).toBe(3);
      } finally {
        await topology.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }, 30_000);
  });
});
