/** The published codes: each is there once, and everything that names a code names one of them. */
import { describe, expect, it } from 'vitest';

import { ERROR_CODES } from '../../src/cli/error-code.ts';
import { describeFleetError } from '../../src/cli/fleet-failure.ts';
import { diagnose } from '../../src/cli/doctor/diagnosis.ts';
import { FLEET_ERROR_CODES, FleetError, parseTarget, type FleetErrorCode } from '../../src/fleet/index.ts';

describe('error codes', () => {
  it('are unique, in order, and each page is whole', () => {
    const codes = ERROR_CODES.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(new Set(ERROR_CODES.map(({ name }) => name)).size).toBe(codes.length);
    for (const page of ERROR_CODES) {
      expect(page.code).toMatch(/^E6\d\d$/);
      expect(page.name).toMatch(/^[A-Z_]+$/);
      expect(
        [page.title, page.meaning, ...page.says, ...page.steps].every((text) => text.trim() !== ''),
      ).toBe(true);
      expect(page.says.length).toBeGreaterThan(0);
      expect(page.steps.length).toBeGreaterThan(0);
    }
  });

  it('keep the five that the field knows', () => {
    const names = Object.fromEntries(ERROR_CODES.map(({ code, name }) => [code, name]));
    expect(names).toMatchObject({
      E601: 'NOAUTH',
      E602: 'NOPERM',
      E603: 'WRONGPASS',
      E604: 'TLS_HANDSHAKE',
      E605: 'PROTECTED',
    });
  });

  it.each(FLEET_ERROR_CODES)(
    'are the same for %s in a failure and in a diagnosis',
    (code: FleetErrorCode) => {
      const failure = describeFleetError(new FleetError(code, 'n:1', 'it failed'), 'redis://n:1');
      expect(ERROR_CODES.map((page) => page.code)).toContain(failure.code);
      expect(failure.exit).toBe(code === 'wrongpass' ? 4 : 3);
      const { target } = parseTarget('redis://n:1');
      if (target === undefined) throw new Error('the target is good');
      const diagnosis = diagnose({
        subject: {
          node: 'n:1',
          endpoint: target.endpoint,
          transport: 'plaintext',
          user: undefined,
          password: 'none',
          form: 'none',
          verify: 'full',
          serverName: undefined,
          words: 'redis://n:1',
          loginWords: 'redis://n:1',
          connectMs: 1,
          commandMs: 1,
        },
        at: new Date(0),
        steps: [],
        traces: [],
        socket: { kind: 'open', address: '10.0.0.1' },
        stranger: { kind: 'failed', code, message: 'it failed' },
      });
      expect(diagnosis.code).toBe(failure.code);
    },
  );
});
