import { describe, expect, it } from 'vitest';
import { snapshotFromText, type Snapshot, type TextSource } from '../../src/fleet/index.ts';

function users(source: TextSource): readonly string[] {
  const { users: fact } = snapshotFromText(source);
  if (!fact.known) throw new Error(fact.detail);
  return fact.value.map(({ text }) => text);
}

function setting(snapshot: Snapshot, name: string): unknown {
  const fact = snapshot.settings.get(name);
  return fact?.known === true ? [fact.value, fact.from] : fact;
}

describe('settings from text', () => {
  it('are the defaults of the version, overlaid by the lines, under canonical names', () => {
    const snapshot = snapshotFromText({
      server: 'redis-7.2',
      conf: '# mine\nbind 10.0.0.5\nmaxmemory 1gb\nslave-read-only no\nport 1\nport 7000\n',
      subject: '/etc/redis/redis.conf',
    });
    const at = (line: number) => ({ kind: 'file', path: '/etc/redis/redis.conf', line });
    expect(setting(snapshot, 'bind')).toEqual(['10.0.0.5', at(2)]);
    expect(setting(snapshot, 'maxmemory')).toEqual(['1073741824', at(3)]);
    expect(setting(snapshot, 'replica-read-only')).toEqual(['no', at(4)]);
    expect(setting(snapshot, 'port')).toEqual(['7000', at(6)]);
    expect(setting(snapshot, 'timeout')).toEqual(['0', { kind: 'default', of: 'redis 7.2' }]);
    expect(snapshot.settings.has('slave-read-only')).toBe(false);
  });

  it('are those that the version has', () => {
    const has = (server: string, name: string) => snapshotFromText({ server, conf: '' }).settings.has(name);
    expect(has('redis-6.0', 'enable-debug-command')).toBe(false);
    expect(has('redis-7.0', 'enable-debug-command')).toBe(true);
    expect(has('valkey-9.1', 'tls-auth-clients-user')).toBe(true);
  });

  it('keep secrets apart and unprinted', () => {
    const snapshot = snapshotFromText({
      server: 'redis-7.2',
      conf: 'requirepass canary-1\nmasterauth canary-2\n# requirepass canary-3\n',
      acl: 'user a on >canary-4\n',
    });
    expect(snapshot.settings.has('requirepass')).toBe(false);
    const secret = snapshot.secrets.get('masterauth');
    expect(secret?.known === true && secret.value.reveal()).toBe('canary-2');
    expect(JSON.stringify(snapshot)).not.toContain('canary-');
  });

  it('do not take template text for a value', () => {
    const snapshot = snapshotFromText({ server: 'redis-7.2', conf: 'port ${PORT}\nrequirepass ${PW}\n' });
    expect(snapshot.settings.get('port')).toMatchObject({ known: false, reason: 'failed' });
    expect(snapshot.secrets.get('requirepass')).toMatchObject({ known: false });
    // There is a password, but nobody may judge its strength.
    const all = snapshot.users.known ? snapshot.users.value : [];
    expect(all[0]?.user.nopass).toBe(false);
    expect(all[0]?.clearPasswords).toEqual([]);
  });

  it('name what the server would not start with', () => {
    const { refusals } = snapshotFromText({ server: 'redis-7.2', conf: 'port x\nuser a on +nosuch\n' });
    expect(refusals?.map(({ message, from }) => [message, from.kind === 'file' ? from.line : 0])).toEqual([
      [expect.stringContaining('port'), 1],
      [expect.stringContaining('+nosuch'), 2],
    ]);
  });
});

