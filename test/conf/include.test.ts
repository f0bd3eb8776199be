import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  configurationOf,
  INCLUDE_DEPTH_MAX,
  parseConf,
  resolveIncludes,
  type Configuration,
  type ServerVersion,
} from '../../src/conf/index.ts';

const redis = (version: string): ServerVersion => ({ product: 'redis', version });

function resolve(files: Readonly<Record<string, string>>, server?: ServerVersion): Configuration {
  const reader = {
    read: (path: string) => files[path],
    glob: (pattern: string) =>
      Object.keys(files).filter((path) => pattern === 'conf.d/*.conf' && path.startsWith('conf.d/')),
  };
  return resolveIncludes('redis.conf', reader, server);
}

const shown = ({ lines }: Configuration): readonly string[] =>
  lines.map(({ path, line }) => `${path}:${line.number} ${line.raw}`);

describe('includes', () => {
  it('puts the lines of a file where it is included', () => {
    const configuration = resolve({ 'redis.conf': 'port 1\ninclude a.conf\nport 3\n', 'a.conf': 'port 2\n' });
    expect(shown(configuration)).toEqual([
      'redis.conf:1 port 1',
      'redis.conf:2 include a.conf',
      'a.conf:1 port 2',
      'redis.conf:3 port 3',
    ]);
    expect(configuration.documents.map(({ path }) => path)).toEqual(['redis.conf', 'a.conf']);
    expect(configuration.problems).toEqual([]);
  });

  it('follows wildcards from 7.0 on, and is content with none', () => {
    const files = {
      'redis.conf': 'include conf.d/*.conf\n',
      'conf.d/1.conf': 'port 1\n',
      'conf.d/2.conf': 'port 2\n',
    };
    expect(shown(resolve(files, redis('7.0.15')))).toContain('conf.d/2.conf:1 port 2');
    const refused = resolve(files, redis('6.2.16'));
    expect(refused.problems).toMatchObject([{ code: 'include-glob-unsupported', stopsServer: 'yes' }]);
    expect(resolve({ 'redis.conf': 'include x*.conf\n' }, redis('7.2')).problems).toMatchObject([
      { code: 'include-empty-glob', stopsServer: 'no' },
    ]);
  });

  it('reports a missing file as the server does', () => {
    expect(resolve({ 'redis.conf': 'port 1\ninclude gone.conf\n' }).problems).toMatchObject([
      {
        code: 'include-missing',
        stopsServer: 'yes',
        message: "Fatal error, can't open config file 'gone.conf'",
        range: { path: 'redis.conf', line: 2, start: 8, end: 17 },
      },
    ]);
    expect(resolve({}).problems).toMatchObject([{ code: 'include-missing', stopsServer: 'yes' }]);
  });

  it('names the files of a cycle and goes on', () => {
    const { problems, lines } = resolve({
      'redis.conf': 'include a.conf\nport 1\n',
      'a.conf': 'include b.conf\n',
      'b.conf': 'include a.conf\nport 2\n',
    });
    expect(problems).toMatchObject([
      {
        code: 'include-cycle',
        message: 'include cycle: a.conf -> b.conf -> a.conf',
        range: { path: 'b.conf', line: 1 },
      },
    ]);
    expect(lines).toHaveLength(5);
  });

  it('stops at a depth and at a number of files', () => {
    const deep: Record<string, string> = { 'redis.conf': 'include 0\n' };
    for (let i = 0; i < 40; i += 1) deep[`${i}`] = `include ${i + 1}\n`;
    const { problems, documents } = resolve(deep);
    expect(problems).toMatchObject([{ code: 'include-too-deep' }]);
    expect(documents).toHaveLength(INCLUDE_DEPTH_MAX);
    const wide = resolve({
      'redis.conf': 'include a\n'.repeat(5),
      a: 'include b\n'.repeat(50),
      b: 'include c\n'.repeat(50),
      c: 'port 1\n',
    });
    expect(wide.problems.at(-1)).toMatchObject({ code: 'include-too-many' });
  });

  it('does not follow an unrendered template', () => {
    expect(resolve({ 'redis.conf': 'include ${DIR}/x.conf\n' }).problems).toEqual([]);
  });

  it('assembles documents that were read before, wildcards too', () => {
    const documents = [
      parseConf('include conf.d/[0-9]*.conf\ninclude other.conf\nport 9\n', { path: 'redis.conf' }),
      parseConf('port 2\n', { path: 'conf.d/20-b.conf' }),
      parseConf('port 1\n', { path: 'conf.d/10-a.conf' }),
      parseConf('port 7\n', { path: 'conf.d/x.conf' }),
    ];
    const configuration = configurationOf(documents);
    expect(shown(configuration).filter((line) => line.includes('port'))).toEqual([
      'conf.d/10-a.conf:1 port 1',
      'conf.d/20-b.conf:1 port 2',
      'redis.conf:3 port 9',
    ]);
    expect(configuration.problems).toEqual([]);
    expect(configurationOf([]).lines).toEqual([]);
  });

  it('matches any wildcard in bounded time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('*', '?', '[', ']', '!', 'a', '/', '.', '\\', '-'), { maxLength: 30 }),
        (units) => {
          const document = parseConf(`include "${units.join('').replaceAll('\\', '\\\\')}"`, { path: 'r' });
          configurationOf([document, parseConf('', { path: 'a'.repeat(200) })], redis('7.2'));
        },
      ),
    );
  });
});
