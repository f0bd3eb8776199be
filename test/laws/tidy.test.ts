/** The house law on names and on what a file may hold. */
import { describe, expect, it } from 'vitest';

import { findMirror } from '../../scripts/apt.mjs';
import { listFiles, readSources, readText } from './tree.ts';

const sources = readSources();
const BANNED = /^(?:utils?|helpers?|common|types|constants|misc|shared|managers?|services?)\.[cm]?[jt]s$/;
const TEXT = /(?:\.(?:[cm]?[jt]s|json|md|ya?ml|html|css|txt|conf|acl|sh)|^[^.]+|\/run|\.npmrc|\.gitignore)$/;

const codeOf = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

const sourcesWith = (pattern: RegExp): readonly string[] =>
  [...sources].filter(([, source]) => pattern.test(codeOf(source))).map(([path]) => path);

describe('file names', () => {
  const code = ['src', 'test', 'scripts', 'bench'].flatMap((dir) =>
    listFiles(dir).map((path) => `${dir}/${path}`),
  );

  it('say what is inside', () => {
    expect(code.filter((path) => BANNED.test(path.slice(path.lastIndexOf('/') + 1)))).toEqual([]);
    expect('utils.ts').toMatch(BANNED);
  });

  it('are in kebab case', () => {
    const files = code.filter((path) => /\.[cm]?[jt]s$/.test(path) && !path.startsWith('test/vectors'));
    expect(
      files.filter((path) => !/^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*\/)*[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(path)),
    ).toEqual([]);
  });
});

describe('a source file', () => {
  it('opens with a paragraph on what it is', () => {
    const bare = [...sources].filter(
      ([, source]) => !/^(?:#!.*\n)?(?:\/\*\*?\s+\*?\s*\S|\/\/ \w)/.test(source),
    );
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it('has no default export', () => {
    expect(sourcesWith(/^\s*export\s+(?:default\b|\{[^}]*\bas\s+default\b)/m)).toEqual([]);
  });

  it('never says any', () => {
    expect(sourcesWith(/(?::|<|\bas|\||&|,)\s*any\s*(?:[;,)>|&=[\]]|$)/m)).toEqual([]);
  });

  it('has no enum, namespace or decorator', () => {
    expect(sourcesWith(/^\s*(?:export\s+)?(?:const\s+)?(?:enum|namespace)\s+\w|^\s*@\w+\(/m)).toEqual([]);
  });

  it('exports no function with a bare boolean among its parameters', () => {
    // The first parameter may be one: it is what the function is about, as in `invariant(condition, message)`.
    const flag = /^export (?:async )?function \w+(?:<[^>]*>)?\((?:[^{})]|\{[^}]*\})*?,\s*\w+\??: boolean\b/m;
    expect(sourcesWith(flag)).toEqual([]);
    expect('export function f(a: string, b: boolean): void').toMatch(flag);
    expect('export function f(a: boolean, b: { c: boolean }): void').not.toMatch(flag);
  });

  it('defines no class but errors and secrets', () => {
    expect(
      sourcesWith(/^\s*(?:export\s+)?(?:abstract\s+)?class\s+(?!Secret\b)\w+(?!.*\bextends \w*Error\b)\b/m),
    ).toEqual([]);
  });
});

describe('the repository', () => {
  const files = listFiles('.').filter((path) => TEXT.test(path) && !path.startsWith('test/laws/'));

  it('names no place that only its makers have', () => {
    const place = new RegExp(['/work/', 'DESIGN\\.md', 'FACTS\\.md', 'ACL-TRAPS'].join('|'));
    expect(files.filter((path) => place.test(readText(path)))).toEqual([]);
  });

  it('names no package mirror of this machine', () => {
    const hosts = [findMirror()?.uri, process.env['npm_config_registry']]
      .flatMap((uri) => (uri === undefined ? [] : [new URL(uri).hostname]))
      .filter((host) => host.includes('.') && !/^[\d.]+$/.test(host));
    expect(files.filter((path) => hosts.some((host) => readText(path).includes(host)))).toEqual([]);
  });
});
