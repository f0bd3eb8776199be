import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRecorder,
  decide,
  globMatch,
  isSilentLine,
  parseUser,
  proposeRules,
  readMonitorLine,
  readObservation,
  tableFor,
} from '../../src/acl/index.ts';
import type { CommandTable, Proposal } from '../../src/acl/index.ts';
import { inferPatterns } from '../../src/acl/learn/pattern.ts';
import { KEYS_MAX } from '../../src/acl/learn/recorder.ts';
import { randomCommand } from './random-rules.ts';

const redis = tableFor({ product: 'redis', version: '7.2.6' });

function learn(commands: readonly string[], table: CommandTable = redis): Proposal {
  const recorder = createRecorder(table);
  for (const line of commands) {
    const observation = readObservation(line);
    if (observation === undefined) throw new Error(`no command: ${line}`);
    recorder.see(observation);
  }
  return proposeRules(recorder.recording());
}

describe('a line of MONITOR', () => {
  it('is read with its escapes', () => {
    const line = String.raw`1699.5 [3 10.0.0.7:51234] "SET" "a\"b\\c" "\x00\n\xc3\xa9\xff"`;
    expect(readMonitorLine(line)).toEqual({
      argv: ['SET', 'a"b\\c', '\0\né\udcff'],
      db: 3,
      client: '10.0.0.7:51234',
    });
  });

  it('that was cut keeps its whole words and says so', () => {
    expect(readMonitorLine('1.5 [0 lua] "SET" "key" "val')).toEqual({
      argv: ['SET', 'key'],
      db: 0,
      client: 'lua',
      truncated: true,
    });
  });

  it('is told from JSON, from commands and from noise', () => {
    expect(readObservation('{"argv":["GET","k"],"user":"app","db":2}')).toEqual({
      argv: ['GET', 'k'],
      user: 'app',
      db: 2,
    });
    expect(readObservation('127.0.0.1:6379> SET k "a b"')).toEqual({ argv: ['SET', 'k', 'a b'] });
    for (const bad of ['{"argv":[]}', '{"argv":[1]}', '{', 'GET "open'])
      expect(readObservation(bad)).toBeUndefined();
    for (const silent of ['', '  ', '# note', 'OK']) expect(isSilentLine(silent)).toBe(true);
    expect(isSilentLine('PING')).toBe(false);
  });

  it('of any shape never throws', () => {
    fc.assert(fc.property(fc.string(), (line) => void readObservation(line)));
    fc.assert(fc.property(fc.string(), (rest) => void readMonitorLine(`1.1 [0 a:1] "${rest}`)));
  });
});

describe('patterns', () => {
  const patternsOf = (...names: readonly string[]) => inferPatterns(names).map(({ pattern }) => pattern);

  it('stand for ids below a prefix, and leave single names alone', () => {
    expect(patternsOf('user:1:name', 'user:2:name', 'config:features')).toEqual([
      'config:features',
      'user:*',
    ]);
    expect(patternsOf('s:0b7b6ab0-0f29-4b8e-9d0e-1a2b3c4d5e6f')).toEqual(['s:*']);
    expect(patternsOf('{42}:cart', '{43}:cart')).toEqual(['*']);
    expect(patternsOf('cart:{42}', 'cart:{43}')).toEqual(['cart:*']);
  });

  it('stand for many siblings', () => {
    const names = Array.from({ length: 20 }, (_, i) => `city:${String.fromCharCode(97 + i)}`);
    expect(patternsOf(...names)).toEqual(['city:*']);
    expect(patternsOf(...names.slice(0, 3))).toEqual(['city:a', 'city:b', 'city:c']);
  });

  it('escape what the glob would read, and blanks that no rule can hold', () => {
    expect(patternsOf('a[1]*?', 'b c')).toEqual(['a\\[1\\]\\*\\?', 'b?c']);
  });

  it('say when there is no prefix in common', () => {
    const names = Array.from({ length: 200 }, (_, i) => `${String.fromCharCode(0x4e00 + i)}x`);
    expect(inferPatterns(names)).toMatchObject([{ pattern: '*', everything: true, from: 200 }]);
  });

  it('always match the names that they were inferred from', () => {
    const part = fc.constantFrom('a', 'user', '1', '22', '*', '[x]', 'é', '', 'b\\', '01HQ2ZK4T5', 'q r');
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':'));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 30 }), (names) => {
        const patterns = inferPatterns(names);
        for (const each of names)
          if (each !== '')
            expect(
              patterns.some(({ pattern }) => globMatch(pattern, each)),
              each,
            ).toBe(true);
      }),
    );
  });
});

