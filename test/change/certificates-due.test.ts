/** When certificates are due, on lives of every length. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAt, FRESH_MS_MIN, stageOfLife, type IssuedLife } from '../../src/change/certificates/due.ts';
import { dueAt as shownDueAt } from '../../src/pki/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-01-01T00:00:00Z');
const lifeOf = (ms: number, fingerprint = '00'.repeat(32), since?: number): IssuedLife => ({
  notBefore: new Date(START).toISOString(),
  notAfter: new Date(START + ms).toISOString(),
  fingerprintSha256: fingerprint,
  ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
});

describe('a certificate is due', () => {
  it('at two thirds of the life that it was issued with', () => {
    const life = lifeOf(90 * DAY);
    expect(dueAt(life)).toBe(START + 60 * DAY);
    expect(stageOfLife(life, START + 60 * DAY - 1)).toBe('fresh');
    expect(stageOfLife(life, START + 60 * DAY)).toBe('due');
    expect(stageOfLife(life, START + 90 * DAY)).toBe('expired');
    expect(stageOfLife(life, START - 1)).toBe('not-yet-valid');
  });

  it('earlier by a part that its fingerprint decides, at most a twentieth of its life', () => {
    const moments = Array.from({ length: 100 }, (_, index) =>
      dueAt(lifeOf(90 * DAY, (index * 41_943_040).toString(16).padStart(8, '0') + '00'.repeat(28))),
    );
    expect(new Set(moments).size).toBe(100);
    expect(Math.max(...moments)).toBe(START + 60 * DAY);
    expect(Math.min(...moments)).toBeGreaterThan(START + 55.5 * DAY - 1);
    expect(Math.min(...moments)).toBeLessThan(START + 56 * DAY);
  });

  it('at the same moment whoever asks, and however often', () => {
    const life = lifeOf(30 * DAY, 'c0ffee'.padEnd(64, '1'));
    expect(dueAt(life)).toBe(dueAt({ ...life }));
  });

  it('at the moment that every verb shows', () => {
    const life = lifeOf(30 * DAY, 'c0ffee'.padEnd(64, '1'));
    expect(shownDueAt(life).getTime()).toBe(dueAt(life));
    expect(dueAt(life)).toBeLessThan(START + 20 * DAY);
  });

  it('never in its first five minutes here, even if it lives for three', () => {
    const life = lifeOf(3 * 60_000);
    expect(stageOfLife(life, START + 2.9 * 60_000)).toBe('fresh');
    const late = lifeOf(2 * HOUR, undefined, START + 1.5 * HOUR);
    expect(stageOfLife(late, START + 1.5 * HOUR + FRESH_MS_MIN - 1)).toBe('fresh');
    expect(stageOfLife(late, START + 1.5 * HOUR + FRESH_MS_MIN)).toBe('due');
  });

  it('sooner when one looks ahead, but not in its first third, so that renewing ends', () => {
    const life = lifeOf(30 * DAY);
    expect(stageOfLife(life, START + 18 * DAY, 2 * DAY)).toBe('due');
    expect(stageOfLife(life, START + 17 * DAY, 2 * DAY)).toBe('fresh');
    expect(stageOfLife(life, START + 9 * DAY, 365 * DAY)).toBe('fresh');
    expect(stageOfLife(life, START + 10 * DAY, 365 * DAY)).toBe('due');
  });

  it('before it ends, whenever it lives longer than the floor', () => {
    const any = fc.record({
      ms: fc.integer({ min: 10 * 60_000, max: 3650 * DAY }),
      hex: fc.stringMatching(/^[0-9a-f]{64}$/),
    });
    fc.assert(
      fc.property(any, ({ ms, hex }) => {
        const life = lifeOf(ms, hex);
        expect(dueAt(life)).toBeLessThan(START + ms);
        expect(stageOfLife(life, START)).toBe('fresh');
      }),
    );
  });

  it('again only after a life of its own: renewing over and over never loops, however long one looks ahead', () => {
    const any = fc.record({
      ms: fc.integer({ min: 60_000, max: 400 * DAY }),
      within: fc.integer({ min: 0, max: 800 * DAY }),
    });
    fc.assert(
      fc.property(any, ({ ms, within }) => {
        const life = lifeOf(ms);
        expect(stageOfLife(life, START + Math.min(ms - 1, FRESH_MS_MIN - 1), within)).toBe('fresh');
        expect(stageOfLife(life, START + Math.floor(ms / 3) - 1, within)).toBe('fresh');
      }),
    );
  });
});
