/**
 * The fixes that the audit of a stock server prints, made one by one on that server: after each an operator who comes
 * anew still administers it, and clients still write.
 */
import { describe, expect, it } from 'vitest';
import { splitArguments } from '../../src/conf/index.ts';
import { snapshotFromText, snapshotLive, type Snapshot } from '../../src/fleet/index.ts';
import {
  expectationsFor,
  NETWORK_EXPOSURES,
  printChange,
  SECURITY_LEVELS,
  type Change,
  type HardeningRequest,
} from '../../src/policy/index.ts';
import { assess, CATALOGUE } from '../../src/posture/index.ts';
import {
  forEachServer,
  SERVER_IDS,
  startServer,
  talk,
  type Reply,
  type RunningServer,
} from '../servers/index.ts';

/** What an operator would type: every step that is a command as it stands. */
async function commandsOf(instance: RunningServer, request: HardeningRequest): Promise<readonly string[]> {
  const snapshot = await snapshotLive(
    { endpoint: { kind: 'tcp', host: '127.0.0.1', port: instance.port }, transport: 'plaintext' },
    { scope: 'server' },
  );
  const steps = fixesOf(snapshot, request).map(printChange);
  return [...new Set(steps.filter((step) => /^(?:CONFIG|ACL|CLIENT) [A-Z]+ /.test(step)))];
}

function fixesOf(snapshot: Snapshot, request: HardeningRequest): readonly Change[] {
  const { targets } = assess([{ snapshot, expected: expectationsFor(request), gatheredInMs: 0 }], {
    checks: CATALOGUE,
    now: new Date(),
    toolVersion: '0.0.0',
    advisoriesAsOf: '2026-11-18',
  });
  return targets.flatMap(({ outcomes }) => outcomes.flatMap(({ fix }) => fix));
}

function errorOf(reply: Reply | undefined): string {
  return typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : '';
}

/** Comes anew, reads the configuration, changes a user, writes and reads a key. */
async function expectInCharge(instance: RunningServer, after: string): Promise<void> {
  const replies = await talk(instance.port, [
    ['CONFIG', 'GET', 'maxclients'],
    ['ACL', 'SETUSER', 'probe', 'off'],
    ['SET', 'probe', after],
    ['GET', 'probe'],
  ]);
  expect(replies.map(errorOf), after).toEqual(['', '', '', '']);
  expect(replies.at(-1)).toBe(after);
}

describe('the printed fixes of a stock server', () => {
  forEachServer(SERVER_IDS, ({ id, product, version }) => {
    it.each(NETWORK_EXPOSURES)(
      'leave the operator and the writers in, one by one and together, for %s',
      async (exposure) => {
        const server = { product, version };
        for (const level of SECURITY_LEVELS) {
          const instance = await startServer({ server: id, conf: '' });
          const request = { level, exposure, frameworks: [], mode: 'standalone', server } as const;
          const commands = await commandsOf(instance, request);
          if (level === 'hardened') expect(commands.length).toBeGreaterThan(2);
          for (const command of commands) {
            const split = splitArguments(command);
            if (!split.ok) throw new Error(`cannot be typed: ${command}`);
            const [reply] = await talk(instance.port, [split.args]);
            expect(errorOf(reply), `${level}: ${command}`).toBe('');
            await expectInCharge(instance, `${level}: ${command}`);
          }
          await instance.stop();
        }
      },
      60_000,
    );

    it('are lines with which it starts, where its files were judged', async () => {
      const server = { product, version };
      for (const exposure of NETWORK_EXPOSURES) {
        const request = {
          level: 'compliance',
          exposure,
          frameworks: [],
          mode: 'standalone',
          server,
        } as const;
        const lines = fixesOf(snapshotFromText({ server, conf: '' }), request).flatMap((change) => {
          if (change.kind === 'add-line') return [change.line];
          // Lines that are to be added once something else is done, or several at once.
          if (change.kind !== 'by-hand') return [];
          const [, later = ''] = /add to \S+?(?:, a line each)?: (.*)$/.exec(change.instruction) ?? [];
          return later.split('; ').filter((line) => /^(?:client-output|bind|timeout|user) /.test(line));
        });
        const conf = [...new Set(lines)]
          .map((line) => line.replace(/#SHA256_OF_\w+/, `#${'a1b2c3d4'.repeat(8)}`))
          .join('\n');
        expect(conf).toContain('acllog-max-len 4096');
        const instance = await startServer({ server: id, conf: `${conf}\n` });
        await instance.stop();
      }
    });
  });
});
