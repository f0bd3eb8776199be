/**
 * What comparisons and tenants promise, asked of real servers: witnesses are really allowed to both users, examples of
 * a difference to the one and not to the other, and files of tenants start every server.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { diffUsers, globIncludes, globIntersection, parseUser, tableFor } from '../../src/acl/index.ts';
import type { Right, User } from '../../src/acl/index.ts';
import { randomRules } from '../acl/random-rules.ts';
import { run } from '../cli/run.ts';
import { forEachServer, openConnection, SERVER_IDS, startServer, talk } from '../servers/index.ts';
import type { Connection, Server } from '../servers/index.ts';

const SEED = 20_261_122;
const folder = mkdtempSync(join(tmpdir(), 'wardis-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patterns = fc.string({
  // Many stars, so that many pairs overlap.
  unit: fc.constantFrom('a', 'b', '*', '*', '*', '*', '?', '?', '[', ']', '^', '-', '\\'),
  minLength: 1,
  maxLength: 7,
});

forEachServer(
  SERVER_IDS.filter((id) => id !== 'redis-6.0'),
  (server) => {
    const table = tableFor({ product: server.product, version: server.version });

    it('lets both users touch the witness of an overlap, and only one that of an inclusion', async () => {
      await withConnection(server, async (connection) => {
        const seen = { overlap: 0, missed: 0 };
        for (const [a, b] of fc.sample(fc.tuple(patterns, patterns), { seed: SEED, numRuns: 500 })) {
          await setUser(connection, 'a', [`%RW~${a}`, '+get']);
          await setUser(connection, 'b', [`%RW~${b}`, '+get']);
          const overlap = globIntersection(a, b);
          const missed = globIncludes(a, b);
          const context = JSON.stringify([a, b]);
          if (overlap.overlaps === true) {
            seen.overlap++;
            for (const user of ['a', 'b'])
              expect(await dryRun(connection, user, ['GET', overlap.witness]), context).toBe('OK');
          }
          if (missed.includes === false) {
            seen.missed++;
            expect(await dryRun(connection, 'b', ['GET', missed.witness]), context).toBe('OK');
            expect(await dryRun(connection, 'a', ['GET', missed.witness]), context).not.toBe('OK');
          }
        }
        expect(seen.overlap).toBeGreaterThan(100);
        expect(seen.missed).toBeGreaterThan(100);
      });
    });

    it('allows and refuses the examples of a difference', async () => {
      await withConnection(server, async (connection) => {
        let shown = 0;
        const pairs = fc.sample(fc.tuple(randomRules(table), randomRules(table)), {
          seed: SEED,
          numRuns: 120,
        });
        for (const [common, more] of pairs) {
          const a = acceptedRules(common);
          const b = acceptedRules([...a, ...more]);
          const [from, to] = [userOf('a', a), userOf('b', b)];
          await setUser(connection, 'a', a);
          await setUser(connection, 'b', b);
          const { gained, lost } = diffUsers(from, to);
          for (const [right, allowed, denied] of [
            ...gained.map((each) => [each, 'b', 'a'] as const),
            ...lost.map((each) => [each, 'a', 'b'] as const),
          ]) {
            const example = exampleOf(right);
            if (example === undefined) continue;
            shown++;
            const context = JSON.stringify({ a, b, example });
            expect(await dryRun(connection, allowed, example), context).toBe('OK');
            expect(await dryRun(connection, denied, example), context).not.toBe('OK');
          }
        }
        expect(shown).toBeGreaterThan(60);
      });
    });

    /** Rules taken one by one, without those that end the server. */
    function acceptedRules(rules: readonly string[]): readonly string[] {
      const taken: string[] = [];
      for (const rule of rules) {
        const { user, hazards } = parseUser('u', [...taken, rule], table);
        if (user !== undefined && hazards.length === 0) taken.push(rule);
      }
      return taken;
    }

    function userOf(name: string, rules: readonly string[]): User {
      const { user, problems } = parseUser(name, rules, table);
      if (user === undefined) throw new Error(problems[0]?.message);
      return user;
    }
  },
);

