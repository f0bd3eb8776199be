/** Selection: the checks asked for, and a name that means none is told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  CATALOGUE,
  selectChecks,
  SEVERITIES,
  severityAtLeast,
  type Selection,
} from '../../src/posture/index.ts';
import { makeCheck } from './assessment-sample.ts';

const catalogue = [
  makeCheck('NET-001', { status: 'pass' }, { severity: 'critical', aliases: ['OLD-007'] }),
  makeCheck('NET-012', { status: 'pass' }, { severity: 'low' }),
  makeCheck('TLS-001', { status: 'pass' }, { area: 'tls', severity: 'medium' }),
];

const choose = (selection: Partial<Selection>) => {
  const chosen = selectChecks(catalogue, { only: [], skip: [], ...selection });
  return { ids: chosen.checks.map((check) => check.id), unmatched: chosen.unmatched };
};

describe('a selection', () => {
  it('of nothing is everything, in the order of the catalogue', () => {
    expect(choose({}).ids).toEqual(['NET-001', 'NET-012', 'TLS-001']);
  });

  it.each([
    ['net-001', ['NET-001']],
    ['OLD-007', ['NET-001']],
    ['tls', ['TLS-001']],
    ['NET-*', ['NET-001', 'NET-012']],
    ['*-001', ['NET-001', 'TLS-001']],
    ['NET-0?2', ['NET-012']],
    ['N*2', ['NET-012']],
  ])('of %s is %j', (name, ids) => {
    expect(choose({ only: [name] })).toEqual({ ids, unmatched: [] });
  });

  it('names what matches nothing, be it wanted or skipped', () => {
    expect(choose({ only: ['NET-001', 'NTE-001'], skip: ['X-*'] }).unmatched).toEqual(['NTE-001', 'X-*']);
  });

  it('skips every name given, the first one too, even where it is wanted', () => {
    expect(choose({ skip: ['NET-001', 'TLS-001'] }).ids).toEqual(['NET-012']);
    expect(choose({ only: ['NET-001'], skip: ['OLD-007'] }).ids).toEqual([]);
  });

  it('by severity takes that severity and worse', () => {
    expect(choose({ severity: 'medium' }).ids).toEqual(['NET-001', 'TLS-001']);
    expect(choose({ severity: 'critical' }).ids).toEqual(['NET-001']);
  });

  it('by framework takes what it maps', () => {
    expect(choose({ framework: new Set(['TLS-001', 'GONE-001']) }).ids).toEqual(['TLS-001']);
    expect(choose({ framework: new Set() }).ids).toEqual([]);
  });

  it('and its opposite make the whole catalogue', () => {
    fc.assert(
      fc.property(
        fc.subarray(
          CATALOGUE.map((check) => check.id),
          { minLength: 1 },
        ),
        (ids) => {
          const wanted = selectChecks(CATALOGUE, { only: ids, skip: [] });
          const others = selectChecks(CATALOGUE, { only: [], skip: ids });
          expect(wanted.unmatched).toEqual([]);
          expect(wanted.checks.map((check) => check.id)).toEqual(ids);
          expect(wanted.checks.length + others.checks.length).toBe(CATALOGUE.length);
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('a severity', () => {
  it('is at least itself and every lesser one', () => {
    for (const [index, severity] of SEVERITIES.entries())
      for (const [other, floor] of SEVERITIES.entries())
        expect(severityAtLeast(severity, floor)).toBe(index <= other);
  });
});
