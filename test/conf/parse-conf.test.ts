import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  CONF_LINES_MAX,
  decodeConf,
  encodeConf,
  parseConf,
  printConf,
  splitArguments,
  type ConfDocument,
} from '../../src/conf/index.ts';

const read = (text: string | Uint8Array): ConfDocument => parseConf(text, { path: 'redis.conf' });

describe('lines', () => {
  it('tells directives, comments, blanks, templates and broken lines apart', () => {
    const document = read('# note\n\n  port 6379\n{% if x %}\nrequirepass "a\n');
    expect(document.lines.map(({ kind, number }) => [kind, number])).toEqual([
      ['comment', 1],
      ['blank', 2],
      ['directive', 3],
      ['template', 4],
      ['broken', 5],
    ]);
  });

  it('gives names in lower case, arguments decoded, and the place of each', () => {
    const [line] = read('  RequirePass\t"a\\x41\\n" #x').lines;
    expect(line).toMatchObject({
      kind: 'directive',
      name: 'requirepass',
      nameRange: { start: 2, end: 13 },
      args: ['aA\n', '#x'],
      argRanges: [
        { start: 14, end: 23 },
        { start: 24, end: 26 },
      ],
    });
  });

  it('reads a comment only at the start of a line', () => {
    expect(read('   # x').lines[0]?.kind).toBe('comment');
    expect(read('port 1 # x').lines[0]).toMatchObject({ kind: 'directive', args: ['1', '#', 'x'] });
  });

  it('reports what the server refuses, in its words and with the line', () => {
    const { problems } = read('port 1\nrequirepass "a\nlogfile "a"b\n');
    expect(
      problems.map(({ code, message, stopsServer, range }) => [code, message, stopsServer, range?.line]),
    ).toEqual([
      ['unbalanced-quotes', 'Unbalanced quotes in configuration line', 'yes', 2],
      ['unbalanced-quotes', 'Unbalanced quotes in configuration line', 'yes', 3],
    ]);
  });

  it('joins quotes within a word for Valkey 9 only', () => {
    const text = "requirepass ab'c'd";
    const strict = { path: 'c', server: { product: 'valkey', version: '8.1.1' } } as const;
    const joining = { path: 'c', server: { product: 'valkey', version: '9.1.2' } } as const;
    expect(parseConf(text, strict).lines[0]?.kind).toBe('broken');
    expect(parseConf(text, joining).lines[0]).toMatchObject({ args: ['abcd'] });
  });

  it('reports a byte order mark and a NUL byte', () => {
    expect(read('\uFEFFport 1\n').problems[0]).toMatchObject({ code: 'byte-order-mark', stopsServer: 'yes' });
    const nul = read('timeout 5\0x\ntimeout 7\n');
    expect(nul.problems[0]).toMatchObject({ code: 'nul-byte', range: { line: 1 } });
    expect(nul.lines[0]).toMatchObject({ kind: 'broken', reason: 'nul-byte' });
  });

  it('takes the lines of a template block together', () => {
    const document = read('{# one\ntwo "x\nthree #}\nport 1\n{% raw\n');
    expect(document.lines.map(({ kind }) => kind)).toEqual([
      'template',
      'template',
      'template',
      'directive',
      'template',
    ]);
    expect(document.problems).toEqual([]);
  });
});

describe('nothing is lost', () => {
  it.each([
    ['no final newline', 'port 1\nbind *'],
    ['CRLF', 'port 1\r\n\r\n# x\r\nbind *\r\n'],
    ['mixed ends', 'port 1\r\nbind *\n\r\r\n\n'],
    ['a lone carriage return', 'port 1\rbind *\n'],
    ['only newlines', '\n\n\n'],
    ['nothing', ''],
    ['NUL and BOM', '\uFEFFa\0b\n\0\n'],
    ['box drawing', '# ── ╔═╗ 配置\nport 1 （x）\n'],
  ])('%s', (_, text) => {
    expect(printConf(read(text))).toBe(text);
  });

  it('keeps bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256);
    expect(encodeConf(printConf(read(bytes)))).toEqual(bytes);
    expect(decodeConf(Uint8Array.of(0x66, 0xff))).toBe('f\uDCFF');
    expect(decodeConf(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\uDCED\uDCA0\uDC80');
  });

  it('keeps every text and every sequence of bytes', () => {
    const unit = fc.oneof(fc.constantFrom(...'\n\r\t "\'\\#{}%$\0x'.split('')), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
        const text = units.join('');
        expect(printConf(read(text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encodeConf(printConf(read(bytes)))).toEqual(bytes);
        expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(encodeConf(decodeConf(bytes)))).toBe(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
        );
      }),
    );
  });

  it('is UTF-8 for well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeConf(text)).toEqual(new TextEncoder().encode(text));
        expect(decodeConf(encodeConf(text))).toBe(text);
      }),
    );
  });
});

