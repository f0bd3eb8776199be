/** Every code that a failure can carry has a page. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_CODES } from '../../src/cli/command-code.ts';
import { run } from './run.ts';

const SOURCE = join(import.meta.dirname, '../../src/cli');

describe('codes of failures', () => {
  const used = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('command-code.ts'))
    .flatMap((name) => [...readFileSync(join(SOURCE, name), 'utf8').matchAll(/'(E_[A-Z_]+)'/g)])
    .map((match) => match[1] ?? '');

  it('all have a page, and no page is for a code that nothing uses', () => {
    expect(COMMAND_CODES.map((page) => page.code).toSorted()).toEqual([...new Set(used)].toSorted());
  });
});

describe('codes by which a plan refuses itself', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/plan.md'), 'utf8');
  const codes = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map((match) => match[1] ?? '');

  it('are explained, those of the table in the documentation', async () => {
    expect(codes.length).toBeGreaterThan(10);
    for (const code of codes) {
      const { exit, out } = await run(['explain', code]);
      expect(exit, code).toBe(0);
      expect(out, code).toContain('A plan refuses itself for this.');
    }
  });
});
