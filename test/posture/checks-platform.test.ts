/**
 * The checks on TLS, persistence, replication, Sentinel, cluster, limits, logging, version and host: each fails on its
 * bad example, passes on its good one, answers unknown when nothing is known, and shows no secret.
 */

import { describe, expect, it } from 'vitest';
import { parseServerName } from '../../src/conf/index.ts';
import { known, snapshotFromText, unknown, type Fact, type Snapshot } from '../../src/fleet/index.ts';
import { expectationsFor, type HardeningRequest } from '../../src/policy/index.ts';
import type { Check, CheckContext, Verdict } from '../../src/posture/index.ts';
import { viewFleet } from '../../src/posture/fleet-view.ts';
import { clusterChecks } from '../../src/posture/checks/cluster/list.ts';
import { hostChecks } from '../../src/posture/checks/host/list.ts';
import { limitsChecks } from '../../src/posture/checks/limits/list.ts';
import { loggingChecks } from '../../src/posture/checks/logging/list.ts';
import { persistenceChecks } from '../../src/posture/checks/persistence/list.ts';
import { replicationChecks } from '../../src/posture/checks/replication/list.ts';
import { sentinelChecks } from '../../src/posture/checks/sentinel/list.ts';
import { tlsChecks } from '../../src/posture/checks/tls/list.ts';
import { versionChecks } from '../../src/posture/checks/version/list.ts';
import { exampleCertificate, exampleServed, TLS_CONF, tlsConf } from '../../src/posture/example.ts';

const checks: readonly Check[] = [
  ...tlsChecks,
  ...persistenceChecks,
  ...replicationChecks,
  ...sentinelChecks,
  ...clusterChecks,
  ...limitsChecks,
  ...loggingChecks,
  ...versionChecks,
  ...hostChecks,
];

const NOW = new Date('2026-11-21T12:00:00Z');

/** Only a person can answer these; the machine says so, and never passes or fails. */
const BY_HAND = new Set([
  'REPL-005',
  'TLS-024',
  'DATA-010',
  'LOG-007',
  'LOG-008',
  'VER-004',
  'HOST-004',
  'HOST-007',
]);

/** Asked only at this level. */
const ASKED: Readonly<Record<string, Partial<HardeningRequest>>> = {
  'DATA-009': { level: 'compliance' },
  'LOG-007': { level: 'compliance' },
};

/** Compares nodes: the example is one of these. */
const SIBLINGS: Readonly<Record<string, readonly Snapshot[]>> = {
  'VER-006': [
    snapshotFromText({ server: 'redis-7.2.16', conf: '', subject: 'a' }),
    snapshotFromText({ server: 'redis-7.2.16', conf: '', subject: 'b' }),
  ],
};

function judge(check: Check, snapshot: Snapshot, change: Partial<HardeningRequest> = {}): Verdict {
  const server = snapshot.product.known
    ? snapshot.product.value
    : (parseServerName(check.examples.bad.server) ?? { product: 'redis' as const, version: '7.2' });
  const expected = expectationsFor({
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: { product: server.product, version: server.version },
    mode: snapshot.mode.known ? snapshot.mode.value : 'standalone',
    ...ASKED[check.id],
    ...change,
  });
  const context: CheckContext = { expected, now: NOW, fleet: viewFleet(SIBLINGS[check.id] ?? []) };
  const applies = check.appliesWhen?.(snapshot, context) ?? true;
  return applies === true ? check.evaluate(snapshot, context) : { status: 'not-applicable', why: applies };
}

function find(id: string): Check {
  const check = checks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}

function status(id: string, server: string, conf: string, facts: Partial<Snapshot> = {}): string {
  return judge(find(id), snapshotFromText({ server, conf, facts })).status;
}

function failure(id: string, facts: Partial<Snapshot>): Extract<Verdict, { status: 'fail' }> | undefined {
  const verdict = judge(find(id), snapshotFromText({ server: 'redis-7.2', conf: TLS_CONF, facts }));
  return verdict.status === 'fail' ? verdict : undefined;
}

const table = checks.map((check) => [check.id, check] as const);

