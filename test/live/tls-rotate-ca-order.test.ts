// Which authority comes first in the file of a server that looks for new files by itself: Valkey 9.1 watches the first only.
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { addTrust, dropTrust } from '../../src/change/index.ts';
import { createAuthority, inspectTls, issueCertificate, type Authority } from '../../src/tls/index.ts';
import { forEachServer, startStandalone, waitUntil, type Topology } from '../servers/index.ts';
import { expectTls } from './tls-rotate-ca-scene.ts';

/** Seconds between two looks of the server; a change was seen after at most two. */
const INTERVAL_S = 1;
const SEEN_MS = 6000;
const UNSEEN_MS = 3500;

async function isLetIn(topology: Topology, authority: Authority): Promise<boolean> {
  const client = await issueCertificate(authority, { commonName: 'knock', usage: 'client', days: 1 });
  const [node] = topology.data;
  if (node === undefined) throw new Error('a server is needed');
  const seen = await inspectTls({
    host: node.host,
    port: node.tlsPort ?? 0,
    cert: client.certPem,
    key: client.keyPem,
  });
  return seen.ok;
}

forEachServer(['valkey-9.1'], (server) => {
  it(
    'is the new one: it is taken without a command, and the old one goes only by a command',
    { timeout: 60_000 },
    async () => {
      const conf = [`tls-auto-reload-interval ${INTERVAL_S}`];
      const [ours, reverse] = await Promise.all([
        startStandalone({ server, tls: 'only', tlsFiles: 'own', conf }),
        startStandalone({ server, tls: 'only', tlsFiles: 'own', conf }),
      ]);
      const next = await createAuthority({ name: 'next', days: 30 });
      const pathOf = (topology: Topology): string => expectTls(topology).filesOf('primary').ca;
      const old = expectTls(ours).authority.certPem;
      writeFileSync(pathOf(ours), addTrust(old, [next.certPem]));
      writeFileSync(pathOf(reverse), expectTls(reverse).authority.certPem + next.certPem);
      await waitUntil('the new authority is taken', () => isLetIn(ours, next), SEEN_MS);
      // The other order is not noticed: only a command would tell the server.
      await new Promise((resolve) => setTimeout(resolve, UNSEEN_MS));
      expect(await isLetIn(reverse, next)).toBe(false);

      writeFileSync(pathOf(ours), dropTrust(addTrust(old, [next.certPem]), [old], [next.certPem]));
      await new Promise((resolve) => setTimeout(resolve, UNSEEN_MS));
      expect(await isLetIn(ours, expectTls(ours).authority)).toBe(true);
      await Promise.all([ours.stop(), reverse.stop()]);
    },
  );
});
