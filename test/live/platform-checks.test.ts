/** The platform checks against real servers: what TLS handshakes, INFO and TIME show is judged as it is. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parseTarget, snapshotLive, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor } from '../../src/policy/index.ts';
import type { Check, Verdict } from '../../src/posture/index.ts';
import { NO_FLEET } from '../../src/posture/fleet-view.ts';
import { hostChecks } from '../../src/posture/checks/host/list.ts';
import { limitsChecks } from '../../src/posture/checks/limits/list.ts';
import { loggingChecks } from '../../src/posture/checks/logging/list.ts';
import { persistenceChecks } from '../../src/posture/checks/persistence/list.ts';
import { tlsChecks } from '../../src/posture/checks/tls/list.ts';
import { versionChecks } from '../../src/posture/checks/version/list.ts';
import {
  createAuthority,
  issueCertificate,
  type Authority,
  type IssuedCertificate,
} from '../../src/tls/index.ts';
import { findFreePort, forEachServer, startServer, talk } from '../servers/index.ts';

const checks: readonly Check[] = [
  ...tlsChecks,
  ...persistenceChecks,
  ...limitsChecks,
  ...loggingChecks,
  ...versionChecks,
  ...hostChecks,
];

let authority: Authority;
let sound: IssuedCertificate;
let old: IssuedCertificate;

beforeAll(async () => {
  authority = await createAuthority({ name: 'test root', days: 400 });
  const request = { commonName: 'localhost', ipAddresses: ['127.0.0.1'], usage: 'node' } as const;
  sound = await issueCertificate(authority, { ...request, days: 90 });
  old = await issueCertificate(authority, {
    ...request,
    days: 1,
    at: new Date(Date.now() - 5 * 86_400_000),
  });
});

async function look(port: number): Promise<Snapshot> {
  const parsed = parseTarget(`redis://127.0.0.1:${port}`);
  if (parsed.target === undefined) throw new Error('not a target');
  return snapshotLive(parsed.target);
}

function judge(id: string, snapshot: Snapshot): Verdict {
  const check = checks.find((each) => each.id === id);
  if (check === undefined || !snapshot.product.known) throw new Error(`cannot judge ${id}`);
  const { product, version } = snapshot.product.value;
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: { product, version },
    mode: 'standalone',
  });
  return check.evaluate(snapshot, { expected, now: new Date(), fleet: NO_FLEET });
}

function statuses(ids: readonly string[], snapshot: Snapshot): Readonly<Record<string, string>> {
  return Object.fromEntries(ids.map((id) => [id, judge(id, snapshot).status]));
}

forEachServer(['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-8.0', 'valkey-9.1'], (server) => {
  it('finds what a stock server lacks, and what it has', async () => {
    const instance = await startServer({ server, conf: '' });
    const snapshot = await look(instance.port);
    expect(statuses(['TLS-001', 'LIM-001', 'LOG-001', 'DATA-005', 'HOST-006', 'LOG-012'], snapshot)).toEqual({
      'TLS-001': 'fail',
      'LIM-001': 'fail',
      'LOG-001': 'fail',
      'DATA-005': 'pass',
      'HOST-006': 'pass',
      'LOG-012': 'pass',
    });
    await instance.stop();
  });

  it('sees an expired certificate that the server loaded in silence, and the reload that was forgotten', async () => {
    const tlsPort = await findFreePort();
    const instance = await startServer({
      server,
      conf: [
        `tls-port ${tlsPort}`,
        'tls-cert-file server.crt',
        'tls-key-file server.key',
        'tls-ca-cert-file ca.crt',
        'tls-auth-clients no',
        '',
      ].join('\n'),
      files: { 'server.crt': old.certPem, 'server.key': old.keyPem, 'ca.crt': authority.certPem },
    });
    const before = await look(instance.port);
    expect(statuses(['TLS-009', 'TLS-006', 'TLS-013', 'TLS-012', 'TLS-027'], before)).toEqual({
      'TLS-009': 'fail',
      'TLS-006': 'pass',
      'TLS-013': 'pass',
      'TLS-012': 'pass',
      'TLS-027': 'pass',
    });
    writeFileSync(join(instance.dir, 'server.crt'), sound.certPem);
    writeFileSync(join(instance.dir, 'server.key'), sound.keyPem);
    expect(judge('TLS-009', await look(instance.port)).status).toBe('fail');
    await talk(instance.port, [['CONFIG', 'SET', 'tls-cert-file', 'server.crt']]);
    expect(judge('TLS-009', await look(instance.port)).status).toBe('pass');
    await instance.stop();
  });

  it('sees that a burst of wrong passwords overran ACL LOG', async () => {
    const instance = await startServer({ server, conf: '' });
    const wrong = Array.from({ length: 150 }, (_, at) => ['AUTH', `name${at}`, 'wrong']);
    for (const command of wrong) await talk(instance.port, [command]);
    const snapshot = await look(instance.port);
    expect(judge('LOG-002', snapshot).status).toBe('fail');
    // 6.0 counts no errors at all.
    expect(judge('LOG-009', snapshot).status).toBe(server.id === 'redis-6.0' ? 'unknown' : 'fail');
    await instance.stop();
  });
});
