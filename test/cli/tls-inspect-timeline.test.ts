/** The timeline: every certificate once, where it stands in its life, and the same in text and on a page. */

import { beforeAll, describe, expect, it } from 'vitest';
import { htmlOfInspection } from '../../src/cli/tls/inspect-html.ts';
import type { InspectReport } from '../../src/cli/tls/inspect-report.ts';
import { drawTimeline } from '../../src/cli/tls/timeline-html.ts';
import { printTimeline } from '../../src/cli/tls/timeline-text.ts';
import { rangeOf, timelineOf, timelineOfFiles, type TimelineEntry } from '../../src/cli/tls/timeline.ts';
import { entryOf, type InventoryReading } from '../../src/pki/index.ts';
import { assess } from '../../src/posture/index.ts';
import { widthOf } from '../../src/text/index.ts';
import type { CertificateFact } from '../../src/tls/index.ts';
import { listElements, parseMarkup, textOf } from '../posture/markup-tree.ts';
import {
  factOf,
  NOW,
  sampleAuthorities,
  sampleLeaf,
  sampleNode,
  sampleSurvey,
  type SampleAuthorities,
} from './tls-inspect-samples.ts';

const LOOK = { tty: false, colour: false, unicode: true, columns: 100 };
const DAY_MS = 86_400_000;
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

let ours: SampleAuthorities;
let fine: CertificateFact;
let due: CertificateFact;
let expired: CertificateFact;
let early: CertificateFact;
let client: CertificateFact;
let entries: readonly TimelineEntry[];

beforeAll(async () => {
  ours = await sampleAuthorities();
  const issue = async (name: string, days: number, at: Date, usage: 'node' | 'client' = 'node') =>
    factOf((await sampleLeaf(ours.issuer, name, { days, at, usage })).certPem);
  fine = await issue('fine', 90, ago(10));
  due = await issue('due', 30, ago(25));
  expired = await issue('expired', 10, ago(15));
  early = await issue('early', 30, ago(-5));
  client = await issue('client', 60, ago(10), 'client');
  const issued = { recordedAt: NOW, origin: { kind: 'issued' } } as const;
  const inventory: InventoryReading = {
    state: 'read',
    certificates: [
      entryOf(client, { ...issued, usage: 'client' }),
      { ...entryOf(expired, { ...issued }), supersededBy: fine.fingerprintSha256 },
      {
        ...entryOf(early, { ...issued, node: 'c:1' }),
        revoked: { at: NOW.toISOString(), reason: 'unspecified' },
      },
    ],
  };
  const survey = sampleSurvey([
    sampleNode({ id: 'a:1', chain: [fine, ours.issuerFact], trust: [ours.rootFact] }),
    sampleNode({ id: 'b:1', chain: [due, ours.issuerFact], trust: [ours.rootFact] }),
  ]);
  entries = timelineOf(survey, { authorities: [], inventory, sentAlone: new Map(), now: NOW });
});

describe('the entries', () => {
  it('hold each certificate once, with its places, and what ends first before the others', () => {
    expect(entries.map(({ subject, kind, where }) => [subject, kind, where])).toEqual([
      ['CN=due', 'served', ['b:1']],
      ['CN=early', 'recorded', ['c:1']],
      ['CN=client', 'client', []],
      ['CN=fine', 'served', ['a:1']],
      ['CN=Sample Issuer', 'authority', ['a:1', 'b:1']],
      ['CN=Sample Root', 'authority', ['a:1', 'b:1']],
    ]);
  });

  it('leave out what another took the place of, unless a port still shows it', () => {
    expect(entries.some(({ subject }) => subject === 'CN=expired')).toBe(false);
    const survey = sampleSurvey([sampleNode({ id: 'a:1', chain: [expired] })]);
    const none: InventoryReading = { state: 'none', certificates: [] };
    const [shown] = timelineOf(survey, { authorities: [], inventory: none, sentAlone: new Map(), now: NOW });
    expect(shown).toMatchObject({ subject: 'CN=expired', state: 'expired', daysLeft: -5 });
  });

  it('say where each stands, two thirds of the life being due', () => {
    const states = Object.fromEntries(entries.map(({ subject, state }) => [subject, state]));
    expect(states).toMatchObject({ 'CN=fine': 'fine', 'CN=due': 'due', 'CN=early': 'early' });
    expect(entries.find(({ subject }) => subject === 'CN=early')?.revoked).toBe(true);
    const { notBefore, notAfter, dueAt } = entries[0] ?? { notBefore: '', notAfter: '', dueAt: '' };
    const part = (Date.parse(dueAt) - Date.parse(notBefore)) / (Date.parse(notAfter) - Date.parse(notBefore));
    expect(part).toBeLessThanOrEqual(2 / 3);
    expect(part).toBeGreaterThan(2 / 3 - 1 / 20);
  });
});

