import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseTarget, snapshotFromText, snapshotLive, type Snapshot } from '../../src/fleet/index.ts';
import { forEachServer, SERVER_IDS, startServer } from '../servers/index.ts';

/** What the harness sets on the command line. */
const PLACES = new Set(['port', 'bind', 'dir', 'daemonize', 'unixsocket', 'logfile', 'aclfile', 'pidfile']);
/** The server works these out when it starts. */
const COMPUTED = new Set(['maxclients', 'cluster-announce-ip', 'io-threads-active', 'watchdog-period']);

function values(snapshot: Snapshot): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...snapshot.settings].flatMap(([name, fact]) =>
      fact.known && !PLACES.has(name) && !COMPUTED.has(name) ? [[name, fact.value]] : [],
    ),
  );
}

function people(snapshot: Snapshot) {
  if (!snapshot.users.known) throw new Error(snapshot.users.detail);
  return snapshot.users.value
    .map(({ user }) => ({
      name: user.name,
      enabled: user.enabled,
      nopass: user.nopass,
      passwords: user.passwords.length,
      keys: user.selectors[0].keys.map(({ pattern }) => pattern),
      allKeys: user.selectors[0].allKeys,
      rules: user.selectors[0].rules,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const CASES: readonly (readonly [string, { conf: string; acl?: string; login?: string }])[] = [
  ['nothing', { conf: '' }],
  [
    'settings of many kinds',
    {
      conf: 'maxmemory 100mb\nsave 900 1\nsave 300 10\ntimeout 300\nslave-read-only no\nprotected-mode NO\nclient-output-buffer-limit pubsub 1mb 512kb 30\nunixsocketperm 700\nloglevel verbose\nmaxmemory-policy allkeys-lru\n',
    },
  ],
  ['requirepass', { conf: 'requirepass pw\n', login: ':pw@' }],
  ['requirepass that is empty', { conf: 'requirepass ""\n' }],
  [
    'user lines beside requirepass',
    { conf: 'requirepass pw\nuser app on >a ~app:* +@read\n', login: ':pw@' },
  ],
  ['a default line after requirepass', { conf: 'requirepass pw\nuser default on nopass ~* +@all\n' }],
  ['a default line before requirepass', { conf: 'user default on nopass ~* +@all\nrequirepass pw\n' }],
  [
    'an ACL file without a default line',
    { conf: 'requirepass pw\n', acl: 'user app on >a ~app:* +get +set -@all +@write\n' },
  ],
  [
    'an ACL file with a default line',
    { conf: 'requirepass pw\n', acl: 'user default on >other ~* +@all\nuser off1 off\n', login: ':other@' },
  ],
];

describe('the snapshot of files and of the server started from them', () => {
  forEachServer(SERVER_IDS, (server) => {
    it.each(CASES)('agree: %s', async (_, { conf, acl, login = '' }) => {
      const running = await startServer({ server, conf, ...(acl === undefined ? {} : { aclfile: acl }) });
      const { target } = parseTarget(`redis://${login}127.0.0.1:${running.port}`);
      if (target === undefined) throw new Error('bad target');
      const live = await snapshotLive(target);
      const files = snapshotFromText({
        server,
        conf: readFileSync(running.confPath, 'utf8'),
        ...(acl === undefined ? {} : { acl }),
      });
      await running.stop();
      expect(files.refusals).toEqual([]);
      expect(Object.keys(values(live)).length).toBeGreaterThan(100);
      expect(values(files)).toEqual(values(live));
      expect(people(files)).toEqual(people(live));
    });
  });
});