forEachServer(SERVER_IDS, (server) => {
  it('starts from a file of tenants, who reach their own keys only', async () => {
    const out = join(folder, `${server.id}.acl`);
    const secrets = join(folder, `${server.id}-secrets`);
    const argv = ['acl', 'tenants', '--names', 'acme,acme[1],b.c', '--server', server.id, '--out', out];
    const made = await run([...argv, '--secrets-dir', secrets]);
    expect(made, made.err).toMatchObject({ exit: 0 });
    const running = await startServer({ server, aclfile: readFileSync(out, 'utf8') });
    try {
      const secret = readFileSync(join(secrets, encodeURIComponent('acme[1]')), 'utf8').trimEnd();
      const replies = await talk(running.port, [
        ['AUTH', 'acme[1]', secret],
        ['PING'],
        ['SET', 'acme[1]:k', 'v'],
        ['GET', 'acme[1]:k'],
        ['GET', 'acme1:k'],
        ['GET', 'acme:k'],
        ['SCAN', '0'],
        ['FLUSHALL'],
      ]);
      expect(replies.slice(0, 4)).toEqual(['OK', 'PONG', 'OK', 'v']);
      for (const reply of replies.slice(4))
        expect(reply).toMatchObject({ error: expect.stringMatching(/^NOPERM/) });
    } finally {
      await running.stop();
    }
  });

  it('reaches the planned users by the commands of the plan', async () => {
    await withConnection(server, async (connection, port) => {
      const [one] = await plan(port);
      expect(one.lines).toHaveLength(2);
      for (const line of one.lines) expect(await connection.send(line.split(' '))).toBe('OK');
      await connection.send(['ACL', 'SETUSER', 'acme', 'on', '>secret', '+flushall']);
      const [two] = await plan(port);
      expect(two.err).toContain('0 to add, 1 to change, 1 as they should be');
      for (const line of two.lines) expect(await connection.send(line.split(' '))).toBe('OK');
      const [three] = await plan(port);
      expect([three.lines, three.err.includes('2 as they should be')]).toEqual([[], true]);
      expect(await talk(port, [['AUTH', 'acme', 'secret'], ['FLUSHALL']])).toMatchObject([
        'OK',
        { error: expect.stringMatching(/^NOPERM/) },
      ]);
    });
  });

  it('is compared with a file, both ways', async () => {
    await withConnection(server, async (connection, port) => {
      await connection.send(['ACL', 'SETUSER', 'app', 'on', '>pw', '~app:*', '+get']);
      const path = join(folder, `${server.id}-live.acl`);
      writeFileSync(
        path,
        'user default on nopass ~* +@all\nuser app on >pw ~app:* +get +set\n'.replace(
          '~* ',
          server.id === 'redis-6.0' ? '~* ' : '~* &* ',
        ),
      );
      const target = `127.0.0.1:${port}`;
      const { out } = await run(['acl', 'diff', target, path, '--json']);
      const answer = JSON.parse(out) as {
        users: { name: string; change: string; diff?: { gained: Right[] } }[];
      };
      expect(answer.users.map(({ name, change }) => `${name} ${change}`).sort()).toEqual([
        'app changed',
        'default same',
      ]);
      const back = await run(['acl', 'diff', path, target, '--fail-on', 'gained']);
      expect(back).toMatchObject({ exit: 0 });
      expect(back.out).toMatch(/- commands +SET on ~app:\*/);
    });
  });
});

async function plan(port: number): Promise<readonly [{ lines: readonly string[]; err: string }]> {
  const { exit, out, err } = await run(['acl', 'tenants', `127.0.0.1:${port}`, '--names', 'acme,beta']);
  expect(exit, err).toBe(0);
  return [{ lines: out.split('\n').filter((line) => line !== ''), err }];
}

async function withConnection(
  server: Server,
  body: (connection: Connection, port: number) => Promise<void>,
): Promise<void> {
  const running = await startServer({ server });
  const connection = await openConnection(running.port);
  try {
    await body(connection, running.port);
  } finally {
    connection.close();
    await running.stop();
  }
}

async function setUser(connection: Connection, name: string, rules: readonly string[]): Promise<void> {
  await connection.send(['ACL', 'DELUSER', name]);
  expect(await connection.send(['ACL', 'SETUSER', name, ...rules]), JSON.stringify(rules)).toBe('OK');
}

async function dryRun(connection: Connection, user: string, argv: readonly string[]): Promise<unknown> {
  return connection.send(['ACL', 'DRYRUN', user, ...argv]);
}

/** The command line of an example that needs no other database than the connection's. */
function exampleOf(right: Right): readonly string[] | undefined {
  if (right.kind === 'future-commands' || right.example === undefined) return undefined;
  return (right.example.db ?? 0) === 0 ? right.example.argv : undefined;
}
