/**
 * No printed fix locks the operator out, stops writes or loses data when it is made alone, in the order in which it is
 * printed: over the whole catalogue, on stock servers and on every bad example.
 */
import { describe, expect, it } from 'vitest';
import { canRun, parseUser, type User } from '../../src/acl/index.ts';
import { formatServerName, listRecordedServers } from '../../src/conf/index.ts';
import { known, snapshotFromText, type Snapshot } from '../../src/fleet/index.ts';
import {
  expectationsFor,
  NETWORK_EXPOSURES,
  printChange,
  SECURITY_LEVELS,
  type Change,
  type HardeningRequest,
} from '../../src/policy/index.ts';
import { assess, ATTACK_PATHS, CATALOGUE, MYTHS, type Check, type Example } from '../../src/posture/index.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const SERVERS = listRecordedServers().map(formatServerName);

type Origin = Snapshot['origin'];

function judge(
  example: Example,
  origin: Origin,
  checks: readonly Check[],
  request: Pick<HardeningRequest, 'level' | 'exposure'>,
): { readonly snapshot: Snapshot; readonly fixes: ReadonlyMap<string, readonly Change[]> } {
  const snapshot = { ...snapshotFromText(example), origin };
  const server = snapshot.product.known ? snapshot.product.value : undefined;
  if (server === undefined) throw new Error('the version is known');
  const mode = snapshot.mode.known ? snapshot.mode.value : 'standalone';
  const expected = expectationsFor({ ...request, frameworks: [], server, mode });
  const { targets } = assess([{ snapshot, expected, gatheredInMs: 0 }], {
    checks,
    now: NOW,
    toolVersion: '0',
    advisoriesAsOf: '2026-11-18',
    ...(example.declared === undefined ? {} : { declared: example.declared }),
  });
  return {
    snapshot,
    fixes: new Map((targets[0]?.outcomes ?? []).map(({ checkId, fix }) => [checkId, fix])),
  };
}

/** What makes the fix dangerous as printed; undefined where it is not. */
function danger(changes: readonly Change[], snapshot: Snapshot, exposure: string): string | undefined {
  const users = new Map(
    (snapshot.users.known ? snapshot.users.value : []).map(({ user }) => [user.name, user]),
  );
  const local = /^(?:-?(?:127\.0\.0\.1|::1) ?)+$/.test(valueOf(snapshot, 'bind'));
  const openBefore = [...users.values()].some(administers);
  for (const change of changes) {
    if (change.kind === 'set-directive') {
      const { name, value } = change;
      if (name === 'port' && value === '0') return 'closes the port';
      if (
        name === 'bind' &&
        !local &&
        exposure !== 'localhost' &&
        value.includes('127.0.0.1') &&
        !value.includes('10.')
      )
        return 'binds to loopback';
      if (['tls-replication', 'tls-cluster', 'tls-auth-clients'].includes(name) && value === 'yes')
        return `${name} first`;
      if (name === 'maxmemory' && value === '1gb') return 'a limit out of the air';
      if (name === 'protected-mode' && exposure !== 'localhost' && users.get('default')?.nopass === true)
        return 'refuses remote clients';
      if (['min-replicas-to-write', 'stop-writes-on-bgsave-error', 'timeout', 'dir'].includes(name))
        return `${name} alone`;
    }
    if (change.kind === 'edit-line' || change.kind === 'add-line') {
      const line = change.kind === 'edit-line' ? change.replacement : change.line;
      if (/^(?:port 0|appendonly yes|maxmemory 1gb|tls-(?:replication|cluster|auth-clients) yes)$/.test(line))
        return line;
      if (!local && exposure !== 'localhost' && /^bind 127\.0\.0\.1(?: -?::1)?$/.test(line)) return line;
      if (/^user default .*\boff\b/.test(line) && users.get('default')?.enabled === true) return line;
    }
    if (change.kind === 'set-user') {
      const base = users.get(change.name);
      const table = [...users.values()][0]?.table;
      if (table === undefined) continue;
      if (change.name === 'default' && base?.enabled === true && change.rules.includes('off'))
        return 'default off';
      const { user, problems } = parseUser(
        change.name,
        change.rules,
        table,
        base === undefined ? {} : { base },
      );
      if (user === undefined) return `the server refuses it: ${problems[0]?.message ?? ''}`;
      users.set(change.name, user);
    }
    if (change.kind === 'remove-user') users.delete(change.name);
    if (openBefore && ![...users.values()].some(administers))
      return 'nobody can administer the server afterwards';
  }
  return undefined;
}

