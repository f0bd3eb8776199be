/**
 * One connection between two nodes, judged without making it: what the node that dials shows and trusts, what the other
 * one shows, trusts and asks for, and the clock of each. The first thing that would stop it is named. A server checks no
 * names of its peers, and Redis and Valkey check no revocation, so neither is judged here. Pure.
 */

import type { NodeTls, TlsPortFact, TlsPurpose } from '../../fleet/index.ts';
import { judgeChain, type CertificateFact, type ChainFault } from '../../tls/index.ts';
import { addressOf } from './inspect-look.ts';

export type LinkKind = 'replication' | 'bus' | 'sentinel';

/** What else there is to judge by. */
export interface LinkSources {
  /** Our clock when the nodes were asked. */
  readonly at: Date;
  /** What the majority's clocks say, minus ours. */
  readonly rightMs: number;
  /** What ports send, leaf first, by address, where the handshake with our own CA cannot tell. */
  readonly sentAlone: ReadonlyMap<string, readonly CertificateFact[]>;
  /** Certificates at hand: with them a missing intermediate can be named. */
  readonly authorities: readonly CertificateFact[];
}

export type LinkFault =
  | ChainFault
  /** One side speaks TLS there and the other does not. */
  | 'plaintext-to-tls'
  | 'tls-to-plaintext'
  | 'wrong-port'
  | 'no-shared-protocol'
  /** The date is good by the clocks of the others. */
  | 'clock';

export type LinkJudgement =
  | { readonly kind: 'passes' }
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'fails';
      readonly fault: LinkFault;
      /** Whose rule or clock stops it, and whose certificate or setting it is about. */
      readonly judge: string;
      readonly subject: string;
      readonly side: 'server-certificate' | 'client-certificate' | 'transport';
      readonly certificate?: CertificateFact;
      readonly detail: string;
    };

export interface LinkQuestion {
  readonly kind: LinkKind;
  /** Who dials. */
  readonly from: NodeTls;
  readonly to: NodeTls;
  /** Of the port that is dialled, where it is known. */
  readonly port?: number;
  /** As a node says it: a link that is up leads somewhere, whatever its port is called there. */
  readonly seen: 'up' | 'down' | 'unknown';
}

/** The first thing that stops it, in the order of a handshake: transport, version, the server's certificate, the client's. */
export function judgeLink(question: LinkQuestion, sources: LinkSources): LinkJudgement {
  const transport = judgeTransport(question);
  const judged = transport === 'tls' ? judgeHandshake(question, sources) : transport;
  return judged.kind === 'passes' ? judgePort(question) : judged;
}

function judgeHandshake(question: LinkQuestion, sources: LinkSources): LinkJudgement {
  const { kind, from, to } = question;
  const versions = judgeVersions(from, to);
  if (versions !== undefined) return versions;
  const port = portOf(to, PURPOSES[kind], question.port);
  const server = judgeSide({
    side: 'server-certificate',
    judge: from,
    subject: to,
    presented: port === undefined ? chainOnDisk(to, 'tls-cert-file') : servedBy(port, sources),
    sources,
  });
  if (server.kind === 'fails') return server;
  // The bus asks for a certificate whatever tls-auth-clients says (seen on Redis 7.0 and Valkey 9.1).
  if (kind !== 'bus' && valueOf(to, 'tls-auth-clients') === 'no') return server;
  const client = judgeSide({
    side: 'client-certificate',
    judge: to,
    subject: from,
    presented: shownBy(from, sources),
    sources,
  });
  if (client.kind === 'fails') return client;
  return server.kind === 'passes' ? client : server;
}

/** Of a setting, where it is known; `''` counts as known. */
export function valueOf({ settings }: NodeTls, name: string): string | undefined {
  const fact = settings.get(name);
  return fact?.known === true ? fact.value : undefined;
}

/** The clock of a node at the moment of `at`; by the majority's where its own is unknown. */
export function clockOf({ clock }: NodeTls, { at, rightMs }: Pick<LinkSources, 'at' | 'rightMs'>): Date {
  const offset = clock.known ? clock.value.serverMs - clock.value.localMs : rightMs;
  return new Date(at.getTime() + offset);
}

/** What the trust file of a node holds; undefined where nobody read it. With a directory beside it, that is not all. */
export function trustFileOf(node: NodeTls): readonly CertificateFact[] | undefined {
  const path = valueOf(node, 'tls-ca-cert-file') ?? '';
  const file = node.files.get(path);
  return file?.known === true ? file.value.certificates : undefined;
}

