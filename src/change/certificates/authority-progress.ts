/**
 * How far a fleet is on its way to another authority, and what stands before the next phase. Trust comes before leaves,
 * or nodes and clients would refuse what is served; leaves and clients come before the drop, or it would lock them out.
 */

import { certificatesOf, sideOf, type AuthorityChange, type AuthoritySide } from './authority-side.ts';
import type {
  AuthorityNode,
  AuthoritySight,
  KnownClient,
  NodeElsewhere,
  RenewedClient,
  TrustFact,
} from './authority-sight.ts';
import { namesakeObstacles } from './authority-namesake.ts';
import { holdsAnyTrust, holdsTrust } from './authority-trust.ts';

export const AUTHORITY_PHASES = ['trust', 'leaves', 'clients', 'drop'] as const;
export type AuthorityPhase = (typeof AUTHORITY_PHASES)[number];

/** For people: `trust: the new authority beside the old one, everywhere`. */
export const AUTHORITY_PHASE_TITLES: Readonly<Record<AuthorityPhase, string>> = {
  trust: 'the new authority beside the old one, everywhere',
  leaves: 'certificates of the new authority on every node',
  clients: 'client certificates of the new authority',
  drop: 'the old authority out of every trust',
};

/** What of a node a phase still has to do. */
export interface NodeProgress {
  readonly id: string;
  readonly role: AuthorityNode['role'];
  readonly trusts: 'old' | 'both' | 'next' | 'neither' | 'unknown';
  /** The farthest back of its ports. */
  readonly serves: AuthoritySide | 'unread';
  readonly needs: readonly AuthorityPhase[];
  /** How it is known whether clients of the old authority are let in. */
  readonly oldTried: 'by-handshake' | 'by-file-only';
}

/** Why a phase cannot begin, in one sentence, and what to do. */
export interface AuthorityObstacle {
  /** Node, file or client. */
  readonly about: string;
  readonly why: string;
  readonly next: string;
}

/** A client certificate that does not lead to the new authority. */
export interface LateClient extends KnownClient {
  readonly side: AuthoritySide;
  /** `node`: a server shows it where it dials (`tls-client-cert-file`). */
  readonly of: 'ourselves' | 'node' | 'inventory';
}

export interface AuthorityProgress {
  readonly nodes: readonly NodeProgress[];
  /** Known clients that the drop would lock out, ourselves and nodes among them. */
  readonly clients: readonly LateClient[];
  /** Files of this machine that do not hold the new authority yet, or still hold the old one. */
  readonly own: { readonly lacks: readonly TrustFact[]; readonly holdsOld: readonly TrustFact[] };
  readonly next: AuthorityPhase | 'done';
  /** Programs that must have been restarted or reloaded before the drop, which no server tells. */
  readonly reloads: readonly RenewedClient[];
  /** Nodes of other fleets that serve a certificate of the old authority, but for those that a person named. */
  readonly elsewhere: readonly string[];
  /** Before `next`. */
  readonly obstacles: readonly AuthorityObstacle[];
}

/** `allowed`: names or fingerprints of clients that a person knows to be gone. */
export function authorityProgress(
  sight: AuthoritySight,
  change: AuthorityChange,
  at: Date,
  allowed: readonly string[] = [],
): AuthorityProgress {
  const nodes = sight.nodes.map((node) => progressOf(node, change, at));
  const clients = lateClients(sight, change, at).filter(
    (client) => client.of !== 'inventory' || !isAllowed(client, allowed),
  );
  const own = {
    lacks: sight.own.trust.filter((trust) => trust.kind !== 'file' || !holdsTrust(trust.pem, change.next)),
    holdsOld: sight.own.trust.filter(
      (trust) => trust.kind === 'file' && holdsAnyTrust(trust.pem, change.old, change.next),
    ),
  };
  const next = nextPhase(nodes, clients.length, own);
  const elsewhere = (sight.elsewhere ?? []).filter(
    ({ id, chain }) => !allowed.includes(id) && sideOf(chain, change, at) === 'old',
  );
  const obstacles = next === 'done' ? [] : obstaclesOf(next, sight, nodes);
  const namesakes = next === 'trust' ? namesakeObstacles(sight, change) : [];
  const others = next === 'leaves' || next === 'clients' ? elsewhereObstacles(elsewhere) : [];
  const reloads = (sight.renewed ?? []).filter(
    ({ from, to }) => sideOf(from, change, at) === 'old' && sideOf(to, change, at) === 'next',
  );
  return {
    nodes,
    clients,
    own,
    next,
    reloads: reloads.map(({ name, fingerprintSha256, until }) => ({ name, fingerprintSha256, until })),
    elsewhere: [...new Set(elsewhere.map(({ id }) => id))],
    obstacles: [...obstacles, ...namesakes, ...others],
  };
}

