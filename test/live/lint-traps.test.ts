/**
 * The proofs of the lint's trap rules on real servers: by ACL DRYRUN, or where a server has none by queueing the command
 * as the user. What ACL DRYRUN cannot show is really done, on servers that are thrown away.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { splitRules, tableFor } from '../../src/acl/index.ts';
import type { CommandTable } from '../../src/acl/index.ts';
import type { LintProof, LintShown } from '../../src/acl/lint/rule.ts';
import { TRAP_RULES } from '../acl/trap-rules.ts';
import { forEachServer, openConnection, SERVER_IDS, startServer, talk } from '../servers/index.ts';
import type { Connection, Reply, RunningServer, Server } from '../servers/index.ts';

forEachServer([...SERVER_IDS, 'redis-8.0.6'], (server) => {
  const table = tableFor({ product: server.product, version: server.version });
  const proofs = TRAP_RULES.flatMap(({ id, proof }) =>
    proof
      .filter(
        ({ servers }) =>
          servers.includes(branchOf(server)) || servers.includes(`${server.product}-${server.version}`),
      )
      .map((each) => ({ id, proof: each })),
  );
  it('answers the proofs as they say', async () => {
    await withServer(server, async (admin, running) => {
      let shown = 0;
      for (const { id, proof } of proofs) {
        const reply = await give(admin, running, proof);
        for (const each of proof.shows) {
          const context = `${id}: ${proof.given.text}: ${JSON.stringify(each)}`;
          await expectShown(admin, running, table, reply, each, context);
          shown++;
        }
        if (proof.given.kind === 'rules') await admin.send(['ACL', 'DELUSER', 'u']);
      }
      expect(shown).toBeGreaterThan(40);
    });
  });

  it.each(ENDING.filter(({ on }) => on(table)))(
    '$id ends the server at the next display',
    async ({ rules, backported }) => {
      await withServer(server, async (admin, running) => {
        const given = await admin.send(['ACL', 'SETUSER', 'u', ...rules]);
        if (backported.some((name) => name === `${server.product} ${server.version}`)) {
          expect(errorOf(given)).toContain('Syntax error');
          return;
        }
        expect(given).toBe('OK');
        await expect(admin.send(['ACL', 'LIST'])).rejects.toThrow();
        const exit = await running.exited;
        expect(exit.code === 0).toBe(false);
      });
    },
  );

  it.each(DEEDS.filter(({ on }) => on(table)).map((deed) => [deed.id, deed] as const))(
    '%s is really so',
    async (_, deed) => {
      await withServer(server, async (admin, running) => {
        const rules = splitRules(deed.rules) ?? [];
        expect(await admin.send(['ACL', 'SETUSER', 'u', 'reset', 'on', '>pw', ...rules])).toBe('OK');
        for (const argv of deed.before ?? []) await admin.send(argv);
        const user = await openConnection(running.port);
        try {
          expect(await user.send(['AUTH', 'u', 'pw'])).toBe('OK');
          const replies: Reply[] = [];
          for (const argv of deed.does) replies.push(await user.send(argv));
          await deed.shows(replies, admin, user);
        } finally {
          user.close();
        }
      });
    },
  );
});

/** Rules that are accepted and end the server. `backported`: packages that refuse them without a new version number. */
const ENDING = [
  {
    id: 'acl-list-crash-percent',
    on: ({ dialect }: CommandTable) => dialect.percentAborts,
    rules: ['%', '+get'],
    backported: ['redis 7.0.15'],
  },
  {
    id: 'acl-list-crash-firstarg',
    on: ({ dialect }: CommandTable) => dialect.firstArgBlankAborts,
    rules: ['+select|a b'],
    backported: [],
  },
] as const;

/** What a user really does, and what comes of it. */
interface Deed {
  readonly id: string;
  readonly on: (table: CommandTable) => boolean;
  readonly rules: string;
  readonly before?: readonly (readonly string[])[];
  readonly does: readonly (readonly string[])[];
  readonly shows: (replies: readonly Reply[], admin: Connection, user: Connection) => Promise<void>;
}

const always = (): boolean => true;
const sinceSeven = ({ dialect }: CommandTable): boolean => dialect.subcommands;

