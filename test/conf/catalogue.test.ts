import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import {
  canonicalName,
  findDirective,
  getDirective,
  listDirectives,
  listRecordedServers,
  readDirectiveValue,
  recordedServer,
  suggestDirective,
  type ServerVersion,
} from '../../src/conf/index.ts';

const redis = (version: string): ServerVersion => ({ product: 'redis', version });
const valkey = (version: string): ServerVersion => ({ product: 'valkey', version });

describe('the catalogue', () => {
  it('is generated from the recorded answers', () => {
    const script = fileURLToPath(new URL('../../scripts/build-catalogue.mjs', import.meta.url));
    expect(() => execFileSync(process.execPath, [script, '--check'])).not.toThrow();
  });

  it('knows ten versions', () => {
    expect(listRecordedServers().map(({ product, version }) => `${product}-${version}`)).toEqual([
      'redis-6.0.16',
      'redis-6.2.16',
      'redis-7.0.15',
      'redis-7.2.6',
      'redis-7.4.1',
      'redis-8.0.6',
      'valkey-7.2.7',
      'valkey-8.0.1',
      'valkey-8.1.1',
      'valkey-9.1.2',
    ]);
  });

  it.each(listRecordedServers().map((server) => [`${server.product} ${server.version}`, server] as const))(
    'is sound for %s',
    (_, server) => {
      const directives = listDirectives(server);
      expect(directives.size).toBeGreaterThan(140);
      for (const directive of directives.values()) {
        expect(canonicalName(directive.name)).toBe(directive.name);
        for (const name of directive.names) {
          expect(findDirective(name.toUpperCase(), server)).toEqual({ kind: 'known', directive });
        }
        if (directive.default === undefined || directive.type.kind === 'words') continue;
        // The server's own default must be a value that we accept, and print as it does.
        expect([directive.name, readDirectiveValue(directive, [directive.default], server)]).toEqual([
          directive.name,
          { ok: true, text: directive.default },
        ]);
      }
      for (const name of [
        'requirepass',
        'bind',
        'port',
        'save',
        'user',
        'include',
        'aclfile',
        'tls-port',
        'dir',
      ]) {
        expect(directives.has(name)).toBe(true);
      }
      for (const name of ['requirepass', 'masterauth']) expect(getDirective(name, server)?.secret).toBe(true);
    },
  );

  it('knows what can be changed at run time', () => {
    expect(getDirective('dir', redis('6.2'))?.runtime).toBe('mutable');
    expect(getDirective('dir', redis('7.0'))?.runtime).toBe('protected');
    expect(getDirective('port', redis('6.0'))?.runtime).toBe('immutable');
    expect(getDirective('port', redis('7.2'))?.runtime).toBe('mutable');
    expect(getDirective('aclfile', valkey('9.1'))?.runtime).toBe('immutable');
    expect(getDirective('rename-command', redis('7.2'))?.runtime).toBe('file-only');
    expect(getDirective('tls-key-file-pass', redis('7.2'))).toMatchObject({ secret: true, redacted: false });
    expect(getDirective('tls-key-file-pass', redis('7.4'))).toMatchObject({ secret: true, redacted: true });
  });

  it('has one name for all versions and the names that each version knows', () => {
    expect(getDirective('slave-read-only', redis('7.2'))?.name).toBe('replica-read-only');
    expect(getDirective('masterauth', valkey('8.1'))?.names).toEqual(['masterauth', 'primaryauth']);
    expect(getDirective('hash-max-listpack-entries', redis('6.2'))?.names).toEqual([
      'hash-max-ziplist-entries',
    ]);
    expect(getDirective('busy-reply-threshold', redis('6.0'))?.names).toEqual(['lua-time-limit']);
  });

  it('takes the nearest older version for one without data, and says so', () => {
    expect(recordedServer(redis('7.0.2'))).toMatchObject({ branch: '7.0', exact: true });
    expect(recordedServer(redis('8.4.0'))).toMatchObject({ branch: '8.0', exact: false });
    expect(recordedServer(redis('7.1'))).toMatchObject({ branch: '7.0', exact: false });
    expect(recordedServer(redis('5.0.7'))).toMatchObject({ branch: '6.0', exact: false });
    expect(recordedServer(valkey('9.0.1'))).toMatchObject({ branch: '8.1', exact: false });
  });
});

describe('what a word is', () => {
  it.each([
    ['active-rehashing', redis('7.2'), { kind: 'unknown', suggestion: 'activerehashing' }],
    ['requirepas', redis('7.2'), { kind: 'unknown', suggestion: 'requirepass' }],
    ['protected_mode', redis('7.2'), { kind: 'unknown', suggestion: 'protected-mode' }],
    ['tls-cert', redis('7.2'), { kind: 'unknown' }],
    ['acl-log-max-len', redis('7.2'), { kind: 'unknown', suggestion: 'acllog-max-len' }],
    ['zzzzzz', redis('7.2'), { kind: 'unknown', suggestion: undefined }],
    ['enable-debug-command', redis('6.2'), { kind: 'needs-newer', since: '7.0' }],
    ['hide-user-data-from-log', redis('7.2'), { kind: 'needs-newer', since: '7.4' }],
    ['set-max-listpack-value', redis('7.0'), { kind: 'needs-newer', since: '7.2' }],
    [
      'hash-max-listpack-entries',
      redis('6.2'),
      { kind: 'needs-newer', since: '7.0', instead: 'hash-max-ziplist-entries' },
    ],
    ['tls-auto-reload-interval', valkey('8.1'), { kind: 'needs-newer', since: '9.1' }],
    ['gopher-enabled', redis('7.2'), { kind: 'removed', removed: '7.0' }],
    ['primaryauth', redis('7.2'), { kind: 'other-product', product: 'valkey', since: '8.0' }],
    ['mptcp', redis('8.0'), { kind: 'other-product', product: 'valkey', since: '9.1' }],
    [
      'cluster-compatibility-sample-ratio',
      valkey('9.1'),
      { kind: 'other-product', product: 'redis', since: '8.0' },
    ],
    ['io-threads-do-reads', redis('8.0.2'), { kind: 'ignored' }],
    ['io-threads-do-reads', redis('7.4'), { kind: 'known' }],
    ['sanitize-dump-payload', valkey('9.1'), { kind: 'ignored' }],
    ['lua-replicate-commands', redis('7.0'), { kind: 'ignored' }],
    ['search.timeout', redis('8.0'), { kind: 'module' }],
  ])('%s on %o', (name, server, expected) => {
    expect(findDirective(name, server)).toMatchObject(expected);
  });

  it('suggests in bounded time, whatever the word', () => {
    expect(suggestDirective('x'.repeat(1_000_000))).toBeUndefined();
    expect(suggestDirective('')).toBeUndefined();
    expect(suggestDirective('maxmemmory-policy')).toBe('maxmemory-policy');
    expect(findDirective('__proto__', redis('7.2')).kind).toBe('unknown');
    expect(findDirective('constructor', redis('7.2')).kind).toBe('unknown');
  });
});
