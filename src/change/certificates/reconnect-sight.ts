/**
 * Which certificate a connection was made with, as far as it can be known. No version tells: CLIENT LIST has no field of
 * certificates (Redis 6.0 to 8.0, Valkey 8.0 to 9.1). What there is: the port that the client came to, whether
 * certificates are asked for there, users that certificates log in as (`tls-auth-clients-user`), names in the inventory,
 * and when the connection began, since a handshake is only made with a certificate that is valid at that moment. Pure.
 */

import type { FleetNode, NodeState, SessionFact } from '../../fleet/index.ts';
import { dueAt, type Descent, type InventoryEntry } from '../../pki/index.ts';

/** A node that was read. */
export interface ClientNode {
  readonly node: Pick<FleetNode, 'id' | 'target' | 'role'>;
  readonly state: NodeState;
  /** Whether it asks for certificates, by a handshake; where its settings do not tell, as a Sentinel's do not. */
  readonly asks?: ClientSettings['certificates'];
}

/** What a node's settings say of its clients' certificates. */
export interface ClientSettings {
  /** Ports that speak TLS; empty: none does. */
  readonly tlsPorts: readonly number[];
  readonly certificates: 'required' | 'optional' | 'off' | 'unknown';
  /** `seconds`: how long a TLS 1.2 session may be resumed; under TLS 1.3 each resumption begins it anew. */
  readonly resumption:
    { readonly kind: 'on'; readonly seconds: number } | { readonly kind: 'off' | 'unknown' };
  /** Which name of a certificate is a user: Valkey 9.x, Redis 8.6. */
  readonly login: 'CN' | 'URI' | 'off' | 'unknown';
}

/** How the certificates of a connection stand, where there is one answer for all that it can be. */
export type CertificateStanding =
  | 'revoked'
  | 'expired'
  | 'perhaps-expired'
  /** Valid by its dates, and its authority is trusted no more. */
  | 'dropped'
  | 'perhaps-dropped'
  | 'due'
  | 'perhaps-due'
  | 'valid';

export type ClientCertificate =
  /** `plaintext`: no TLS; `not-asked`: the server does not look at one. */
  | { readonly kind: 'none'; readonly why: 'plaintext' | 'not-asked' }
  | {
      readonly kind: 'matched';
      /**
       * `login`: certificates of this name log in as this user, who has no password. `login-or-password`: the same, and
       * the user has one. `name`: the certificate has the name of the user, which the server does not look at.
       * `address`: a node's certificate, for the address that a replica comes from.
       */
      readonly by: 'login' | 'login-or-password' | 'name' | 'address';
      /** Those of its name that were valid when the connection began. */
      readonly entries: readonly InventoryEntry[];
      readonly standing: CertificateStanding;
      /** Fingerprints of those whose authority is trusted no more; absent: of none. */
      readonly dropped?: readonly string[];
    }
  | {
      readonly kind: 'unknown';
      /** Certificates of the user's name, none of which was valid when the connection began. */
      readonly elapsed?: readonly InventoryEntry[];
      /** It began before any certificate was issued that is valid now: if it is one of the inventory, it is over. */
      readonly isOld: boolean;
    };

export interface ClientSight {
  readonly node: string;
  readonly session: SessionFact;
  readonly transport: 'tls' | 'plaintext' | 'unix' | 'unknown';
  readonly link: 'none' | 'replica' | 'primary' | 'sentinel' | 'ourselves';
  /** By our clock. */
  readonly began: Date;
  readonly certificate: ClientCertificate;
}

/** Clocks of servers and of this machine differ by a little. */
const CLOCK_SLACK_MS = 60_000;

/** Every connection of every node. `now`: when the nodes were read; `descentOf`: whether servers still trust it. */
export function seeClients(
  nodes: readonly ClientNode[],
  entries: readonly InventoryEntry[],
  now: Date,
  descentOf: (entry: InventoryEntry) => Descent = () => 'unknown',
): readonly ClientSight[] {
  const known = arrange(entries, now, descentOf);
  return nodes.flatMap((each) => {
    const { node, state } = each;
    if (!state.clients.known) return [];
    const settings = readClientSettings(each);
    const own = state.clientId.known ? state.clientId.value : undefined;
    const passwords = usersWithPassword(state);
    return state.clients.value.map((session): ClientSight => {
      const transport = transportOf(session, settings, state);
      const link = linkOf(session, own);
      const began = new Date(now.getTime() - session.ageSeconds * 1000);
      const context = { node: node.id, settings, transport, link, began, now, passwords };
      return {
        node: node.id,
        session,
        transport,
        link,
        began,
        certificate: certify(session, context, known),
      };
    });
  });
}

