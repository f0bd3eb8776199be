/** Which certificate a connection can have been made with, whose connections are ended, and in which order. */
import { describe, expect, it } from 'vitest';
import {
  chooseClients,
  limitOf,
  readClientSettings,
  seeClients,
  stagesOfReconnect,
  type ClientNode,
  type ClientSight,
} from '../../src/change/index.ts';
import { known, unknown, type NodeState, type SessionFact } from '../../src/fleet/index.ts';
import type { InventoryEntry } from '../../src/pki/index.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const HOUR = 3600;
const at = (hours: number): string => new Date(NOW.getTime() + hours * 3_600_000).toISOString();
const FROM = { node: 'a:6380', how: 'CLIENT LIST' } as never;

/** Valid from so many hours to so many hours from now; recorded when it begins. */
const certificate = (
  commonName: string,
  [from, to]: readonly [number, number],
  more: Partial<InventoryEntry> = {},
): InventoryEntry => ({
  fingerprintSha256: `${commonName}${from}`.padEnd(64, '0'),
  serial: `AB${from + 1000}`,
  subject: `CN=${commonName}`,
  commonName,
  dnsNames: [],
  ipAddresses: [],
  uris: [],
  usage: 'client',
  notBefore: at(from),
  notAfter: at(to),
  issuer: 'CN=CA',
  origin: { kind: 'issued' },
  recordedAt: at(from),
  pem: '',
  ...more,
});

const session = (id: string, more: Partial<SessionFact> = {}): SessionFact => ({
  id,
  address: `10.0.1.7:${40_000 + Number(id)}`,
  localAddress: '10.0.0.5:6380',
  user: 'orders',
  name: '',
  library: '',
  ageSeconds: 10,
  idleSeconds: 0,
  lastCommand: 'get',
  flags: 'N',
  ...more,
});

const SETTINGS = {
  port: '6379',
  'tls-port': '6380',
  'tls-auth-clients': 'yes',
  'tls-session-caching': 'yes',
  'tls-session-cache-timeout': '300',
};

const nodeWith = (
  sessions: readonly SessionFact[],
  settings: Readonly<Record<string, string>> = {},
  users: readonly { readonly name: string; readonly passwords: readonly string[] }[] = [],
): ClientNode => ({
  node: {
    id: 'a:6380',
    role: 'primary',
    target: { endpoint: { kind: 'tcp', host: 'a', port: 6380 }, transport: 'tls' },
  },
  state: {
    clients: known(sessions, FROM),
    clientId: known('99', FROM),
    settings: new Map(
      Object.entries({ ...SETTINGS, ...settings }).map(([name, value]) => [name, known(value, FROM)]),
    ),
    users: known(
      users.map(({ name, passwords }) => ({ user: { name, passwords, nopass: false } })),
      FROM,
    ),
  } as unknown as NodeState,
});

const see = (
  sessions: readonly SessionFact[],
  entries: readonly InventoryEntry[],
  settings: Readonly<Record<string, string>> = {},
  users?: Parameters<typeof nodeWith>[2],
): readonly ClientSight[] => seeClients([nodeWith(sessions, settings, users)], entries, NOW);
const first = (...argv: Parameters<typeof see>): ClientSight['certificate'] | undefined =>
  see(...argv)[0]?.certificate;

