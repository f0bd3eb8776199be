// What does not fit is refused before any server is touched; what fails later is taken back, and says so.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import {
  canMount,
  fillDisk,
  fingerprintOf,
  forEachServer,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  type LeafRequest,
  type TopologyNode,
} from '../servers/index.ts';
import { issueElsewhere, openLeafScene, type LeafScene } from './tls-rotate-leaf-scene.ts';

const TIMEOUT = 60_000;
const DAY_MS = 86_400_000;

/** Everything that a rotation could have touched. */
function stateOf(scene: LeafScene): Promise<unknown> {
  const files = scene.topology.nodes.map(({ name }) => {
    const { certificate, key } = scene.tls.filesOf(name);
    return [readFileSync(certificate, 'utf8'), readFileSync(key, 'utf8')];
  });
  return scene.served().then((served) => ({ served, files }));
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it(
    'refuses a pair that does not fit, with every reason, before the server is touched',
    async () => {
      const topology = await startStandalone({ server, tls: 'only' });
      const scene = openLeafScene(topology);
      const before = await stateOf(scene);
      const good = await scene.writePair('good');
      const refuse = async (certificate: string, key: string, ...reasons: readonly string[]) => {
        const answer = await scene.rotate('--new-cert', certificate, '--new-key', key, '--yes');
        expect(answer, answer.out + answer.err).toMatchObject({ exit: 2 });
        expect(answer.err).toContain('nothing was changed');
        for (const reason of reasons) expect(answer.out).toContain(reason);
        expect(answer.out + answer.err).not.toContain('PRIVATE KEY');
        expect(await stateOf(scene)).toEqual(before);
      };
      const leaf = async (name: string, request: LeafRequest) => scene.writePair(name, request);

      const other = await scene.writePair('other');
      await refuse(good.certificate, other.key, 'this key does not belong to the certificate');

      const foreign = await issueElsewhere();
      const wrongCa = join(scene.folder, 'foreign');
      writeFileSync(`${wrongCa}.crt`, foreign.certPem);
      writeFileSync(`${wrongCa}.key`, foreign.keyPem);
      await refuse(`${wrongCa}.crt`, `${wrongCa}.key`, 'it is not accepted by', 'another CA');

      const old = await leaf('expired', { at: new Date(Date.now() - 5 * DAY_MS), days: 2 });
      await refuse(old.certificate, old.key, 'expired on');

      const early = await leaf('early', { at: new Date(Date.now() + DAY_MS), days: 2 });
      await refuse(early.certificate, early.key, 'not valid before');

      const named = await leaf('named', { ipAddresses: ['10.9.9.9'], dnsNames: ['cache.example'] });
      await refuse(named.certificate, named.key, 'does not cover 127.0.0.1', '10.9.9.9');

      const oneSided = await leaf('one-sided', { usage: 'server' });
      await refuse(oneSided.certificate, oneSided.key, 'without clientAuth');

      const torn = join(scene.folder, 'torn');
      writeFileSync(`${torn}.crt`, good.pem.slice(0, good.pem.length / 2));
      writeFileSync(`${torn}.key`, readFileSync(good.key, 'utf8').slice(0, 60));
      await refuse(`${torn}.crt`, good.key, 'no END CERTIFICATE line');
      await refuse(good.certificate, `${torn}.key`, 'no private key can be read in it');

      const all = await leaf('all', {
        usage: 'server',
        ipAddresses: ['10.9.9.9'],
        dnsNames: [],
        at: new Date(Date.now() - 5 * DAY_MS),
        days: 2,
      });
      await refuse(all.certificate, other.key, 'does not belong', 'expired', 'does not cover', 'clientAuth');

      const taken = await scene.rotate('--new-cert', good.certificate, '--new-key', good.key, '--yes');
      expect(taken, taken.err).toMatchObject({ exit: 0 });
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['redis-7.0'], (server) => {
  it(
    'takes the canary back when the disk of the primary is full, and says where it failed',
    async ({ skip }) => {
      if (!canMount()) return skip('this machine does not let us mount');
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
      const scene = openLeafScene(topology);
      const before = await stateOf(scene);
      const fault = fillDisk(topology.node('primary'));
      try {
        const pair = await scene.writePair('new');
        const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
        expect(answer, answer.err).toMatchObject({ exit: 2 });
        expect(answer.out).toContain('no space left on the disk');
        expect(answer.out).toContain('Taken back: 2 nodes as before.');
        expect(await stateOf(scene)).toEqual(before);
      } finally {
        fault.mend();
      }
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );

  it(
    'takes back what a server refuses to read, and goes on with the old pair',
    async () => {
      const own = mkdtempSync(join(tmpdir(), 'wardis-leaf-client-'));
      const authority = await createAuthority({ name: 'Topology CA', days: 30 });
      const client = await issueCertificate(authority, { commonName: 'node', usage: 'client', days: 30 });
      writeFileSync(join(own, 'dial.crt'), client.certPem);
      writeFileSync(join(own, 'dial.key'), client.keyPem);
      const topology = await startReplicated({
        server,
        tls: 'only',
        tlsFiles: 'own',
        tlsAuthority: authority,
        replicas: 1,
        conf: [`tls-client-cert-file ${own}/dial.crt`, `tls-client-key-file ${own}/dial.key`],
      });
      const scene = openLeafScene(topology);
      const before = await stateOf(scene);
      rmSync(own, { recursive: true });
      const pair = await scene.writePair('new');
      const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      expect(answer, answer.out + answer.err).toMatchObject({ exit: 2 });
      expect(answer.out).toContain('tls-client-cert-file');
      expect(answer.out).toContain('reload-tls: CONFIG SET');
      expect(answer.out).toContain('Unable to update TLS configuration');
      expect(answer.out).toContain('Taken back: 2 nodes as before.');
      expect(await stateOf(scene)).toEqual(before);
      await topology.stop();
    },
    TIMEOUT,
  );

  it(
    'replaces one file that holds both in one go',
    async () => {
      const own = mkdtempSync(join(tmpdir(), 'wardis-leaf-both-'));
      const authority = await createAuthority({ name: 'Topology CA', days: 30 });
      const both = join(own, 'both.pem');
      const first = await issueCertificate(authority, {
        commonName: 'node',
        ipAddresses: ['127.0.0.1'],
        usage: 'node',
        days: 30,
      });
      writeFileSync(both, first.certPem + first.keyPem, { mode: 0o600 });
      const topology = await startStandalone({
        server,
        tls: 'only',
        tlsAuthority: authority,
        conf: [`tls-cert-file ${both}`, `tls-key-file ${both}`],
      });
      const scene = openLeafScene(topology);
      const pair = await scene.writePair('new');
      const answer = await scene.rotate(
        '--new-cert',
        pair.certificate,
        '--new-key',
        pair.key,
        '--yes',
        '--json',
      );
      expect(answer, answer.out + answer.err).toMatchObject({ exit: 0 });
      const { steps } = JSON.parse(answer.out) as { readonly steps: readonly { readonly kind: string }[] };
      expect(steps.map(({ kind }) => kind)).toEqual([
        'reload-tls',
        'place-file',
        'reload-tls',
        'prove-certificate',
      ]);
      expect(await scene.served()).toEqual({ primary: [fingerprintOf(pair.pem)] });
      expect(statSync(both).mode & 0o777).toBe(0o600);
      await topology.node('primary').restart('SIGTERM');
      expect(await scene.served()).toEqual({ primary: [fingerprintOf(pair.pem)] });
      await topology.stop();
      rmSync(own, { recursive: true });
    },
    TIMEOUT,
  );

  it(
    'reads what another system placed, refuses it half-written, and proves it',
    async () => {
      const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
      const scene = openLeafScene(topology);
      const before = await scene.served();
      const none = await scene.rotate('--placed', '--yes');
      expect(none.out).toContain('Every node serves it already');

      const files = scene.tls.filesOf('replica-1');
      const kept = readFileSync(files.certificate, 'utf8');
      const fresh = await scene.tls.issueLeaf();
      writeFileSync(files.certificate, fresh.certPem);
      const torn = await scene.rotate('--placed', '--yes');
      expect(torn, torn.out).toMatchObject({ exit: 2 });
      expect(torn.out).toContain('this key does not belong to the certificate');
      writeFileSync(files.certificate, kept);
      expect(await scene.served()).toEqual(before);

      for (const { name } of topology.nodes) await scene.tls.placeLeaf(name);
      const answer = await scene.rotate('--placed', '--yes');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 0 });
      const after = await scene.served();
      for (const { name } of topology.nodes) {
        expect(after[name]).toEqual([fingerprintOf(scene.tls.filesOf(name).certificate)]);
        expect(after[name]).not.toEqual(before[name]);
      }
      const back = await scene.rotate('--undo', '--yes');
      expect(back).toMatchObject({ exit: 2 });
      expect(back.err).toContain('nothing here holds the old files');
      await topology.stop();
    },
    TIMEOUT,
  );

  it(
    'goes on once a person restarted the Sentinels, and restarts none that could not be spared',
    async () => {
      const topology = await startSentinelFleet({ server, tls: 'only', tlsFiles: 'own' });
      const scene = openLeafScene(topology, { restart: 'by-hand' });
      const pair = await scene.writePair('new');
      const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      expect(answer, answer.err + answer.out).toMatchObject({ exit: 3 });
      const [first] = topology.sentinels;
      expect(answer.out).toContain(`to be restarted by hand: the Sentinel 127.0.0.1:${first?.tlsPort}`);
      expect(answer.out).toContain('next: wardis tls rotate leaf --resume');
      const wanted = fingerprintOf(pair.pem);
      const half = await scene.served();
      expect([half['primary'], half['sentinel-1']]).toEqual([[wanted], expect.not.arrayContaining([wanted])]);

      for (const sentinel of topology.sentinels) {
        await sentinel.restart('SIGTERM');
        await topology.settle();
      }
      const resumed = await scene.rotate('--resume', '--yes');
      expect(resumed, resumed.err + resumed.out).toMatchObject({ exit: 0 });
      expect(new Set(Object.values(await scene.served()).flat())).toEqual(new Set([wanted]));

      const commanded = openLeafScene(topology);
      await topology.node('sentinel-3').kill();
      await waitForDown(topology.node('sentinel-1'));
      const next = await commanded.writePair('next');
      const one = topology.node('sentinel-1');
      const refused = await commanded.rotate(
        '--new-cert',
        next.certificate,
        '--new-key',
        next.key,
        '--node',
        `127.0.0.1:${one.tlsPort}`,
        '--yes',
      );
      expect(refused, refused.out + refused.err).toMatchObject({ exit: 2 });
      expect(refused.out).toContain('without this one 1 would be left');
      await topology.stop();
    },
    TIMEOUT,
  );
});

forEachServer(['redis-7.0'], (server) => {
  it(
    'writes over nothing that a server only names as its certificate',
    async () => {
      const topology = await startStandalone({ server, tls: 'only' });
      const scene = openLeafScene(topology);
      const before = await stateOf(scene);
      const { certificate } = scene.tls.filesOf('primary');
      // As long as the true one: replies are rewritten byte by byte.
      const victim = certificate.replace('node.crt', 'users.db');
      writeFileSync(victim, 'root:x:0:0');
      const liar = await startLiar(scene, topology.node('primary'), [certificate, victim]);
      const pair = await scene.writePair('new');
      const answer = await scene.rotate(
        `rediss://127.0.0.1:${(liar.address() as AddressInfo).port}`,
        '--new-cert',
        pair.certificate,
        '--new-key',
        pair.key,
        '--yes',
      );
      liar.close();
      expect(answer, answer.out + answer.err).toMatchObject({ exit: 2 });
      expect(answer.out).toContain(`${victim}: there is no certificate in it`);
      expect(answer.out).toContain('--placed');
      expect(readFileSync(victim, 'utf8')).toBe('root:x:0:0');
      expect(await stateOf(scene)).toEqual(before);
      await topology.stop();
    },
    TIMEOUT,
  );
});

/** Stands before a node with its own pair, and tells another path than the node does. */
async function startLiar(
  { tls }: LeafScene,
  node: TopologyNode,
  [truth, lie]: readonly [string, string],
): Promise<Server> {
  const { certificate, key } = tls.filesOf('primary');
  const own = { cert: readFileSync(certificate), key: readFileSync(key) };
  const client = {
    cert: readFileSync(tls.clientCertPath),
    key: readFileSync(tls.clientKeyPath),
    ca: readFileSync(tls.caPath),
  };
  const server = createServer(own, (socket) => {
    const back = connect({ host: node.host, port: Number(node.tlsPort), ...client });
    back.on('data', (bytes) => {
      socket.write(Buffer.from(bytes.toString('latin1').replaceAll(truth, lie), 'latin1'));
    });
    socket.on('error', () => back.destroy()).pipe(back);
    back.on('error', () => socket.destroy()).on('end', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

forEachServer(['valkey-9.1'], (server) => {
  it(
    'takes everything back when a Sentinel does not come back, and starts it again',
    async () => {
      const topology = await startSentinelFleet({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
      const victim = topology.node('sentinel-2');
      const script = join(topology.folder, 'restart-badly.sh');
      const flag = join(topology.folder, 'was-killed');
      writeFileSync(
        script,
        [
          '#!/bin/sh',
          `if [ "$1" = ${victim.tlsPort} ] && [ ! -e '${flag}' ]; then`,
          `  : > '${flag}'; while [ ! -e '${flag}-done' ]; do sleep 0.05; done; echo "start failed" >&2; exit 3`,
          'fi',
          `exec '${topology.restartScript}' "$1"`,
          '',
        ].join('\n'),
        { mode: 0o700 },
      );
      const scene = openLeafScene(topology, { restart: [script, '{port}'] });
      const before = await stateOf(scene);
      const pair = await scene.writePair('new');
      const killed = killWhenAsked(victim, flag);
      const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
      await killed;
      expect(answer, answer.out + answer.err).toMatchObject({ exit: 2 });
      expect(answer.out).toContain('ended with 3: start failed');
      expect(answer.out).toContain('Taken back: 5 nodes as before.');
      expect(await stateOf(scene)).toEqual(before);
      await topology.settle();
      await topology.stop();
    },
    TIMEOUT,
  );
});

/** The harness must know of it: it is the one that starts the Sentinel again. */
async function killWhenAsked(node: TopologyNode, flag: string): Promise<void> {
  const until = Date.now() + 30_000;
  while (!existsSync(flag)) {
    if (Date.now() > until) throw new Error('nobody asked');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await node.kill();
  writeFileSync(`${flag}-done`, '');
}

/** Until a Sentinel holds another one for down. */
async function waitForDown(sentinel: { readonly command: (...argv: readonly string[]) => Promise<unknown> }) {
  const until = Date.now() + 15_000;
  for (;;) {
    const reply = JSON.stringify(await sentinel.command('SENTINEL', 'SENTINELS', 'main'));
    if (reply.includes('s_down')) return;
    if (Date.now() > until) throw new Error('no Sentinel is held for down');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
