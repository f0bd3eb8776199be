/**
 * From links that fail to what is wrong: one cause may stop many links, and each has the steps that heal it, in the order
 * in which they help. Clocks come first, since nothing else can be judged by a wrong one; then trust, then certificates,
 * then settings. REPLICAOF NO ONE is never among them: a replica tries again each second by itself. Pure.
 */

import type { NodeTls } from '../../fleet/index.ts';
import type { CertificateFact } from '../../tls/index.ts';
import { quote } from '../doctor/local-files.ts';
import type { FleetFacts, FleetVerdict, LinkVerdict } from './doctor-fleet.ts';
import { clockOf, valueOf, type LinkJudgement } from './doctor-link.ts';
import { findTrouble, quoteLine } from './doctor-log.ts';
import { healCause, type HealingStep } from './doctor-heal.ts';

export type CauseKind =
  | 'clock'
  | 'trust'
  | 'expired'
  | 'not-yet-valid'
  | 'authority-dates'
  | 'chain'
  | 'usage'
  | 'strength'
  | 'transport'
  | 'protocol'
  /** Down, and nothing that was judged stands in the way. */
  | 'unexplained';

export interface FleetCause {
  readonly kind: CauseKind;
  /** The nodes where something has to change. */
  readonly nodes: readonly string[];
  readonly title: string;
  readonly detail: string;
  readonly certificate?: CertificateFact;
  /** Links that it stops; those that are up still stay so until they are cut. */
  readonly links: readonly LinkVerdict[];
  readonly steps: readonly HealingStep[];
}

type Failure = Extract<LinkJudgement, { kind: 'fails' }>;

/** The causes in the order in which they are healed. */
export function findCauses(facts: FleetFacts, verdict: FleetVerdict): readonly FleetCause[] {
  const groups = new Map<string, { readonly failures: Failure[]; readonly links: LinkVerdict[] }>();
  for (const link of verdict.links) {
    const { judgement } = link;
    if (judgement.kind !== 'fails') continue;
    const key = keyOf(judgement);
    const group = groups.get(key) ?? { failures: [], links: [] };
    group.failures.push(judgement);
    group.links.push(link);
    groups.set(key, group);
  }
  const named = [...groups.values()].map(({ failures, links }) => nameCause(failures, links, facts, verdict));
  const idle = verdict.links.filter(({ seen, judgement }) => seen === 'down' && judgement.kind === 'passes');
  const only = idle.length === 1 ? 'only' : 'one-of-many';
  const other = idle.map((link) => nameOther(link, only, facts, verdict.clocks.rightMs));
  return [...named, ...guessClocks(facts), ...other].toSorted(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
  );
}

const ORDER: readonly CauseKind[] = [
  'clock',
  'trust',
  'authority-dates',
  'chain',
  'usage',
  'strength',
  'not-yet-valid',
  'expired',
  'protocol',
  'transport',
  'unexplained',
];

/** What is about a clock or a trust file is the judge's; what is about a certificate is its owner's. */
function keyOf({ fault, judge, subject, certificate }: Failure): string {
  const kind = KINDS[fault];
  if (kind === 'clock') return `clock ${judge}`;
  if (kind === 'trust') return `trust ${certificate?.issuer ?? ''}`;
  if (kind === 'authority-dates') return `authority ${certificate?.fingerprintSha256 ?? ''}`;
  return `${kind} ${subject} ${certificate?.fingerprintSha256 ?? fault}`;
}

const KINDS: Readonly<Record<Failure['fault'], CauseKind>> = {
  clock: 'clock',
  'no-certificate': 'chain',
  'ca-unknown': 'trust',
  'ca-of-same-name': 'trust',
  'root-missing': 'trust',
  'intermediate-missing': 'chain',
  'not-a-ca': 'chain',
  'wrong-usage': 'usage',
  'wrong-key-usage': 'usage',
  'unknown-critical-extension': 'usage',
  'name-not-permitted': 'usage',
  'weak-key': 'strength',
  'weak-signature': 'strength',
  expired: 'expired',
  'not-yet-valid': 'not-yet-valid',
  'ca-expired': 'authority-dates',
  'ca-not-yet-valid': 'authority-dates',
  'plaintext-to-tls': 'transport',
  'tls-to-plaintext': 'transport',
  'wrong-port': 'transport',
  'no-shared-protocol': 'protocol',
};

function nameCause(
  failures: readonly Failure[],
  links: readonly LinkVerdict[],
  facts: FleetFacts,
  verdict: FleetVerdict,
): FleetCause {
  const [failure] = failures;
  if (failure === undefined) throw new Error('a cause has a failure');
  const kind = KINDS[failure.fault];
  const judged = kind === 'clock' || kind === 'trust';
  const nodes = [...new Set(failures.map(({ judge, subject }) => (judged ? judge : subject)))].toSorted();
  const { certificate } = failure;
  const {
    words,
    list,
    nodes: odd,
  } = healCause({ kind, nodes, failure, links, facts, clocks: verdict.clocks });
  return {
    kind,
    nodes: odd ?? nodes,
    ...words,
    ...(certificate === undefined ? {} : { certificate }),
    links,
    steps: list,
  };
}

