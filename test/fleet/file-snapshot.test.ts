import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotFromFiles, UnreadableFileError, type FileSource } from '../../src/fleet/index.ts';
import { isProcessHere, readPackage, readProcess } from '../../src/fleet/process.ts';
import { readVolume } from '../../src/fleet/volume.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';

const root = mkdtempSync(join(tmpdir(), 'wardis-fleet-'));
const SERVER = { product: 'redis', version: '7.2.6' } as const;

function put(path: string, text: string, mode = 0o644): string {
  const whole = join(root, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, mode);
  return whole;
}

function take(configPath: string, more: Partial<FileSource> = {}) {
  return snapshotFromFiles({
    configPath,
    server: SERVER,
    takenAt: '2026-11-22T00:00:00.000Z',
    root,
    ...more,
  });
}

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a snapshot of files', () => {
  it('follows includes and the ACL file, and says where each line is', () => {
    const extra = put('etc/redis/conf.d/a.conf', 'timeout 300\n');
    put('etc/redis/conf.d/b.conf', 'port 7001\n');
    const acl = put(
      'etc/redis/users.acl',
      'user default off resetpass\nuser app on >canary-1 ~a:* +get\n',
      0o640,
    );
    const conf = put(
      'etc/redis/redis.conf',
      `port 7000\ninclude ${join(root, 'etc/redis/conf.d/*.conf')}\naclfile ${acl}\ndir ${root}\n`,
      0o604,
    );
    const snapshot = take(conf);
    expect(snapshot.settings.get('port')).toMatchObject({ value: '7001' });
    expect(snapshot.settings.get('timeout')).toMatchObject({ from: { kind: 'file', path: extra, line: 1 } });
    expect(snapshot.users.known && snapshot.users.value.map(({ text, from }) => [text, from])).toEqual([
      ['user default off resetpass', { kind: 'file', path: acl, line: 1 }],
      ['user app on >… ~a:* +get', { kind: 'file', path: acl, line: 2 }],
    ]);
    expect(snapshot.paths.get(conf)).toMatchObject({ value: { kind: 'file', mode: 0o604 } });
    expect(snapshot.paths.get(acl)).toMatchObject({ value: { mode: 0o640 } });
    expect(snapshot.paths.get(extra)?.known).toBe(true);
    expect(snapshot.paths.get(root)).toMatchObject({ value: { kind: 'directory' } });
    // Data files that the server has not written yet are no findings.
    expect([...snapshot.paths.keys()].filter((path) => path.includes('dump.rdb'))).toEqual([]);
    expect(JSON.stringify(snapshot)).not.toContain('canary-1');
  });

  it('reads certificates and keys, and whether they belong together', async () => {
    const authority = await createAuthority({ name: 'test', days: 30 });
    const request = { commonName: 'h', dnsNames: ['h'], usage: 'node', days: 10 } as const;
    const [one, two] = await Promise.all([
      issueCertificate(authority, request),
      issueCertificate(authority, request),
    ]);
    const cert = put('tls/server.crt', one.certPem);
    const key = put('tls/server.key', one.keyPem, 0o600);
    const ca = put('tls/ca.crt', authority.certPem);
    const lines = (keyPath: string) =>
      `tls-cert-file ${cert}\ntls-key-file ${keyPath}\ntls-ca-cert-file ${ca}\ndir ${root}\n`;
    const good = take(put('tls/good.conf', lines(key)));
    expect(good.certificateFiles.get(cert)).toMatchObject({
      value: { kind: 'certificate', certificates: [{ dnsNames: ['h'] }] },
    });
    expect(good.certificateFiles.get(key)).toMatchObject({
      value: { kind: 'key', key: { type: 'ec', encrypted: false }, matchesCertificate: true },
    });
    expect(good.certificateFiles.get(ca)).toMatchObject({
      value: { kind: 'ca', certificates: [{ isCa: true }] },
    });
    expect(good.paths.get(key)).toMatchObject({ value: { mode: 0o600 } });
    expect(JSON.stringify(good)).not.toContain('PRIVATE KEY');
    const other = take(put('tls/bad.conf', lines(put('tls/other.key', two.keyPem))));
    expect(other.certificateFiles.get(join(root, 'tls/other.key'))).toMatchObject({
      value: { matchesCertificate: false },
    });
    const gone = take(put('tls/gone.conf', lines('/nowhere/server.key')));
    expect(gone.certificateFiles.get('/nowhere/server.key')).toMatchObject({
      known: false,
      reason: 'unreachable',
    });
    const broken = take(put('tls/broken.conf', `tls-cert-file ${put('tls/broken.crt', 'hello')}\n`));
    expect(broken.certificateFiles.get(join(root, 'tls/broken.crt'))).toMatchObject({ reason: 'failed' });
  });

  it('says which file cannot be read, and why', () => {
    expect(() => take(join(root, 'nothing.conf'))).toThrow(UnreadableFileError);
    expect(() => take(join(root, 'nothing.conf'))).toThrow(/nothing\.conf cannot be read: ENOENT/);
    expect(() => take(root)).toThrow(/it is not a file/);
    expect(() => take('/dev/zero')).toThrow(/it is not a file/);
    const missing = take(
      put('missing.conf', `aclfile ${join(root, 'no.acl')}\ninclude ${join(root, 'no.conf')}\n`),
    );
    expect(missing.users).toMatchObject({ known: false, reason: 'unreachable' });
    expect(missing.conf.known && missing.conf.value.problems.map(({ code }) => code)).toEqual([
      'include-missing',
    ]);
  });

  it('follows wildcards in folders, as the server does, and is not kept busy by them', () => {
    put('wild/b/redis.conf', 'port 7102\n');
    put('wild/a/redis.conf', 'port 7101\ntimeout 17\n');
    put('wild/.hidden/redis.conf', 'port 7103\n');
    put(`wild/${'a'.repeat(200)}/redis.conf`, 'tcp-keepalive 17\n');
    const conf = put(
      'wild/main.conf',
      `include ${join(root, 'wild/[!.c-z]*/redis.c?nf')}\ninclude ${join(root, `wild/${'*a'.repeat(40)}*b/x`)}\n`,
    );
    const { settings } = take(conf);
    expect(settings.get('port')).toMatchObject({ value: '7102' });
    expect(settings.get('timeout')).toMatchObject({ value: '17' });
    expect(settings.get('tcp-keepalive')).toMatchObject({ value: '17' });
  });

  it('survives an include cycle', () => {
    const a = join(root, 'cycle-a.conf');
    put('cycle-b.conf', `include ${a}\nport 2\n`);
    put('cycle-a.conf', `include ${join(root, 'cycle-b.conf')}\nport 1\n`);
    expect(take(a).settings.get('port')).toMatchObject({ value: '1' });
  });

  it('leaves the host out when the files are of another one', () => {
    const snapshot = take(put('other-host.conf', 'port 1\n'), { scope: 'files' });
    expect(snapshot.paths.size).toBe(0);
    expect(snapshot.unit).toMatchObject({ known: false, reason: 'not-asked' });
  });
});

