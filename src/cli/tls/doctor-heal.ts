/** What heals each cause: words for the cause, and the exact commands, one step after the other. Pure. */

import type { NodeTls } from '../../fleet/index.ts';
import { judgeChain, type CertificateFact } from '../../tls/index.ts';
import { quote } from '../doctor/local-files.ts';
import type { CauseKind } from './doctor-cause.ts';
import { CLOCK_TOLERANCE_MS, describeOffset, describeSpan, type ClockVerdict } from './doctor-clock.ts';
import type { FleetFacts, LinkVerdict } from './doctor-fleet.ts';
import { healStranger } from './doctor-stranger.ts';
import { trustFileOf, valueOf, type LinkJudgement } from './doctor-link.ts';

/** One step. `server`: a command for that node, as it is; `shell`: on its host; `wardis`: from here; `person`: by hand. */
export interface HealingStep {
  readonly kind: 'server' | 'shell' | 'wardis' | 'person';
  readonly node: string;
  readonly words: string;
  readonly command?: string;
  /** What is to be added to a file, so that nobody has to read it out of the words. */
  readonly adds?: { readonly path: string; readonly certificate: CertificateFact };
}

export interface Healing {
  /** Where something has to change, if not where the failures were judged. */
  readonly nodes?: readonly string[];
  readonly words: { readonly title: string; readonly detail: string };
  readonly list: readonly HealingStep[];
}

export interface Ailment {
  readonly kind: CauseKind;
  /** Where something has to change; the first stands for all where they are alike. */
  readonly nodes: readonly string[];
  readonly failure: Extract<LinkJudgement, { kind: 'fails' }>;
  readonly links: readonly LinkVerdict[];
  readonly facts: FleetFacts;
  readonly clocks: ClockVerdict;
}

export function healCause(ailment: Ailment): Healing {
  switch (ailment.kind) {
    case 'clock':
      return healClock(ailment);
    case 'trust':
      return healStranger(ailment) ?? healTrust(ailment);
    case 'expired':
    case 'not-yet-valid':
      return healDates(ailment);
    case 'authority-dates':
      return healAuthority(ailment);
    case 'chain':
    case 'usage':
    case 'strength':
      return healCertificate(ailment);
    case 'transport':
      return healTransport(ailment);
    case 'protocol':
      return healProtocol(ailment);
    case 'unexplained':
      return { words: { title: '', detail: '' }, list: [] };
  }
}

function healClock({ nodes: [node = ''], failure, clocks }: Ailment): Healing {
  const reading = clocks.clocks.find((clock) => clock.node === node);
  const offset = (reading?.offsetMs ?? 0) - clocks.rightMs;
  const right = clocks.clocks.filter(({ state }) => state === 'right').length;
  const others = `${right} ${right === 1 ? 'node' : 'nodes'}${clocks.ours === 'right' ? ' and this host agree' : ' agree with each other and not with this host'}`;
  return {
    words: {
      title: `the clock of ${node} is wrong: ${describeOffset(offset)}`,
      detail: `By it ${failure.detail}, so ${failure.subject} is refused. ${others}.`,
    },
    list: [
      {
        kind: 'shell',
        node,
        words: 'put the clock right; nothing else needs to change',
        command: 'timedatectl set-ntp true && chronyc makestep',
      },
    ],
  };
}

function healTrust({ nodes, failure, facts }: Ailment): Healing {
  const { certificate } = failure;
  const issuer = certificate?.issuer ?? 'the CA';
  const authority = certificate === undefined ? undefined : findAuthority(certificate, facts);
  const shows = failure.side === 'server-certificate' ? 'serves' : 'shows, when it dials,';
  const twin = failure.fault === 'ca-of-same-name';
  const who = nodes.length === 1 ? (nodes[0] ?? '') : `${nodes.length} nodes`;
  const verb = nodes.length === 1 ? 'does' : 'do';
  const knows = `${nodes.length === 1 ? 'knows' : 'know'} a CA of that name with another key`;
  return {
    words: {
      title: `${who} ${verb} not trust ${issuer}${twin ? ', as it is now' : ''}`,
      detail: `${failure.subject} ${shows} a certificate of ${issuer}, and ${who} ${twin ? knows : `${verb} not have that CA`}. A rotation reached one side only.`,
    },
    list: [
      ...nodes.flatMap((node) => addAuthority(node, issuer, authority, facts)),
      {
        kind: 'wardis',
        node: '',
        words: 'later finish the rotation on every node',
        command: `wardis tls rotate ca ${facts.reach} --status`,
      },
    ],
  };
}