function valueOf(snapshot: Snapshot, name: string): string {
  const fact = snapshot.settings.get(name);
  return fact?.known === true ? fact.value : '';
}

function administers(user: User): boolean {
  return (
    user.enabled &&
    (user.nopass || user.passwords.length > 0) &&
    canRun(user, 'acl|setuser', user.table) === 'yes' &&
    canRun(user, 'config|set', user.table) === 'yes'
  );
}

describe.each(['live', 'files'] as const)('printed fixes of %s', (origin) => {
  it.each(SERVERS)('a stock %s: none locks out, stops writes or loses data', (server) => {
    for (const level of SECURITY_LEVELS) {
      for (const exposure of NETWORK_EXPOSURES) {
        const stock = { server, conf: '' };
        const { snapshot, fixes } = judge(stock, origin, CATALOGUE, { level, exposure });
        const found = [...fixes].flatMap(([id, changes]) => {
          const why = danger(changes, snapshot, exposure);
          return why === undefined ? [] : [`${id} at ${level} ${exposure}: ${why}`];
        });
        expect(found).toEqual([]);
      }
    }
  });

  it('the bad example of every check: none locks out, stops writes or loses data', () => {
    let seen = 0;
    for (const check of CATALOGUE) {
      for (const level of SECURITY_LEVELS) {
        for (const exposure of NETWORK_EXPOSURES) {
          const { snapshot, fixes } = judge(check.examples.bad, origin, [check], { level, exposure });
          const changes = fixes.get(check.id) ?? [];
          seen += changes.length;
          expect(danger(changes, snapshot, exposure), `${check.id} at ${level} ${exposure}`).toBeUndefined();
        }
      }
    }
    expect(seen).toBeGreaterThan(500);
  });

  it('speak of the place: commands to a server, lines of a file', () => {
    const commands: string[] = [];
    const lines: string[] = [];
    for (const check of CATALOGUE) {
      const { fixes } = judge(check.examples.bad, origin, [check], {
        level: 'hardened',
        exposure: 'private_network',
      });
      for (const change of fixes.get(check.id) ?? []) {
        if ((change.kind === 'set-directive' && change.apply === 'runtime') || change.kind === 'set-user')
          commands.push(printChange(change));
        if (change.kind === 'add-line') lines.push(printChange(change));
      }
    }
    if (origin === 'files') {
      expect(commands).toEqual([]);
      expect(lines).toContain('add to redis.conf: sanitize-dump-payload clients');
    } else {
      expect(lines).toEqual([]);
      expect(commands).toContain('CONFIG SET tcp-keepalive 60');
    }
  });
});

describe('the level of a fix', () => {
  it('is the one that the audit judged by', () => {
    for (const level of SECURITY_LEVELS) {
      for (const exposure of NETWORK_EXPOSURES) {
        const { fixes } = judge({ server: 'redis-7.2', conf: '' }, 'live', CATALOGUE, { level, exposure });
        const hardens = [...fixes.values()].flat().filter(({ kind }) => kind === 'harden');
        expect(hardens.length).toBeGreaterThan(0);
        for (const change of hardens)
          expect(printChange(change)).toBe(`wardis harden --level ${level} --exposure ${exposure}`);
      }
    }
  });
});