describe('the unit that starts a server', () => {
  it('is merged from its file and its drop-ins', () => {
    const conf = put('etc/redis/unit.conf', 'port 1\n');
    put(
      'lib/systemd/system/redis-server.service',
      `[Unit]\nUser=nobody\n[Service]\nExecStart=/usr/bin/redis-server ${conf} --supervised systemd\nUser=redis\nEnvironment=PW=canary-1\nExecStartPre=/x --requirepass canary-2\nNoNewPrivileges=no\nReadWritePaths=/a\n`,
    );
    put(
      'etc/systemd/system/redis-server.service.d/10-a.conf',
      '[Service]\nNoNewPrivileges=yes\nReadWritePaths=/b\n',
    );
    put('etc/systemd/system/redis-server.service.d/20-b.conf', '[Service]\nProtectSystem=strict\nUser=\n');
    const { unit } = take(conf);
    expect(unit).toMatchObject({ value: { name: 'redis-server.service' } });
    const service = unit.known ? unit.value.service : new Map<string, string>();
    expect(service.get('NoNewPrivileges')).toBe('yes');
    expect(service.get('ProtectSystem')).toBe('strict');
    expect(service.get('ReadWritePaths')).toBe('/a /b');
    expect(service.get('User')).toBe('');
    expect(service.get('ExecStart')).toContain(conf);
    expect(JSON.stringify([...service])).not.toContain('canary');
  });

  it('is missing where none names the configuration', () => {
    expect(take(put('etc/redis/lonely.conf', 'port 1\n')).unit).toMatchObject({
      known: false,
      reason: 'missing',
    });
  });
});