export function readClientSettings({ node, state, asks }: ClientNode): ClientSettings {
  const value = (name: string): string | undefined => {
    const fact = state.settings.get(name);
    return fact?.known === true ? fact.value : undefined;
  };
  const { target } = node;
  const dialled = target.transport === 'tls' && target.endpoint.kind === 'tcp' ? [target.endpoint.port] : [];
  const said = Number(value('tls-port') ?? 0);
  const tlsPorts = [...new Set([...(said > 0 ? [said] : []), ...dialled])];
  const asked = { yes: 'required', no: 'off', optional: 'optional' } as const;
  const login = value('tls-auth-clients-user')?.toUpperCase();
  return {
    tlsPorts,
    certificates: asked[value('tls-auth-clients') as keyof typeof asked] ?? asks ?? 'unknown',
    resumption: readResumption(value('tls-session-caching'), value('tls-session-cache-timeout')),
    // A version without the setting takes no user from a certificate; a Sentinel shows no settings at all.
    login: login === 'CN' || login === 'URI' ? login : state.settings.size === 0 ? 'unknown' : 'off',
  };
}

function readResumption(
  caching: string | undefined,
  timeout: string | undefined,
): ClientSettings['resumption'] {
  if (caching === undefined) return { kind: 'unknown' };
  return caching === 'no' ? { kind: 'off' } : { kind: 'on', seconds: Number(timeout ?? 300) };
}

/** Certificates that a client can show, by what they are found by. */
interface Arranged {
  readonly byName: ReadonlyMap<string, readonly InventoryEntry[]>;
  readonly byAddress: ReadonlyMap<string, readonly InventoryEntry[]>;
  readonly ended: readonly InventoryEntry[];
  /** When the oldest one was issued that is valid now; `Infinity`: none is. */
  readonly oldestLiving: number;
  /** Fingerprints of those whose authority is trusted no more. */
  readonly dropped: ReadonlySet<string>;
  readonly byFingerprint: ReadonlyMap<string, InventoryEntry>;
}

interface Context extends Pick<ClientSight, 'node' | 'transport' | 'link' | 'began'> {
  readonly settings: ClientSettings;
  readonly now: Date;
  readonly passwords: ReadonlySet<string>;
}

function arrange(
  entries: readonly InventoryEntry[],
  now: Date,
  descentOf: (entry: InventoryEntry) => Descent,
): Arranged {
  const byName = new Map<string, InventoryEntry[]>();
  const byAddress = new Map<string, InventoryEntry[]>();
  const add = (map: Map<string, InventoryEntry[]>, name: string, entry: InventoryEntry): void => {
    const found = map.get(name);
    if (found === undefined) map.set(name, [entry]);
    else if (!found.includes(entry)) found.push(entry);
  };
  const shown = entries.filter(({ usage }) => usage === 'client' || usage === 'node');
  for (const entry of shown) {
    const { commonName, uris, ipAddresses, dnsNames, node } = entry;
    for (const name of [...(commonName === undefined ? [] : [commonName]), ...uris]) add(byName, name, entry);
    if (entry.usage !== 'node') continue;
    const host = node === undefined ? [] : [hostOf(node)];
    for (const address of [...ipAddresses, ...dnsNames, ...host]) add(byAddress, address, entry);
  }
  const isOver = ({ notAfter }: InventoryEntry): boolean => Date.parse(notAfter) <= now.getTime();
  const living = shown.filter((entry) => !isOver(entry)).map(bornAt);
  const dropped = shown.filter((entry) => descentOf(entry) === 'dropped');
  return {
    byName,
    byAddress,
    ended: shown.filter(isOver),
    oldestLiving: living.reduce((oldest, born) => Math.min(oldest, born), Infinity),
    dropped: new Set(dropped.map(({ fingerprintSha256 }) => fingerprintSha256)),
    byFingerprint: new Map(shown.map((entry) => [entry.fingerprintSha256, entry])),
  };
}

function certify(session: SessionFact, context: Context, known: Arranged): ClientCertificate {
  const { settings, transport, link, began, now, passwords } = context;
  if (transport === 'plaintext' || transport === 'unix') return { kind: 'none', why: 'plaintext' };
  if (settings.certificates === 'off') return { kind: 'none', why: 'not-asked' };
  const isReplica = link === 'replica';
  const named =
    (isReplica ? known.byAddress.get(hostOf(session.address)) : known.byName.get(session.user)) ?? [];

  const alive = named.filter((entry) => couldBeShown(entry, context, known));
  if (alive.length > 0) {
    const by = isReplica ? 'address' : howNamed(session, settings, alive, passwords);
    const fingerprints = alive.map(({ fingerprintSha256 }) => fingerprintSha256);
    const dropped = fingerprints.filter((fingerprint) => known.dropped.has(fingerprint));
    return {
      kind: 'matched',
      by,
      entries: alive,
      standing: standingOf(alive, now, known.dropped),
      ...(dropped.length === 0 ? {} : { dropped }),
    };
  }
  const isOld =
    began.getTime() < known.oldestLiving - CLOCK_SLACK_MS &&
    known.ended.some((entry) => wasValidAt(entry, began));
  return { kind: 'unknown', isOld, ...(named.length === 0 ? {} : { elapsed: named }) };
}