describe('platform checks', () => {
  it('are at least fifty, with ids, titles and goals of their own', () => {
    expect(checks.length).toBeGreaterThanOrEqual(50);
    for (const field of ['id', 'title', 'goal'] as const) {
      expect(new Set(checks.map((check) => check[field])).size).toBe(checks.length);
    }
    for (const { id, references, rationale, remedy } of checks) {
      expect(id).toMatch(/^(TLS|DATA|REPL|SENT|CLUS|LIM|LOG|VER|HOST)-\d{3}$/);
      expect(references.length).toBeGreaterThan(0);
      expect(rationale.length).toBeGreaterThan(60);
      expect(remedy.length).toBeGreaterThan(10);
    }
  });

  it.each(table)('%s fails on its bad example, with evidence and a fix', (id, check) => {
    const verdict = judge(check, snapshotFromText(check.examples.bad));
    if (BY_HAND.has(id)) {
      expect(verdict.status, JSON.stringify(verdict)).toBe('manual');
      return;
    }
    expect(verdict.status, JSON.stringify(verdict)).toBe('fail');
    if (verdict.status !== 'fail') return;
    expect(verdict.evidence.length).toBeGreaterThan(0);
    expect(verdict.fix.length).toBeGreaterThan(0);
  });

  it.each(table)('%s passes on its good example', (id, check) => {
    const verdict = judge(check, snapshotFromText(check.examples.good));
    const wanted = BY_HAND.has(id) ? ['pass', 'not-applicable'] : ['pass'];
    expect(wanted, JSON.stringify(verdict)).toContain(verdict.status);
  });

  it.each(table)('%s neither passes nor fails when nothing is known', (_id, check) => {
    for (const snapshot of [emptySnapshot(), refusedSnapshot(check)]) {
      const verdict = judge(check, snapshot);
      expect(verdict.status, JSON.stringify(verdict)).toBe('unknown');
      if (verdict.status === 'unknown') expect(verdict.look).not.toBe('');
    }
  });

  it('never throw, whatever they are asked about', () => {
    const snapshots = checks.flatMap(({ examples }) => [
      snapshotFromText(examples.bad),
      snapshotFromText(examples.good),
    ]);
    for (const snapshot of snapshots) {
      for (const check of checks) {
        for (const level of ['basic', 'standard', 'compliance'] as const) {
          const verdict = judge(check, snapshot, { level });
          if (verdict.status === 'fail') {
            expect(verdict.evidence.length, check.id).toBeGreaterThan(0);
            expect(verdict.fix.length, check.id).toBeGreaterThan(0);
          }
          if (verdict.status === 'unknown') expect(verdict.look, check.id).not.toBe('');
        }
      }
    }
  });

  it('tell a Sentinel to restart instead of reloading', () => {
    const leaf = exampleCertificate({ notAfter: '2026-11-20T00:00:00.000Z' });
    const conf = `${tlsConf({ 'tls-port': '26379' })}sentinel monitor m 10.0.0.5 6379 2\n`;
    const verdict = judge(
      find('TLS-009'),
      snapshotFromText({ server: 'redis-7.2', conf, facts: exampleServed(leaf) }),
    );
    expect(JSON.stringify(verdict)).toContain('Restart the Sentinel');
  });

  it('show no secret of the snapshot in any answer', () => {
    const canary = 'canary-5up3r-s3cret';
    const conf = [
      TLS_CONF,
      `requirepass ${canary}`,
      `masterauth ${canary}`,
      `tls-key-file-pass ${canary}`,
      'cluster-enabled yes',
      '',
    ].join('\n');
    const sentinel = `port 26379\nsentinel monitor m 10.0.0.5 6379 2\nsentinel auth-pass m ${canary}\nsentinel sentinel-pass ${canary}\nrequirepass ${canary}\n`;
    for (const text of [conf, sentinel, conf.replace('cluster-enabled yes', 'replicaof 10.0.0.5 6379')]) {
      const snapshot = snapshotFromText({ server: 'redis-7.2.6', conf: text });
      for (const check of checks) {
        for (const level of ['basic', 'compliance'] as const) {
          expect(JSON.stringify(judge(check, snapshot, { level }))).not.toContain(canary);
        }
      }
    }
  });
});

