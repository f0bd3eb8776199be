// The step that lets a server read its TLS files anew, by itself: other paths, who must be let in, and ports that are away.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executeRun, undoRun, type ServedCertificate, type StepAction } from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import {
  createAuthority,
  issueCertificate,
  readServed,
  type Authority,
  type IssuedCertificate,
} from '../../src/tls/index.ts';
import { makePorts, makeRun, memoryJournal, type SceneNode } from '../change/run-scene.ts';
import { fingerprintOf, forEachServer, startServer, talk, type RunningServer } from '../servers/index.ts';

describe('reading TLS files anew', () => {
  forEachServer(['redis-6.0', 'redis-7.0', 'valkey-9.1'], (server) => {
    const folder = mkdtempSync(join(tmpdir(), 'wardis-leaf-step-'));
    let authority: Authority;
    let first: IssuedCertificate;
    let second: IssuedCertificate;
    let running: RunningServer;
    let node: SceneNode;

    const issue = (from: Authority = authority): Promise<IssuedCertificate> =>
      issueCertificate(from, { commonName: 'node', ipAddresses: ['127.0.0.1'], usage: 'node', days: 10 });
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };

    beforeAll(async () => {
      authority = await createAuthority({ name: 'test CA', days: 20 });
      [first, second] = [await issue(), await issue()];
      const conf = [
        'tls-port 1',
        `tls-cert-file ${write('a.crt', first.certPem)}`,
        `tls-key-file ${write('a.key', first.keyPem)}`,
        `tls-ca-cert-file ${write('ca.crt', authority.certPem)}`,
      ];
      write('b.crt', second.certPem);
      write('b.key', second.keyPem);
      running = await startServer({ server, conf: `${conf.join('\n')}\n` });
      node = { port: running.port };
    });
    afterAll(async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const serves = (): ServedCertificate => ({
      ports: [{ host: '127.0.0.1', port: Number(running.tlsPort) }],
      before: fingerprintOf(first.certPem),
      after: fingerprintOf(second.certPem),
    });
    const shown = async (): Promise<string | undefined> => {
      const reading = await readServed({ host: '127.0.0.1', port: Number(running.tlsPort) });
      return reading.kind === 'served' ? reading.leaf.fingerprintSha256 : undefined;
    };
    const settings = ['crt', 'key'].map((end) => ({
      name: end === 'crt' ? 'tls-cert-file' : 'tls-key-file',
      before: join(folder, `a.${end}`),
      after: join(folder, `b.${end}`),
    }));
    const conduct = async (action: StepAction, between: () => Promise<void> = () => Promise.resolve()) => {
      const run = makeRun({ only: [[node, [action]]] });
      const { ports } = makePorts([node], memoryJournal(run), {});
      const [forth] = (await executeRun(run, ports)).steps;
      await between();
      const [back] = (await undoRun(run, ports)).steps;
      return { forth, back };
    };

    it('takes another pair of paths in one command from 7.0 on, and keeps the old pair before', async () => {
      const pathOf = async () =>
        JSON.stringify((await talk(running.port, [['CONFIG', 'GET', 'tls-cert-file']]))[0]);
      const { forth, back } = await conduct(
        { kind: 'reload-tls', on: 'perform', settings, serves: serves() },
        async () => {
          if (server.id === 'redis-6.0') return;
          expect(await shown()).toBe(serves().after);
          expect(await pathOf()).toContain('b.crt');
        },
      );
      if (server.id === 'redis-6.0') {
        expect(forth).toMatchObject({ state: 'failed', detail: expect.stringContaining('CONFIG SET') });
      } else {
        expect(forth).toMatchObject({ state: 'done' });
      }
      expect(back).toMatchObject({ state: 'undone' });
      expect(await shown()).toBe(serves().before);
      expect(await pathOf()).toContain('a.crt');
    });

    it('proves that a client of the authority is let in, and one of another is not', async () => {
      const same = settings.slice(0, 1).map((each) => ({ ...each, after: each.before }));
      const still = { ...serves(), after: fingerprintOf(first.certPem) };
      const pair = ({ certPem, keyPem }: IssuedCertificate) => ({
        certificate: certPem,
        key: secret(keyPem),
      });
      const reload = { kind: 'reload-tls', on: 'perform', settings: same, serves: still } as const;
      const good = await conduct({ ...reload, admits: pair(second) });
      expect(good.forth).toMatchObject({ state: 'done', detail: expect.stringContaining('lets clients') });
      const foreign = await issue(await createAuthority({ name: 'another CA', days: 20 }));
      const bad = await conduct({ ...reload, admits: pair(foreign) });
      expect(bad.forth).toMatchObject({ state: 'failed', detail: expect.stringContaining('is not let in') });
      expect(JSON.stringify(bad)).not.toContain('PRIVATE');
    });

    it('fails where a port shows what nobody placed, and waits for one that takes no connection', async () => {
      const strange = { ...serves(), before: 'ab'.repeat(32), after: 'cd'.repeat(32) };
      const other = await conduct({
        kind: 'reload-tls',
        on: 'perform',
        settings: settings.map((each) => ({ ...each, after: each.before })),
        serves: strange,
      });
      expect(other.forth).toMatchObject({
        state: 'failed',
        detail: expect.stringContaining('changed by somebody else'),
      });
      const away = { ...serves(), ports: [{ host: '127.0.0.1', port: 1 }] };
      const gone = await conduct({ kind: 'prove-certificate', serves: away });
      expect(gone.forth).toMatchObject({
        state: 'pending',
        detail: expect.stringContaining('takes no connection'),
      });
    });
  });
});
