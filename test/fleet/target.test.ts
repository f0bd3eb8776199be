import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget, printTarget } from '../../src/fleet/index.ts';

function read(text: string) {
  const { target, problems } = parseTarget(text);
  if (target === undefined) return problems[0].code;
  const { endpoint, credentials, transport, database } = target;
  const place = endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}|${endpoint.port}`;
  const login = credentials && `${credentials.username ?? '-'}:${credentials.password.reveal()}`;
  return [transport, place, login, database].filter((part) => part !== undefined).join(' ');
}

describe('a target', () => {
  it.each([
    ['redis://h', 'plaintext h|6379'],
    ['redis://h:7000', 'plaintext h|7000'],
    ['REDIS://h:7000/', 'plaintext h|7000'],
    ['valkey://h/3', 'plaintext h|6379 3'],
    ['rediss://h:1', 'tls h|1'],
    ['valkeys://h:1/15', 'tls h|1 15'],
    ['redis://pw@h', 'plaintext h|6379 -:pw'],
    ['redis://:pw@h', 'plaintext h|6379 -:pw'],
    ['redis://ann:pw@h', 'plaintext h|6379 ann:pw'],
    ['redis://ann:p%40%3A%2Fw@h', 'plaintext h|6379 ann:p@:/w'],
    ['redis://ann:p@ss@h', 'plaintext h|6379 ann:p@ss'],
    ['redis://ann:@h', 'plaintext h|6379 ann:'],
    ['redis://:@h', 'plaintext h|6379'],
    ['redis://', 'plaintext 127.0.0.1|6379'],
    ['redis://[::1]:6380', 'plaintext ::1|6380'],
    ['[::1]:6379', 'plaintext ::1|6379'],
    ['::1', 'plaintext ::1|6379'],
    ['cache-1.example.com', 'plaintext cache-1.example.com|6379'],
    ['10.0.0.5:6380', 'plaintext 10.0.0.5|6380'],
    ['  h:1 ', 'plaintext h|1'],
    ['unix:///run/redis.sock', 'unix /run/redis.sock'],
    ['unix://:pw@/run/redis.sock?db=2', 'unix /run/redis.sock -:pw 2'],
    ['redis+unix:///a%20b', 'unix /a b'],
    ['/run/redis.sock', 'unix /run/redis.sock'],
    ['', 'empty'],
    ['http://h', 'unknown-scheme'],
    ['pw@h:1', 'bad-url'],
    ['redis://h:99999', 'bad-port'],
    ['redis://h:0', 'bad-port'],
    ['h:', 'plaintext h|6379'],
    ['h:12x', 'bad-port'],
    ['redis://h/x', 'bad-database'],
    ['redis://a b', 'bad-host'],
    ['redis://h\n', 'plaintext h|6379'],
    ['redis://h\u0000x', 'bad-url'],
    ['redis://a%zz@h', 'bad-escape'],
    ['unix://relative.sock', 'bad-url'],
    ['x'.repeat(5000), 'too-long'],
  ])('%j is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('prints without its password and reads back the same', () => {
    const { target } = parseTarget('rediss://ann:canary-1@[::1]:6380/2');
    if (target === undefined) throw new Error('refused');
    expect(printTarget(target)).toBe('rediss://ann@[::1]:6380/2');
    expect(JSON.stringify(target)).not.toContain('canary-1');
  });

  it('of any text gives a target or a problem that repeats none of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const secret = 'canary-8d1';
        const { target, problems } = parseTarget(`redis://u:${secret}${text}`);
        expect(JSON.stringify(problems)).not.toContain(secret);
        if (target !== undefined) expect(printTarget(target)).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it('never leaves out why', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { target, problems } = parseTarget(text);
        expect(target === undefined).toBe(problems.length > 0);
        for (const { help, message } of problems) expect(`${message}${help}`.length).toBeGreaterThan(20);
      }),
    );
  });
});
