/** The terminal report: fits, needs no colour and no Unicode, cuts nothing when piped, and always ends in the sum. */
import { describe, expect, it } from 'vitest';

import { renderReport } from '../../src/posture/index.ts';
import {
  ACTING,
  HOSTILE,
  hostileAssessment,
  hostileChecks,
  judge,
  makeCheck,
  makeTarget,
  optionsFor,
  samples,
  stockAssessment,
  stockChecks,
} from './assessment-sample.ts';
import { cutTo, widthOf, wrapTo } from '../../src/text/index.ts';

const SUMMARY = /^\d+ pass (?:·|,) ?\d+ not applicable/;

describe.each(samples)('the table of $name', ({ assessment, checks }) => {
  it.each([60, 80, 100, 120, 200])('fits %i columns', (columns) => {
    for (const unicode of [true, false])
      for (const detail of ['all', 'findings'] as const) {
        const text = renderReport('table', assessment, optionsFor(checks, { columns, unicode, detail }));
        expect(text.split('\n').filter((line) => widthOf(line) > columns)).toEqual([]);
      }
  });

  it('ends in the sum', () => {
    const lines = renderReport('table', assessment, optionsFor(checks)).trimEnd().split('\n');
    if (assessment.totals.all === 0) return expect(lines.at(-1)).toBe('nothing was assessed');
    expect(lines.slice(-2).join('\n')).toContain(`${assessment.totals.pass} pass`);
    return expect(lines.slice(-2).join('\n')).toMatch(
      /\d+ critical|no findings|\d+ (?:high|medium|low|info)/,
    );
  });

  it('without colour holds no character that acts on a terminal', () => {
    expect(ACTING.exec(renderReport('table', assessment, optionsFor(checks)))).toBeNull();
  });

  it('with colour says the same words', () => {
    const plain = renderReport('table', assessment, optionsFor(checks));
    const coloured = renderReport('table', assessment, optionsFor(checks, { colour: true }));
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, '')).toBe(plain);
    const paints = coloured.match(/\u001b\[\d[0-9;]*m/g)?.length ?? 0;
    expect(paints % 2).toBe(0);
  });

  it('without Unicode is ASCII alone', () => {
    expect(renderReport('table', assessment, optionsFor(checks, { unicode: false }))).toMatch(/^[\n -~]*$/);
  });
});