/**
 * A node that refuses our own certificate for its dates, though it is good by our clock: its clock cannot be asked, and
 * that says enough. A CA in its file that expired would give the same alert.
 */
function guessClocks({ nodes }: FleetFacts): readonly FleetCause[] {
  return nodes.flatMap(({ node, unreachable, ports }): readonly FleetCause[] => {
    if (unreachable === undefined) return [];
    const refusal = ports
      .map(({ handshake }) => (handshake.ok ? undefined : handshake.diagnosis))
      .find(Boolean);
    if (refusal?.certainty !== 'likely') return [];
    const ahead = refusal.fault === 'client-certificate-expired';
    if (!ahead && refusal.fault !== 'client-certificate-not-yet-valid') return [];
    return [
      {
        kind: 'clock',
        nodes: [node.id],
        title: `the clock of ${node.id} is most likely ${ahead ? 'far ahead' : 'far behind'}`,
        detail: `It refuses our certificate as ${ahead ? 'expired' : 'not valid yet'}, which is good by our clock. ${ahead ? 'A CA in its file that has expired would look the same. ' : ''}It lets nobody in who could ask it for the time.`,
        links: [],
        steps: [
          {
            kind: 'shell',
            node: node.id,
            words: 'compare the time',
            command: 'date -u',
          },
          {
            kind: 'shell',
            node: node.id,
            words: 'and put it right',
            command: 'timedatectl set-ntp true && chronyc makestep',
          },
        ],
      },
    ];
  });
}

/**
 * The network, a login, a full backlog; or a rule of OpenSSL's that is not judged here. Only the log of whoever dials can
 * tell these apart, so nothing is ruled out without it.
 */
function nameOther(
  link: LinkVerdict,
  only: 'only' | 'one-of-many',
  facts: FleetFacts,
  rightMs: number,
): FleetCause {
  const { nodes, logs = [], at, reach } = facts;
  const find = (id: string): NodeTls | undefined => nodes.find(({ node }) => node.id === id);
  const [from, to] = [find(link.from), find(link.to)];
  const trouble = from === undefined ? undefined : findTrouble(logs, clockOf(from, { at, rightMs }));
  const said = trouble === undefined ? '' : ` The log says: ${quoteLine(trouble)}`;
  const why =
    trouble === undefined
      ? 'and nothing that was judged says why'
      : `${only === 'only' ? 'and' : 'and perhaps'} TLS is why, by the log`;
  return {
    kind: 'unexplained',
    nodes: [link.from],
    title: `${link.from} has lost ${link.to}, ${why}`,
    detail: `${JUDGED}${said === '' ? ' What is left is a rule of TLS beyond these, the network between the two, or the login of the replica.' : said}`,
    links: [link],
    steps: [
      ...(logs.length > 0
        ? []
        : [
            {
              kind: 'wardis' as const,
              node: link.from,
              words: `let the log of ${link.from} say whether TLS stops it (its place: CONFIG GET logfile)`,
              command: `wardis tls doctor ${reach} --server-log FILE`,
            },
          ]),
      {
        kind: 'person',
        node: link.from,
        words: `does ${link.to} answer there`,
        command: `nc -vz ${hostAndPort(to, link.to)}`,
      },
      ...(trouble === undefined
        ? [
            {
              kind: 'person' as const,
              node: link.from,
              words:
                'what does its log say: certificate verify failed, a cut, a timeout, WRONGPASS or NOPERM',
            },
          ]
        : [
            {
              kind: 'person' as const,
              node: link.from,
              words: 'let OpenSSL itself judge what the other one serves, by the CA file that this one uses',
              command: `openssl s_client -connect ${link.to} -CAfile ${quote(trustPathOf(from))} -verify_return_error </dev/null`,
            },
          ]),
    ],
  };
}

const JUDGED =
  'Judged, and well: clocks, dates, chains up to the trust files, uses, strength of keys and signatures, TLS versions. Not judged: ciphers, further extensions of certificates, and whether the files on disk are those that were loaded.';

function trustPathOf(node: NodeTls | undefined): string {
  const path = node === undefined ? '' : (valueOf(node, 'tls-ca-cert-file') ?? '');
  return path === '' ? 'TLS-CA-CERT-FILE' : path;
}

function hostAndPort(node: NodeTls | undefined, id: string): string {
  const endpoint = node?.node.target.endpoint;
  return endpoint?.kind === 'tcp' ? `${endpoint.host} ${endpoint.port}` : id;
}