/** Whether a person named this client as gone: its name, or at least eight digits of its fingerprint. */
export function isAllowed(client: KnownClient, allowed: readonly string[]): boolean {
  return allowed.some(
    (text) =>
      text === client.name ||
      (text.length >= FINGERPRINT_DIGITS_MIN && client.fingerprintSha256.startsWith(text.toLowerCase())),
  );
}

const FINGERPRINT_DIGITS_MIN = 8;
/** The farthest back first. */
const SIDES = ['unread', 'unknown', 'old', 'other', 'next'] as const;

function progressOf(node: AuthorityNode, change: AuthorityChange, at: Date): NodeProgress {
  const trusts = trustOf(node, change);
  const sides = node.served.map((port) => ('chain' in port ? sideOf(port.chain, change, at) : 'unread'));
  const serves = SIDES.find((side) => sides.includes(side)) ?? (node.away === undefined ? 'next' : 'unread');
  const needs: AuthorityPhase[] = [];
  if (trusts !== 'both' && trusts !== 'next') needs.push('trust');
  if (serves !== 'next' && serves !== 'other') needs.push('leaves');
  if (trusts === 'both' || trusts === 'old') needs.push('drop');
  const oldTried =
    node.trust.kind === 'none' || told(node.admits.old) !== undefined ? 'by-handshake' : 'by-file-only';
  return { id: node.id, role: node.role, trusts, serves, needs, oldTried };
}

/** What the running process takes, as handshakes show it; where they cannot tell, what its file says. */
function trustOf({ trust, admits }: AuthorityNode, { old, next }: AuthorityChange): NodeProgress['trusts'] {
  const read = (authority: readonly string[], every: 'every' | 'any'): boolean | undefined => {
    if (trust.kind !== 'file') return undefined;
    return every === 'every' ? holdsTrust(trust.pem, authority) : holdsAnyTrust(trust.pem, authority, next);
  };
  // Both the file and the process: a restart reads the one, a handshake asks the other.
  const takesNext = join(read(next, 'every'), told(admits.next), 'both-say-so');
  const takesOld = join(read(old, 'any'), told(admits.old), 'one-says-so');
  if (trust.kind === 'none') return 'next';
  if (takesNext === undefined) return 'unknown';
  // Where nobody can tell, it may take the old one still.
  const mayTakeOld = takesOld ?? true;
  if (takesNext) return mayTakeOld ? 'both' : 'next';
  return mayTakeOld ? 'old' : 'neither';
}

function told({ kind }: AuthorityNode['admits']['old']): boolean | undefined {
  return kind === 'untried' ? undefined : kind === 'admitted';
}

function join(
  file: boolean | undefined,
  process: boolean | undefined,
  rule: 'both-say-so' | 'one-says-so',
): boolean | undefined {
  if (file === undefined) return process;
  if (process === undefined) return file;
  return rule === 'both-say-so' ? file && process : file || process;
}

function lateClients(
  { clients, own, nodes }: AuthoritySight,
  change: AuthorityChange,
  at: Date,
): readonly LateClient[] {
  const all: readonly Omit<LateClient, 'side'>[] = [
    ...own.shows.map((client) => ({ ...client, of: 'ourselves' as const })),
    ...nodes.flatMap(clientOfNode),
    ...clients.map((client) => ({ ...client, of: 'inventory' as const })),
  ];
  // The same certificate may lie in two files.
  const first = new Map(
    all.toReversed().map((each) => [`${each.of} ${each.fingerprintSha256} ${each.name}`, each]),
  );
  return [...first.values()]
    .toReversed()
    .map((client) => ({ ...client, side: sideOf(client.chain, change, at) }))
    .filter(({ side }) => side === 'old' || side === 'unknown');
}

function clientOfNode({ id, shows }: AuthorityNode): readonly Omit<LateClient, 'side'>[] {
  if (shows === undefined) return [];
  const [leaf] = certificatesOf(shows.chain);
  const fingerprintSha256 = leaf?.fingerprintSha256 ?? '';
  const { path, keyPath } = shows;
  const files = { certificate: path, ...(keyPath === undefined ? {} : { key: keyPath }) };
  return [
    {
      name: `${id}: ${path}`,
      fingerprintSha256,
      chain: shows.chain,
      files,
      node: id,
      ours: false,
      of: 'node',
    },
  ];
}