describe('the axis', () => {
  it('ends with the last leaf and not with a root of ten years, and begins before now', () => {
    const { from, to } = rangeOf(entries, NOW.getTime());
    expect(to).toBeLessThan(NOW.getTime() + 100 * DAY_MS);
    expect(from).toBeLessThan(NOW.getTime());
  });

  it('shows the authority where there is nothing else', () => {
    const only = timelineOfFiles([{ path: 'ca.crt', certificates: [ours.rootFact] }], NOW);
    expect(rangeOf(only, NOW.getTime()).to).toBeGreaterThan(NOW.getTime() + 3000 * DAY_MS);
  });
});

describe('in a terminal', () => {
  const linesOf = (change: Partial<typeof LOOK>, shown = entries) =>
    [...printTimeline(shown, NOW, { ...LOOK, ...change })].join('').split('\n');

  it('draws a bar a certificate, marks the last third, and says the same in words', () => {
    const lines = linesOf({});
    const row = (name: string) => lines.find((line) => line.startsWith(name)) ?? '';
    expect(row('fine')).toMatch(/░+│█+▒+ /);
    expect(row('fine')).toContain('80 days left, due 2027-01-');
    expect(row('due')).toMatch(/│▒/);
    expect(row('due')).toContain('due since 2026-11-');
    expect(row('Sample Root')).toContain('→');
    expect(row('early')).toContain('revoked, valid only from 2026-11-27');
    const bars = lines
      .filter((line) => /[█▒]/.test(line) && line.includes('│'))
      .map((line) => line.indexOf('│'));
    expect(new Set(bars.slice(0, -1)).size).toBe(1);
  });

  it('fits eighty columns, and ASCII terminals', () => {
    const lines = linesOf({ columns: 80, unicode: false });
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toMatch(/^[ -~\n]*$/);
    expect(lines.some((line) => /#+\++/.test(line))).toBe(true);
  });

  it('paints only where colour is wanted', () => {
    expect(linesOf({}).join('')).not.toContain('\u001b');
    expect(linesOf({ colour: true }).join('')).toContain('\u001b[33m');
  });

  it('shows names of strangers without letting them act', () => {
    const [first] = entries;
    if (first === undefined) throw new Error('no entry');
    const text = linesOf({}, [
      { ...first, subject: 'CN=\u001b[2Jx\u202ey', where: ['\u001b]0;t\u0007'] },
    ]).join('\n');
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  });
});

describe('on a page', () => {
  const VOIDS = ['meta', 'rect', 'line'];
  const report = (): InspectReport => ({
    schemaVersion: 1,
    takenAt: NOW.toISOString(),
    kind: 'cluster',
    nodes: [],
    files: [],
    inventory: 'none',
    timeline: entries.map((entry, at) =>
      at === 0 ? { ...entry, subject: 'CN=<script>alert(1)</script>' } : entry,
    ),
    assessment: assess([], { checks: [], now: NOW, toolVersion: '0', advisoriesAsOf: '2026-11-01' }),
    notes: ['<b>note</b>'],
  });

  it('is well formed, loads nothing and runs nothing', () => {
    const text = [...htmlOfInspection(report())].join('');
    const elements = listElements(parseMarkup(text, VOIDS, ['style']));
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ['script', 'img', 'link', 'iframe', 'b>note'])
      expect(names.has(name), name).toBe(false);
    expect(text).not.toContain('<script');
    for (const { attributes } of elements)
      for (const [name, value] of Object.entries(attributes)) {
        expect(name).not.toMatch(/^on/);
        if (name === 'href') expect(value).toMatch(/^#/);
      }
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says in words what each bar shows, for those who do not see it', () => {
    const [figure] = parseMarkup(drawTimeline(entries, NOW).markup, VOIDS);
    if (figure === undefined) throw new Error('no figure');
    const items = listElements([figure]).filter(({ name }) => name === 'li');
    expect(items).toHaveLength(entries.length + 1);
    expect(items.map(textOf).join('\n')).toMatch(/CN=due.*due since/s);
    for (const svg of listElements([figure]).filter(({ name }) => name === 'svg'))
      expect(svg.attributes['aria-hidden']).toBe('true');
  });
});
