import { describe, expect, it } from 'vitest';
import { lint, LINT_RULES } from '../../src/acl/index.ts';
import { readExample, replay } from './lint-example.ts';

describe.each(LINT_RULES.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  it('finds its bad example', () => {
    expect(lint(readExample(rule.examples.bad), [rule]).map((finding) => finding.rule)).toContain(id);
  });

  it('does not find its good example', () => {
    expect(lint(readExample(rule.examples.good), [rule])).toEqual([]);
  });

  it('points at what it finds', () => {
    const subject = readExample(rule.examples.bad);
    for (const { range, line } of lint(subject, [rule])) {
      const length = subject.text?.length ?? 0;
      if (range !== undefined) {
        expect(range[0]).toBeGreaterThanOrEqual(0);
        expect(range[1]).toBeLessThanOrEqual(length);
        expect(range[0]).toBeLessThanOrEqual(range[1]);
      }
      if (line !== undefined && range !== undefined && subject.text !== undefined)
        expect(subject.text.slice(0, range[0]).split('\n').length).toBe(line);
    }
  });

  it('says it in one sentence without a secret', () => {
    for (const finding of lint(readExample(rule.examples.bad), [rule])) {
      expect(finding.message).toMatch(/^[^\n]+[.?]$/);
      const said = JSON.stringify(finding);
      for (const secret of ['Vq7-mZp2x', 'Hw3-tRn8y', '60a76f2f', '5f4dcc3b'])
        expect(said).not.toContain(secret);
    }
  });

  it.each(rule.proof.flatMap((proof, i) => proof.servers.map((server) => [server, i, proof] as const)))(
    'is proved by the engine on %s (%i)',
    (server, _, proof) => {
      expect(replay(proof, server)).toEqual(proof.shows);
    },
  );
});
