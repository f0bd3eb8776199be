/**
 * Rules that end a server when it next shows the user: where the engine says so the server must really die, and where it
 * does not the server must live and show what the engine prints.
 */
import { expect, it } from 'vitest';
import { parseUser, printUser, tableFor } from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';
import { forEachServer, openConnection, startServer } from '../servers/index.ts';
import type { Connection } from '../servers/index.ts';

const LIVES: readonly (readonly string[])[] = [
  ['+select|"a"'],
  ['+get', '+select|a +get'],
  ['+select|a +get', '+get'],
  ['+lcs| ', '+lcs'],
  ['+lcs|1\t', '+lcs'],
  ['+lcs|1\v', '-lcs', '+get'],
  ['+select|a b', '+@all', '-get'],
  ['+select|a b', 'reset', '+get'],
  ['+select|a allkeys'],
  ['+select|0', '+get'],
];

const DIES: readonly (readonly string[])[] = [
  ['+select|a b'],
  ['+select|a"b'],
  ['+select|a +get', '-select'],
  ['+lcs| 1', '+lcs'],
  ['+select|a %W~b'],
];

forEachServer(['redis-8.0.6', 'valkey-9.1'], (server) => {
  const table = tableFor({ product: server.product, version: server.version });

  it('lives where the engine does not say that it ends', async () => {
    const running = await startServer({ server });
    const connection = await openConnection(running.port);
    for (const rules of LIVES) {
      expect(endsServer(rules, table), JSON.stringify(rules)).toBe(false);
      expect(await show(connection, rules), JSON.stringify(rules)).toBe(lineOf(rules, table));
    }
    connection.close();
    await running.stop();
  });

  it.each(DIES.map((rules) => [JSON.stringify(rules), rules] as const))('ends at %s', async (_, rules) => {
    expect(endsServer(rules, table)).toBe(true);
    const running = await startServer({ server });
    const connection = await openConnection(running.port);
    expect(await show(connection, rules)).toBeUndefined();
    connection.close();
    await running.stop();
  });
});

function endsServer(rules: readonly string[], table: CommandTable): boolean {
  return parseUser('f', rules, table).hazards.some(({ message }) => message.includes('ends this server'));
}

function lineOf(rules: readonly string[], table: CommandTable): string | undefined {
  const { user } = parseUser('f', rules, table);
  return user && printUser(user, table);
}

/** The line of ACL LIST; undefined when the server ends instead. */
async function show(connection: Connection, rules: readonly string[]): Promise<string | undefined> {
  await connection.send(['ACL', 'DELUSER', 'f']);
  expect(await connection.send(['ACL', 'SETUSER', 'f', ...rules])).toBe('OK');
  const list = await connection.send(['ACL', 'LIST']).catch(() => undefined);
  return (list as readonly string[] | undefined)?.find((line) => line.startsWith('user f '));
}
