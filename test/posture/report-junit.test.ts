/** JUnit: well-formed, inside the rules that CI servers read by, and with numbers that add up. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

import { renderReport } from '../../src/posture/index.ts';
import {
  ACTING,
  HOSTILE,
  hostileAssessment,
  hostileChecks,
  optionsFor,
  samples,
} from './assessment-sample.ts';
import { listElements, parseMarkup, textOf, type Element } from './markup-tree.ts';

/** What the reader of Jenkins allows (`junit-10.xsd` of its xUnit plugin): attributes, and elements inside. */
const RULES: Readonly<
  Record<
    string,
    {
      readonly required: readonly string[];
      readonly optional: readonly string[];
      readonly inside: readonly string[];
    }
  >
> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors'],
    inside: ['testsuite'],
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
    inside: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    inside: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  failure: { required: [], optional: ['type', 'message'], inside: [] },
  error: { required: [], optional: ['type', 'message'], inside: [] },
  skipped: { required: [], optional: ['type', 'message'], inside: [] },
};

const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;
const number = (element: Element, name: string): number => Number(element.attributes[name]);

describe.each(samples)('JUnit of $name', ({ assessment, checks }) => {
  const text = renderReport('junit', assessment, optionsFor(checks));
  const [root, ...others] = parseMarkup(text);
  const all = listElements(root === undefined ? [] : [root]);
  const suites = all.filter((element) => element.name === 'testsuite');

  it('is one well-formed document', () => {
    expect(others).toEqual([]);
    expect(root?.name).toBe('testsuites');
    expect(text.startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true);
  });

  it('keeps the rules of the reader', () => {
    for (const element of all) {
      const rule = RULES[element.name];
      expect(rule, element.name).toBeDefined();
      const names = Object.keys(element.attributes);
      expect(rule?.required.filter((name) => !names.includes(name))).toEqual([]);
      expect(
        names.filter((name) => ![...(rule?.required ?? []), ...(rule?.optional ?? [])].includes(name)),
      ).toEqual([]);
      const inside = element.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]));
      expect(inside.filter((name) => rule?.inside.includes(name) !== true)).toEqual([]);
      if (element.attributes['time'] !== undefined)
        expect(element.attributes['time']).toMatch(/^\d{1,3}\.\d{3}$/);
      if (element.attributes['timestamp'] !== undefined)
        expect(element.attributes['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    }
  });

  it('adds up', () => {
    for (const suite of suites) {
      const inside = (name: string) =>
        listElements([suite]).filter((element) => element.name === name).length;
      expect(inside('testcase')).toBe(number(suite, 'tests'));
      expect(inside('failure')).toBe(number(suite, 'failures'));
      expect(inside('error')).toBe(number(suite, 'errors'));
      expect(inside('skipped')).toBe(number(suite, 'skipped'));
    }
    if (root === undefined) throw new Error('no root');
    for (const name of ['tests', 'failures', 'errors'])
      expect(suites.reduce((sum, suite) => sum + number(suite, name), 0)).toBe(number(root, name));
  });

  it('passes only what passed', () => {
    const passed = all.filter((element) => element.name === 'testcase' && element.children.length === 0);
    expect(passed).toHaveLength(assessment.totals.pass);
  });

  it('holds no character that acts on a terminal or that XML forbids', () => {
    expect(ACTING.exec(text)).toBeNull();
  });

  it.skipIf(!hasXmllint)('is well-formed for xmllint (skipped where libxml2-utils is not installed)', () => {
    const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '-'], {
      input: text,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('JUnit', () => {
  it('shows hostile text as text', () => {
    const all = listElements(
      parseMarkup(renderReport('junit', hostileAssessment, optionsFor(hostileChecks))),
    );
    expect(all.map((element) => element.attributes['classname'])).toContain(`${HOSTILE.script}.network`);
    const failure = all.find((element) => element.name === 'failure');
    expect(failure && textOf(failure)).toContain(HOSTILE.attribute);
    expect(failure && textOf(failure)).toContain(HOSTILE.cdata);
  });
});
