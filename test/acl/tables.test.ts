import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canRun, dialectOf, parseUser, tableFor, tableFromCommandReply } from '../../src/acl/index.ts';
import type { Command, Product } from '../../src/acl/index.ts';
import { BUNDLED } from '../../src/acl/table/recorded/bundled.ts';

describe('tableFor', () => {
  it('has the exact table of ten versions', () => {
    expect([...BUNDLED.keys()]).toHaveLength(10);
    for (const server of BUNDLED.keys()) {
      const [product, version] = server.split('-') as [Product, string];
      const table = tableFor({ product, version: `${version}.77` });
      expect(table).toMatchObject({ server, exact: true, dialect: { product } });
      expect(table.commands.size).toBe(table.byIndex.length);
      expect(table.commands.get('get')?.arity).toBe(2);
    }
  });

  it('gives the nearest one below, and says so', () => {
    const table = tableFor({ product: 'redis', version: '8.2.1' });
    expect(table.exact).toBe(false);
    expect(table.note).toBe('no command table of redis-8.2.1 is bundled: that of redis-8.0 stands in');
    expect(tableFor({ product: 'valkey', version: '9.0.0' }).note).toContain('valkey-8.1');
    expect(tableFor({ product: 'redis', version: '5.0' }).note).toContain('redis-6.0');
    expect(tableFor({ product: 'redis', version: 'junk' }).exact).toBe(false);
  });

  it('gives the same object each time', () => {
    const server = { product: 'redis', version: '7.2.6' } as const;
    expect(tableFor(server)).toBe(tableFor({ ...server }));
  });
});

describe('tableFromCommandReply', () => {
  it.each([
    ['redis-6.2', '6.2.16'],
    ['redis-8.0', '8.0.6'],
    ['valkey-9.1', '9.1.2'],
  ])('reads what %s answers as the bundled table', (server, version) => {
    const dialect = { product: server.split('-')[0] as Product, version };
    const live = tableFromCommandReply(readReply(server), dialect);
    const bundled = tableFor(dialect);
    expect(live.exact).toBe(true);
    expect([...live.commands.keys()].sort()).toEqual([...bundled.commands.keys()].sort());
    for (const [name, command] of live.commands)
      expect(shapeOf(command)).toEqual(shapeOf(bundled.commands.get(name)));
  });

  it('includes modules, with their own categories', () => {
    const reply = [
      ...(readReply('redis-8.0') as unknown[]),
      ['JSON.SET', -4, ['write', 'module'], 1, 1, 1, ['@json', '@write', '@slow'], [], [], []],
    ];
    const table = tableFromCommandReply(reply, { product: 'redis', version: '8.0.6' });
    const { user } = parseUser('u', ['+@json'], table);
    expect(user && canRun(user, 'json.set', table)).toBe('yes');
    expect(table.commands.get('json.set')?.fullName).toBe('JSON.SET');
  });

  it('keeps commands that were renamed away, for rules still name them', () => {
    const reply = (readReply('redis-8.0') as unknown[][]).filter(
      ([name]) => name !== 'config' && name !== 'flushall',
    );
    const table = tableFromCommandReply(reply, { product: 'redis', version: '8.0.6' });
    const { user } = parseUser('u', ['+@all', '-flushall', '-config|set'], table);
    expect(user && canRun(user, 'config|get', table)).toBe('yes');
    expect(table.commands.size).toBe(tableFor({ product: 'redis', version: '8.0.6' }).commands.size);
  });

  it('falls back on the bundled table', () => {
    const table = tableFromCommandReply({ error: 'NOPERM' }, { product: 'redis', version: '7.2.6' });
    expect(table.exact).toBe(false);
    expect(table.note).toContain('COMMAND');
    expect(table.commands.has('get')).toBe(true);
  });
});

it('dialectOf tells patch levels apart', () => {
  expect(dialectOf({ product: 'redis', version: '7.2.6' }).percentAborts).toBe(true);
  expect(dialectOf({ product: 'redis', version: '7.2.7' }).percentAborts).toBe(false);
  expect(dialectOf({ product: 'redis', version: '7.0.99' }).percentAborts).toBe(true);
  expect(dialectOf({ product: 'valkey', version: '8.0.1' }).percentAborts).toBe(true);
  expect(dialectOf({ product: 'valkey', version: '8.1.0' }).percentAborts).toBe(false);
  expect(dialectOf({ product: 'valkey', version: '8.1.1' }).georadiusFirstStore).toBe(true);
  expect(dialectOf({ product: 'valkey', version: '9.1.0' }).georadiusFirstStore).toBe(true);
  expect(dialectOf({ product: 'valkey', version: '9.1.2' }).georadiusFirstStore).toBe(false);
});

function readReply(server: string): unknown {
  const path = join(import.meta.dirname, '../vectors/acl', `${server}.command.json.gz`);
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
}

function shapeOf(command: Command | undefined): unknown {
  if (command === undefined) return undefined;
  const { index: _, parent, subcommands, flags, categories, ...rest } = command;
  return {
    ...rest,
    parent: parent?.fullName,
    subcommands: subcommands.map((sub) => sub.fullName).sort(),
    flags: [...flags].sort(),
    categories: [...categories].sort(),
  };
}
