/** A revocation whose program is killed outright, at every place of its journal: it is finished by --resume. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAIN } from '../cli/run.ts';
import { runTool, type JournalPlace } from '../servers/fault-tool.ts';
import { forEachServer } from '../servers/index.ts';
import { startReplicated } from '../servers/topology.ts';
import { observe } from './revocation-fleet.ts';

const SECRET = 'old-secret-of-ops-temp';
const PLACES: readonly JournalPlace[] = [
  { phase: 'file', at: 1 },
  { phase: 'torn', at: 1 },
  { phase: 'synced', at: 1 },
  { phase: 'synced', at: 2 },
  { phase: 'synced', at: 3 },
  { phase: 'synced', at: 4 },
];

forEachServer(['redis-7.0'], (server) => {
  it('is finished after the program was killed', { timeout: 120_000 }, async () => {
    const topology = await startReplicated({ server, replicas: 1 });
    const folder = mkdtempSync(join(tmpdir(), 'wardis-revoke-crash-'));
    writeFileSync(join(folder, 'admin.secret'), 'admin-secret-1\n', { mode: 0o600 });
    const argv = ['user', 'revoke', 'ops-temp', topology.node('primary').address, '--yes', '--json'];
    const login = ['--user', 'admin', '--password-file', join(folder, 'admin.secret')];
    let killed = 0;
    try {
      for (const place of PLACES) {
        const state = join(folder, `${place.phase}-${place.at}`);
        const line = [...argv, ...login, '--state', state];
        for (const node of topology.nodes) {
          await node.command('ACL', 'SETUSER', 'ops-temp', 'reset', 'on', `>${SECRET}`, '+@all', '~*');
          await node.command('ACL', 'SAVE');
        }
        const first = await runTool({ main: MAIN, argv: line, cwd: folder, killAt: place });
        if (first.exit === 137) killed += 1;
        const where = JSON.stringify(place);
        // Without a run on disk nothing was sent; there is nothing to finish, and it is simply done again.
        const begun = readdirSync(state).includes('runs') && readdirSync(join(state, 'runs')).length > 0;
        const resumable = begun && first.exit === 137;
        const again = await runTool({
          main: MAIN,
          argv: resumable ? [...line, '--resume'] : line,
          cwd: folder,
        });
        const second =
          again.exit === 2 && /no revocation of this user to finish/.test(again.err)
            ? await runTool({ main: MAIN, argv: line, cwd: folder })
            : again;
        expect(second.exit, `${where} ${second.out}${second.err}`).toBe(0);
        for (const node of topology.nodes)
          expect(await observe(node, 'ops-temp', [SECRET]), where).toEqual({ wayIn: false, sessions: 0 });
      }
      expect(killed).toBeGreaterThan(PLACES.length - 2);
    } finally {
      await topology.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
