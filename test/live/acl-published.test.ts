/** The behaviours of test/acl/published-cases.ts, put to real servers. */
import { expect, it } from 'vitest';
import { getUserView, parseUser, tableFor } from '../../src/acl/index.ts';
import type { CommandTable, User } from '../../src/acl/index.ts';
import { tableOfBuild } from '../../soak/acl/build.ts';
import { openPipe } from '../../soak/acl/pipe.ts';
import { isFor, PUBLISHED, rulesOf, wordsOf } from '../acl/published-cases.ts';
import type { PublishedCase } from '../acl/published-cases.ts';
import { forEachServer, openConnection, startServer } from '../servers/index.ts';
import type { Connection, Reply } from '../servers/index.ts';

forEachServer(
  ['redis-7.0', 'redis-8.0', 'redis-8.0.6', 'valkey-8.0', 'valkey-8.1', 'valkey-9.1'],
  (server) => {
    it('behaves as published', async () => {
      const running = await startServer({ server });
      const connection = await openConnection(running.port);
      const pipe = await openPipe(running.port);
      const table = await tableOfBuild(pipe, tableFor({ product: server.product, version: server.version }));
      pipe.close();
      let asked = 0;
      for (const one of PUBLISHED) {
        if (!isFor(one, server.product, server.version)) continue;
        asked += await expectCase(connection, one, table);
      }
      expect(asked).toBeGreaterThan(150);
      connection.close();
      await running.stop();
    });
  },
);

async function expectCase(connection: Connection, one: PublishedCase, table: CommandTable): Promise<number> {
  let user: User | undefined;
  let reply: Reply = null;
  await connection.send(['ACL', 'DELUSER', 'f']);
  for (const step of one.steps) {
    reply = await connection.send(['ACL', 'SETUSER', 'f', ...rulesOf(step)]);
    user = parseUser('f', rulesOf(step), table, user && { base: user }).user ?? user;
  }
  expect(reply, one.behaviour).toEqual(one.refusal === undefined ? 'OK' : { error: one.refusal });
  if (one.refusal !== undefined || user === undefined) return 0;
  const view = viewOf(await connection.send(['ACL', 'GETUSER', 'f']));
  expect(view, one.behaviour).toMatchObject(one.shows ?? {});
  if (table.dialect.display === 'kept-rules') expect(view).toEqual(getUserView(user, table));
  for (const [line, refused] of one.asks ?? []) {
    const answer = textOf(await connection.send(['ACL', 'DRYRUN', 'f', ...wordsOf(line)]));
    if (refused === undefined) expect(answer, line).toBe('OK');
    else
      expect(answer, line).toMatch(new RegExp(`(?:'|database )${refused.replace(/[*|]/g, '\\$&')}(?:'|$)`));
  }
  return one.asks?.length ?? 0;
}

function textOf(reply: Reply): string {
  if (typeof reply === 'string') return reply;
  return typeof reply === 'object' && reply !== null && 'error' in reply
    ? reply.error
    : JSON.stringify(reply);
}

/** GETUSER's flat list as fields; selectors are lists of their own. */
function viewOf(reply: Reply): unknown {
  const list = reply as readonly Reply[];
  const fields: Record<string, unknown> = {};
  for (let i = 0; i < list.length; i += 2) {
    const name = textOf(list[i] ?? null);
    fields[name] = name === 'selectors' ? (list[i + 1] as readonly Reply[]).map(viewOf) : list[i + 1];
  }
  return fields;
}