describe('users from text', () => {
  it('are the open default when nothing declares one', () => {
    expect(users({ server: 'redis-7.0', conf: '' })).toEqual(['user default on nopass ~* &* +@all']);
    expect(users({ server: 'redis-6.0', conf: '' })).toEqual(['user default on nopass ~* +@all']);
  });

  it('are the default with the password of requirepass', () => {
    const snapshot = snapshotFromText({ server: 'redis-7.0', conf: 'requirepass secret1\n' });
    const [user] = snapshot.users.known ? snapshot.users.value : [];
    expect(user?.text).toMatch(/^user default on #\S* ~\* &\* \+@all$/);
    expect(user?.user.nopass).toBe(false);
    expect(user?.from).toEqual({ kind: 'file', path: 'redis.conf', line: 1 });
    expect(user?.clearPasswords.map((secret) => secret.reveal())).toEqual(['secret1']);
  });

  it('are open again with requirepass ""', () => {
    expect(users({ server: 'redis-7.0', conf: 'requirepass x\nrequirepass ""\n' })[0]).toContain('nopass');
  });

  it('of an ACL file without a default line leave the server open, whatever requirepass says', () => {
    const source = {
      server: 'redis-7.2',
      conf: 'requirepass secret1\naclfile /etc/redis/users.acl\n',
      acl: 'user app on >pw ~app:* +get\n',
    };
    expect(users(source)).toEqual([
      'user app on >… ~app:* +get',
      expect.stringMatching(/^user default on nopass .*\+@all$/),
    ]);
    const { secrets } = snapshotFromText(source);
    expect(secrets.get('requirepass')).toMatchObject({ known: true });
  });

  it('of an ACL file with a default line ignore requirepass', () => {
    const [first] = users({
      server: 'redis-7.2',
      conf: 'requirepass secret1\naclfile users.acl\n',
      acl: 'user default off resetpass\n',
    });
    expect(first).toBe('user default off resetpass');
  });

  it('of user lines keep the default, and requirepass for it', () => {
    const source = { server: 'redis-7.2', conf: 'user app on >pw ~* +get\nrequirepass s\n' };
    expect(users(source)).toEqual([expect.stringContaining('user default on'), 'user app on >… ~* +get']);
    expect(users(source)[0]).not.toContain('nopass');
  });

  it('of a default line replace requirepass', () => {
    const source = { server: 'redis-7.2', conf: 'requirepass s\nuser default on nopass ~* +@all\n' };
    expect(users(source)).toEqual(['user default on nopass ~* +@all']);
  });

  it('from both sources are refused by the server, and all shown', () => {
    const source = {
      server: 'redis-7.2',
      conf: 'user a on nopass\naclfile u.acl\n',
      acl: 'user b on nopass\n',
    };
    const { refusals } = snapshotFromText(source);
    expect(refusals?.[0]?.message).toContain('but not both');
    expect(users(source).map((text) => text.split(' ')[1])).toEqual(['b', 'default', 'a']);
  });

  it('of an ACL file that the server refuses are those that can be read', () => {
    const source = { server: 'redis-7.2', conf: 'aclfile u.acl\n', acl: '# mine\nuser b on >$(PW) +get\n' };
    const snapshot = snapshotFromText(source);
    expect(snapshot.refusals?.[0]).toMatchObject({ from: { path: 'u.acl', line: 1 } });
    expect(snapshot.refusals?.[0]?.message).toContain('should start with user keyword');
    expect(users(source)[0]).toBe('user b on >… +get');
    expect(snapshot.aclFile).toMatchObject({ known: true });
  });

  it('are unknown when the ACL file was not given', () => {
    const { users: fact } = snapshotFromText({ server: 'redis-7.2', conf: 'aclfile /x/u.acl\n' });
    expect(fact).toMatchObject({
      known: false,
      reason: 'not-asked',
      detail: expect.stringContaining('/x/u.acl'),
    });
  });
});

describe('the rest from text', () => {
  it('is unknown, each with a place to look', () => {
    const snapshot = snapshotFromText({ server: 'valkey-8.1', conf: '' });
    for (const name of [
      'clients',
      'denials',
      'info',
      'clock',
      'listeners',
      'login',
      'process',
      'unit',
      'volume',
    ] as const) {
      expect(snapshot[name], name).toMatchObject({ known: false, reason: 'not-asked' });
      expect(JSON.stringify(snapshot[name]), name).toMatch(/wardis audit/);
    }
  });

  it('takes facts from elsewhere, and stays sealed', () => {
    const snapshot = snapshotFromText({
      server: 'redis-7.2',
      conf: 'requirepass canary-9\n',
      facts: { managed: 'elasticache' },
    });
    expect(snapshot.managed).toBe('elasticache');
    expect(JSON.stringify(snapshot)).not.toContain('canary-9');
  });

  it('tells a cluster node, a replica and a Sentinel', () => {
    const mode = (conf: string) => snapshotFromText({ server: 'redis-7.2', conf }).mode;
    expect(mode('cluster-enabled yes\n')).toMatchObject({ value: 'cluster' });
    expect(mode('port 1\n')).toMatchObject({ value: 'standalone' });
    expect(snapshotFromText({ server: 'redis-7.2', conf: 'replicaof 10.0.0.1 6379\n' }).role).toMatchObject({
      value: { kind: 'replica', primary: '10.0.0.1:6379', linkUp: undefined },
    });
    const sentinel = snapshotFromText({
      server: 'redis-7.2',
      conf: 'sentinel monitor main 10.0.0.1 6379 2\nsentinel auth-pass main canary-5\nsentinel deny-scripts-reconfig no\n',
    });
    expect(sentinel.mode).toMatchObject({ value: 'sentinel' });
    expect(sentinel.sentinel).toMatchObject({
      value: {
        primaries: [{ name: 'main', address: '10.0.0.1:6379', quorum: 2, authenticates: true }],
        denyScriptsReconfig: false,
      },
    });
    expect(JSON.stringify(sentinel)).not.toContain('canary-5');
  });
});