describe('the certificate of a connection', () => {
  it('is marked where its authority is trusted no more, and left out where it had a successor by then', () => {
    const fresh = certificate('orders', [-10, 48]);
    const old = certificate('orders', [-48, 48], { supersededBy: fresh.fingerprintSha256 });
    const dropOld = (entry: InventoryEntry): 'dropped' | 'trusted' =>
      entry.notBefore === old.notBefore ? 'dropped' : 'trusted';
    const seen = (hours: number, entries: readonly InventoryEntry[]) =>
      seeClients([nodeWith([session('1', { ageSeconds: hours * HOUR })])], entries, NOW, dropOld)[0]
        ?.certificate;
    // From before the rotation it can only be the old one, which lets nobody in again.
    expect(seen(20, [old, fresh])).toMatchObject({
      standing: 'dropped',
      entries: [old],
      dropped: [old.fingerprintSha256],
    });
    expect(seen(1, [old, fresh])).toMatchObject({ standing: 'valid', entries: [fresh] });
    // Without a successor that took its place nobody knows which.
    const other = certificate('orders', [-48, 48], { fingerprintSha256: 'ee', notBefore: at(-47) });
    expect(seen(20, [old, other])).toMatchObject({ standing: 'perhaps-dropped' });
    expect(seen(20, [other])).not.toHaveProperty('dropped');
  });

  it('of a link is never the one of the node that it leads to', () => {
    const node = (name: string): InventoryEntry =>
      certificate(name, [-48, 48], { usage: 'node', node: `${name}:6380`, ipAddresses: ['10.0.1.7'] });
    const link = [session('1', { flags: 'S', user: 'replica' })];
    expect(first(link, [node('a'), node('b')])).toMatchObject({ by: 'address', entries: [node('b')] });
    expect(first(link, [node('a')])).toMatchObject({ kind: 'unknown' });
  });

  it('is asked for by a Sentinel, which tells no settings, where a handshake says so', () => {
    const sentinel = nodeWith([session('1')]);
    const mute = { ...sentinel, state: { ...sentinel.state, settings: new Map() } };
    expect(readClientSettings(mute).certificates).toBe('unknown');
    expect(readClientSettings({ ...mute, asks: 'required' }).certificates).toBe('required');
    expect(readClientSettings({ ...sentinel, asks: 'off' }).certificates).toBe('required');
  });

  it('is one of the name of its user that was valid when it began', () => {
    const old = certificate('orders', [-48, -1]);
    const renewed = certificate('orders', [-10, 38]);
    const age = (hours: number) => [session('1', { ageSeconds: hours * HOUR })];
    // Before the new one was issued it can only be the old one, which is over by now.
    expect(first(age(12), [old, renewed])).toMatchObject({ standing: 'expired', entries: [old] });
    // While both were valid it can be either.
    expect(first(age(5), [old, renewed])).toMatchObject({
      standing: 'perhaps-expired',
      entries: [old, renewed],
    });
    // After the old one was over it can only be the new one.
    expect(first(age(0.5), [old, renewed])).toMatchObject({ standing: 'valid', entries: [renewed] });
  });

  it('counts from when it was issued, not from the little before at which it says to begin', () => {
    const late = certificate('orders', [-10, 38], { recordedAt: at(-2) });
    expect(first([session('1', { ageSeconds: 5 * HOUR })], [late])).toMatchObject({ kind: 'unknown' });
    const adopted: InventoryEntry = { ...late, origin: { kind: 'adopted', by: 'CN=CA' } };
    expect(first([session('1', { ageSeconds: 5 * HOUR })], [adopted])).toMatchObject({ kind: 'matched' });
  });

  it('is due past two thirds of its life, and over when it is revoked, which no server notices', () => {
    expect(first([session('1')], [certificate('orders', [-20, 11])])).toMatchObject({ standing: 'valid' });
    expect(first([session('1')], [certificate('orders', [-20, 10])])).toMatchObject({ standing: 'due' });
    const revoked = { at: at(-1), reason: 'key-compromise' } as const;
    expect(first([session('1')], [certificate('orders', [-20, 20], { revoked })])).toMatchObject({
      standing: 'revoked',
    });
  });

  it('is sure where the server logs in by certificate and the user has no password', () => {
    const entries = [certificate('orders', [-20, 20], { uris: ['spiffe://prod/orders'] })];
    const cn = { 'tls-auth-clients-user': 'CN' };
    const without = [{ name: 'orders', passwords: [] }];
    const withOne = [{ name: 'orders', passwords: ['ab'] }];
    expect(first([session('1')], entries, cn, without)).toMatchObject({ by: 'login' });
    expect(first([session('1')], entries, cn, withOne)).toMatchObject({ by: 'login-or-password' });
    expect(first([session('1')], entries, { 'tls-auth-clients-user': 'off' }, without)).toMatchObject({
      by: 'name',
    });
    const uri = { 'tls-auth-clients-user': 'URI' };
    const bySpiffe = [session('1', { user: 'spiffe://prod/orders' })];
    expect(first(bySpiffe, entries, uri)).toMatchObject({ by: 'login' });
    // The common name is not what this server looks at.
    expect(first([session('1')], entries, uri)).toMatchObject({ by: 'name' });
  });

  it('is not guessed for other names, and never for a server’s certificate', () => {
    const entries = [certificate('orders', [-20, 20]), certificate('web', [-20, 20], { usage: 'server' })];
    expect(first([session('1', { user: 'web' })], entries)).toEqual({ kind: 'unknown', isOld: false });
    expect(first([session('1', { user: 'ORDERS' })], entries)).toEqual({ kind: 'unknown', isOld: false });
  });

  it('is over, whichever it is, where the connection is older than every certificate that is valid', () => {
    const entries = [certificate('x', [-100, -5]), certificate('y', [-4, 90])];
    const aged = (hours: number) => [session('1', { user: 'z', ageSeconds: hours * HOUR })];
    expect(first(aged(20), entries)).toEqual({ kind: 'unknown', isOld: true });
    expect(first(aged(1), entries)).toEqual({ kind: 'unknown', isOld: false });
    // Older than the inventory: nothing can be said.
    expect(first(aged(200), entries)).toEqual({ kind: 'unknown', isOld: false });
  });

  it('is not known where all of its name were over when it began: a resumed session, or another one', () => {
    const over = certificate('orders', [-48, -5]);
    expect(first([session('1', { ageSeconds: HOUR })], [over])).toMatchObject({
      kind: 'unknown',
      elapsed: [over],
    });
  });

  it('is none in plaintext, by unix socket, and where the server asks for none', () => {
    const entries = [certificate('orders', [-20, 20])];
    const none = { kind: 'none', why: 'plaintext' };
    expect(first([session('1', { localAddress: '10.0.0.5:6379' })], entries)).toEqual(none);
    expect(
      first([session('1', { address: '/run/x.sock:0', localAddress: '/run/x.sock:0' })], entries),
    ).toEqual(none);
    expect(first([session('1')], entries, { 'tls-auth-clients': 'no' })).toEqual({
      kind: 'none',
      why: 'not-asked',
    });
    // 6.0 does not say to which port somebody came.
    const [old] = see([session('1', { localAddress: '' })], entries);
    expect(old?.transport).toBe('unknown');
    expect(see([session('1', { localAddress: '' })], entries, { port: '0' })[0]?.transport).toBe('tls');
  });

  it('of a replica is that of a node of its address', () => {
    const node = certificate('n2', [-20, -1], { usage: 'node', ipAddresses: ['10.0.0.6'] });
    const link = session('1', {
      user: 'replica',
      flags: 'S',
      address: '10.0.0.6:40001',
      ageSeconds: 5 * HOUR,
    });
    expect(see([link], [node])[0]).toMatchObject({
      link: 'replica',
      certificate: { kind: 'matched', by: 'address', standing: 'expired' },
    });
    // Its own list of clients has the link to the primary, whose other end is the client.
    expect(see([session('1', { flags: 'M' })], [])[0]?.link).toBe('primary');
    expect(see([session('99')], [])[0]?.link).toBe('ourselves');
    expect(see([session('1', { name: 'sentinel-0a1b2c3d-cmd' })], [])[0]?.link).toBe('sentinel');
  });

  it('is not made up where connections could not be read', () => {
    const node = nodeWith([]);
    const state = { ...node.state, clients: unknown('denied', 'NOPERM', 'look elsewhere') } as NodeState;
    expect(seeClients([{ ...node, state }], [], NOW)).toEqual([]);
  });

  it('is found among many quickly', () => {
    const entries = Array.from({ length: 5000 }, (_, index) => certificate(`u${index}`, [-20, 20]));
    const sessions = Array.from({ length: 50_000 }, (_, index) =>
      session(String(index + 100), { user: `u${index % 6000}` }),
    );
    const begun = performance.now();
    expect(see(sessions, entries)).toHaveLength(50_000);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

describe('whose connections are ended', () => {
  const entries = [certificate('orders', [-20, 20], { uris: ['spiffe://prod/orders'] })];
  const sights = see(
    [
      session('1'),
      session('2', { user: 'reports', address: '10.0.1.9:5' }),
      session('3', { localAddress: '10.0.0.5:6379' }),
      session('4', { user: 'replica', flags: 'S' }),
      session('5', { flags: 'M' }),
      session('6', { name: 'sentinel-0a1b2c3d-pubsub' }),
      session('99'),
    ],
    entries,
  );
  const idsOf = (...[whom, links = 'leave']: readonly [Parameters<typeof chooseClients>[1], 'leave'?]) =>
    chooseClients(sights, whom, links).chosen.map((sight) => sight.session.id);

  it('are clients by TLS; links of servers only when they are asked for, ourselves never', () => {
    expect(idsOf({ kind: 'all' })).toEqual(['1', '2']);
    expect(chooseClients(sights, { kind: 'all' }, 'leave').linksLeft).toBe(2);
    const all = chooseClients(sights, { kind: 'all' }, 'include');
    expect(all.chosen.map((sight) => sight.session.id)).toEqual(['1', '2', '4', '6']);
    expect(all.linksLeft).toBe(0);
  });

  it('are found by user, address, id, and by any name of a certificate', () => {
    expect(idsOf({ kind: 'user', user: 'reports' })).toEqual(['2']);
    expect(idsOf({ kind: 'address', address: '10.0.1.9' })).toEqual(['2']);
    expect(idsOf({ kind: 'address', address: '10.0.1.9:6' })).toEqual([]);
    expect(idsOf({ kind: 'ids', ids: ['2', '99', '5'] })).toEqual(['2']);
    for (const name of [
      'orders',
      'spiffe://prod/orders',
      'CN=orders',
      'ab980',
      'orders-20'.padEnd(64, '0'),
    ]) {
      expect(idsOf({ kind: 'name', name })).toEqual(['1']);
    }
    expect(idsOf({ kind: 'name', name: 'nobody' })).toEqual([]);
  });
});

describe('a reconnection as a run', () => {
  const node = (id: string, count: number) => ({
    id,
    certificatePath: '/etc/redis/node.crt',
    serves: undefined,
    ids: Array.from({ length: count }, (_, index) => String(index)),
    handshakeMsMax: 210,
  });

  it('ends resumption at every node before the first connection ends, in steps of some seconds', () => {
    const stages = stagesOfReconnect([node('a', 45), node('b', 0)], 2);
    expect(stages.map(({ name }) => name)).toEqual(['end-resumption', 'reconnect']);
    const [reload, end] = stages;
    expect(reload?.steps.map((step) => [step.id, step.node, step.kind])).toEqual([
      [1, 'a', 'reload-tls'],
      [2, 'b', 'reload-tls'],
    ]);
    // To what it was: the files are read anew, and nothing else changes.
    expect(reload?.steps[0]).toMatchObject({
      settings: [{ name: 'tls-cert-file', before: '/etc/redis/node.crt', after: '/etc/redis/node.crt' }],
    });
    const sizes = end?.steps.map((step) => (step.kind === 'reconnect-clients' ? step.ids?.length : 0));
    expect(sizes).toEqual([20, 20, 5]);
    expect(end?.steps.map((step) => step.id)).toEqual([3, 4, 5]);
  });

  it('takes for slow what is three times the usual, and no less than a fifth of a second more', () => {
    expect(limitOf(4)).toBe(204);
    expect(limitOf(300)).toBe(900);
  });
});
