/** What a revocation concludes from what servers say: who is there, what speaks against it, what else is known. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAccounts, readAccountState } from '../../src/change/revocation/account.ts';
import { findAlsoKnown, joinAlsoKnown, readAlsoKnown } from '../../src/change/revocation/also-known.ts';
import { pauseAfter } from '../../src/change/revocation/backoff.ts';
import { readInventory } from '../../src/change/revocation/certificate-inventory.ts';
import { createGate, createSlots } from '../../src/change/revocation/concurrency.ts';
import { objectionsAt } from '../../src/change/revocation/objection.ts';
import { compareSavedFile } from '../../src/change/revocation/saved-file.ts';
import { hostOf, readSessions, readSessionsOf } from '../../src/change/revocation/session-list.ts';
import type { Standing } from '../../src/change/revocation/standing.ts';
import { sampleEntry } from '../pki/entry-sample.ts';

const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

function line(id: number, user: string, more: Readonly<Record<string, string>> = {}): string {
  const { addr = `10.0.1.${id}:5000`, name = '', flags = 'N' } = more;
  return `id=${id} addr=${addr} laddr=10.0.0.5:6379 fd=8 name=${name} age=1 idle=0 flags=${flags} db=0 sub=0 cmd=get user=${user} redir=-1 resp=2`;
}

function standing(
  lists: { readonly users: readonly string[]; readonly clients?: readonly string[] },
  change: Partial<Standing> = {},
): Standing {
  return {
    server: { product: 'redis', version: '7.0.15' },
    identity: 'f'.repeat(40),
    kind: 'data',
    login: 'wardis',
    accounts: readAccounts(lists.users) ?? [],
    sessions: readSessions((lists.clients ?? []).join('\n')) ?? [],
    primaryUser: 'default',
    save: 'acl-save',
    file: undefined,
    replication: 'none',
    certificateLogin: false,
    ...change,
  };
}

const ADMIN = `user wardis on #${OTHER} ~* &* +@all`;

describe('users and sessions', () => {
  it('are read from ACL LIST and CLIENT LIST of any version', () => {
    const [account] =
      readAccounts([`user ops on nopass sanitize-payload #${HASH} ~#x (~y +get) +@all`]) ?? [];
    expect(account).toMatchObject({ name: 'ops', enabled: true, nopass: true });
    expect(account?.hashes.map((hash) => hash.reveal())).toEqual([HASH]);
    expect(readAccounts({ error: 'NOPERM' })).toBeUndefined();
    // Before 6.2 the user is the last word of the line.
    expect(readSessionsOf('ops', 'id=3 addr=[::1]:6 fd=9 name= flags=N cmd=auth user=ops\n')).toHaveLength(1);
    expect(readSessionsOf('ops', line(1, 'ops-2'))).toEqual([]);
    expect(readSessionsOf('ops', { error: 'NOPERM' })).toBeUndefined();
    expect([hostOf('[::1]:6379'), hostOf('10.0.0.1:1'), hostOf('/run/redis.sock:0')]).toEqual([
      '[::1]',
      '10.0.0.1',
      '/run/redis.sock',
    ]);
  });

  it('are absent only where the server says so', () => {
    expect(readAccountState(null)).toEqual({ account: { state: 'absent' }, hashes: [] });
    expect(readAccountState(['flags', ['off'], 'passwords', []])?.account).toEqual({
      state: 'off',
      passwords: 0,
      nopass: false,
    });
    expect(readAccountState(['flags', ['on', 'nopass'], 'passwords', [HASH]])?.account).toEqual({
      state: 'on',
      passwords: 1,
      nopass: true,
    });
    for (const reply of [{ error: 'NOPERM' }, 'OK', [], ['flags', 'on']])
      expect(readAccountState(reply)).toBeUndefined();
  });
});

describe('objections', () => {
  const codes = (user: string, at: Standing): readonly string[] =>
    objectionsAt('n', user, at).map(({ code, insist }) => `${code} ${insist}`);

  it('never allow the login that does it', () => {
    expect(codes('wardis', standing({ users: [ADMIN] }))).toEqual(['own-login never']);
  });

  it('are raised for the last who may change users and can log in', () => {
    const ops = `user ops on #${HASH} ~* +@all`;
    expect(codes('ops', standing({ users: [ops, ADMIN] }))).toEqual([]);
    for (const other of ['off', 'on', `on #${OTHER} +@all -acl|setuser`]) {
      expect(codes('ops', standing({ users: [ops, `user second ${other}`] }, { login: '' })), other).toEqual([
        'last-administrator force',
      ]);
    }
    expect(codes('ops', standing({ users: ['user ops on nopass +get', 'user x off'] }))).toEqual([]);
  });

  it('are raised for the logins of replicas and Sentinels that are in use', () => {
    const users = [`user ops on #${HASH} +psync`, ADMIN];
    expect(codes('ops', standing({ users, clients: [line(1, 'ops', { flags: 'S' })] }))).toEqual([
      'replication-login force',
    ]);
    expect(codes('ops', standing({ users }, { primaryUser: 'ops', replication: 'down' }))).toEqual([
      'replication-login force',
    ]);
    expect(codes('ops', standing({ users }, { primaryUser: 'ops' }))).toEqual([]);
    const link = line(2, 'ops', { name: 'sentinel-0a1b2c3d-cmd' });
    expect(codes('ops', standing({ users, clients: [link] }))).toEqual(['sentinel-login force']);
    expect(
      codes('ops', standing({ users, clients: [line(2, 'ops', { name: 'sentinel-of-love' })] })),
    ).toEqual([]);
  });
});

describe('what else is known', () => {
  it('is found across nodes, and links between servers are nobody', () => {
    const one = standing({
      users: [`user ops on #${HASH} +get`, 'user free on nopass +get', 'user shut off nopass +get', ADMIN],
      clients: [
        line(7, 'ops'),
        line(8, 'app', { addr: '10.0.1.7:6000' }),
        line(9, 'wardis', { addr: '10.0.1.7:6001' }),
      ],
    });
    const two = standing({
      users: [`user reports off #${HASH} +get`],
      clients: [line(1, 'replica', { addr: '10.0.1.7:1', flags: 'S' }), line(2, 'far')],
    });
    const nodes = [
      { node: 'one', standing: one },
      { node: 'two', standing: two },
    ];
    expect(findAlsoKnown('ops', nodes, [])).toEqual([
      { kind: 'same-password', user: 'reports', nodes: ['two'] },
      { kind: 'no-password-needed', user: 'free', nodes: ['one'] },
      { kind: 'same-address', user: 'app', addresses: ['10.0.1.7'], nodes: ['one'] },
    ]);
  });

  it('names users who look like this one, and stay', () => {
    const stay = ['Bob', 'bob\u00a0', 'b\u200bob', 'ｂｏｂ', '\u2003bob', 'BOB'];
    const users = ['bob', 'bobby', 'rob', ...stay].map((name) => `user ${name} off`);
    const found = findAlsoKnown('bob', [{ node: 'one', standing: standing({ users }) }], []);
    expect(found).toEqual(stay.map((user) => ({ kind: 'look-alike', user, nodes: ['one'] })));
  });

  it('names certificates, and the nodes that take them for a login', () => {
    const certificate = { serial: '1', subject: 'CN=ops', notAfter: '', names: ['ops'] };
    const nodes = [
      { node: 'one', standing: standing({ users: [] }, { certificateLogin: true }) },
      { node: 'two', standing: standing({ users: [] }) },
    ];
    expect(findAlsoKnown('ops', nodes, [certificate, { ...certificate, names: ['other'] }])).toEqual([
      { kind: 'certificate', serial: '1', subject: 'CN=ops', notAfter: '', nodes: ['one'] },
    ]);
  });

  it('survives an interruption by the journal', () => {
    const before = [{ kind: 'same-password' as const, user: 'reports', nodes: ['one'] }];
    expect(readAlsoKnown(JSON.parse(JSON.stringify(before)))).toEqual(before);
    expect(readAlsoKnown([{ kind: 'x' }])).toEqual([]);
    expect(readAlsoKnown(undefined)).toEqual([]);
    const now = [
      { ...before[0]!, nodes: ['two'] },
      { kind: 'no-password-needed' as const, user: 'reports', nodes: [] },
    ];
    expect(joinAlsoKnown(now, before)).toEqual([before[0], now[1]]);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wardis-revocation-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('of certificates are read with distrust', () => {
    const read = (text: string): unknown => {
      mkdirSync(join(folder, 'tls'), { recursive: true });
      writeFileSync(join(folder, 'tls/inventory.json'), text);
      return readInventory(folder);
    };
    expect(readInventory(join(folder, 'nowhere')).state).toBe('none');
    expect(read('{')).toEqual({ state: 'unreadable', certificates: [] });
    expect(read('{"schemaVersion": 1, "certificates": 1}')).toEqual({
      state: 'unreadable',
      certificates: [],
    });
    const ops = sampleEntry({ commonName: 'ops', subject: 'CN=ops', uris: ['spiffe://x/ops'] });
    expect(read(JSON.stringify({ schemaVersion: 1, certificates: [ops] }))).toEqual({
      state: 'read',
      certificates: [
        {
          serial: ops.serial,
          subject: 'CN=ops',
          notAfter: ops.notAfter,
          names: ['ops', 'spiffe://x/ops'],
        },
      ],
    });
    expect(read(JSON.stringify({ schemaVersion: 1, certificates: [ops, { subject: 'CN=ops' }] }))).toEqual({
      state: 'unreadable',
      certificates: [],
    });
  });

  it('of users count only where they are surely the server’s', () => {
    const here = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;
    const path = join(folder, 'users.acl');
    const compare = (
      text: string,
      account: 'absent' | 'off',
      at: Parameters<typeof compareSavedFile>[0] = here,
    ): string => {
      writeFileSync(path, text);
      return compareSavedFile(at, path, 'ops', { users: ['default', 'ops', 'app'], account });
    };
    const others = 'user default off\nuser app on +get\n';
    expect(compare(others, 'absent')).toBe('matches');
    expect(compare(`${others}user ops on nopass +get\n`, 'absent')).toBe('differs');
    expect(compare(`${others}user ops off +get\n`, 'off')).toBe('matches');
    expect(compare(`${others}user ops off #${HASH} +get\n`, 'off')).toBe('differs');
    expect(compare(others, 'off')).toBe('differs');
    // A user whose name is longer by a blank that is none to the server.
    const like = 'user ops\u00a0 on nopass +get\n';
    writeFileSync(path, `${others}${like}`);
    const users = ['default', 'ops', 'ops\u00a0', 'app'];
    expect(compareSavedFile(here, path, 'ops', { users, account: 'absent' })).toBe('matches');
    // Another server's file, a container's, an empty one, another host's.
    expect(compare('user default off\nuser ops on\n', 'absent')).toBe('not-read');
    expect(compare('', 'absent')).toBe('not-read');
    expect(compare(others, 'absent', { kind: 'tcp', host: '10.0.0.5', port: 1 })).toBe('not-read');
    expect(compareSavedFile(here, 'users.acl', 'ops', { users: [], account: 'absent' })).toBe('not-read');
    expect(compareSavedFile(here, join(folder, 'none'), 'ops', { users: [], account: 'absent' })).toBe(
      'not-read',
    );
  });
});

describe('many nodes', () => {
  it('are dealt with so many at a time', async () => {
    const slots = createSlots(3);
    let now = 0;
    let most = 0;
    const work = Array.from({ length: 20 }, (_, at) =>
      slots.with(async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now -= 1;
        if (at === 5) throw new Error('one fails');
        return at;
      }),
    );
    const done = await Promise.allSettled(work);
    expect(most).toBe(3);
    expect(done.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  it('wait until each has been sent its cut', async () => {
    const gate = createGate(2);
    let open = false;
    void gate.opened.then(() => (open = true));
    gate.pass();
    await Promise.resolve();
    expect(open).toBe(false);
    gate.pass();
    await gate.opened;
    await createGate(0).opened;
    expect(open).toBe(true);
  });

  it('are tried again ever more seldom, but at least every three seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 100].map(pauseAfter)).toEqual([200, 400, 800, 1600, 3000, 3000, 3000]);
  });
});