describe('the table', () => {
  it('shows every finding, worst first, with what was seen and the fix', () => {
    const text = renderReport('table', stockAssessment, optionsFor(stockChecks, { columns: Infinity }));
    for (const target of stockAssessment.targets)
      for (const outcome of target.outcomes.filter((each) => each.status === 'fail')) {
        expect(text).toContain(`${outcome.checkId.padEnd(8)}  ${outcome.title}`);
      }
    const words = [
      ...text.slice(0, text.indexOf('\n', text.indexOf('passed/judged'))).matchAll(/^✗ (\w+)/gm),
    ].map(([, word]) => word);
    const order = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFO'];
    expect(words).toEqual(words.toSorted((a, b) => order.indexOf(a ?? '') - order.indexOf(b ?? '')));
    expect(text).toContain('ACL SETUSER');
  });

  it('cuts nothing when it has all the room', () => {
    const evidence = `user app ${'~key:* '.repeat(80)}+@all`;
    const check = makeCheck('NET-901', { status: 'fail', evidence: [{ text: evidence }], fix: [] });
    const text = renderReport('table', judge([check]), optionsFor([check], { columns: Infinity }));
    expect(text).toContain(evidence);
  });

  it('says unknown as plainly as a finding, one block for one reason', () => {
    const open = { status: 'unknown', missing: 'INFO', why: 'denied', look: 'ask the owner' } as const;
    const checks = [makeCheck('NET-901', open), makeCheck('NET-902', open)];
    const text = renderReport('table', judge(checks), optionsFor(checks));
    expect(text).toContain('? UNKNOWN   NET-901 NET-902\n            INFO: denied; ask the owner');
    expect(text).toContain('2 unknown');
    expect(text).toContain('0/0 ?2');
  });

  it('marks news, what is fixed and who waived', () => {
    const text = renderReport('table', hostileAssessment, optionsFor(hostileChecks));
    expect(text).toContain('(new)');
    expect(text).toMatch(/· WAIVED +LIM-001/);
    expect(text).toContain('until 2027-01-31');
    expect(text).toContain('NOT ASSESSED');
    expect(text).toMatch(/note: waiver of LOG-001/);
  });

  it('adds up a fleet in its last lines', () => {
    const check = makeCheck('NET-901', { status: 'fail', evidence: [{ text: 'x' }], fix: [] });
    const fleet = judge(
      [check],
      { unreachable: [{ subject: 'c:1', code: 'refused', message: 'm', next: 'n' }] },
      [makeTarget('a:1'), makeTarget('b:1')],
    );
    const text = renderReport('table', fleet, optionsFor([check]));
    expect(text.trimEnd().split('\n').slice(-2)).toEqual([
      '2 servers, 1 not assessed',
      '2 high    0 pass · 0 not applicable · 0 unknown · 0 by hand · 0 waived',
    ]);
  });

  it('shows a large fleet finding by finding, with how many servers have each', () => {
    const checks = [
      makeCheck('NET-901', { status: 'fail', evidence: [{ text: 'bind *' }], fix: [] }, { severity: 'low' }),
      makeCheck('NET-902', { status: 'fail', evidence: [{ text: HOSTILE.escape }], fix: [] }),
      makeCheck('NET-903', { status: 'unknown', missing: 'x', why: 'y', look: 'z' }),
    ];
    const targets = Array.from({ length: 1000 }, (_, index) => makeTarget(`cache-${index}:6379`));
    const fleet = judge(checks, {}, targets);
    for (const columns of [60, 80, 120]) {
      const text = renderReport('table', fleet, optionsFor(checks, { columns, detail: 'findings' }));
      const lines = text.trimEnd().split('\n');
      expect(lines.length).toBeLessThan(60);
      expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
      expect(text.indexOf('NET-902')).toBeLessThan(text.indexOf('NET-901'));
      expect(text.match(/on 1000 of 1000 servers: cache-0:6379/g)).toHaveLength(3);
      expect(ACTING.exec(text)).toBeNull();
      expect(lines.slice(-2).join(' ')).toContain('1000 unknown');
    }
    const all = renderReport('table', fleet, optionsFor(checks, { detail: 'all' }));
    expect(all.match(/✗ HIGH/g)).toHaveLength(1000);
  });

  it('draws a full bar only for an area in which all passed, an empty one only where nothing did', () => {
    const mixed = [
      ...Array.from({ length: 30 }, (_, i) =>
        makeCheck(`NET-${901 + i}`, { status: 'pass' }, { area: 'network' }),
      ),
      makeCheck('NET-950', { status: 'fail', evidence: [], fix: [] }, { area: 'network' }),
      makeCheck('TLS-901', { status: 'pass' }, { area: 'tls' }),
      ...Array.from({ length: 30 }, (_, i) =>
        makeCheck(
          `USER-${901 + i}`,
          i === 0 ? { status: 'pass' } : { status: 'fail', evidence: [], fix: [] },
          { area: 'users' },
        ),
      ),
    ];
    const text = renderReport('table', judge(mixed), optionsFor(mixed));
    expect(text).toMatch(/network +███████░ 30\/31/);
    expect(text).toMatch(/tls +████████ 1\/1/);
    expect(text).toMatch(/users +█░░░░░░░ 1\/30/);
  });

  it('matches what a summary looks like', () => {
    const lines = renderReport('table', stockAssessment, optionsFor(stockChecks)).trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(SUMMARY);
  });
});

describe('text in columns', () => {
  it('counts what a terminal shows', () => {
    expect(widthOf('abc')).toBe(3);
    expect(widthOf('数据')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(widthOf('🔒')).toBe(2);
    expect(widthOf('\u001b[1;31mred\u001b[0m')).toBe(3);
  });

  it('is cut and wrapped by what it shows, and wrapping loses nothing but spaces', () => {
    expect(cutTo('数据库用户', 7, '…')).toBe('数据库…');
    for (const text of Object.values(HOSTILE)) {
      const lines = wrapTo(text, 20);
      expect(lines.every((line) => widthOf(line) <= 20)).toBe(true);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  });
});
