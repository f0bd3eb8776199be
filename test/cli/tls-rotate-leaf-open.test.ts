// A rotation that was not finished stands in the way of a new one, and can be given up; what ended does not come back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRun, lockState, type Run } from '../../src/change/index.ts';
import { findOpenRun } from '../../src/cli/tls/rotate-leaf-open.ts';
import { refuseUnfitReturn } from '../../src/cli/tls/rotate-leaf-unfit.ts';
import { entryOf, readInventory, recordCertificates } from '../../src/pki/index.ts';
import { createAuthority, issueCertificate, readCertificates } from '../../src/tls/index.ts';
import { run as wardis } from './run.ts';

const NODE = '127.0.0.1:7501';
let folder: string;
let state: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-open-'));
  state = join(folder, '.wardis');
  writeFileSync(
    join(folder, 'wardis.yaml'),
    'version: 1\nsecurity_level: standard\nnetwork_exposure: private_network\nserver: { product: redis, version: "7.0" }\nfleet: { prod: { seeds: ["127.0.0.1:1"] } }\n',
    { mode: 0o600 },
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function writeRun(
  ended: 'pending' | 'done',
  { port = 1, before = 'a'.repeat(64), after = 'b'.repeat(64), notAfter = '2026-06-01T00:00:00.000Z' } = {},
): Promise<Run> {
  const serves = { ports: [{ host: '127.0.0.1', port }], before, after };
  const leaf = { serial: 'AB', fingerprintSha256: before, names: [], notAfter };
  const written: Run = {
    id: '2026-06-10T120000Z-rotate-leaf-abcd',
    operation: 'rotate-leaf',
    startedAt: '2026-06-10T12:00:00.000Z',
    actor: 'tester',
    subject: `certificates of ${NODE}`,
    nodes: [{ id: NODE, role: 'primary' }],
    stages: [
      {
        name: 'canary',
        title: 'canary',
        steps: [{ kind: 'prove-certificate', serves, id: 1, node: NODE, stage: 'canary' }],
      },
    ],
    facts: {
      fleet: 'prod',
      files: 'place',
      canary: null,
      leaves: { [NODE]: { from: leaf, to: null } },
      away: [],
    },
  };
  const { openStateFolder } = await import('../../src/cli/change/state-folder.ts');
  const lock = lockState(openStateFolder(state), 'test');
  const journal = await createRun(lock, written);
  const at = '2026-06-10T12:00:01.000Z';
  await journal.append({ at, step: 1, state: ended });
  await journal.append({ at, ended });
  await journal.close();
  lock.release();
  return written;
}

const leaf = (...args: readonly string[]): ReturnType<typeof wardis> =>
  wardis(['tls', 'rotate', 'leaf', '--policy', join(folder, 'wardis.yaml'), ...args]);

it('finds the run that waits, by any of its nodes, and none once it is given up', async () => {
  const { id } = await writeRun('pending');
  expect(findOpenRun(state, [NODE])?.id).toBe(id);
  expect(findOpenRun(state, ['127.0.0.1:9'])).toBeUndefined();

  const answer = await leaf('--abandon', id, '--yes');
  expect(answer, answer.err).toMatchObject({ exit: 0 });
  expect(answer.out).toBe(`run ${id} is given up. No server was touched.\n`);
  expect(answer.err).toContain(`${NODE} shows no certificate on port 1`);
  expect(findOpenRun(state, [NODE])).toBeUndefined();

  for (const way of ['--resume', '--undo', '--abandon']) {
    const again = await leaf(way, id, '--yes');
    expect(again.exit).toBe(2);
    expect(again.err).toContain(`run ${id} was given up`);
  }
});

it('does not give up a run that is done', async () => {
  const { id } = await writeRun('done');
  expect(findOpenRun(state, [NODE])).toBeUndefined();
  const answer = await leaf('--abandon', id, '--yes');
  expect(answer.exit).toBe(2);
  expect(answer.err).toContain('is done');
});

it('marks a certificate of the run that its port does not show as superseded by the one it shows', async () => {
  const authority = await createAuthority({ name: 'CA', days: 30 });
  const issue = (): ReturnType<typeof issueCertificate> =>
    issueCertificate(authority, { commonName: 'n', ipAddresses: ['127.0.0.1'], usage: 'node', days: 9 });
  const [shown, unshown] = [await issue(), await issue()];
  const [stays, lost] = [shown, unshown].map(({ certPem }) => readCertificates(certPem).certificates[0]);
  if (stays === undefined || lost === undefined) throw new Error('no certificate');
  const server = createServer({ cert: shown.certPem, key: shown.keyPem });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { id } = await writeRun('pending', { port, after: lost.fingerprintSha256 });
  await recordCertificates(state, [entryOf(lost, { origin: { kind: 'issued' }, recordedAt: new Date() })]);

  const answer = await leaf('--abandon', id, '--yes', '--json');
  server.close();
  expect(JSON.parse(answer.out)).toMatchObject({ run: id, outcome: 'abandoned', superseded: 1 });
  expect(readInventory(state).certificates).toMatchObject([
    { fingerprintSha256: lost.fingerprintSha256, supersededBy: stays.fingerprintSha256 },
  ]);
});

it('refuses to bring back a certificate that has ended, and names it', async () => {
  const written = await writeRun('done');
  expect(() => refuseUnfitReturn(written, state, new Date('2026-05-01T00:00:00Z'))).not.toThrow();
  const answer = await leaf('--undo', written.id, '--yes');
  expect(answer.exit).toBe(2);
  expect(answer.err).toContain(`${NODE} would serve AB again, which ended on 2026-06-01T00:00:00.000Z`);
  expect(answer.err).toContain(`--undo ${written.id} --force`);
});
