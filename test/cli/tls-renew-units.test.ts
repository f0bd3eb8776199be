/** Whether the unit of `wardis tls renew --systemd` may do what it is for: as root with few capabilities, or as somebody else. */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createFoundation, openAuthority } from '../../src/pki/index.ts';
import { MAIN, run, type Answer } from './run.ts';

const DAY = 86_400_000;
/** Of an application; no user of this machine. */
const APP = 54_321;
const SETPRIV = '/usr/bin/setpriv';
const isRoot = process.getuid?.() === 0;
const asRoot = isRoot && existsSync(SETPRIV) && existsSync(MAIN);
if (!asRoot)
  process.stderr.write('not tried without root, setpriv and a build: the unit under its capabilities\n');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let folder: string;
let state: string;
const at = (name: string): string => join(folder, name);
const units = (...args: readonly string[]): Promise<Answer> =>
  run(['tls', 'renew', '--files-only', '--state', state, '--systemd', ...args]);

/** A client's pair that is due now, in a folder of its own. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-units-'));
  folders.push(folder);
  state = at('.wardis');
  mkdirSync(state, { mode: 0o700 });
  mkdirSync(at('app'), { mode: 0o700 });
  const now = (): Date => new Date(Date.now() - 25 * DAY);
  await createFoundation(state, { name: 'Unit authority', now });
  const authority = await openAuthority(state, { now });
  const files = { certificate: at('app/app.crt'), key: at('app/app.key') };
  const leaf = await authority.issue({ commonName: 'app', usage: 'client', days: 30, files });
  writeFileSync(files.certificate, leaf.certPem, { mode: 0o644 });
  writeFileSync(files.key, leaf.key.reveal(), { mode: 0o600 });
});

function giveAway(): void {
  for (const path of ['app', 'app/app.crt', 'app/app.key']) chownSync(at(path), APP, APP);
}

const capabilities = (unit: string): string | undefined => /^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1];

describe('the unit of wardis tls renew', () => {
  it.runIf(isRoot)('has no capability where everything is root’s own', async () => {
    const { exit, out, err } = await units('--as', 'root');
    expect([exit, err.includes('not')], err).toEqual([0, false]);
    // Only where the program lies under somebody else's folder there is something to override.
    if (statSync(process.cwd()).uid === 0) expect(capabilities(out)).toBe('');
  });

  it.runIf(asRoot)(
    'renews the 0600 key of an application with the capabilities that it is given, and not without',
    async () => {
      giveAway();
      const { exit, out } = await units('--as', 'root');
      expect(exit).toBe(0);
      const given = capabilities(out) ?? '';
      expect(given).toBe('CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER');
      const renewWith = (bounds: string): ReturnType<typeof spawnSync> =>
        spawnSync(
          SETPRIV,
          [
            `--bounding-set=${bounds}`,
            '--no-new-privs',
            process.execPath,
            MAIN,
            'tls',
            'renew',
            '--files-only',
            '--state',
            state,
          ],
          { encoding: 'utf8', timeout: 30_000 },
        );
      const without = renewWith('-all');
      expect([without.status, String(without.stdout)]).toEqual([3, expect.stringContaining('EACCES')]);
      const bounds = given.split(' ').map((name) => `+${name.replace(/^CAP_/, '').toLowerCase()}`);
      const answer = renewWith(['-all', ...bounds].join(','));
      expect([answer.status, answer.stdout], String(answer.stderr)).toEqual([
        0,
        expect.stringContaining('renewed'),
      ]);
      const { uid, gid, mode } = statSync(at('app/app.key'));
      expect([uid, gid, mode & 0o777]).toEqual([APP, APP, 0o600]);
      expect(readdirSync(at('app')).sort()).toEqual(['app.crt', 'app.key']);
    },
  );

  it.runIf(isRoot)('is not made for a user who could not write, and names the files', async () => {
    const { exit, out, err } = await units('--as', 'nobody');
    expect([exit, out]).toEqual([2, '']);
    for (const said of [`${state} is not nobody’s`, `${at('app/app.key')} is not nobody’s`, '--as root'])
      expect(err).toContain(said);
  });

  it('says what a user who is not known here must own', async () => {
    const { exit, out, err } = await units('--as', 'wardis-nobody-has');
    expect(exit).toBe(0);
    expect(capabilities(out)).toBe('');
    expect(err).toContain('wardis-nobody-has is no user of this machine');
  });

  it('stays as it is the second time, and says how another user is tried', async () => {
    expect((await units(at('units'))).exit).toBe(0);
    const { exit, err } = await units(at('units'));
    expect(exit).toBe(2);
    expect(err).toContain('--systemd without a folder prints it');
    expect(err).not.toContain('--force');
  });
});