describe('checks on TLS', () => {
  it('judge expiry by the clock of the server, not by ours', () => {
    const leaf = exampleCertificate({ notAfter: '2026-11-25T00:00:00.000Z' });
    const late = { serverMs: Date.UTC(2026, 11, 1), localMs: NOW.getTime(), roundTripMs: 1 };
    const clock: Fact<typeof late> = known(late, { kind: 'host', what: 'test' });
    expect(status('TLS-009', 'redis-7.2', TLS_CONF, { ...exampleServed(leaf) })).toBe('pass');
    expect(status('TLS-009', 'redis-7.2', TLS_CONF, { ...exampleServed(leaf), clock })).toBe('fail');
  });

  it('leave an expired certificate to one check only', () => {
    const leaf = exampleCertificate({
      notAfter: '2026-11-01T00:00:00.000Z',
      notBefore: '2026-01-01T00:00:00.000Z',
    });
    expect(status('TLS-009', 'redis-7.2', TLS_CONF, exampleServed(leaf))).toBe('fail');
    expect(status('TLS-011', 'redis-7.2', TLS_CONF, exampleServed(leaf))).toBe('pass');
  });

  it('match wildcards for one label only', () => {
    const served = (name: string, pattern: string) =>
      status('TLS-014', 'redis-7.2', tlsConf({ 'cluster-announce-hostname': name }), {
        ...exampleServed(exampleCertificate({ dnsNames: [pattern], ipAddresses: ['10.0.0.5'] })),
      });
    expect(served('a.redis.example', '*.redis.example')).toBe('pass');
    expect(served('a.b.redis.example', '*.redis.example')).toBe('fail');
    expect(served('redis.example', '*.redis.example')).toBe('fail');
    expect(served('A.Redis.Example', '*.redis.example')).toBe('pass');
  });

  it('see that tls-ciphers no longer matters when only TLS 1.3 is spoken', () => {
    const conf = tlsConf({ 'tls-ciphers': undefined, 'tls-protocols': 'TLSv1.3' });
    expect(status('TLS-007', 'redis-7.2', conf)).toBe('pass');
  });

  it('believe a handshake more than the settings', () => {
    const served = exampleServed(exampleCertificate(), { protocolsAccepted: ['TLSv1.1', 'TLSv1.2'] });
    expect(status('TLS-006', 'redis-7.2', TLS_CONF, served)).toBe('fail');
    const weak = exampleServed(exampleCertificate(), { weakCiphersAccepted: ['ECDHE-RSA-RC4-SHA'] });
    expect(status('TLS-008', 'redis-7.2', TLS_CONF, weak)).toBe('fail');
    expect(status('TLS-008', 'redis-7.2', tlsConf({ 'tls-ciphers': 'DEFAULT' }))).toBe('unknown');
  });

  it('weigh weak ciphers by what was accepted', () => {
    const severityOf = (...suites: readonly string[]): string | undefined => {
      const served = exampleServed(exampleCertificate(), { weakCiphersAccepted: suites });
      const verdict = failure('TLS-008', served);
      return verdict?.severity?.value ?? find('TLS-008').severity;
    };
    expect(severityOf('ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA')).toBe('low');
    for (const worse of ['AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-RSA-RC4-SHA', 'DES-CBC3-SHA', 'cbcSha1']) {
      expect(severityOf('ECDHE-RSA-AES128-SHA', worse), worse).toBe('high');
    }
  });

  it('mend ciphers and protocols of a Sentinel by its file, since it has no CONFIG SET', () => {
    const accepted = { weakCiphersAccepted: ['AES128-SHA'], protocolsAccepted: ['TLSv1.1'] };
    const facts: Partial<Snapshot> = {
      ...exampleServed(exampleCertificate(), accepted),
      mode: known('sentinel', { kind: 'host', what: 'a test' }),
    };
    for (const [id, setting] of Object.entries({ 'TLS-008': 'tls-ciphers', 'TLS-006': 'tls-protocols' })) {
      expect(failure(id, facts)?.fix).toEqual([
        {
          kind: 'by-hand',
          instruction: expect.stringContaining(`sentinel.conf, then restart the Sentinel: ${setting} `),
        },
      ]);
    }
  });

  it('know which configurations do not start', () => {
    const files = 'tls-cert-file a.crt\ntls-key-file a.key\n';
    expect(status('TLS-027', 'redis-7.2', `tls-port 6380\n${files}tls-auth-clients no\n`)).toBe('pass');
    expect(
      status('TLS-027', 'redis-7.2', `tls-port 6380\n${files}tls-auth-clients no\ntls-replication yes\n`),
    ).toBe('fail');
    expect(status('TLS-027', 'redis-7.2', `tls-port 6380\n${files}tls-ca-cert-dir /ca\n`)).toBe('pass');
  });
});

describe('checks on limits', () => {
  it('do not ask for client eviction while it opens a known flaw', () => {
    const conf = 'maxmemory-clients 0\n';
    expect(status('LIM-012', 'valkey-9.1.2', conf)).toBe('not-applicable');
    expect(status('LIM-012', 'valkey-9.1.4', conf)).toBe('fail');
    expect(status('VER-003', 'valkey-9.1.2', conf)).toBe('fail');
    expect(status('VER-002', 'valkey-9.1.2', 'maxmemory-clients 20%\n')).toBe('fail');
  });
});

