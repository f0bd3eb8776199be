// A certificate that a Cluster node shows where it dials is tried at the bus too, which asks for it when clients need none.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { executeRun, type StepAction } from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import { makePorts, makeRun, memoryJournal } from '../change/run-scene.ts';
import { fingerprintOf, forEachServer, listTlsPorts, startCluster } from '../servers/index.ts';

forEachServer(['valkey-9.1'], (server) => {
  it('refuses at the bus what is not made for clients, where the port of clients asks for nothing', async () => {
    const topology = await startCluster({ server, tls: 'dual', conf: ['tls-auth-clients no'] });
    const { tls } = topology;
    const [first] = topology.data;
    if (tls === undefined || first === undefined) throw new Error('a Cluster over TLS is needed');
    const { certificate } = tls.filesOf(first.name);
    const fingerprint = fingerprintOf(readFileSync(certificate, 'utf8'));
    const ports = listTlsPorts(first, topology.kind).map((port) => ({ host: '127.0.0.1', port }));
    expect(ports).toHaveLength(2);
    const { user = '', password = '' } = topology.admin;
    const node = { port: first.port, user, password };
    const reload = async (usage: 'server' | 'node') => {
      const { certPem, keyPem } = await tls.issueLeaf({ usage });
      const action: StepAction = {
        kind: 'reload-tls',
        on: 'perform',
        settings: [{ name: 'tls-cert-file', before: certificate, after: certificate }],
        serves: { ports, before: fingerprint, after: fingerprint },
        admits: { certificate: certPem, key: secret(keyPem) },
      };
      const run = makeRun({ reload: [[node, [action]]] });
      const [step] = (await executeRun(run, makePorts([node], memoryJournal(run)).ports)).steps;
      return step;
    };
    expect(await reload('node')).toMatchObject({ state: 'done' });
    expect(await reload('server')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining(`not let in at port ${ports[1]?.port}`) as string,
    });
    await topology.stop();
  }, 60_000);
});
