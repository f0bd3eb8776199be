/** `wardis user revoke` as people run it: shows first, does on --yes, and leaves a receipt that can be checked. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, logIn, observe } from '../live/revocation-fleet.ts';
import { availableServers } from '../servers/index.ts';
import { startReplicated, startSentinelFleet, type Topology } from '../servers/topology.ts';
import { run, type Answer } from './run.ts';
import { sampleEntry } from '../pki/entry-sample.ts';

const SECRET = 'canary-4be2f0a96c1d7735';
const HASH = createHash('sha256').update(SECRET).digest('hex');
const server = availableServers().find(({ id }) => id === 'redis-7.0');

describe.skipIf(server === undefined)('wardis user revoke', () => {
  let topology: Topology;
  let folder: string;
  let state: string;

  beforeAll(async () => {
    if (server === undefined) return;
    topology = await startReplicated({ server, replicas: 1 });
    folder = mkdtempSync(join(tmpdir(), 'wardis-user-revoke-'));
    writeFileSync(join(folder, 'pw'), 'admin-secret-1\n', { mode: 0o600 });
    writeFileSync(join(folder, 'old'), `${SECRET}\n`, { mode: 0o600 });
  });
  afterAll(async () => {
    await topology?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    state = mkdtempSync(join(folder, 'state-'));
    chmodSync(state, 0o700);
    for (const node of topology.nodes)
      await node.command('ACL', 'SETUSER', 'ops-temp', 'reset', 'on', `>${SECRET}`, '~*', '+@all');
  });
  const given: string[] = [];
  afterEach(() => {
    // What was printed and kept must not tell the secret.
    for (const text of given.splice(0)) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(HASH);
    }
    for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
      try {
        const text = readFileSync(join(state, name), 'utf8');
        expect(text, name).not.toContain(SECRET);
        expect(text, name).not.toContain(HASH);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EISDIR')) throw error;
      }
    }
  });

  async function revoke(user: string, ...flags: readonly string[]): Promise<Answer> {
    const { address } = topology.node('primary');
    const login = ['--user', 'admin', '--password-file', join(folder, 'pw'), '--state', state];
    const answer = await run(['user', 'revoke', user, address, ...login, ...flags]);
    given.push(answer.out, answer.err);
    return answer;
  }

  it('touches nothing without --yes, and says what it would do', async () => {
    const connection = await logIn(topology.node('replica-1'), 'ops-temp', SECRET);
    const answer = await revoke('ops-temp');
    expect(answer).toMatchObject({ exit: 0 });
    expect(answer.out).toContain('would revoke ops-temp on 2 nodes; nothing was touched');
    expect(answer.out).toMatch(/replica +on, 1 password +1 session \(127\.0\.0\.1\)/);
    expect(answer.out).toMatch(/do it +wardis user revoke ops-temp .* --yes/);
    expect(await isAlive(connection)).toBe(true);
    expect(readdirSync(state)).toEqual([]);
    connection.close();
  });

  it('ends sessions on every node found from one, and leaves a receipt that is valid', async () => {
    const connection = await logIn(topology.node('replica-1'), 'ops-temp', SECRET);
    const answer = await revoke('ops-temp', '--yes', '--old-password-file', join(folder, 'old'));
    expect(answer.exit, answer.out + answer.err).toBe(0);
    expect(answer.out).toMatch(/^cut off +2\/2 nodes in \d\.\d\d s +off, password gone$/m);
    expect(answer.out).toMatch(/^sessions +1 ended \(127\.0\.0\.1\), 0 left/m);
    expect(answer.out).toMatch(/^deleted +2\/2, saved 2\/2$/m);
    expect(answer.out).toMatch(
      /^proved +old secret refused 2\/2 · nobody logged in as ops-temp 2\/2 · replication as before$/m,
    );
    expect(await isAlive(connection)).toBe(false);
    for (const node of topology.nodes)
      expect(await observe(node, 'ops-temp', [SECRET])).toEqual({ wayIn: false, sessions: 0 });
    const [name = ''] = readdirSync(join(state, 'receipts'));
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d{6}Z-revoke-[0-9a-f]+-ops-temp\.json$/);
    const check = await run(['receipt', 'verify', join(state, 'receipts', name), '--state', state]);
    expect(check).toMatchObject({ exit: 0 });
  });

  it('names a user whose name looks the same, and revokes it when it is told to', async () => {
    const like = 'ops-temp\u00a0';
    await topology.node('primary').command('ACL', 'SETUSER', like, 'on', `>${SECRET}`, '~*', '+@all');
    const first = await revoke('ops-temp', '--yes');
    expect(first.out).toContain("→ wardis user revoke $'ops-temp\\xc2\\xa0'");
    const second = await revoke(like, '--yes');
    expect(second.exit, second.out + second.err).toBe(0);
    expect(await topology.node('primary').command('ACL', 'GETUSER', like)).toBeNull();
  });

  it('is pending with exit 3 while a node is down, and finishes with --resume', async () => {
    const down = topology.node('replica-1');
    // Known from the primary until the link is given up for dead.
    down.pause();
    try {
      const answer = await revoke(
        'ops-temp',
        '--yes',
        '--deadline',
        '0',
        '--command-timeout',
        '0.5',
        '--json',
      );
      expect(answer.exit, answer.out + answer.err).toBe(3);
      expect(JSON.parse(answer.out)).toMatchObject({ done: true, revoked: false, verdict: 'pending' });
    } finally {
      down.resume();
    }
    const again = await revoke('ops-temp', '--yes', '--resume');
    expect(again.exit, again.out + again.err).toBe(0);
    expect(await observe(down, 'ops-temp', [SECRET])).toEqual({ wayIn: false, sessions: 0 });
    expect(readdirSync(join(state, 'receipts'))).toHaveLength(2);
    const nothing = await revoke('ops-temp', '--yes', '--resume');
    expect(nothing.exit).toBe(2);
    expect(nothing.err).toContain('no revocation of this user to finish');
  });

  it('keeps a node of the run that nobody names any more, when it finishes', async () => {
    const down = topology.node('replica-1');
    down.pause();
    const first = await revoke('ops-temp', '--yes', '--deadline', '0', '--command-timeout', '0.5');
    down.resume();
    expect(first.exit, first.out + first.err).toBe(3);
    // Its primary does not know it any more, so that discovery does not find it.
    await down.command('REPLICAOF', 'NO', 'ONE');
    const again = await revoke('ops-temp', '--yes', '--resume', '--json');
    await down.command('REPLICAOF', topology.node('primary').host, String(topology.node('primary').port));
    expect(again.exit, again.out + again.err).toBe(0);
    expect(await observe(down, 'ops-temp', [SECRET])).toEqual({ wayIn: false, sessions: 0 });
    await topology.settle();
  });

  it('refuses what would lock somebody out, and touches nothing', async () => {
    const own = await revoke('admin', '--yes', '--force');
    expect(own.exit).toBe(2);
    expect(own.err).toContain('E_REVOKE  admin: not revoked: nothing was touched');
    expect(own.err).toContain('we are logged in as admin');
    const links = await revoke('replication', '--yes');
    expect(links.exit).toBe(2);
    expect(links.err).toContain('replication would stop');
    expect(await topology.node('primary').command('ACL', 'GETUSER', 'replication')).not.toBeNull();
    expect((await revoke('default', '--yes')).err).toContain('wardis migrate');
  });

  it('is 4 when our own credentials are refused everywhere, and touches nothing', async () => {
    writeFileSync(join(folder, 'wrong'), 'wrong\n', { mode: 0o600 });
    const { address } = topology.node('primary');
    const login = ['--user', 'admin', '--password-file', join(folder, 'wrong'), '--state', state];
    const answer = await run(['user', 'revoke', 'ops-temp', address, ...login, '--yes']);
    expect(answer.exit, answer.out + answer.err).toBe(4);
    expect(answer.err).toContain('our own credentials were refused; nothing was touched');
    expect(readdirSync(state)).toEqual([]);
  });

  it('refuses a name that nobody has, unless a receipt is wanted all the same', async () => {
    const slip = await revoke('ops-tmep', '--yes');
    expect(slip.exit).toBe(2);
    expect(slip.err).toContain('no node knows this user');
    // Without --yes too: nobody is to take it for a revocation that waits for a yes.
    for (const flags of [[], ['--dry-run'], ['--json']]) {
      const shown = await revoke('ops-tmep', ...flags);
      expect(shown.exit).toBe(2);
      expect(shown.out).not.toMatch(/would revoke|do it/);
      expect(shown.err).toContain('no node knows this user');
    }
    expect((await revoke('ops-tmep')).out).toContain('nobody is called ops-tmep on 2 nodes');
    expect((await revoke('ops-tmep', '--yes', '--force')).exit).toBe(0);
  });

  it('asks for the Sentinels that it could not see, since going on alone would not find them', async () => {
    const user = 'user ops-temp on nopass ~* +@all';
    const watched = await startSentinelFleet({ server: 'redis-7.0', users: [user] });
    const login = ['--user', 'admin', '--password-file', join(folder, 'pw'), '--state', state];
    const address = watched.node('primary').address;
    const answer = await run(['user', 'revoke', 'ops-temp', address, ...login, '--yes']);
    expect(answer.exit).toBe(3);
    expect(answer.out).toMatch(/finish +add sentinel\.seeds .* --resume --yes/);
    // That finishes it.
    const [sentinel] = watched.sentinels;
    const end = await run([
      'user',
      'revoke',
      'ops-temp',
      sentinel?.address ?? '',
      ...login,
      '--resume',
      '--yes',
    ]);
    expect(end.exit, end.out + end.err).toBe(0);
    await watched.stop();
  });

  it('refuses a user whom the policy declares, and names the line', async () => {
    const policy = join(folder, 'wardis.yaml');
    writeFileSync(
      policy,
      'version: 1\nsecurity_level: standard\ncompliance_requirements: []\nnetwork_exposure: private_network\nusers:\n  - { name: ops-temp, role: readonly, keys: ["*"] }\n',
    );
    const declared = await revoke('ops-temp', '--yes', '--policy', policy);
    expect(declared.exit, declared.out).toBe(2);
    expect(declared.err).toContain(
      `the policy declares ops-temp (${policy}:6): the next apply would bring it back`,
    );
    const forced = await revoke('ops-temp', '--yes', '--force', '--policy', policy, '--json');
    expect(forced.exit, forced.err).toBe(0);
    expect(JSON.parse(forced.out)).toMatchObject({
      receipt: { forced: [expect.stringContaining('next apply')] },
    });
  });

  it('says which certificates are issued to the name, from the inventory of the state folder', async () => {
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(state, 'tls'));
    writeFileSync(
      join(state, 'tls/inventory.json'),
      JSON.stringify({ schemaVersion: 1, certificates: [sampleEntry()] }),
    );
    const answer = await revoke('ops-temp', '--dry-run');
    expect(answer.out).toContain(
      'certificate CN=ops-temp (serial 0A1B, until 2027-01-01T00:00:00.000Z) is issued to the name',
    );
    writeFileSync(join(state, 'tls/inventory.json'), 'not JSON');
    expect((await revoke('ops-temp', '--dry-run')).out).toContain('tls/inventory.json cannot be read');
  });

  it('has nothing done when the disk cannot take the journal', async () => {
    const other = join(folder, 'not-a-folder');
    writeFileSync(other, '');
    const connection = await logIn(topology.node('primary'), 'ops-temp', SECRET);
    const answer = await revoke('ops-temp', '--yes', '--state', other);
    expect(answer.exit).toBe(2);
    expect(await isAlive(connection)).toBe(true);
    connection.close();
  });
});