/** `tls-ca-cert-dir`, which OpenSSL looks into beside the file; nobody lists it. */
function trustFolderOf(node: NodeTls): string {
  return valueOf(node, 'tls-ca-cert-dir') ?? '';
}

const PURPOSES: Readonly<Record<LinkKind, TlsPurpose>> = {
  replication: 'clients',
  bus: 'bus',
  sentinel: 'clients',
};
const VERSIONS_DEFAULT: readonly string[] = ['TLSv1.2', 'TLSv1.3'];

function judgeTransport({ kind, from, to, port }: LinkQuestion): LinkJudgement | 'tls' {
  const uses = from.links.find(({ link }) => link === kind)?.transport ?? 'unknown';
  const fail = (fault: LinkFault, judge: NodeTls, subject: NodeTls, detail: string): LinkJudgement => {
    return {
      kind: 'fails',
      fault,
      judge: judge.node.id,
      subject: subject.node.id,
      side: 'transport',
      detail,
    };
  };
  const { plain, tls } = portsOf(to);
  if (kind !== 'bus' && port !== undefined) {
    const there = port === tls ? 'tls' : port === plain ? 'plaintext' : 'unnamed';
    if (uses === 'plaintext' && there === 'tls') {
      return fail(
        'plaintext-to-tls',
        to,
        from,
        `it dials the TLS port ${port} in plaintext: tls-replication is no`,
      );
    }
    if (uses === 'tls' && there === 'plaintext') {
      return fail(
        'tls-to-plaintext',
        to,
        from,
        `it speaks TLS to the plaintext port ${port}: tls-replication is yes`,
      );
    }
  }
  if (kind === 'bus') {
    const theirs = to.links.find(({ link }) => link === 'bus')?.transport ?? 'unknown';
    if (uses === 'plaintext' && theirs === 'tls')
      return fail('plaintext-to-tls', to, from, 'tls-cluster is no here and yes there');
    if (uses === 'tls' && theirs === 'plaintext')
      return fail('tls-to-plaintext', to, from, 'tls-cluster is yes here and no there');
  }
  if (uses === 'plaintext') return { kind: 'passes' };
  // The settings of a Sentinel, or of a node that was not asked; by the port it can be told all the same.
  if (uses === 'unknown' && from.unreachable === undefined && to.ports.length === 0) {
    return { kind: 'unknown', why: `the settings of ${from.node.id} are not known` };
  }
  return 'tls';
}

/**
 * A port that the other one does not name: somebody may translate it, so it is no cause while the link is up, and only a
 * likely one, after all that is sure, while it is down.
 */
function judgePort({ kind, from, to, port, seen }: LinkQuestion): LinkJudgement {
  const { plain, tls } = portsOf(to);
  if (kind === 'bus' || port === undefined || plain === undefined || tls === undefined)
    return { kind: 'passes' };
  const named = [plain, tls, ...to.told.map((told) => told.port)];
  if (seen === 'up' || named.includes(port)) return { kind: 'passes' };
  const own = `${to.node.id} itself listens on ${describePorts(plain, tls)}`;
  if (seen === 'unknown') return { kind: 'unknown', why: `${from.node.id} dials port ${port}, and ${own}` };
  return {
    kind: 'fails',
    fault: 'wrong-port',
    judge: to.node.id,
    subject: from.node.id,
    side: 'transport',
    detail: `it dials port ${port}, and ${own}. Where nobody translates ports in between (NAT, a container, a proxy), nothing listens there`,
  };
}

function portsOf(node: NodeTls): { readonly plain: number | undefined; readonly tls: number | undefined } {
  const read = (name: string): number | undefined => {
    const text = valueOf(node, name) ?? '';
    return text === '' ? undefined : Number(text);
  };
  return { plain: read('port'), tls: read('tls-port') };
}

function describePorts(plain: number, tls: number): string {
  const open = [...(plain > 0 ? [`${plain} (plaintext)`] : []), ...(tls > 0 ? [`${tls} (TLS)`] : [])];
  return open.length === 0 ? 'no port' : open.join(' and ');
}

function judgeVersions(from: NodeTls, to: NodeTls): LinkJudgement | undefined {
  const ours = versionsOf(from);
  const theirs = versionsOf(to);
  if (ours.some((version) => theirs.includes(version))) return undefined;
  return {
    kind: 'fails',
    fault: 'no-shared-protocol',
    judge: to.node.id,
    subject: from.node.id,
    side: 'transport',
    detail: `tls-protocols is ${ours.join(' ')} here and ${theirs.join(' ')} there`,
  };
}