describe('checks on versions', () => {
  const debian: Partial<Snapshot> = {
    packageVersion: known('redis-server 5:7.0.15-1~deb12u5', { kind: 'host', what: 'dpkg' }),
  };

  it('do not call a package vulnerable that its distribution may have mended', () => {
    expect(status('VER-002', 'redis-7.0.15', '')).toBe('fail');
    const verdict = judge(
      find('VER-002'),
      snapshotFromText({ server: 'redis-7.0.15', conf: '', facts: debian }),
    );
    expect(verdict).toMatchObject({ status: 'unknown', missing: 'fixes that the distribution made' });
    expect(status('VER-001', 'redis-7.0.15', '', debian)).toBe('unknown');
  });

  it('raise the severity to that of the worst advisory, and say which', () => {
    const verdict = judge(find('VER-002'), snapshotFromText({ server: 'redis-7.2.10', conf: '' }));
    expect(verdict).toMatchObject({
      severity: { value: 'critical', because: 'the worst is CVE-2025-49844' },
    });
  });

  it('are unknown beyond the data, never a pass', () => {
    for (const server of ['redis-7.2.99', 'redis-9.9.1', 'valkey-9.1.9', 'redis-7.2']) {
      expect(status('VER-002', server, ''), server).toBe('unknown');
      expect(status('VER-005', server, ''), server).toBe('unknown');
    }
  });

  it('read revisions of Debian packages as numbers', () => {
    const revision = (text: string): Partial<Snapshot> => ({
      packageVersion: known(text, { kind: 'host', what: 'dpkg' }),
    });
    expect(status('VER-007', 'redis-6.0.16', '', revision('redis-server 5:6.0.16-1+deb11u1'))).toBe('fail');
    expect(status('VER-007', 'redis-6.0.16', '', revision('redis-server 5:6.0.16-1+deb11u10'))).toBe('pass');
    expect(status('VER-007', 'redis-6.0.15', '', revision('redis-server 5:6.0.15-1'))).toBe('unknown');
    expect(status('VER-007', 'redis-6.0.16', '')).toBe('unknown');
  });
});

describe('checks on data and replication', () => {
  it('read several save points on one line as the version does', () => {
    const line = 'save 3600 1 300 100 60 10000\n';
    expect(status('DATA-002', 'redis-6.2', line)).toBe('fail');
    expect(status('DATA-002', 'redis-7.0', line)).toBe('not-applicable');
    expect(status('DATA-002', 'valkey-8.0', line)).toBe('not-applicable');
  });

  it.each([
    ['dir /var/spool/cron/crontabs\n', 'fail'],
    ['dir /var/www/html\ndbfilename shell.php\n', 'fail'],
    ['dir /var/lib/redis\ndbfilename exp.so\n', 'fail'],
    ['dir /var/lib/redis\ndbfilename cronjobs.rdb\n', 'pass'],
    ['dir /srv/wwwdata/redis\ndbfilename dump.rdb\n', 'pass'],
  ])('tell where an intruder writes: %j', (conf, wanted) => {
    expect(status('DATA-005', 'redis-6.2', conf)).toBe(wanted);
  });

  it('find a primary that no file and no node declares', () => {
    const role = (primary: string): Partial<Snapshot> => ({
      role: known({ kind: 'replica', primary, linkUp: true }, { kind: 'host', what: 'test' }),
    });
    expect(status('REPL-008', 'redis-7.2', 'replicaof 10.0.0.5 6379\n', role('10.0.0.9:6379'))).toBe('fail');
    expect(status('REPL-008', 'redis-7.2', 'replicaof 10.0.0.5 6379\n', role('10.0.0.5:6379'))).toBe('pass');
    expect(
      status('REPL-008', 'redis-7.2', '', {
        ...role('10.0.0.5:6379'),
        conf: unknown('denied', 'no file', 'look'),
      }),
    ).toBe('unknown');
  });
});

/** Files of nothing, with every fact unknown and no setting at all. */
function emptySnapshot(): Snapshot {
  const nothing = unknown('denied', 'NOPERM', 'ask an administrator');
  const base = snapshotFromText({ server: 'redis-7.2', conf: '' });
  return {
    ...base,
    ...Object.fromEntries(
      Object.entries(base)
        .filter(([, value]) => typeof value === 'object' && value !== null && 'known' in value)
        .map(([key]) => [key, nothing]),
    ),
    settings: new Map(),
    secrets: new Map(),
    certificateFiles: new Map(),
    paths: new Map(),
  };
}

/** The same, but the names of the settings are known and their values are withheld. */
function refusedSnapshot(check: Check): Snapshot {
  const nothing = unknown('denied', 'NOPERM', 'ask an administrator');
  const server = check.examples.bad.server;
  const { settings, secrets } = snapshotFromText({ server, conf: '' });
  return {
    ...emptySnapshot(),
    settings: new Map([...settings.keys()].map((name) => [name, nothing])),
    secrets: new Map([...secrets.keys()].map((name) => [name, nothing])),
  };
}
