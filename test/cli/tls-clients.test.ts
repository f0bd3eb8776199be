/** What is said of clients' certificates, and what a request to reconnect them must say. */
import { describe, expect, it } from 'vitest';
import type { ClientSight } from '../../src/change/index.ts';
import type { InventoryEntry } from '../../src/pki/index.ts';
import type { TlsReconnectFlags } from '../../src/cli/commands/tls/reconnect.ts';
import { foldLines } from '../../src/cli/tls/clients-fold.ts';
import { groupClients, isOver } from '../../src/cli/tls/clients-group.ts';
import { describeClients } from '../../src/cli/tls/clients-print.ts';
import type { ClientFleet } from '../../src/cli/tls/clients-fleet.ts';
import { refuseUnknowable } from '../../src/cli/tls/reconnect-doubt.ts';
import { readReconnectRequest } from '../../src/cli/tls/reconnect-request.ts';
import { run } from './run.ts';

const LOOK = { tty: false, colour: false, unicode: true, columns: Number.POSITIVE_INFINITY };
const entry = { subject: 'CN=orders', serial: 'AB', notAfter: '2026-11-20T00:00:00Z' } as InventoryEntry;

const sight = (
  user: string,
  certificate: ClientSight['certificate'],
  more: Partial<Omit<ClientSight, 'session'>> & { readonly address?: string } = {},
): ClientSight => ({
  node: 'a:6380',
  session: {
    id: '1',
    address: more.address ?? '10.0.1.7:5',
    localAddress: '10.0.0.5:6380',
    user,
    name: '',
    library: '',
    ageSeconds: 1,
    idleSeconds: 0,
    lastCommand: 'get',
    flags: 'N',
  },
  transport: 'tls',
  link: 'none',
  began: new Date(0),
  certificate,
  ...more,
});

const matched = (standing: 'expired' | 'valid' | 'revoked'): ClientSight['certificate'] => ({
  kind: 'matched',
  by: 'name',
  entries: [entry],
  standing,
});
const unknown: ClientSight['certificate'] = { kind: 'unknown', isOld: false };

describe('wardis tls clients', () => {
  const fleet = {
    unread: [{ node: 'b:6380', why: 'E611 nothing listens there', refused: false }],
    topology: { kind: 'replicated', nodes: [], notes: ['one node is not reachable'] },
    inventory: { state: 'unreadable', certificates: [], why: 'it is not JSON' },
  } as unknown as ClientFleet;

  it('puts connections with the same answer together, the worst first, and links apart', () => {
    const groups = groupClients([
      sight('web', matched('valid')),
      sight('reports', unknown),
      sight('orders', matched('expired')),
      sight('orders', matched('expired'), { address: '10.0.1.9:5' }),
      sight('reports', unknown, { link: 'replica' }),
      sight('admin', unknown, { link: 'ourselves' }),
      sight('up', unknown, { link: 'primary' }),
      sight('gone', matched('revoked')),
    ]);
    expect(groups.map(({ user, answer, sights, link }) => [user, answer.kind, sights.length, link])).toEqual([
      ['gone', 'revoked', 1, 'none'],
      ['orders', 'expired', 2, 'none'],
      ['reports', 'unknown', 1, 'none'],
      ['reports', 'unknown', 1, 'replica'],
      ['web', 'valid', 1, 'none'],
    ]);
    expect(groups.map(isOver)).toEqual([true, true, false, false, false]);
  });

  it('says where, how sure it is, what could not be read, and that nobody checks revocation', () => {
    const groups = groupClients([
      sight('orders', matched('expired')),
      sight('orders', matched('expired'), { address: '10.0.1.9:5' }),
    ]);
    const text = describeClients(fleet, [], groups, LOOK);
    expect(text).toContain('✗ EXPIRED  user orders: 2 connections, from 10.0.1.7, 10.0.1.9');
    expect(text).toContain('    likely: the certificate has the name of the user');
    expect(text).toContain('not read: b:6380: E611');
    expect(text).toContain('the inventory cannot be read: it is not JSON');
    expect(text).toContain('No version of Redis or Valkey looks at a revocation list');
    expect(text).toContain('next: wardis tls reconnect --of orders');
  });

  it('marks what is superseded, and what is of an authority that is trusted no more', () => {
    const gone = { ...entry, fingerprintSha256: 'aa', supersededBy: 'bb' };
    const dropped = {
      kind: 'matched',
      by: 'name',
      entries: [gone],
      standing: 'dropped',
      dropped: ['aa'],
    } as const;
    const [link, client] = groupClients([
      sight('replica', dropped, { link: 'replica' }),
      sight('web', dropped),
    ]).toSorted((a, b) => a.user.localeCompare(b.user));
    if (link === undefined || client === undefined) throw new Error('two groups');
    expect([isOver(link), isOver(client)]).toEqual([false, true]);
    const text = describeClients(fleet, [], [client], LOOK);
    expect(text).toContain('! TRUSTED NO MORE  user web');
    expect(text).toContain('superseded, of an authority that is trusted no more');
    expect(text).toContain('it could not come back with it');
    expect(text).not.toContain('VALID');
  });

  it('puts a name that a shell would run in quotes', () => {
    const groups = groupClients([sight('a$(id)', matched('expired'))]);
    expect(describeClients(fleet, [], groups, LOOK)).toContain("reconnect --of 'a$(id)'");
  });

  it('shows no control character that a user or a name holds', () => {
    const groups = groupClients([sight('evil\u001b[2J', unknown)]);
    expect(describeClients(fleet, [], groups, LOOK)).not.toContain('\u001b');
  });

  it('folds at the width of a terminal, below where a line began', () => {
    const [first, second, third] = foldLines(['  one two three four five six seven eight'], 24).split('\n');
    expect(first).toBe('  one two three four');
    expect(second).toBe('      five six seven');
    expect(third).toBe('      eight');
    expect(foldLines(['a '.repeat(100)], Infinity).split('\n')).toHaveLength(2);
  });

  it('says which server does not answer', async () => {
    const { exit, out } = await run(['tls', 'clients', '127.0.0.1:1']);
    expect(exit).toBe(3);
    expect(out).toMatch(/^not read: 127\.0\.0\.1:1: E611/m);
    expect(out).not.toContain('nobody is connected');
    const reconnect = await run(['tls', 'reconnect', '--all', '127.0.0.1:1', '--yes']);
    expect(reconnect.exit).toBe(3);
    expect(reconnect.out).toContain('nothing is done');
  });
});