function addAuthority(
  node: string,
  issuer: string,
  authority: CertificateFact | undefined,
  facts: FleetFacts,
): readonly HealingStep[] {
  const judge = find(facts, node);
  const path = (judge === undefined ? undefined : valueOf(judge, 'tls-ca-cert-file')) ?? '';
  const mark = authority === undefined ? '' : ` (SHA-256 ${authority.fingerprintSha256.slice(0, 16)}…)`;
  return [
    {
      kind: 'shell',
      node,
      words: `add ${issuer}${mark} to the CA file, and keep what is there`,
      command: `cat ${quote(fileNameOf(issuer))} >> ${quote(path === '' ? 'TLS-CA-CERT-FILE' : path)}`,
      ...(authority === undefined || path === '' ? {} : { adds: { path, certificate: authority } }),
    },
    reload(node, judge, 'tls-ca-cert-file', path === '' ? 'TLS-CA-CERT-FILE' : path),
  ];
}

function healDates(ailment: Ailment): Healing {
  const {
    kind,
    nodes: [node = ''],
    failure,
    facts,
  } = ailment;
  const { certificate } = failure;
  const days = certificate === undefined ? '' : ageOf(certificate, kind, facts.at);
  const early = kind === 'not-yet-valid';
  return {
    words: {
      title: `the certificate of ${node} ${early ? 'is not valid yet' : `has expired${days}`}`,
      detail: `${failure.detail}. Links that are up stay so; one that is cut, as by a partition, cannot come back.`,
    },
    list: rotateLeaf(ailment, early ? 'issue it again, for from now on' : 'give it a new one'),
  };
}

function healAuthority({ failure, nodes: [node = ''], facts }: Ailment): Healing {
  const early = failure.fault === 'ca-not-yet-valid';
  return {
    words: {
      title: `a CA ${early ? 'is not valid yet' : 'has expired'}: ${failure.certificate?.subject ?? 'unknown'}`,
      detail: `${failure.detail}. Every certificate below it is refused with it.`,
    },
    list: [
      {
        kind: 'wardis',
        node,
        words: 'bring a new authority in, beside the old one',
        command: `wardis tls rotate ca ${facts.reach} --next`,
      },
    ],
  };
}

function healCertificate(ailment: Ailment): Healing {
  const {
    kind,
    nodes: [node = ''],
    failure,
    facts,
  } = ailment;
  const subject = find(facts, node);
  const own = (subject === undefined ? undefined : valueOf(subject, 'tls-client-cert-file')) ?? '';
  const dials = failure.side === 'client-certificate';
  const title = {
    usage: `the certificate that ${node} shows ${dials ? 'when it dials' : 'to others'} is not made for that`,
    strength: `the certificate of ${node} is too weak`,
    chain: `${node} does not show its whole chain`,
  }[kind as 'usage' | 'strength' | 'chain'];
  const advice =
    kind === 'usage'
      ? 'give it one for both sides: a node is server and client'
      : kind === 'strength'
        ? 'give it one with an EC P-256 key and SHA-256'
        : 'put the intermediate behind the certificate in its file';
  if (dials && own !== '') {
    return {
      words: { title, detail: `${failure.detail}. It is ${own} (tls-client-cert-file).` },
      list: [
        { kind: 'person', node, words: `replace ${own} and its key; ${advice}` },
        reload(node, subject, 'tls-client-cert-file', own),
      ],
    };
  }
  return { words: { title, detail: `${failure.detail}.` }, list: rotateLeaf(ailment, advice) };
}

function healTransport({ nodes: [node = ''], failure, links, facts }: Ailment): Healing {
  const [link] = links;
  const bus = link?.kind === 'bus';
  const setting = bus ? 'tls-cluster' : 'tls-replication';
  const title = `${node} does not speak to ${failure.judge} as that one listens`;
  if (failure.fault === 'wrong-port') return healPort(failure, facts);
  const words = { title, detail: `${capitalise(failure.detail)}.` };
  const value = failure.fault === 'plaintext-to-tls' ? 'yes' : 'no';
  const safer = value === 'no' ? 'speak as the other side listens, or open TLS there' : 'let it speak TLS';
  return { words, list: [server(node, safer, `CONFIG SET ${setting} ${value}`)] };
}

