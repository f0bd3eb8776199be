import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../servers/index.ts';
import { describeReport } from '../../src/cli/change/migrate-run.ts';
import type { RunReport, StepState } from '../../src/change/index.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wardis-migrate-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const policy = join(folder, 'wardis.yaml');
writeFileSync(policy, 'version: 1\nusers:\n  - { name: wardis, role: admin }\n');

describe('wardis migrate', () => {
  it('refuses what cannot be meant, before it asks any server', async () => {
    const lines: readonly (readonly [readonly string[], string])[] = [
      [['--next', '--back'], '--next and --back do not go together'],
      [['--tls-port', '0'], '--tls-port "0" is no port'],
      [['--tls-port', '70000'], '--tls-port "70000" is no port'],
      [['--tls-port', '-1'], '--tls-port "-1" is no port'],
      [['--watch', '5'], '--watch "5" is no time'],
      [['--watch', '9999h'], '--watch "9999h" is no time'],
    ];
    for (const [argv, message] of lines) {
      const answer = await run(['migrate', '127.0.0.1:1', '--policy', policy, ...argv]);
      expect(answer, argv.join(' ')).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toContain(`E_USAGE  ${message}`);
    }
  });

  it('needs a policy', async () => {
    const answer = await run(['migrate', '127.0.0.1:1', '--policy', join(folder, 'none.yaml')]);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toMatch(/^E_/);
  });

  it('says when nobody answers, by neither way', async () => {
    const target = `127.0.0.1:${await findFreePort()}`;
    for (const action of [[], ['--next', '--yes'], ['--back', '--yes']]) {
      const answer = await run(['migrate', target, '--policy', policy, ...action]);
      expect(answer).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toContain('no node of the fleet answers, by neither way');
      expect(answer.err).toContain('--default-password-file');
    }
  });
});

describe('a phase that was taken back', () => {
  const reportOf = (...states: readonly StepState[]): RunReport => ({
    run: {
      id: 'migrate-1',
      operation: 'migrate',
      startedAt: '2026-11-22T00:00:00Z',
      actor: 'somebody',
      subject: 'prod: users',
      nodes: [],
      stages: [],
      facts: { phase: 'users' },
    },
    outcome: 'undone',
    notes: [],
    steps: states.map((state, id) => ({
      step: { id, stage: 'x', node: 'n', kind: 'prove-replication' },
      state,
    })),
  });

  it('is not said to be undone where it never was done', () => {
    expect(describeReport(reportOf('undone', 'undone'), 'back')).toMatch(/^users taken back: undone {3}run/);
    const part = describeReport(reportOf('undone', 'pending', 'pending'), 'back');
    expect(part).toMatch(/^users taken back: undone, of what had been done; 2 steps never were {3}run/);
    expect(part).not.toContain('pending');
  });
});
