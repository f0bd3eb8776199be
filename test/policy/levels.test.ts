/** Expected values: what raises them, what each accepts, and that nothing ever lowers them. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPLIANCE_REQUIREMENTS,
  expectationsFor,
  NETWORK_EXPOSURES,
  SECURITY_LEVELS,
  type ExpectedSetting,
  type HardeningRequest,
} from '../../src/policy/index.ts';
import { MODES, SERVERS } from './requests.ts';

function request(parts: Partial<HardeningRequest> = {}): HardeningRequest {
  return {
    level: 'hardened',
    frameworks: [],
    exposure: 'private_network',
    server: { product: 'redis', version: '7.2' },
    mode: 'standalone',
    ...parts,
  };
}

function setting(name: string, parts: Partial<HardeningRequest> = {}): ExpectedSetting {
  const found = expectationsFor(request(parts)).settings.get(name);
  if (found === undefined) throw new Error(`nothing is expected of ${name}`);
  return found;
}

describe('levels', () => {
  it('ask for more the higher they are: whatever a higher level accepts, a lower one accepts too', () => {
    const anything = fc.record({
      frameworks: fc.subarray([...COMPLIANCE_REQUIREMENTS]),
      exposure: fc.constantFrom(...NETWORK_EXPOSURES),
      server: fc.constantFrom(...SERVERS),
      mode: fc.constantFrom(...MODES),
      low: fc.nat({ max: 2 }),
    });
    fc.assert(
      fc.property(anything, ({ low, ...rest }) => {
        const lower = expectationsFor({ ...rest, level: SECURITY_LEVELS[low] ?? 'basic' });
        const higher = expectationsFor({ ...rest, level: SECURITY_LEVELS[low + 1] ?? 'basic' });
        for (const [name, expected] of lower.settings) {
          // TLS closes the plaintext port; basic is the only level that stays on loopback.
          if (name === 'bind') continue;
          const raised = higher.settings.get(name);
          expect(raised, name).toBeDefined();
          expect(expected.accepts(raised?.value ?? ''), `${name} ${raised?.value}`).toBe(true);
        }
        expect(Number(higher.tls.required)).toBeGreaterThanOrEqual(Number(lower.tls.required));
        expect(higher.credentials.bitsMin).toBeGreaterThanOrEqual(lower.credentials.bitsMin);
      }),
    );
  });

  it('are raised by frameworks, never lowered', () => {
    fc.assert(
      fc.property(
        fc.subarray([...COMPLIANCE_REQUIREMENTS]),
        fc.constantFrom(...SECURITY_LEVELS),
        fc.constantFrom(...NETWORK_EXPOSURES),
        (frameworks, level, exposure) => {
          const without = expectationsFor(request({ level, exposure }));
          const asked = expectationsFor(request({ level, exposure, frameworks }));
          for (const [name, expected] of without.settings) {
            expect(expected.accepts(asked.settings.get(name)?.value ?? 'missing'), name).toBe(true);
          }
          const days = (value: number | undefined): number => value ?? 100_000;
          expect(days(asked.credentials.rotationDays)).toBeLessThanOrEqual(
            days(without.credentials.rotationDays),
          );
          expect(asked.review.logRetentionDays ?? 0).toBeGreaterThanOrEqual(
            without.review.logRetentionDays ?? 0,
          );
        },
      ),
    );
  });

  it('know the numbers of PCI DSS', () => {
    const { credentials, review, settings, tls } = expectationsFor(
      request({ level: 'standard', frameworks: ['pci_dss'] }),
    );
    expect(credentials.rotationDays).toBe(90);
    expect(review).toMatchObject({ accessReviewDays: 180, logRetentionDays: 365, vulnerabilityScanDays: 90 });
    expect(settings.get('timeout')?.accepted).toBe('1 to 900 seconds');
    expect(tls.required).toBe(true);
  });
});

describe('what a value may be', () => {
  it.each([
    [
      'bind',
      ['10.0.0.5 127.0.0.1', '127.0.0.1 -::1', 'fd00::5', '100.64.0.9'],
      ['', '*', '* -::*', '0.0.0.0', '10.0.0.5 ::', '8.8.8.8', '2001:db8::1'],
    ],
    ['port', ['0'], ['6379', '']],
    ['timeout', ['1', '300', '3600'], ['0', '3601', '-1', '']],
    ['maxmemory', ['1', '100mb', '2gb', '1073741824'], ['0', '', 'lots']],
    [
      'client-output-buffer-limit',
      ['normal 1 0 0 slave 0 0 0 pubsub 33554432 8388608 60', 'normal 0 64mb 60 pubsub 1mb 0 0'],
      [
        'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
        'normal 0 64mb 0 pubsub 1 0 0',
        '',
      ],
    ],
    ['maxmemory-clients', ['20%', '1gb'], ['0', '0%', '0mb']],
    ['tls-protocols', ['', 'TLSv1.2 TLSv1.3', '"TLSv1.3"', 'tlsv1.2'], ['TLSv1.1', 'TLSv1 TLSv1.2']],
    [
      'tls-ciphers',
      ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL'],
      ['', 'HIGH:!aNULL', 'DEFAULT', 'ECDHE-ECDSA-AES128-SHA', 'AES256-GCM-SHA384', '!MD5'],
    ],
    ['tls-ciphersuites', ['', 'TLS_AES_128_GCM_SHA256'], ['TLS_NULL', 'TLS_AES_128_CCM_8_SHA256']],
    ['tls-session-cache-timeout', ['1', '60'], ['300', '0']],
    ['unixsocketperm', ['770', '700', '0750'], ['0', '777', '755', '772']],
    ['enable-debug-command', ['no', 'NO'], ['yes', 'local']],
    ['acllog-max-len', ['1024', '5000'], ['128', '0']],
    ['notify-keyspace-events', [''], ['AKE']],
  ] as const)('%s', (name, good, bad) => {
    // Client eviction is asked for only where its flaws are mended.
    const mended = { server: { product: 'valkey', version: '8.1.12' } } as const;
    const expected = setting(name, name === 'maxmemory-clients' ? mended : {});
    for (const value of good) expect(expected.accepts(value), value).toBe(true);
    for (const value of bad) expect(expected.accepts(value), value).toBe(false);
  });

  it('bind follows the exposure', () => {
    expect(setting('bind', { exposure: 'localhost' }).accepts('10.0.0.5')).toBe(false);
    expect(setting('bind', { level: 'basic' }).accepts('10.0.0.5')).toBe(false);
    expect(setting('bind', { exposure: 'public' }).accepts('8.8.8.8')).toBe(true);
    expect(setting('bind', { exposure: 'public' }).accepts('*')).toBe(false);
    expect(setting('bind', { server: { product: 'redis', version: '6.0' } }).value).toBe('127.0.0.1');
  });

  it('is in words too', () => {
    expect(setting('acllog-max-len').accepted).toBe('at least 1024 entries');
    expect(setting('notify-keyspace-events').accepted).toBe('""');
    expect(setting('sanitize-dump-payload').accepted).toBe('clients or yes');
  });
});

describe('versions', () => {
  it('are asked only for what they have', () => {
    const names = (product: 'redis' | 'valkey', version: string): readonly string[] => [
      ...expectationsFor(request({ mode: 'cluster', server: { product, version } })).settings.keys(),
    ];
    expect(names('redis', '6.0')).not.toContain('enable-debug-command');
    expect(names('redis', '6.0')).not.toContain('acl-pubsub-default');
    expect(names('redis', '7.0')).toContain('enable-debug-command');
    expect(names('redis', '7.2')).not.toContain('hide-user-data-from-log');
    expect(names('valkey', '8.0')).toContain('hide-user-data-from-log');
    expect(names('valkey', '9.1')).not.toContain('sanitize-dump-payload');
    expect(names('redis', '8.0')).not.toContain('cluster-bus-port-protected-mode');
    expect(names('redis', '8.6.7')).toContain('cluster-bus-port-protected-mode');
    expect(names('redis', '8.8.2')).not.toContain('cluster-bus-port-protected-mode');
    expect(names('valkey', '9.1')).not.toContain('cluster-bus-port-protected-mode');
  });
});