/** Whether the port is translated on the way is known only there, so that is asked before anything is turned round. */
function healPort({ judge, subject: node, detail }: Ailment['failure'], facts: FleetFacts): Healing {
  const [to, from] = [find(facts, judge), find(facts, node)];
  const portOf = (name: string): number => Number((to === undefined ? undefined : valueOf(to, name)) ?? 0);
  const [tls, plain] = [portOf('tls-port'), portOf('port')];
  const host = to?.node.target.endpoint.kind === 'tcp' ? to.node.target.endpoint.host : 'HOST';
  const dialled = from?.replicaLink?.primary ?? '';
  const split = dialled.lastIndexOf(':');
  const plaintext = from !== undefined && valueOf(from, 'tls-replication') !== 'yes';
  return {
    words: {
      title: `${node} most likely dials a port where nothing listens`,
      detail: `${capitalise(detail)}.`,
    },
    list: [
      {
        kind: 'person',
        node,
        words: 'does that port answer there? Then it is translated on the way, and not the cause',
        ...(split < 1 ? {} : { command: `nc -vz ${dialled.slice(0, split)} ${dialled.slice(split + 1)}` }),
      },
      ...(tls > 0 && plaintext
        ? [server(node, 'if it does not: let it speak TLS', 'CONFIG SET tls-replication yes')]
        : []),
      server(
        node,
        `if it does not: point it at the port that ${judge} listens on, as reached from there; an address behind NAT is another one`,
        `REPLICAOF ${host} ${tls > 0 ? tls : plain}`,
      ),
    ],
  };
}

function healProtocol({ nodes: [node = ''], failure }: Ailment): Healing {
  return {
    words: {
      title: `${node} and ${failure.judge} allow no TLS version in common`,
      detail: `${capitalise(failure.detail)}.`,
    },
    list: [
      server(
        node,
        'allow both versions, here and on the other side',
        'CONFIG SET tls-protocols "TLSv1.2 TLSv1.3"',
      ),
    ],
  };
}

function rotateLeaf({ nodes: [node = ''], facts }: Ailment, what: string): readonly HealingStep[] {
  return [
    {
      kind: 'wardis',
      node,
      words: what,
      command: `wardis tls rotate leaf ${facts.reach} --node ${node}`,
    },
  ];
}

/** A CONFIG SET of the same path rebuilds the whole context: certificate, key and CA. A Sentinel only restarts. */
function reload(node: string, facts: NodeTls | undefined, setting: string, path: string): HealingStep {
  if (facts?.node.role === 'sentinel') {
    return {
      kind: 'person',
      node,
      words: 'restart the Sentinel, one at a time: it reads certificates only when it starts',
    };
  }
  return server(node, 'let the files be read again; connections stay', `CONFIG SET ${setting} ${path}`);
}

function server(node: string, words: string, command: string): HealingStep {
  return { kind: 'server', node, words, command };
}

/** The CA itself, where some node or we ourselves have it. */
function findAuthority(certificate: CertificateFact, facts: FleetFacts): CertificateFact | undefined {
  const held = [...facts.authorities, ...facts.nodes.flatMap((node) => trustFileOf(node) ?? [])];
  const wanted = certificate.selfSigned ? certificate.subject : certificate.issuer;
  return held.find((candidate) => {
    if (candidate.subject !== wanted) return false;
    const judged = judgeChain({
      presented: [certificate],
      trusted: [candidate],
      at: facts.at,
      usage: 'server',
    });
    return judged.ok || (judged.alert !== 'UNKNOWN_CA' && judged.alert !== 'DECRYPT_ERROR');
  });
}

function find({ nodes }: FleetFacts, id: string): NodeTls | undefined {
  return nodes.find(({ node }) => node.id === id);
}

function ageOf({ notAfter }: CertificateFact, kind: CauseKind, at: Date): string {
  const over = at.getTime() - Date.parse(notAfter);
  return kind === 'expired' && over > CLOCK_TOLERANCE_MS ? `, ${describeSpan(over)} ago` : '';
}

/** `CN=Fleet CA` as a file that a person would look for: `Fleet-CA.crt`. */
function fileNameOf(name: string): string {
  const common = /CN=([^,]+)/.exec(name)?.[1] ?? name;
  return `${common.replace(/[^\w.-]+/g, '-')}.crt`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