function nextPhase(
  nodes: readonly NodeProgress[],
  late: number,
  { lacks }: AuthorityProgress['own'],
): AuthorityProgress['next'] {
  const needed = (phase: AuthorityPhase): boolean => nodes.some(({ needs }) => needs.includes(phase));
  if (needed('trust') || lacks.length > 0) return 'trust';
  if (needed('leaves')) return 'leaves';
  if (!needed('drop')) return 'done';
  return late > 0 ? 'clients' : 'drop';
}

/** Of one phase; a phase is done on all nodes or on none. */
function obstaclesOf(
  phase: AuthorityPhase,
  { nodes }: AuthoritySight,
  progress: readonly NodeProgress[],
): readonly AuthorityObstacle[] {
  const byId = new Map(progress.map((each) => [each.id, each]));
  return nodes.flatMap((node): readonly AuthorityObstacle[] => {
    if (node.away !== undefined) {
      return [{ about: node.id, why: `cannot be reached: ${node.away}`, next: 'bring it back, then go on' }];
    }
    const own = byId.get(node.id);
    const unread = phase === 'trust' ? [] : unreadPorts(node);
    if (own === undefined || !own.needs.includes(phase)) return unread;
    if (node.outside !== undefined) return [...unread, outsideObstacle(node.id, node.outside, phase)];
    if (phase === 'trust' || phase === 'drop') return [...unread, ...trustObstacles(node, phase)];
    return unread;
  });
}

/** What is issued from `leaves` on is refused where only the old authority is trusted. */
function elsewhereObstacles(elsewhere: readonly NodeElsewhere[]): readonly AuthorityObstacle[] {
  const ids = new Set(elsewhere.filter(({ trusts }) => trusts === 'unknown').map(({ id }) => id));
  return [...ids].map((id) => ({
    about: id,
    why: 'it is no node of this fleet, and serves a certificate of the old authority: clients of the new one would be locked out there',
    next: `lead its fleet through trust first: wardis tls rotate ca --fleet NAME --next; where it trusts both, or is gone for good: --allow ${id}`,
  }));
}

/** Handshakes tell when a person did it there. */
function outsideObstacle(id: string, why: string, phase: AuthorityPhase): AuthorityObstacle {
  return {
    about: id,
    why,
    next: `${OUTSIDE_STEPS[phase]}; handshakes show when it was done. Or name the node in the policy by a port of its own`,
  };
}

const OUTSIDE_STEPS: Readonly<Record<AuthorityPhase, string>> = {
  trust:
    'put the new authority beside the old one into the trust of what speaks TLS there, and have it read anew',
  leaves: 'have what speaks TLS there serve a certificate of the new authority',
  clients: 'have what speaks TLS there let clients of the new authority in',
  drop: 'take the old authority out of the trust of what speaks TLS there, and have it read anew',
};

function unreadPorts({ id, served }: AuthorityNode): readonly AuthorityObstacle[] {
  return served.flatMap((port) =>
    'why' in port
      ? [
          {
            about: `${id} (${port.port})`,
            why: `what it serves is not known: ${port.why}`,
            next: 'wardis doctor tells why',
          },
        ]
      : [],
  );
}

function trustObstacles({ id, trust }: AuthorityNode, phase: 'trust' | 'drop'): readonly AuthorityObstacle[] {
  switch (trust.kind) {
    case 'folder':
      return [
        {
          about: id,
          why: `its trust is a folder (tls-ca-cert-dir ${trust.path}) whose names are hashes: one placement cannot change it`,
          next:
            phase === 'trust'
              ? `place the new authority there, openssl rehash ${trust.path}, then CONFIG SET tls-ca-cert-dir ${trust.path}; or use tls-ca-cert-file`
              : `remove the old authority there, openssl rehash ${trust.path}, then CONFIG SET tls-ca-cert-dir ${trust.path}`,
        },
      ];
    case 'unread':
      return [
        {
          about: id,
          why: `${trust.path === '' ? 'its file of authorities' : trust.path}: ${trust.why}`,
          next:
            trust.next ??
            'name the way to its files in the policy (files: { via: local | ssh }), or place the bundle by hand: wardis tls bundle',
        },
      ];
    case 'file':
    case 'none':
      return [];
  }
}
