/** The short ways agree with the long ones: a plain request with the schema, our YAML with a YAML parser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { globMatch } from '../../src/acl/index.ts';
import { printYaml, type YamlData } from '../../src/policy/artefacts/yaml-text.ts';
import { readPlainRequest } from '../../src/policy/document/plain-request.ts';
import { parseRequest } from '../../src/policy/document/reading.ts';
import { couldMatchWord } from '../../src/policy/roles/keyword-pattern.ts';

const near = (values: readonly string[]) => fc.oneof(fc.constantFrom(...values, 'none', ''), fc.jsonValue());
const requests = fc.record(
  {
    security_level: near(['basic', 'standard', 'hardened', 'compliance']),
    compliance_requirements: fc.oneof(
      fc.array(near(['pci_dss', 'hipaa', 'sox', 'gdpr']), { maxLength: 5 }),
      fc.jsonValue(),
    ),
    network_exposure: near(['localhost', 'private_network', 'public']),
    server: fc.constant({ product: 'valkey' }),
    extra: fc.jsonValue(),
  },
  { requiredKeys: ['security_level', 'compliance_requirements', 'network_exposure'] },
);

describe('a plain request', () => {
  const plain = (text: string) => readPlainRequest(text) !== undefined;

  it('is read without the schema as with it', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom(0, 2), (request, indent) => {
        const text = JSON.stringify(request, undefined, indent);
        const short = readPlainRequest(text);
        if (short === undefined) return;
        expect(parseRequest(text)).toEqual({ ok: true, policy: short, problems: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('is what the published example sends', () => {
    expect(
      plain('{"security_level":"hardened","compliance_requirements":["sox"],"network_exposure":"public"}'),
    ).toBe(true);
  });

  it.each([
    ['a missing key', '{"security_level":"basic","network_exposure":"public"}'],
    ['an unknown value', '{"security_level":"x","compliance_requirements":[],"network_exposure":"public"}'],
    [
      'a key given twice',
      '{"security_level":"basic","security_level":"hardened","compliance_requirements":[],"network_exposure":"public"}',
    ],
    [
      'users',
      '{"security_level":"basic","compliance_requirements":[],"network_exposure":"public","users":[]}',
    ],
    ['a list', '["security_level","compliance_requirements","network_exposure"]'],
    ['broken JSON', '{"security_level":'],
  ])('is not taken for one with %s', (_, text) => {
    expect(plain(text)).toBe(false);
  });
});

describe('printed YAML', () => {
  const { data } = fc.letrec<{ data: YamlData }>((tie) => ({
    data: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('yes', 'null', '1', '~', '10.0.0.0/8', 'a: b', '- x', '#'),
      fc.integer(),
      fc.array(tie('data'), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('data'),
        { maxKeys: 4 },
      ),
    ),
  }));

  it('reads back as what it was', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(parse(printYaml(value))).toEqual(value);
      }),
    );
  });
});

describe('a pattern that could match a keyword', () => {
  const spelt = (word: string, bits: number) =>
    Array.from(word, (letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)).join('');
  const patterns = fc
    .array(fc.constantFrom(...'streamsSTREAMS**?[]^-\\:a'.split('')), { maxLength: 12 })
    .map((letters) => letters.join(''));

  it('is found wherever the server matches it', () => {
    fc.assert(
      fc.property(patterns, fc.nat(127), (pattern, bits) => {
        fc.pre(globMatch(pattern, spelt('streams', bits)));
        expect(couldMatchWord(pattern, 'streams')).toBe(true);
      }),
      { numRuns: 300, maxSkipsPerRun: 10_000 },
    );
  });

  it.each(['app:*', '*:cache', 'stream', 'streams:*', '?', 'session*', 's.*'])('is not %s', (pattern) => {
    expect(couldMatchWord(pattern, 'streams')).toBe(false);
  });

  it('is decided at once, however many stars it has', () => {
    const started = performance.now();
    expect(couldMatchWord('*?'.repeat(5000), 'streams')).toBe(false);
    expect(couldMatchWord(`${'*'.repeat(10_000)}x`, 'streams')).toBe(false);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each(['*', 's*', '*S', 'str?ams', '[a-z]*', 'STREAMS', 'st\\reams'])('is %s', (pattern) => {
    expect(couldMatchWord(pattern, 'streams')).toBe(true);
  });
});