describe('what keeps a change', () => {
  const fixOf = (example: Example, id: string) =>
    judge(example, 'live', CATALOGUE, { level: 'hardened', exposure: 'localhost' })
      .fixes.get(id)
      ?.map(printChange);
  const from = { kind: 'command', node: 'n', command: 'INFO' } as const;

  it('is said after CONFIG SET, by where the server was started from', () => {
    const conf = { info: known(new Map([['config_file', '/etc/redis/redis.conf']]), from) };
    const none = { info: known(new Map([['config_file', '']]), from) };
    const bad = { server: 'redis-7.2', conf: 'loglevel warning\n' };
    expect(fixOf({ ...bad, facts: conf }, 'LOG-006')).toEqual([
      'CONFIG SET loglevel notice',
      'then CONFIG REWRITE (or edit /etc/redis/redis.conf), or it is gone after a restart',
    ]);
    expect(fixOf({ ...bad, facts: none }, 'LOG-006')?.at(-1)).toMatch(/^started without a conf file/);
  });

  it('is ACL SAVE where an ACL file is in use', () => {
    const bad = { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off nopass\n' };
    expect(fixOf(bad, 'AUTH-019')).toEqual([
      'ACL SETUSER default off resetpass',
      'then ACL SAVE, or the next restart or ACL LOAD brings back what users.acl says',
    ]);
  });
});

describe('maxmemory', () => {
  const fixOf = (used: number, total: number) => {
    const info = new Map([
      ['used_memory', String(used)],
      ['total_system_memory', String(total)],
    ]);
    const facts = { info: known(info, { kind: 'command', node: 'n', command: 'INFO' }) };
    const { fixes } = judge({ server: 'redis-7.2', conf: '', facts }, 'live', CATALOGUE, {
      level: 'standard',
      exposure: 'localhost',
    });
    return fixes.get('LIM-001')?.[0];
  };
  const GIB = 1024 ** 3;

  it('is three quarters of the host, and never near what is used', () => {
    expect(fixOf(GIB, 16 * GIB)).toMatchObject({ name: 'maxmemory', value: '12288mb' });
    expect(fixOf(5 * GIB, 8 * GIB)?.kind).toBe('by-hand');
    expect(fixOf(11 * GIB, 12 * GIB)?.kind).toBe('by-hand');
  });
});

describe('what passes', () => {
  it('is told as the thing wanted, and what fails as the defect', () => {
    const snapshot = snapshotFromText({ server: 'redis-7.2', conf: 'bind * -::*\nprotected-mode yes\n' });
    const expected = expectationsFor({
      level: 'standard',
      exposure: 'private_network',
      frameworks: [],
      server: { product: 'redis', version: '7.2' },
      mode: 'standalone',
    });
    const { targets } = assess([{ snapshot, expected, gatheredInMs: 0 }], {
      checks: CATALOGUE,
      now: NOW,
      toolVersion: '0',
      advisoriesAsOf: '2026-11-18',
    });
    const seen = new Set<string>();
    for (const { checkId, title, status } of targets[0]?.outcomes ?? []) {
      const check = CATALOGUE.find(({ id }) => id === checkId);
      const wanted = status === 'pass' || status === 'not-applicable';
      expect(title, checkId).toBe(wanted ? check?.goal : check?.title);
      seen.add(status);
    }
    expect(seen).toContain('pass');
    expect(seen).toContain('fail');
  });
});

describe('attack paths', () => {
  it('are those of the table, each is named by a check, and none is called like a myth', () => {
    const named = new Set(CATALOGUE.flatMap(({ attackPaths }) => attackPaths ?? []));
    expect([...named].sort()).toEqual(ATTACK_PATHS.map(({ id }) => id).sort());
    const myths = new Set(MYTHS.map(({ id }) => id));
    expect(ATTACK_PATHS.filter(({ id }) => myths.has(id))).toEqual([]);
  });
});
