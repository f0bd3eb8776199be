/** Users in a configuration file that CONFIG REWRITE would break: no rotation begins, and the next start is safe. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { forEachServer } from '../servers/index.ts';
import { startStandalone, stopTopologies } from '../servers/topology.ts';
import { APP, makeScene, tryLogin } from './rotation-scene.ts';

afterAll(stopTopologies);

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('users of an included file are left alone, with the reason', { timeout: 60_000 }, async () => {
    const topology = await startStandalone({ server: server.id, access: 'conf' });
    const [node] = topology.data;
    if (node === undefined) throw new Error('no node');
    const lines = readFileSync(node.confPath, 'utf8').split('\n');
    const path = join(node.folder, 'included.conf');
    writeFileSync(path, lines.filter((line) => line.startsWith('user ')).join('\n'));
    const others = lines.filter((line) => !line.startsWith('user '));
    writeFileSync(node.confPath, [...others, `include ${path}`, ''].join('\n'));
    await node.restart();
    const conf = readFileSync(node.confPath, 'utf8');
    const scene = makeScene(topology);

    const answer = await scene.rotate(APP.user, '--to', `file:${scene.secretPath}`, '--yes', '--force');

    expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining(`users are in ${path}`)]);
    expect(readFileSync(node.confPath, 'utf8')).toBe(conf);
    await node.restart();
    expect(await tryLogin(node, APP.user, APP.password)).toBe('OK');
    await topology.stop();
  });
});
