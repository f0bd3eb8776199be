/** Markdown: what strangers wrote stays text; tables keep their shape; the summary fits where it is shown. */
import { describe, expect, it } from 'vitest';

import { renderReport } from '../../src/posture/index.ts';
import { codeInTable, codeSpan, plainText } from '../../src/posture/report/markdown-text.ts';
import {
  ACTING,
  HOSTILE,
  hostileAssessment,
  hostileChecks,
  optionsFor,
  samples,
  stockAssessment,
  stockChecks,
} from './assessment-sample.ts';

/** A line without code spans and escaped signs, as GFM reads them: what is left can be markup. */
function markupOf(line: string): string {
  let rest = '';
  for (let at = 0; at < line.length;) {
    const escaped = /^\\[!-/:-@[-`{-~]/.exec(line.slice(at));
    const ticks = /^`+/.exec(line.slice(at))?.[0];
    if (escaped !== null) at += 2;
    else if (ticks !== undefined) {
      const from = at + ticks.length;
      const end = new RegExp(`(?<!\`)${ticks}(?!\`)`).exec(line.slice(from));
      if (end === null) rest += ticks;
      at = end === null ? from : from + end.index + ticks.length;
    } else rest += line[at++] ?? '';
  }
  return rest;
}

/** Cells of a table row: GFM splits at every bar that is not escaped, in code too. */
const cellsOf = (line: string): number => line.replace(/\\\|/g, '').split('|').length - 2;

describe.each(samples)('Markdown of $name', ({ assessment, checks }) => {
  const text = renderReport('markdown', assessment, optionsFor(checks));
  const lines = text.split('\n');

  it('has only the markup of ours', () => {
    for (const line of lines) {
      const markup = markupOf(line)
        .replaceAll('<!-- -->', '\u00b7')
        .replace(/<br>|<\/?details>|<\/?summary>/g, '');
      expect(markup).not.toMatch(/[<>`]|!\[|\]\(|&(?!amp;)|@\w|https?:\/\/|www\.\w/);
    }
  });

  it('has tables of one width each', () => {
    let wanted = 0;
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith('|')) wanted = 0;
      else if (wanted === 0) {
        wanted = cellsOf(line);
        expect(lines[index + 1]).toMatch(/^\|(?:--:?\|)+$/);
      } else expect(cellsOf(line), line).toBe(wanted);
    }
  });

  it('opens and closes what it folds', () => {
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('holds no character that acts on a terminal', () => {
    expect(ACTING.exec(text)).toBeNull();
  });
});

describe('Markdown', () => {
  it('says how bad it is before anything else', () => {
    const text = renderReport('markdown', stockAssessment, optionsFor(stockChecks));
    expect(text.split('\n')[2]).toMatch(
      /^Act now: \d+ critical and \d+ high findings\. \d+ of \d+ judged checks pass\./,
    );
  });

  it('names lost servers, waivers, expired waivers and what is fixed', () => {
    const text = renderReport(
      'markdown',
      hostileAssessment,
      optionsFor(hostileChecks, { detail: 'findings' }),
    );
    expect(text).toContain('## Not assessed');
    expect(text).toContain('Waived: 1');
    expect(text).toContain('expired on 2020-01-01');
    expect(text.match(/\*\*not assessed\*\*/g)).toHaveLength(hostileAssessment.unreachable.length);
  });

  it('stays under the limit of a CI summary and names what it leaves out', () => {
    const [target] = stockAssessment.targets;
    if (target === undefined) throw new Error('no target');
    const many = {
      ...stockAssessment,
      targets: Array.from({ length: 400 }, (_, i) => ({ ...target, subject: `cache-${i}:6379` })),
    };
    const text = renderReport('markdown', many, optionsFor(stockChecks));
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    expect(text).toContain('## Left out');
    for (const each of many.targets) expect(text).toContain(`\`${each.subject}\``);
  });
});

describe('text in Markdown', () => {
  it('in code is as it was written, whatever backticks it holds', () => {
    for (const text of Object.values(HOSTILE).filter((each) => !ACTING.test(each) && each.length < 1000)) {
      expect(markupOf(codeSpan(text)), text).toBe('');
      expect(markupOf(codeInTable(text)), text).toBe('');
    }
    expect(codeSpan('a`b')).toBe('`` a`b ``');
    expect(codeInTable('a|b')).toBe('`a\\|b`');
  });

  it('mentions nobody and links nowhere', () => {
    expect(plainText('ask @security about #12 at https://evil.example or www.evil.example')).toBe(
      'ask @<!-- -->security about #<!-- -->12 at https:<!-- -->//evil.example or www.<!-- -->evil.example',
    );
  });
});
