import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  appendDirective,
  findLines,
  formatDirective,
  parseConf,
  printConf,
  quoteArg,
  removeDirective,
  setDirective,
  splitArguments,
} from '../../src/conf/index.ts';

const read = (text: string) => parseConf(text, { path: 'redis.conf' });

describe('changing a file', () => {
  it('rewrites the first line, removes the others, and leaves every other byte', () => {
    const before = '# a  \r\nport   6379\r\n\tbind *\r\nPORT 1\r\n  "timeout" 5';
    expect(printConf(setDirective(read(before), 'port', ['7000']))).toBe(
      '# a  \r\nport 7000\r\n\tbind *\r\n  "timeout" 5',
    );
  });

  it('keeps a line that reads the same already', () => {
    const document = read('requirepass   "abc"\n');
    expect(setDirective(document, 'requirepass', ['abc'])).toBe(document);
  });

  it('adds what is not there, with the ends of the file', () => {
    expect(printConf(setDirective(read('port 1'), 'bind', ['127.0.0.1', '::1']))).toBe(
      'port 1\nbind 127.0.0.1 ::1\n',
    );
    expect(printConf(appendDirective(read('a 1\r\n'), 'save', ['60', '1']))).toBe('a 1\r\nsave 60 1\r\n');
    expect(printConf(appendDirective(read(''), 'logfile', ['']))).toBe('logfile ""\n');
  });

  it('removes all lines of a name, or those that match', () => {
    const document = read('save 60 1\nport 1\nsave 30 2\n');
    expect(printConf(removeDirective(document, 'SAVE'))).toBe('port 1\n');
    expect(printConf(removeDirective(document, 'save', ([seconds]) => seconds === '30'))).toBe(
      'save 60 1\nport 1\n',
    );
    expect(removeDirective(document, 'bind')).toBe(document);
  });

  it('numbers lines and problems anew', () => {
    const document = removeDirective(read('save 60 1\nlogfile "a\nport 1\n'), 'save');
    expect(document.lines.map(({ number }) => number)).toEqual([1, 2]);
    expect(document.problems).toMatchObject([{ code: 'unbalanced-quotes', range: { line: 1 } }]);
    expect(findLines(document, 'port')[0]?.number).toBe(2);
  });

  it('is read back as it was meant, whatever the file and the value', () => {
    const line = fc.constantFrom('port 1', '# x', '', '  bind *', 'PORT "2"', 'requirepass "', 'user a on');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.string({ unit: 'binary' }), (lines, value) => {
        const document = setDirective(read(lines.join('\n')), 'port', [value]);
        const again = read(printConf(document));
        expect(findLines(again, 'port').map(({ args }) => args)).toEqual([[value]]);
        expect(
          again.lines.filter((l) => l.kind !== 'directive' || l.name !== 'port').map(({ raw }) => raw),
        ).toEqual(
          read(lines.join('\n'))
            .lines.filter((l) => l.kind !== 'directive' || l.name !== 'port')
            .map(({ raw }) => raw),
        );
      }),
    );
  });
});

describe('quoting', () => {
  it.each([
    ['abc', 'abc'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["it's", `"it's"`],
    ['a\nrequirepass ""', '"a\\nrequirepass \\"\\""'],
    ['\0', '"\\x00"'],
    ['é', '"\\xc3\\xa9"'],
    ['\uDCFF', '"\\xff"'],
    ['#hash', '#hash'],
    ['\u0007\b\t\r', '"\\a\\b\\t\\r"'],
  ])('writes %j', (value, written) => {
    expect(quoteArg(value)).toBe(written);
  });

  it('never lets a value become a second line or a second argument', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (values) => {
        const line = formatDirective('user', values);
        expect(line).toMatch(/^[\x20-\x7e]*$/);
        expect(splitArguments(line)).toMatchObject({ ok: true, args: ['user', ...values] });
      }),
    );
  });

  it('refuses a name that is none', () => {
    for (const name of ['', 'a b', 'a\nb', '#x', '"x"', 'é'])
      expect(() => formatDirective(name, [])).toThrow('bug:');
  });
});