describe('the volume under a directory', () => {
  const host = join(root, 'host');
  beforeAll(() => {
    put(
      'host/proc/self/mountinfo',
      [
        '20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
        '21 20 253:0 / /tmp rw,nosuid shared:2 - ext4 /dev/mapper/data rw',
        '22 20 0:30 / /proc rw - proc proc rw',
      ].join('\n'),
    );
  });

  it('is encrypted when dm-crypt is under it, also below LVM', () => {
    put('host/sys/dev/block/253:0/dm/uuid', 'LVM-abc\n');
    put('host/sys/dev/block/253:0/slaves/dm-1/dm/uuid', 'CRYPT-LUKS2-abc\n');
    expect(readVolume(tmpdir(), host)).toMatchObject({
      value: { mountPoint: '/tmp', device: '/dev/mapper/data', filesystem: 'ext4', encrypted: true },
    });
  });

  it('is not encrypted on a plain disk, and unknown where the kernel shows no device', () => {
    expect(readVolume('/usr', host)).toMatchObject({ value: { mountPoint: '/', encrypted: undefined } });
    put('host/sys/dev/block/8:1/dev', '8:1\n');
    expect(readVolume('/usr', host)).toMatchObject({ value: { encrypted: false } });
    expect(readVolume('/proc', host)).toMatchObject({ value: { filesystem: 'proc', encrypted: undefined } });
    expect(readVolume('/nowhere/at/all', host)).toMatchObject({ known: false, reason: 'unreachable' });
  });
});

describe('a process', () => {
  it('is told from another one with the same number', () => {
    const uptimeSeconds = Math.floor(process.uptime());
    const atMs = Date.now();
    expect(isProcessHere({ pid: process.pid, uptimeSeconds, atMs })).toBe(true);
    expect(isProcessHere({ pid: process.pid, uptimeSeconds: uptimeSeconds + 86_400, atMs })).toBe(false);
    expect(isProcessHere({ pid: 2 ** 22 + 1, uptimeSeconds, atMs })).toBe(false);
  });

  it('shows its command line without the passwords in it', () => {
    put('box/proc/7/status', 'Name:\tredis\nUid:\t0\t0\t0\t0\n');
    put('box/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    put(
      'box/proc/7/cmdline',
      [
        'redis-server',
        '*:6379',
        '--requirepass',
        'canary-1',
        '--masterauth=canary-2',
        '--user',
        'a on >canary-3 +get',
        '',
      ].join('\0'),
    );
    const fact = readProcess(7, join(root, 'box'));
    expect(fact).toMatchObject({ value: { pid: 7, user: 'root', secretInCommandLine: true } });
    expect(JSON.stringify(fact)).not.toContain('canary');
    expect(fact.known && fact.value.commandLine.slice(-1)).toEqual(['a on >… +get']);
  });

  it('shows the package that its program came in', () => {
    const box = join(root, 'box');
    put('box/var/lib/dpkg/info/redis-tools.list', '/.\n/usr\n/usr/bin/redis-check-rdb-x\n');
    put(
      'box/var/lib/dpkg/status',
      'Package: other\nVersion: 1\n\nPackage: redis-tools\nStatus: ok\nVersion: 5:7.0.15-1\n',
    );
    expect(readPackage('/usr/bin/redis-check-rdb-x', box)).toMatchObject({ value: 'redis-tools 5:7.0.15-1' });
    expect(readPackage('/opt/redis-server', box)).toMatchObject({ known: false, reason: 'missing' });
    expect(readPackage('/x', join(root, 'nowhere'))).toMatchObject({ known: false, reason: 'missing' });
  });
});

it('reads a configuration through a link', () => {
  const real = put('links/real.conf', 'port 4\n');
  const link = join(root, 'links/link.conf');
  symlinkSync(real, link);
  expect(take(link).settings.get('port')).toMatchObject({ value: '4' });
});
