import { describe, expect, it } from 'vitest';

import {
  compareVersions,
  formatServerName,
  parseServerName,
  parseVersion,
  versionAtLeast,
} from '../../src/conf/index.ts';

describe('versions', () => {
  it.each([
    ['7.0.15', '7.2', -1],
    ['7.2', '7.2.0', 0],
    ['7.10', '7.9', 1],
    ['255.255.255', '8.0', 1],
    ['8.0.0-rc1', '8.0.0', 0],
    ['7.0.15-1~deb12u1', '7.0.15', 0],
    ['nonsense', '0', -1],
  ])('compares %s with %s', (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
    expect(compareVersions(b, a)).toBe(expected === 0 ? 0 : -expected);
  });

  it('reads numbers only', () => {
    expect(parseVersion('7.0.15')).toEqual([7, 0, 15]);
    for (const bad of ['', 'x', '7.', '.7', '7..0', '7.0.0.0.0', '1'.repeat(30)]) {
      expect(parseVersion(bad)).toBeUndefined();
    }
  });

  it('asks for a least version per product', () => {
    const valkey = { product: 'valkey', version: '8.1.1' } as const;
    expect(versionAtLeast(valkey, { redis: '7.0', valkey: '8.0' })).toBe(true);
    expect(versionAtLeast(valkey, { redis: '7.0' })).toBe(false);
    expect(versionAtLeast(valkey, '7.0')).toBe(true);
    expect(versionAtLeast({ product: 'redis', version: '6.2.16' }, '7.0')).toBe(false);
  });
});

describe('server names', () => {
  it.each([
    ['redis-7.2', 'redis', '7.2'],
    ['valkey-8.1.1', 'valkey', '8.1.1'],
    ['Redis 7.0.15', 'redis', '7.0.15'],
    ['valkey@v9.1', 'valkey', '9.1'],
  ])('reads %s', (name, product, version) => {
    expect(parseServerName(name)).toEqual({ product, version });
    expect(parseServerName(formatServerName({ product: 'redis', version }))).toEqual({
      product: 'redis',
      version,
    });
  });

  it('refuses anything else', () => {
    for (const bad of ['', 'redis', 'redis-', 'keydb-6', 'redis-x', 'redis-7.2; rm']) {
      expect(parseServerName(bad)).toBeUndefined();
    }
  });
});