describe('a proposal', () => {
  it('grants what was seen and nothing of another command or prefix', () => {
    const proposal = learn(['GET app:1', 'GET app:2', 'SET cart:1 x', 'PUBLISH news x', 'CLIENT SETNAME me']);
    expect(proposal.rules.join(' ')).toBe(
      '%R~app:* %W~cart:* resetchannels &news -@all +get +client|setname +publish +set',
    );
    expect(proposal.refused).toEqual([]);
    const { user } = parseUser('f', proposal.rules, redis);
    if (user === undefined) throw new Error('refused');
    for (const argv of [
      ['SET', 'app:1', 'x'],
      ['GET', 'cart:1'],
      ['DEL', 'cart:1'],
      ['CLIENT', 'KILL', 'a'],
    ])
      expect(decide(user, argv, redis).allowed, argv.join(' ')).toBe(false);
  });

  it('leaves dangerous commands to a person, and grants them when asked', () => {
    const recorder = createRecorder(redis);
    for (const line of ['FLUSHALL', 'CONFIG GET dir', 'GET a'])
      recorder.see(readObservation(line) ?? { argv: [] });
    const safe = proposeRules(recorder.recording());
    expect(safe.leftOut.map(({ name }) => name)).toEqual(['config|get', 'flushall']);
    expect(safe.rules).not.toContain('+flushall');
    expect(safe.refused).toEqual([]);
    const all = proposeRules(recorder.recording(), { dangerous: 'grant' });
    expect(all.leftOut).toEqual([]);
    expect(all.rules).toContain('+flushall');
  });

  it('narrows 6.x containers to the words that were used', () => {
    const old = tableFor({ product: 'redis', version: '6.2.16' });
    const { rules, leftOut } = learn(['CLIENT SETNAME me', 'OBJECT ENCODING a', 'CONFIG GET dir'], old);
    expect(rules).toContain('+object|encoding');
    expect(leftOut.map(({ name }) => name)).toContain('config|get');
  });

  it('keeps to the databases that were used, where rules can say so', () => {
    const valkey = tableFor({ product: 'valkey', version: '9.1.2' });
    const { rules } = learn(['1.5 [2 a:1] "GET" "k"', '1.6 [2 a:1] "SET" "k" "v"'], valkey);
    expect(rules).toContain('db=2');
  });

  it('warns of scripts, of unknown words and of keys without a common prefix', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `GET ${String.fromCharCode(0x4e00 + i)}`);
    const { warnings, rules } = learn([...keys, 'EVAL return 0', 'EVAL x 0', 'NOSUCH']);
    expect(rules[0]).toBe('%R~*');
    expect(warnings.join('\n')).toMatch(/no prefix in common[^]*NOSUCH[^]*scripts run/);
  });

  it('never refuses what it was made from', () => {
    for (const version of ['6.0.16', '7.0.15', '7.2.6', '8.0.6']) {
      const table = tableFor({ product: 'redis', version });
      fc.assert(
        fc.property(fc.array(randomCommand(table), { minLength: 1, maxLength: 12 }), (commands) => {
          const recorder = createRecorder(table);
          for (const argv of commands) recorder.see({ argv });
          expect(proposeRules(recorder.recording(), { dangerous: 'grant' }).refused).toEqual([]);
        }),
        { numRuns: 150, seed: 7 },
      );
    }
  });

  it('fits in memory however many keys there are', () => {
    const recorder = createRecorder(redis);
    for (let i = 0; i < KEYS_MAX + 10; i++) recorder.see({ argv: ['GET', `k:${i}`] });
    const { warnings, rules } = proposeRules(recorder.recording());
    expect(rules).toContain('%R~k:*');
    expect(warnings.join('\n')).toContain('did not fit');
  });
});