const DEEDS: readonly Deed[] = [
  {
    id: 'flushall-ignores-keys',
    on: always,
    rules: '~app:* +@write',
    before: [['SET', 'other:1', 'x']],
    does: [['SET', 'other:1', 'y'], ['FLUSHALL']],
    shows: async ([set, flush], admin) => {
      expect(errorOf(set)).toContain('NOPERM');
      expect(flush).toBe('OK');
      expect(await admin.send(['DBSIZE'])).toBe(0);
    },
  },
  {
    id: 'keys-scan-enumerate',
    on: always,
    rules: '~app:* +@read',
    before: [['SET', 'secret:key', 'x']],
    does: [['KEYS', '*'], ['SCAN', '0'], ['RANDOMKEY']],
    shows: ([keys, scan, random]) => {
      expect([keys, scan, random]).toEqual([['secret:key'], ['0', ['secret:key']], 'secret:key']);
      return Promise.resolve();
    },
  },
  {
    id: 'swapdb',
    on: always,
    rules: '~app:* +swapdb',
    before: [['SET', 'k', 'v']],
    does: [['SWAPDB', '0', '1']],
    shows: async (_, admin) => {
      expect(await admin.send(['GET', 'k'])).toBeNull();
    },
  },
  {
    id: 'function-flush',
    on: sinceSeven,
    rules: '~app:* +@write -@dangerous',
    before: [['FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)"]],
    does: [['FUNCTION', 'FLUSH']],
    shows: async (_, admin) => {
      expect(await admin.send(['FUNCTION', 'LIST'])).toEqual([]);
    },
  },
  {
    id: 'sort-by-get-6.2',
    on: ({ dialect }) => !dialect.keyPermissions,
    rules: '~app:* +sort +lpush +get',
    before: [['SET', 'secret', 'TOP']],
    does: [
      ['GET', 'secret'],
      ['LPUSH', 'app:l', 'secret'],
      ['SORT', 'app:l', 'BY', 'nosort', 'GET', '*'],
    ],
    shows: ([get, , sort]) => {
      expect(errorOf(get)).toContain('NOPERM');
      expect(sort).toEqual(['TOP']);
      return Promise.resolve();
    },
  },
  {
    id: 'sort-by-get',
    on: sinceSeven,
    rules: '~app:* +sort +lpush',
    does: [
      ['LPUSH', 'app:l', '1'],
      ['SORT', 'app:l', 'GET', '#'],
    ],
    shows: async ([, sort], admin) => {
      expect(errorOf(sort)).toContain('GET option of SORT denied');
      expect(await admin.send(['ACL', 'DRYRUN', 'u', 'SORT', 'app:l', 'GET', '#'])).toBe('OK');
    },
  },
  {
    id: 'georadius-double-store',
    on: ({ dialect }) => dialect.georadiusFirstStore,
    rules: '~app:* +@write +@geo',
    before: [['SET', 'victim', 'x']],
    does: [
      ['GEOADD', 'app:g', '1', '1', 'a'],
      ['GEORADIUS', 'app:g', '1', '1', '9', 'km', 'STORE', 'victim'],
      ['GEORADIUS', 'app:g', '1', '1', '9', 'km', 'STORE', 'app:x', 'STORE', 'victim'],
    ],
    shows: async ([, single, double], admin) => {
      expect(errorOf(single)).toContain('NOPERM');
      expect(double).toBe(1);
      expect(await admin.send(['TYPE', 'victim'])).toBe('zset');
    },
  },
  {
    id: 'sort-store-keyword',
    on: ({ dialect }) => dialect.sortSkipsStoreValue && dialect.keyPermissions,
    rules: '~b* +sort +rpush',
    before: [['SET', 'victim', 'x']],
    does: [
      ['RPUSH', 'b1', '2', '1'],
      ['SORT', 'b1', 'STORE', 'victim'],
      ['SORT', 'b1', 'STORE', 'by', 'STORE', 'victim'],
    ],
    shows: async ([, single, double], admin) => {
      expect(errorOf(single)).toContain('NOPERM');
      expect(double).toBe(2);
      expect(await admin.send(['TYPE', 'victim'])).toBe('list');
    },
  },
  {
    id: 'xreadgroup-keyword',
    on: ({ dialect }) => dialect.xreadKeywordWindow,
    rules: '~s* +xreadgroup',
    before: [
      ['XADD', 'victim', '1-1', 'f', 'TOPSECRET'],
      ['XGROUP', 'CREATE', 'victim', 'g', '0'],
    ],
    does: [
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'victim', '>'],
      ['XREADGROUP', 'COUNT', '1', 'GROUP', 'g', 'STREAMS', 'streams', 'victim', '>'],
    ],
    shows: ([plain, shifted]) => {
      expect(errorOf(plain)).toContain('NOPERM');
      expect(JSON.stringify(shifted)).toContain('TOPSECRET');
      return Promise.resolve();
    },
  },
  {
    id: 'monitor',
    on: always,
    rules: '~none +monitor',
    does: [['MONITOR']],
    shows: async ([reply], admin, user) => {
      expect(reply).toBe('OK');
      await admin.send(['SET', 'k', 'credit-card-4111']);
      expect(await user.read()).toContain('credit-card-4111');
    },
  },
  {
    id: 'slowlog',
    on: always,
    rules: '+slowlog',
    before: [
      ['CONFIG', 'SET', 'slowlog-log-slower-than', '0'],
      ['SET', 'k', 'credit-card-4111'],
    ],
    does: [['SLOWLOG', 'GET', '10']],
    shows: ([log]) => {
      expect(JSON.stringify(log)).toContain('credit-card-4111');
      return Promise.resolve();
    },
  },
  {
    id: 'commandlog',
    on: (table) => table.commands.has('commandlog|get'),
    rules: '~* +@all -slowlog',
    before: [
      ['CONFIG', 'SET', 'commandlog-execution-slower-than', '0'],
      ['SET', 'k', 'credit-card-4111'],
    ],
    does: [
      ['SLOWLOG', 'GET', '10'],
      ['COMMANDLOG', 'GET', '10', 'slow'],
    ],
    shows: ([denied, log]) => {
      expect(errorOf(denied)).toContain('NOPERM');
      expect(JSON.stringify(log)).toContain('credit-card-4111');
      return Promise.resolve();
    },
  },
  {
    id: 'config-get',
    on: always,
    rules: '+config|get',
    before: [['CONFIG', 'SET', 'masterauth', 'replica-pw']],
    does: [['CONFIG', 'GET', 'masterauth']],
    shows: ([reply]) => {
      expect(reply).toEqual(['masterauth', 'replica-pw']);
      return Promise.resolve();
    },
  },
  {
    id: 'client-tracking-bcast',
    on: always,
    rules: '~app:* +client +hello',
    does: [
      ['HELLO', '3'],
      ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
    ],
    shows: async ([, on], admin, user) => {
      expect(on).toBe('OK');
      await admin.send(['SET', 'secret:name', 'x']);
      expect(JSON.stringify(await user.read())).toContain('secret:name');
    },
  },
  {
    id: 'keyspace-events',
    on: always,
    rules: '~app:* +psubscribe',
    before: [
      ['CONFIG', 'SET', 'notify-keyspace-events', 'KA'],
      ['ACL', 'SETUSER', 'u', 'resetchannels', '&__key*'],
    ],
    does: [['PSUBSCRIBE', '__key*']],
    shows: async (_, admin, user) => {
      await admin.send(['SET', 'secret:name', 'x']);
      expect(JSON.stringify(await user.read())).toContain('secret:name');
    },
  },
  {
    id: 'connection-cat-client-kill',
    on: always,
    rules: '~app:* +@connection',
    does: [['CLIENT', 'KILL', 'TYPE', 'normal']],
    shows: async ([killed], admin) => {
      expect(killed).toBe(1);
      await expect(admin.send(['PING'])).rejects.toThrow();
    },
  },
  {
    id: 'read-only-still-writes',
    on: sinceSeven,
    rules: '%R~r:* +@all',
    before: [
      ['XADD', 'r:x', '1-1', 'f', 'v'],
      ['XGROUP', 'CREATE', 'r:x', 'g', '0'],
    ],
    does: [
      ['XADD', 'r:x', '*', 'f', 'v'],
      ['XREADGROUP', 'GROUP', 'g', 'evil', 'STREAMS', 'r:x', '>'],
    ],
    shows: async ([add], admin) => {
      expect(errorOf(add)).toContain('NOPERM');
      expect(JSON.stringify(await admin.send(['XPENDING', 'r:x', 'g']))).toContain('evil');
    },
  },
  {
    id: 'select-no-db-separation',
    on: always,
    rules: '~app:* +get +select|2',
    before: [['SET', 'app:1', 'zero']],
    does: [
      ['GET', 'app:1'],
      ['SELECT', '3'],
      ['SELECT', '2'],
    ],
    shows: ([get, three, two]) => {
      expect(get).toBe('zero');
      expect(errorOf(three)).toContain('NOPERM');
      expect(two).toBe('OK');
      return Promise.resolve();
    },
  },
  {
    id: 'eval-runs-as-caller',
    on: always,
    rules: '~app:* +eval',
    does: [['EVAL', 'return redis.call("GET", "app:1")', '0']],
    shows: ([reply]) => {
      expect(errorOf(reply)).toMatch(/can't run this command|no permissions to run/);
      return Promise.resolve();
    },
  },
  {
    id: 'additive-setuser',
    on: always,
    rules: '~a:* +get',
    before: [['ACL', 'SETUSER', 'u', '~b:*', '+set', '>new']],
    does: [
      ['GET', 'a:1'],
      ['SET', 'b:1', 'x'],
    ],
    shows: ([get, set]) => {
      expect([get, set]).toEqual([null, 'OK']);
      return Promise.resolve();
    },
  },
];

function errorOf(reply: Reply | undefined): string {
  return typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : '';
}

/** Gives the rules or the file; what the server answers. */
async function give(admin: Connection, running: RunningServer, proof: LintProof): Promise<Reply> {
  if (proof.given.kind === 'rules') {
    const rules = splitRules(proof.given.text) ?? [];
    return admin.send(['ACL', 'SETUSER', 'u', 'reset', ...rules]);
  }
  writeFileSync(join(running.dir, 'users.acl'), `user default on nopass ~* &* +@all\n${proof.given.text}\n`);
  return admin.send(['ACL', 'LOAD']);
}

async function expectShown(
  admin: Connection,
  running: RunningServer,
  table: CommandTable,
  given: Reply,
  shown: LintShown,
  context: string,
): Promise<void> {
  switch (shown.kind) {
    case 'accepted':
      expect(given, context).toBe('OK');
      return;
    case 'refused':
      expect(errorOf(given), context).toContain(shown.message);
      return;
    case 'allowed':
    case 'denied': {
      expect(given, context).toBe('OK');
      const user = shown.user ?? 'u';
      const reply = table.dialect.selectors
        ? await admin.send(['ACL', 'DRYRUN', user, ...shown.argv])
        : await queueAs(admin, running.port, user, shown.argv);
      expect(errorOf(reply), context).toBe('');
      if (shown.kind === 'allowed') expect(reply, context).toBe('OK');
      else expect(reply, context).toMatch(/no permissions/);
      return;
    }
    case 'crashes':
    case 'logs-in':
    case 'login-refused':
      throw new Error(`${context}: not asked here`);
  }
}

/** 6.x has no DRYRUN: the command is checked when it is queued, and never runs. */
async function queueAs(
  admin: Connection,
  port: number,
  user: string,
  argv: readonly string[],
): Promise<Reply> {
  expect(await admin.send(['ACL', 'SETUSER', user, 'on', 'nopass', '+multi'])).toBe('OK');
  const replies = await talk(port, [['AUTH', user, 'x'], ['MULTI'], argv]);
  expect(replies.slice(0, 2)).toEqual(['OK', 'OK']);
  const reply = replies[2] ?? null;
  if (reply === 'QUEUED') return 'OK';
  return errorOf(reply).startsWith('NOPERM') ? errorOf(reply) : reply;
}

function branchOf(server: Server): string {
  const [major, minor] = server.version.split('.');
  return `${server.product}-${major}.${minor}`;
}

async function withServer(
  server: Server,
  body: (admin: Connection, running: RunningServer) => Promise<void>,
): Promise<void> {
  const channels = server.version.startsWith('6.0') ? '' : ' &*';
  const running = await startServer({
    server,
    aclfile: `user default on nopass ~*${channels} +@all\n`,
    ...(sevenOrLater(server) && { conf: 'enable-debug-command local\n' }),
  });
  const admin = await openConnection(running.port);
  try {
    await body(admin, running);
  } finally {
    admin.close();
    await running.stop();
  }
}

function sevenOrLater(server: Server): boolean {
  return !server.version.startsWith('6.');
}
