/** The HTML report: one file that runs and loads nothing, shows hostile text as text, and keeps WCAG 2.2 AA. */
import { describe, expect, it } from 'vitest';

import { renderReport, SEVERITIES, type Assessment, type Check } from '../../src/posture/index.ts';
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
import { listElements, parseMarkup, textOf, type Element } from './markup-tree.ts';
import { HTML_PALETTE as PALETTE, HTML_STYLE as STYLE, safeText } from '../../src/text/index.ts';

const VOID = ['meta', 'br', 'img', 'link', 'input', 'hr'];
const TAGS =
  'html head meta title style body a header h1 h2 h3 h4 b p ul ol li main section figure figcaption span i details summary div table caption thead tbody tr th td article code dl dt dd footer br'.split(
    ' ',
  );
const ATTRIBUTES =
  'lang charset name content http-equiv class href id tabindex role aria-label aria-labelledby aria-hidden scope'.split(
    ' ',
  );

const elementsOf = (assessment: Assessment, checks: readonly Check[]): readonly Element[] =>
  listElements(parseMarkup(renderReport('html', assessment, optionsFor(checks)), VOID, ['style']));

describe.each(samples)('the HTML report of $name', ({ assessment, checks }) => {
  const text = renderReport('html', assessment, optionsFor(checks));
  const elements = elementsOf(assessment, checks);
  const named = (name: string) => elements.filter((element) => element.name === name);

  it('is well-formed and uses only the elements and attributes of ours', () => {
    expect(text.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(
      [...new Set(elements.map((element) => element.name))].filter((name) => !TAGS.includes(name)),
    ).toEqual([]);
    const names = new Set(elements.flatMap((element) => Object.keys(element.attributes)));
    expect([...names].filter((name) => !ATTRIBUTES.includes(name))).toEqual([]);
  });

  it('runs and loads nothing', () => {
    expect(named('script')).toEqual([]);
    const policy = named('meta').find((meta) => meta.attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes['content']).toContain("default-src 'none'");
    expect(STYLE).not.toMatch(/url\(|@import|expression\(|https?:/);
    for (const element of elements) {
      const href = element.attributes['href'];
      if (href !== undefined) expect(href).toMatch(/^#[\w-]+$/);
    }
  });

  it('has links that lead somewhere and ids that are used once', () => {
    const ids = elements.flatMap((element) => element.attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = elements.flatMap((e) => [e.attributes['href']?.slice(1), e.attributes['aria-labelledby']]);
    expect(wanted.filter((id) => id !== undefined && !ids.includes(id))).toEqual([]);
  });

  it('has one h1, and headings that skip no level', () => {
    const levels = elements.flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name.slice(1))] : []));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries())
      expect(level - (levels[index - 1] ?? 0), `heading ${index}`).toBeLessThanOrEqual(1);
  });

  it('has a title, a viewport, landmarks, and a link past the head', () => {
    expect(named('title').map(textOf)[0]).toMatch(/^Security posture of /);
    expect(named('meta').some((meta) => meta.attributes['name'] === 'viewport')).toBe(true);
    expect(['header', 'main', 'footer'].map((name) => named(name).length)).toEqual([1, 1, 1]);
    expect(named('a')[0]?.attributes).toMatchObject({ class: 'skip', href: '#report' });
  });

  it('has headers for every row and column of its tables', () => {
    for (const table of named('table')) {
      const inside = listElements([table]);
      const heads = inside.filter((element) => element.name === 'th');
      expect(heads.every((head) => ['col', 'row'].includes(head.attributes['scope'] ?? ''))).toBe(true);
      const columns = heads.filter((head) => head.attributes['scope'] === 'col').length;
      const rows = inside.filter((element) => element.name === 'tr');
      for (const row of rows)
        expect(row.children.filter((child) => typeof child !== 'string')).toHaveLength(columns);
    }
  });

  it('lets the keyboard reach what scrolls, and names it', () => {
    for (const element of elements.filter((each) => each.attributes['class'] === 'scroll')) {
      expect(element.attributes).toMatchObject({ tabindex: '0', role: 'region' });
      expect(element.attributes['aria-label']).toBeTruthy();
    }
  });

  it('says in words what the picture shows, and draws a square for every check', () => {
    for (const [index, figure] of named('figure').entries()) {
      const target = assessment.targets.filter((each) =>
        each.outcomes.some((o) => o.status !== 'not-applicable'),
      )[index];
      const rows = listElements([figure]).filter((element) => element.name === 'li');
      let drawn = 0;
      for (const row of rows) {
        const squares = listElements([row]).filter((element) =>
          element.attributes['class']?.startsWith('sq '),
        );
        const kinds = squares.map((square) => square.attributes['class']?.split(' ')[1]);
        const count = (kind: string) => kinds.filter((each) => each === kind).length;
        const words = textOf(row);
        const judged = count('pass') + count('fail');
        expect(words).toContain(judged === 0 ? 'none judged' : `${count('pass')} of ${judged} pass`);
        if (count('open') > 0) expect(words).toContain(`${count('open')} not answered`);
        if (count('waived') > 0) expect(words).toContain(`${count('waived')} waived`);
        drawn += squares.length;
        const picture = listElements([row]).find((element) => element.attributes['class'] === 'squares');
        expect(picture?.attributes['aria-hidden']).toBe('true');
      }
      expect(drawn).toBe((target?.totals.all ?? 0) - (target?.totals.notApplicable ?? 0));
    }
  });

  it('shows every finding and everything not answered', () => {
    expect(named('article')).toHaveLength(assessment.totals.fail);
    const texts = named('th')
      .filter((th) => th.attributes['scope'] === 'row')
      .map(textOf);
    for (const outcome of assessment.targets.flatMap((target) => target.outcomes))
      if (outcome.status !== 'fail') expect(texts).toContain(outcome.checkId);
    for (const lost of assessment.unreachable)
      expect(named('b').map(textOf)).toContain(safeText(lost.subject));
  });

  it('holds no character that hides, turns text around or acts', () => {
    expect(ACTING.exec(text)).toBeNull();
  });
});

