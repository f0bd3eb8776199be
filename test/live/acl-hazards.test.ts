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

/** Rules of users that ACL SAVE writes so that ACL LOAD refuses them, or makes other users of them. */
const LOSES: readonly (readonly string[])[] = [
  ['%RW~*', '~x'],
  ['(%RW~* +get)'],
  ['(~bar))'],
  ['(~"a\\"b")'],
  ['(&x) ~y)'],
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

forEachServer(['redis-7.0', 'redis-8.0.6', 'valkey-8.1', 'valkey-9.1'], (server) => {
  const table = tableFor({ product: server.product, version: server.version });
  const splits = table.dialect.argumentSplit;
  const loses = [
    ...LOSES,
    ...(splits === 'strict' ? [] : [['("~a\\xff")']]),
    // 7.0 shows commands in an order of its own, the dangerous one last as it may happen.
    ...(table.dialect.display === 'kept-rules' ? [['(+select|a) +get)']] : []),
  ];

  it('does not load what it saved where the engine says so', async () => {
    const running = await startServer({ server, aclfile: 'user default on nopass ~* &* +@all\n' });
    const connection = await openConnection(running.port);
    for (const rules of loses) {
      const says = JSON.stringify(rules);
      expect(parseUser('f', rules, table).hazards, says).toHaveLength(1);
      expect(await connection.send(['ACL', 'SETUSER', 'f', 'reset', ...rules]), says).toBe('OK');
      const before = await look(connection);
      expect(await connection.send(['ACL', 'SAVE'])).toBe('OK');
      const loaded = await connection.send(['ACL', 'LOAD']);
      expect(loaded === 'OK' && (await look(connection)) === before, says).toBe(false);
    }
    connection.close();
    await running.stop();
  });
});

/** The user as shown, and the right that looks the same and is not: `~*` is the empty key as well. */
async function look(connection: Connection): Promise<string> {
  const shown = await connection.send(['ACL', 'GETUSER', 'f']);
  return JSON.stringify([shown, await connection.send(['ACL', 'DRYRUN', 'f', 'GET', ''])]);
}

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
