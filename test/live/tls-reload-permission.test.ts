// Who may not tell a server to read its files anew is told so before any file is placed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { executeRun } from '../../src/change/index.ts';
import { makePorts, makeRun, memoryJournal } from '../change/run-scene.ts';
import { forEachServer, startServer, startStandalone, talk } from '../servers/index.ts';
import { openLeafScene } from './tls-rotate-leaf-scene.ts';

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('refuses to rotate where our user may not CONFIG SET, and touches nothing', async () => {
    const topology = await startStandalone({ server, tls: 'only' });
    const scene = openLeafScene(topology);
    const { certificate } = scene.tls.filesOf('primary');
    const before = readFileSync(certificate, 'utf8');
    const pair = await scene.writePair('new');
    const rules = ['on', '>weak-pass', '~*', '&*', '+@all', '-config|set'];
    await topology.node('primary').command('ACL', 'SETUSER', 'weak', ...rules);
    writeFileSync(join(scene.folder, 'password'), 'weak-pass', { mode: 0o600 });
    const policy = join(scene.folder, 'wardis.yaml');
    const { user = '' } = topology.admin;
    writeFileSync(policy, readFileSync(policy, 'utf8').replaceAll(`"user":"${user}"`, '"user":"weak"'));
    const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
    expect(answer, answer.out + answer.err).toMatchObject({ exit: 2 });
    expect(answer.out).toContain('we may not tell it to read its files anew');
    expect(answer.out).toContain('config|set');
    expect(answer.err).toContain('nothing was changed');
    expect(readFileSync(certificate, 'utf8')).toBe(before);
    await topology.stop();
  }, 30_000);

  it('stops a run in its first stage where our user may not CONFIG SET', async () => {
    const running = await startServer({ server, conf: '' });
    await talk(running.port, [['ACL', 'SETUSER', 'weak', 'on', '>p', '+@all', '-config|set']]);
    const node = { port: running.port, user: 'weak', password: 'p' };
    const settings = [{ name: 'tls-cert-file', before: '', after: '' }];
    const run = makeRun({
      prepare: [[node, [{ kind: 'reload-tls', on: 'revert', settings }]]],
      next: [[node, [{ kind: 'prove-replication' }]]],
    });
    const { ports } = makePorts([node], memoryJournal(run));
    const [first, second] = (await executeRun(run, ports)).steps;
    expect(first).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('CONFIG SET is denied') as string,
    });
    expect(second).toMatchObject({ state: 'skipped' });
    const root = { port: running.port };
    const allowed = makeRun({ prepare: [[root, [{ kind: 'reload-tls', on: 'revert', settings }]]] });
    const report = await executeRun(allowed, makePorts([root], memoryJournal(allowed)).ports);
    expect(report.outcome).toBe('done');
    await running.stop();
  }, 30_000);
});