/**
 * It was valid when the connection began, and not another node's; nor had it a successor by then where its authority is
 * trusted no more.
 */
function couldBeShown(
  entry: InventoryEntry,
  { node, link, began }: Context,
  { dropped, byFingerprint }: Arranged,
): boolean {
  if (!wasValidAt(entry, began)) return false;
  // No node is a client of itself.
  if (link !== 'none' && entry.node === node) return false;
  if (!dropped.has(entry.fingerprintSha256) || entry.supersededBy === undefined) return true;
  const successor = byFingerprint.get(entry.supersededBy);
  return successor === undefined || bornAt(successor) > began.getTime();
}

function howNamed(
  { user }: SessionFact,
  { login }: ClientSettings,
  entries: readonly InventoryEntry[],
  passwords: ReadonlySet<string>,
): 'login' | 'login-or-password' | 'name' {
  const isLogin = entries.some(({ commonName, uris }) =>
    login === 'CN' ? commonName === user : login === 'URI' && uris.includes(user),
  );
  if (!isLogin) return 'name';
  return passwords.has(user) ? 'login-or-password' : 'login';
}

function standingOf(
  entries: readonly InventoryEntry[],
  now: Date,
  dropped: ReadonlySet<string>,
): CertificateStanding {
  const each = entries.map((entry) => {
    if (entry.revoked !== undefined) return 'revoked';
    if (Date.parse(entry.notAfter) <= now.getTime()) return 'expired';
    if (dropped.has(entry.fingerprintSha256)) return 'dropped';
    return dueAt(entry).getTime() <= now.getTime() ? 'due' : 'valid';
  });
  const isOver = (standing: (typeof each)[number]): boolean =>
    standing === 'revoked' || standing === 'expired';
  if (each.every((standing) => standing === 'revoked')) return 'revoked';
  if (each.every(isOver)) return 'expired';
  if (each.every((standing) => standing === 'dropped' || isOver(standing))) return 'dropped';
  if (each.some(isOver)) return 'perhaps-expired';
  if (each.includes('dropped')) return 'perhaps-dropped';
  if (each.every((standing) => standing === 'due')) return 'due';
  return each.includes('due') ? 'perhaps-due' : 'valid';
}

function wasValidAt(entry: InventoryEntry, at: Date): boolean {
  const time = at.getTime();
  return time >= bornAt(entry) - CLOCK_SLACK_MS && time <= Date.parse(entry.notAfter) + CLOCK_SLACK_MS;
}

/** Certificates begin a little before they are made; nobody had one before it was issued. */
function bornAt({ notBefore, recordedAt, origin }: InventoryEntry): number {
  const begins = Date.parse(notBefore);
  return origin.kind === 'issued' ? Math.max(begins, Date.parse(recordedAt)) : begins;
}

function transportOf(
  { address, localAddress }: SessionFact,
  { tlsPorts }: ClientSettings,
  { settings }: NodeState,
): ClientSight['transport'] {
  if (address.startsWith('/') || localAddress.startsWith('/')) return 'unix';
  if (tlsPorts.length === 0) return 'plaintext';
  const port = /:(\d+)$/.exec(localAddress)?.[1];
  if (port !== undefined) return tlsPorts.includes(Number(port)) ? 'tls' : 'plaintext';
  // 6.0 does not tell the port.
  const plain = settings.get('port');
  return plain?.known === true && plain.value === '0' ? 'tls' : 'unknown';
}

function linkOf({ id, flags, name }: SessionFact, own: string | undefined): ClientSight['link'] {
  if (id === own) return 'ourselves';
  if (flags.includes('S')) return 'replica';
  if (flags.includes('M')) return 'primary';
  return /^sentinel-[0-9a-f]{8}-(?:cmd|pubsub)$/.test(name) ? 'sentinel' : 'none';
}

/** Users that get in by a password, or without one. */
function usersWithPassword({ users }: NodeState): ReadonlySet<string> {
  if (!users.known) return new Set<string>();
  const open = users.value.filter(({ user }) => user.nopass || user.passwords.length > 0);
  return new Set(open.map(({ user }) => user.name));
}

/** Without the port and the brackets of IPv6. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