describe('arguments', () => {
  it.each([
    ['a b', ['a', 'b']],
    [' \t a \v b\f', ['a', 'b\f']],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['"\\n\\r\\t\\b\\a\\q\\\\\\""', ['\n\r\t\b\u0007q\\"']],
    ['"\\x41\\xzz\\x4"', ['Axzzx4']],
    ['"\\xc3\\xa9"', ['é']],
    ['"\\xff"', ['\uDCFF']],
    ["'a\\'b\\n'", ["a'b\\n"]],
    ['a\\nb', ['a\\nb']],
    ['""', ['']],
    ['a""', ['a']],
    ['a\vb', ['a\vb']],
    ['', []],
  ])('splits %j', (text, args) => {
    expect(splitArguments(text)).toMatchObject({ ok: true, args });
  });

  it.each(['"', "'", '"a', '"a"b', "'a'b", '"a\\"', '"a\\', 'a"b', `"a"'b'`])('refuses %j', (text) => {
    expect(splitArguments(text)).toMatchObject({ ok: false, reason: 'unbalanced-quotes' });
  });

  it('agrees with sdssplitargs written down byte by byte', () => {
    const unit = fc.constantFrom(...' \t\v\f"\'\\xabn4Fq'.split(''));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 24 }), (units) => {
        const split = splitArguments(units.join(''));
        expect(split.ok ? split.args : undefined).toEqual(byteByByte(units.join('')));
      }),
      { numRuns: 3000 },
    );
  });

  it('places every argument where it is written', () => {
    const split = splitArguments(`port  "63\\x3779" x`);
    expect(split.ok && split.ranges.map(({ start, end }) => `port  "63\\x3779" x`.slice(start, end))).toEqual(
      ['port', '"63\\x3779"', 'x'],
    );
  });
});

describe('size', () => {
  it('reads 100,000 lines and a line of 10 MB in linear time', () => {
    const started = performance.now();
    const lines = read('maxmemory-policy allkeys-lru # x {{ $A "b" }}\n'.repeat(100_000));
    expect(lines.lines).toHaveLength(100_000);
    for (const piece of [
      'a',
      '"',
      '\\"',
      '{{',
      '{{ x }} ',
      '$A',
      '${',
      '$(a',
      '<a',
      '__A',
      "''",
      '\\x41',
      'A_',
      '%A',
    ]) {
      const size = piece.length === 1 ? 10_000_000 : 1_000_000;
      const text = `requirepass "${piece.repeat(size / piece.length)}`;
      expect(printConf(read(text))).toBe(text);
    }
    // A quadratic reader would take hours.
    expect(performance.now() - started).toBeLessThan(60_000);
  }, 120_000);

  it('keeps what is beyond its limits as it is, and says so', () => {
    const text = '\n'.repeat(CONF_LINES_MAX + 10);
    const document = read(text);
    expect(document.problems).toMatchObject([{ code: 'conf-too-large' }]);
    expect(printConf(document)).toBe(text);
    const wide = read(`bind ${'a '.repeat(100_001)}`);
    expect(wide.problems).toMatchObject([{ code: 'conf-too-large' }]);
  }, 60_000);
});

/** The same rule in the shape of the server's source: one state per character. */
function byteByByte(line: string): readonly string[] | undefined {
  const out: string[] = [];
  const space = (c: string | undefined): boolean => c !== undefined && ' \t\n\v\f\r'.includes(c);
  let p = 0;
  for (;;) {
    while (space(line[p])) p += 1;
    if (p >= line.length) return out;
    let current = '';
    let quote: '' | '"' | "'" = '';
    for (let done = false; !done; p += 1) {
      const c = line[p];
      if (quote === '"' && c === '\\' && /^x[0-9a-fA-F]{2}/.test(line.slice(p + 1))) {
        current += String.fromCharCode(Number.parseInt(line.slice(p + 2, p + 4), 16));
        p += 3;
      } else if (quote === '"' && c === '\\' && p + 1 < line.length) {
        p += 1;
        current += { n: '\n', r: '\r', t: '\t', b: '\b', a: '\u0007' }[line[p] ?? ''] ?? line[p];
      } else if (quote === "'" && c === '\\' && line[p + 1] === "'") {
        p += 1;
        current += "'";
      } else if (quote !== '' && c === quote) {
        if (p + 1 < line.length && !space(line[p + 1])) return undefined;
        done = true;
      } else if (quote !== '' && c === undefined) {
        return undefined;
      } else if (quote === '' && (c === undefined || ' \n\r\t'.includes(c))) {
        done = true;
      } else if (quote === '' && (c === '"' || c === "'")) {
        quote = c;
      } else {
        current += c;
      }
    }
    out.push(latin1ToText(current));
  }
}

/** What was written as bytes is read as UTF-8, as the product does. */
function latin1ToText(bytes: string): string {
  return /[\u0080-\u00FF]/.test(bytes) ? decodeConf(Uint8Array.from(bytes, (c) => c.charCodeAt(0))) : bytes;
}
