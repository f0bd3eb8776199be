/** Laws of the framework data: every check exists, every clause says what it means, and no list is pasted in bulk. */

import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/posture/catalogue.ts';
import { clausesOf, findFramework, FRAMEWORKS } from '../../src/posture/frameworks/list.ts';
import { THEMES, UNMAPPED } from '../../src/posture/frameworks/theme.ts';

/** More than this on one clause carries no information. */
const CHECKS_MAX = 15;

const ids = new Set(CATALOGUE.map(({ id }) => id));
const clauses = FRAMEWORKS.flatMap(({ id, clauses: own }) =>
  own.map((each) => [`${id} ${each.clause}`, each] as const),
);

describe('frameworks', () => {
  it('are the seven, found by id and by the name that a policy uses', () => {
    expect(FRAMEWORKS.map(({ id }) => id)).toEqual([
      'pci-dss-4.0.1',
      'hipaa-security-rule',
      'sox-itgc',
      'gdpr',
      'nist-800-53-r5',
      'cis-controls-v8',
      'iso-27001-2022',
    ]);
    expect(findFramework('pci_dss')?.id).toBe('pci-dss-4.0.1');
    expect(findFramework('GDPR')?.id).toBe('gdpr');
    expect(findFramework('soc')).toBeUndefined();
  });

  it('name each clause once', () => {
    for (const { id, clauses: own } of FRAMEWORKS) {
      expect(new Set(own.map(({ clause }) => clause)).size, id).toBe(own.length);
    }
  });

  it('say that they do not declare compliance', () => {
    for (const { cautions } of FRAMEWORKS) expect(cautions.join(' ')).toContain('do not declare compliance');
  });

  it.each(clauses)('%s has a paraphrase, checks that exist, and not too many', (_name, each) => {
    expect(each.paraphrase.length).toBeGreaterThan(10);
    expect(each.paraphrase).toMatch(/\.$/);
    expect(each.checks.filter((id) => !ids.has(id))).toEqual([]);
    expect(each.checks.length).toBeLessThanOrEqual(CHECKS_MAX);
    if (each.relation !== 'process-only') expect(each.checks.length).toBeGreaterThan(0);
  });

  it('differ from clause to clause within a framework', () => {
    for (const { id, clauses: own } of FRAMEWORKS) {
      const uses = new Map<string, number>();
      for (const { checks } of own.filter((each) => each.checks.length > 0)) {
        const key = checks.join(' ');
        uses.set(key, (uses.get(key) ?? 0) + 1);
      }
      expect(Math.max(...uses.values()), id).toBeLessThanOrEqual(5);
    }
  });

  it('map every check, or say why not', () => {
    const mapped = new Set(FRAMEWORKS.flatMap(({ clauses: own }) => own.flatMap(({ checks }) => checks)));
    const open = [...ids].filter((id) => !mapped.has(id) && !Object.hasOwn(UNMAPPED, id));
    expect(open).toEqual([]);
    expect(Object.keys(UNMAPPED).filter((id) => mapped.has(id) || !ids.has(id))).toEqual([]);
    for (const reason of Object.values(UNMAPPED)) expect(reason.length).toBeGreaterThan(15);
  });

  it('use every theme', () => {
    for (const checks of Object.values(THEMES)) {
      expect(checks.some((id) => clausesOf(id).length > 0)).toBe(true);
    }
  });

  it('tell what the server cannot do, and what makes up for it', () => {
    const noted = (framework: string, clause: string) =>
      findFramework(framework)?.clauses.find((each) => each.clause === clause)?.note;
    expect(noted('pci_dss', '8.3.4')).toContain('never locks');
    expect(noted('pci_dss', '10.2.1.1')).toContain('proxy');
    expect(noted('hipaa', '164.312(a)(2)(iv)')).toContain('encrypt the volume');
    expect(noted('pci_dss', '8.4.2')).toContain('bastion');
  });

  it('find the clauses of a check', () => {
    expect(clausesOf('AUTH-003').map(({ framework, clause }) => `${framework} ${clause}`)).toContain(
      'pci-dss-4.0.1 2.2.2',
    );
    expect(clausesOf('NONE-001')).toEqual([]);
  });
});