function versionsOf(node: NodeTls): readonly string[] {
  const said = (valueOf(node, 'tls-protocols') ?? '').replaceAll('"', '').split(/\s+/).filter(Boolean);
  return said.length === 0 ? VERSIONS_DEFAULT : said;
}

interface Side {
  readonly side: 'server-certificate' | 'client-certificate';
  readonly judge: NodeTls;
  readonly subject: NodeTls;
  readonly presented: readonly CertificateFact[];
  readonly sources: LinkSources;
}

/** As the OpenSSL of `judge` sees what `subject` presents. */
function judgeSide({ side, judge, subject, presented, sources }: Side): LinkJudgement {
  const [leaf] = presented;
  const held = trustFileOf(judge);
  const trusted = trustFolderOf(judge) === '' ? held : undefined;
  const usage = side === 'server-certificate' ? 'server' : 'client';
  if (leaf === undefined) {
    return { kind: 'unknown', why: `what ${subject.node.id} shows is not known` };
  }
  const at = clockOf(judge, sources);
  const known = sources.authorities;
  const ask = (moment: Date, by = trusted): ReturnType<typeof judgeChain> =>
    judgeChain({ presented, trusted: by ?? 'unknown', known, at: moment, usage });
  const judged = ask(at);
  if (judged.ok) {
    // The file alone may be enough, whatever the directory holds beside it.
    if (trusted !== undefined || (held !== undefined && ask(at, held).ok)) return { kind: 'passes' };
    const why =
      held === undefined ? 'its files were not read' : `tls-ca-cert-dir ${trustFolderOf(judge)} was not read`;
    return { kind: 'unknown', why: `what ${judge.node.id} trusts is not known: ${why}` };
  }
  const right = ask(new Date(sources.at.getTime() + sources.rightMs));
  const dated = judged.alert === 'CERTIFICATE_EXPIRED' || judged.fault.endsWith('not-yet-valid');
  const byClock = dated && (right.ok || right.fault !== judged.fault);
  return {
    kind: 'fails',
    fault: byClock ? 'clock' : judged.fault,
    judge: judge.node.id,
    subject: subject.node.id,
    side,
    ...(judged.certificate === undefined ? {} : { certificate: judged.certificate }),
    detail: judged.detail,
  };
}

function portOf(node: NodeTls, purpose: TlsPurpose, port: number | undefined): TlsPortFact | undefined {
  const wanted = purpose === 'clients' && node.node.role === 'sentinel' ? 'sentinel' : purpose;
  const fitting = node.ports.filter((each) => each.purpose === wanted && each.handshake.chain.length > 0);
  return fitting.find((each) => each.port === port) ?? fitting[0];
}

function servedBy(port: TlsPortFact, { sentAlone }: LinkSources): readonly CertificateFact[] {
  return sentAlone.get(addressOf(port)) ?? port.handshake.chain;
}

/** What a node shows when it dials: its client certificate, else what it serves, else its file. */
function shownBy(node: NodeTls, sources: LinkSources): readonly CertificateFact[] {
  const own = valueOf(node, 'tls-client-cert-file') ?? '';
  if (own !== '') return withTrust(chainOnDisk(node, 'tls-client-cert-file'), node);
  const file = chainOnDisk(node, 'tls-cert-file');
  const port = node.ports.find(({ handshake }) => handshake.chain.length > 0);
  if (port === undefined) return withTrust(file, node);
  const served = servedBy(port, sources);
  const same = file[0]?.fingerprintSha256 === served[0]?.fingerprintSha256;
  return withTrust(same ? file : served, node);
}

/** OpenSSL fills a chain of one up from the trust file (SSL_MODE_NO_AUTO_CHAIN is off). */
function withTrust(chain: readonly CertificateFact[], node: NodeTls): readonly CertificateFact[] {
  return chain.length === 1 ? [...chain, ...(trustFileOf(node) ?? [])] : chain;
}

function chainOnDisk(
  node: NodeTls,
  setting: 'tls-cert-file' | 'tls-client-cert-file',
): readonly CertificateFact[] {
  const file = node.files.get(valueOf(node, setting) ?? '');
  return file?.known === true ? file.value.certificates : [];
}
