import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';

import {
  effectiveSettings,
  parseConf,
  parseMemory,
  readSetting,
  resolveIncludes,
  savesSnapshots,
  type EffectiveSettings,
  type ServerVersion,
} from '../../src/conf/index.ts';

const redis = (version: string): ServerVersion => ({ product: 'redis', version });

function effective(text: string, server = redis('7.2.6')): EffectiveSettings {
  return effectiveSettings(parseConf(text, { path: 'redis.conf', server }), server);
}

describe('what a configuration comes to', () => {
  it('lets the last line win, under one name, with its place', () => {
    const settings = effective('slave-read-only no\nport 1\nreplica-read-only yes\n');
    expect(settings.settings.get('replica-read-only')).toMatchObject({
      text: 'yes',
      writtenAs: 'replica-read-only',
      path: 'redis.conf',
      line: 3,
      secret: undefined,
    });
    expect(settings.settings.get('replica-read-only')?.lines).toHaveLength(2);
  });

  it('prints values as CONFIG GET does', () => {
    const settings = effective(
      'maxmemory 1GB\nloglevel NOTICE\nbind 127.0.0.1 "::1"\nactiverehashing NO\nunixsocketperm 0700\n',
    );
    const texts = [...settings.settings.values()].map(({ name, text }) => [name, text]);
    expect(texts).toEqual([
      ['maxmemory', '1073741824'],
      ['loglevel', 'notice'],
      ['bind', '127.0.0.1 ::1'],
      ['activerehashing', 'no'],
      ['unixsocketperm', '700'],
    ]);
  });

  it('falls back on the default of the version', () => {
    expect(readSetting(effective(''), 'protected-mode')).toEqual({ from: 'default', text: 'yes' });
    expect(readSetting(effective(''), 'acl-pubsub-default')?.text).toBe('resetchannels');
    expect(readSetting(effective('', redis('6.2')), 'acl-pubsub-default')?.text).toBe('allchannels');
    expect(readSetting(effective('', redis('6.0')), 'acl-pubsub-default')).toBeUndefined();
    expect(readSetting(effective('slave-priority 7'), 'slave-priority')).toMatchObject({
      from: 'file',
      text: '7',
    });
    expect(readSetting(effective(''), 'user')).toBeUndefined();
  });

  it('follows includes where they stand', () => {
    const files: Readonly<Record<string, string>> = {
      'r.conf': 'port 1\ninclude a.conf\n',
      'a.conf': 'port 2\n',
    };
    const configuration = resolveIncludes('r.conf', { read: (path) => files[path], glob: () => [] });
    expect(effectiveSettings(configuration, redis('7.2')).settings.get('port')).toMatchObject({
      text: '2',
      path: 'a.conf',
      line: 1,
    });
  });

  it('keeps secrets out of everything that prints, but for the lines themselves', () => {
    const settings = effective('requirepass canary-1\nmasterauth canary-2\ntls-key-file-pass canary-3\n');
    for (const name of ['requirepass', 'masterauth', 'tls-key-file-pass']) {
      const { lines, ...rest } = settings.settings.get(name) ?? { lines: [] };
      expect(lines).toHaveLength(1);
      expect(inspect(rest, { depth: 9 }) + JSON.stringify(rest)).not.toContain('canary');
    }
    expect(settings.settings.get('requirepass')?.secret?.reveal()).toBe('canary-1');
    expect(settings.settings.get('requirepass')?.text).toBe('[secret]');
  });

  it('flags templates and refused values instead of reading them', () => {
    const settings = effective('requirepass ${PW}\nmaxmemory ${MEM}\ntimeout abc\n');
    expect(settings.settings.get('requirepass')).toMatchObject({ templated: true, refused: undefined });
    expect(settings.settings.get('maxmemory')).toMatchObject({ templated: true, refused: undefined });
    expect(settings.settings.get('timeout')).toMatchObject({
      templated: false,
      refused: "argument couldn't be parsed into an integer",
    });
  });

  it('lists users, renamed commands, modules, Sentinel and what it does not know', () => {
    const settings = effective(
      'user a on\nUSER b off\nrename-command CONFIG ""\nloadmodule /x.so a\nsentinel monitor m 127.0.0.1 1 2\nsearch.x 1\nnosuch 2\n',
    );
    expect(settings.users.map(({ line }) => line.args[0])).toEqual(['a', 'b']);
    expect(settings.renamedCommands).toHaveLength(1);
    expect(settings.modules).toHaveLength(1);
    expect(settings.sentinel).toHaveLength(1);
    expect(settings.others.map(({ line }) => line.name)).toEqual(['search.x', 'nosuch']);
    expect(settings.settings.size).toBe(0);
  });

  it('ignores the names of Object.prototype', () => {
    expect(effective('__proto__ 1\nconstructor 2\ntoString 3\n').others).toHaveLength(3);
  });
});

describe('save', () => {
  it.each([
    ['', '7.2', '3600 1 300 100 60 10000'],
    ['', '6.2', '3600 1 300 100 60 10000'],
    ['', '6.0', ''],
    ['save 60 1\nsave 30 2\n', '7.2', '60 1 30 2'],
    ['save 60 1\nsave ""\n', '7.2', ''],
    ['save ""\nsave 60 1\n', '7.2', '60 1'],
    ['save 3600 1 300 100 60 10000\n', '7.2', '3600 1 300 100 60 10000'],
    ['save 3600 1 300 100 60 10000\n', '6.2', ''],
    ["save '3600 1 300 100'\n", '7.0', '3600 1 300 100'],
  ])('%j on %s is %j', (text, version, expected) => {
    const settings = effective(text, redis(version));
    expect(readSetting(settings, 'save')?.text).toBe(expected);
    expect(savesSnapshots(settings)).toBe(expected !== '');
  });
});

it('lays buffer limits over the defaults, class by class', () => {
  const settings = effective(
    'client-output-buffer-limit replica 1mb 1mb 5\nclient-output-buffer-limit normal 1k 1k 1\n',
  );
  expect(settings.settings.get('client-output-buffer-limit')?.text).toBe(
    'normal 1000 1000 1 slave 1048576 1048576 5 pubsub 33554432 8388608 60',
  );
});

it.each([
  ['1gb', 1_073_741_824n],
  ['1G', 1_000_000_000n],
  ['5k', 5000n],
  ['5KB', 5120n],
  ['0', 0n],
  ['gb', 0n],
  ['', 0n],
  ['1.5gb', undefined],
  ['-1', undefined],
  ['1tb', undefined],
  ['1 gb', undefined],
  ['9'.repeat(500), undefined],
])('reads %j as %s bytes', (text, bytes) => {
  expect(parseMemory(text)).toBe(bytes);
});

it('settles 100,000 lines in linear time', () => {
  const started = performance.now();
  const settings = effective('save 60 1\nport 1\nuser a on\nmaxmemory 1gb\n'.repeat(25_000));
  expect(settings.users).toHaveLength(25_000);
  expect(performance.now() - started).toBeLessThan(20_000);
}, 60_000);