describe('the HTML report', () => {
  it('shows hostile text as it was written', () => {
    const codes = elementsOf(hostileAssessment, hostileChecks)
      .filter((element) => element.name === 'code')
      .map(textOf);
    for (const text of [HOSTILE.script, HOSTILE.attribute, HOSTILE.entity, HOSTILE.cdata, HOSTILE.fence])
      expect(codes).toContain(text);
    expect(codes).toContain('user\\u{202e}gnp.exe\\u{2066}x');
  });

  it('says on its first screen how bad it is, the share with its denominator, and what to do first', () => {
    const header = elementsOf(stockAssessment, stockChecks).find((element) => element.name === 'header');
    const words = header === undefined ? '' : textOf(header);
    expect(words).toMatch(/Act now: \d+ critical and \d+ high findings\./);
    expect(words).toMatch(/\d+ of \d+ judged checks pass\./);
    expect(words).toMatch(/could not be answered/);
    expect(words).toContain('What to do first');
    expect(words).toContain('Anyone who can connect is an administrator');
  });

  it('never calls a server fine that could not be judged', () => {
    const check = makeCheck('NET-901', { status: 'unknown', missing: 'x', why: 'y', look: 'z' });
    const words = elementsOf(judge([check]), [check])
      .map(textOf)
      .join(' ');
    expect(words).toContain('Nothing could be judged.');
    expect(words).not.toContain('No findings');
  });

  it('of a large fleet leaves out what passed and says so', () => {
    const check = makeCheck('NET-901', { status: 'pass' });
    const many = judge(
      [check],
      {},
      Array.from({ length: 30 }, (_, index) => makeTarget(`cache-${index}:6379`)),
    );
    const text = renderReport('html', many, optionsFor([check]));
    expect(text).not.toContain('Passed: 1');
    expect(text).toContain('the checks that passed are left out');
  });

  it('gives severity in words wherever it gives a colour', () => {
    for (const article of elementsOf(stockAssessment, stockChecks).filter(
      (each) => each.name === 'article',
    )) {
      const severity = article.attributes['class']?.split(' ')[1] ?? '';
      expect(SEVERITIES).toContain(severity);
      expect(textOf(article)).toContain(severity.toUpperCase());
    }
  });
});

describe('the colours', () => {
  const TEXT = ['ink', 'soft', 'link', 'critical', 'high', 'medium', 'low', 'info'] as const;
  const MARKS = [
    'critical',
    'high',
    'medium',
    'low',
    'info',
    'good',
    'open',
    'soft',
    'line',
    'link',
  ] as const;

  it.each(['light', 'dark', 'print'] as const)('of %s keep the contrasts of WCAG 2.2 AA', (theme) => {
    const palette = PALETTE[theme];
    for (const ground of ['ground', 'card'] as const) {
      for (const name of TEXT)
        expect(contrast(palette[name], palette[ground]), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      for (const name of MARKS)
        expect(contrast(palette[name], palette[ground]), `${name} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('are all in the palette', () => {
    const known = Object.values(PALETTE).flatMap((palette) => Object.values(palette) as string[]);
    expect((STYLE.match(/#[0-9a-f]{3,8}\b/gi) ?? []).filter((colour) => !known.includes(colour))).toEqual([]);
    const names = new Set([...STYLE.matchAll(/var\(--(\w+)/g)].map(([, name]) => name));
    expect([...names].filter((name) => name !== 'tone' && !(String(name) in PALETTE.light))).toEqual([]);
  });

  it('are measured as WCAG says', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

/** WCAG 2.2, contrast ratio and relative luminance. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