describe('a request to reconnect clients', () => {
  const flags = { id: [], rate: '10/s' } as unknown as TlsReconnectFlags;
  const read = (named: readonly string[], more: Partial<TlsReconnectFlags> = {}) =>
    readReconnectRequest(named, { ...flags, ...more });

  it('names a certificate or a user first, and servers after', () => {
    expect(read(['orders', 'a:6380'])).toMatchObject({
      whom: { kind: 'name', name: 'orders' },
      targets: ['a:6380'],
    });
    expect(read(['spiffe-orders'])).toMatchObject({ targets: [] });
  });

  it('has servers only where whose connections is said otherwise', () => {
    expect(read(['a:6380'], { all: true })).toMatchObject({ whom: { kind: 'all' }, targets: ['a:6380'] });
    expect(read(['a:6380'], { of: 'orders' }).whom).toEqual({ kind: 'user', user: 'orders' });
    expect(read(['a:6380'], { id: ['7', '8'] }).whom).toEqual({ kind: 'ids', ids: ['7', '8'] });
    expect(read([], { address: '10.0.1.7' }).whom).toEqual({ kind: 'address', address: '10.0.1.7' });
  });

  it('is refused where nobody, a server, or two of them are named', () => {
    expect(() => read([])).toThrow('nobody was named');
    expect(() => read(['a:6380'])).toThrow('is a server, and nobody was named');
    expect(() => read(['rediss://a'])).toThrow('is a server, and nobody was named');
    expect(() => read([], { all: true, of: 'orders' })).toThrow('do not go together');
    expect(() => read([], { id: ['x'] })).toThrow('is no id');
  });

  it('has a rate by the second or by the minute, within reason', () => {
    const rate = (text: string): number => read(['x'], { rate: text }).perSecond;
    expect([rate('10/s'), rate('10'), rate('30/m'), rate('0.5/s')]).toEqual([10, 10, 0.5, 0.5]);
    for (const text of ['0', '-1', '10/h', 'fast', '1001/s', '']) expect(() => rate(text)).toThrow('--rate');
  });
});

describe('a certificate whose name no user has', () => {
  const chosenNone = { chosen: [], linksLeft: 0 };
  const fleetWith = (users: readonly string[], sights: readonly ClientSight[]): ClientFleet =>
    ({
      nodes: [{ state: { users: { known: true, value: users.map((name) => ({ user: { name } })) } } }],
      sights,
      inventory: {
        state: 'read',
        certificates: [
          {
            ...entry,
            commonName: 'orders',
            fingerprintSha256: 'ff',
            dnsNames: [],
            ipAddresses: [],
            uris: [],
          },
        ],
      },
    }) as unknown as ClientFleet;
  const ask = (name: string, fleet: ClientFleet): (() => void) => {
    const request = { whom: { kind: 'name', name }, words: name, targets: [], perSecond: 10 } as const;
    return () => refuseUnknowable(request, chosenNone, fleet);
  };

  it('may be with anybody who is connected by TLS: it is not done, it is incomplete', () => {
    const others = fleetWith(['default', 'app'], [sight('app', unknown), sight('app', unknown)]);
    for (const name of ['orders', 'AB', 'CN=orders', 'nobody']) {
      try {
        ask(name, others)();
        expect.fail('it was taken for done');
      } catch (error) {
        expect(error).toMatchObject({
          exit: 3,
          text: {
            what: expect.stringContaining('cannot be known here') as string,
            cause: expect.stringContaining('app (2)') as string,
            next: expect.stringContaining('--of USER') as string,
          },
        });
      }
    }
  });

  it('is with nobody where nobody else is connected by TLS, and known where a user has its name', () => {
    const plain = sight('app', { kind: 'none', why: 'plaintext' }, { transport: 'plaintext' });
    const ourselves = sight('wardis', unknown, { link: 'ourselves' });
    ask('orders', fleetWith(['app'], [plain, ourselves]))();
    ask('orders', fleetWith(['app', 'orders'], [sight('app', unknown)]))();
    ask('AB', fleetWith(['app', 'orders'], [sight('app', unknown)]))();
  });
});
