/** How far a fleet is on its way to another authority, for people and for programs. */

import {
  AUTHORITY_PHASE_TITLES,
  AUTHORITY_PHASES,
  certificatesOf,
  type AuthorityChange,
  type AuthorityObstacle,
  type AuthorityPhase,
  type AuthorityProgress,
  type LateClient,
} from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { Look } from '../terminal.ts';

/** A fleet's name and where it stands. */
export interface CaStanding {
  readonly name: string;
  readonly change: AuthorityChange;
  readonly progress: AuthorityProgress;
  /** Of a run that was cut short. */
  readonly open: { readonly id: string; readonly phase: AuthorityPhase } | undefined;
}

const LISTED_MAX = 12;

export function printCaStanding({ name, change, progress, open }: CaStanding, look: Look): string {
  const lines = [
    `${name}: from ${describeRoots(change.old)} to ${describeRoots(change.next)}`,
    '',
    ...AUTHORITY_PHASES.map((phase) => phaseLine(phase, progress, look)),
    ...detailsOf(progress),
    ...(open === undefined ? [] : ['', `${open.phase} was cut short: run ${open.id}`]),
    '',
    progress.next === 'done'
      ? `done: no file of a node holds the old authority any more${progress.nodes.every(({ oldTried }) => oldTried === 'by-handshake') ? ', and its clients are refused' : ''}. Remove it here: wardis tls rotate ca --finish`
      : `next: ${progress.next}, ${AUTHORITY_PHASE_TITLES[progress.next]}: wardis tls rotate ca --next`,
    ...progress.obstacles.flatMap(describeObstacle),
  ];
  return `${lines.map(safeText).join('\n')}\n`;
}

export function caStandingAsData({
  name,
  change,
  progress,
  open,
}: CaStanding): Readonly<Record<string, unknown>> {
  const roots = (pems: readonly string[]): unknown =>
    certificatesOf(pems)
      .filter(({ selfSigned }) => selfSigned)
      .map(({ subject, fingerprintSha256, notAfter }) => ({ subject, fingerprintSha256, notAfter }));
  return {
    schemaVersion: '1',
    fleet: name,
    from: roots(change.old),
    to: roots(change.next),
    next: progress.next,
    ...(open === undefined ? {} : { open }),
    nodes: progress.nodes,
    clients: progress.clients.map(({ name: client, fingerprintSha256, side, of, ours, files }) => ({
      name: client,
      fingerprintSha256,
      side,
      of,
      ours,
      ...(files === undefined ? {} : { files }),
    })),
    ownTrust: {
      lacks: progress.own.lacks.map(placeOfTrust),
      holdsOld: progress.own.holdsOld.map(placeOfTrust),
    },
    reloads: progress.reloads,
    elsewhere: progress.elsewhere,
    obstacles: progress.obstacles,
  };
}

export function printCaJson(data: Readonly<Record<string, unknown>>): string {
  return `${printSafeJson(data, 2)}\n`;
}

/** `CN=Wardis authority (1a2b3c4d)`. */
export function describeRoots(pems: readonly string[]): string {
  const roots = certificatesOf(pems).filter(({ selfSigned }) => selfSigned);
  return roots
    .map(({ subject, fingerprintSha256 }) => `${subject} (${fingerprintSha256.slice(0, 8)})`)
    .join(', ');
}

export function describeObstacle({ about, why, next }: AuthorityObstacle): readonly string[] {
  return [`  ${about}: ${why}`, `    ${next}`];
}

/** What each known client of the old authority needs. */
export function describeClients({ clients }: AuthorityProgress): readonly string[] {
  const lines = clients.map((client) => {
    const { name, fingerprintSha256, files, of, side } = client;
    const place = files === undefined ? '' : `, ${files.certificate}`;
    const whose = of === 'ourselves' ? ' (ourselves)' : '';
    const why = side === 'unknown' ? ', of an authority that is not known' : '';
    return `  ${name}${whose} ${fingerprintSha256.slice(0, 8)}${place}${why}: ${clientAdvice(client)}`;
  });
  const all = [...new Set(lines)];
  const shown = all.slice(0, LISTED_MAX);
  const more = all.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

function clientAdvice({ name, files, ours, of, node }: LateClient): string {
  const word = /^[\w.@:-]+$/.test(name) ? name : 'NAME';
  if (of === 'node') {
    const key = files?.key === undefined || files.key === '' ? '' : `, its key at ${files.key}`;
    return `wardis tls issue client NAME; place the certificate at ${files?.certificate ?? 'its path'}${key} on the host of ${node ?? 'the node'}; then at that node: CONFIG SET tls-client-cert-file ${files?.certificate ?? 'PATH'}`;
  }
  if (node !== undefined) {
    return `a node that is not of this fleet: wardis tls rotate leaf there, with its fleet; if it is gone: --allow ${node}`;
  }
  const gone = of === 'inventory' ? `; if it is gone: --allow ${word}` : '';
  if (!ours) return `have its issuer make one of the new authority, then: wardis tls adopt FILE${gone}`;
  if (files?.key !== undefined) return 'reissued in place by --next';
  return `wardis tls issue client ${word}, and bring it there${gone}`;
}

/** Before the drop: what no server tells. Ends with a blank, or is empty. */
export function describeReloads({ reloads }: AuthorityProgress): string {
  if (reloads.length === 0) return '';
  const names = reloads
    .slice(0, LISTED_MAX)
    .map(({ name, fingerprintSha256 }) => `${name} ${fingerprintSha256.slice(0, 8)}`);
  const more = reloads.length > names.length ? ` and ${reloads.length - names.length} more` : '';
  return `These were given a new certificate: ${names.join(', ')}${more}. Restart or reload each first: a program that read its files when it started still shows the old certificate, stays connected, and is refused when it connects anew (wardis tls clients, wardis tls reconnect). Agree only when that was done. `;
}

function phaseLine(phase: AuthorityPhase, progress: AuthorityProgress, look: Look): string {
  const order = AUTHORITY_PHASES.indexOf(phase);
  const at = progress.next === 'done' ? AUTHORITY_PHASES.length : AUTHORITY_PHASES.indexOf(progress.next);
  const sure = phase !== 'drop' || progress.nodes.every(({ oldTried }) => oldTried === 'by-handshake');
  const done = sure ? (look.unicode ? '✓' : 'done') : '?';
  const mark = order < at ? done : order === at ? (look.unicode ? '›' : 'next') : ' ';
  return `${mark} ${phase.padEnd(8)} ${countOf(phase, progress)}`;
}

function countOf(phase: AuthorityPhase, { nodes, clients, own, next }: AuthorityProgress): string {
  if (phase === 'clients') {
    return clients.length === 0
      ? 'no known client needs the old one'
      : next === 'done'
        ? `${clients.length} known ${clients.length === 1 ? 'client was' : 'clients were'} left behind, and refused now`
        : `${clients.length} known ${clients.length === 1 ? 'client needs' : 'clients need'} the old one`;
  }
  const left = nodes.filter(({ needs }) => needs.includes(phase)).length;
  if (phase === 'drop') {
    const away = nodes.filter(({ trusts }) => trusts === 'unknown').length;
    if (left > 0 || away > 0) {
      const unread = away === 0 ? '' : `, ${away} not known`;
      return `${nodes.filter(({ trusts }) => trusts === 'next').length} of ${nodes.length} nodes${unread}`;
    }
    const untried = nodes.filter(({ oldTried }) => oldTried === 'by-file-only').length;
    return untried === 0
      ? 'nobody trusts the old one'
      : `no file holds the old one; that its clients are refused was not tried at ${untried} of ${nodes.length} nodes`;
  }
  const local = phase === 'trust' && own.lacks.length > 0 ? ', not yet here' : '';
  return `${nodes.length - left} of ${nodes.length} nodes${next === 'done' ? '' : local}`;
}

function detailsOf(progress: AuthorityProgress): readonly string[] {
  const { next, nodes, own } = progress;
  if (next === 'done') {
    return own.holdsOld.length === 0
      ? []
      : [
          '',
          ...own.holdsOld.map(
            (trust) =>
              `  ${placeOfTrust(trust)} still holds the old one: it can go (--finish --update-local)`,
          ),
        ];
  }
  const late = nodes.filter(({ needs }) => needs.includes(next));
  const shown = late
    .slice(0, LISTED_MAX)
    .map(({ id, role, trusts, serves }) => `  ${id} ${role}: trusts ${trusts}, serves ${serves}`);
  return [
    ...(shown.length === 0 ? [] : ['', ...shown]),
    ...(late.length > shown.length ? [`  and ${late.length - shown.length} more`] : []),
    ...(next === 'trust'
      ? own.lacks.map(
          (trust) =>
            `  ${placeOfTrust(trust)} (ours) does not hold the new one: --update-local, or wardis tls bundle`,
        )
      : []),
    ...(progress.clients.length === 0 || next === 'trust'
      ? []
      : [
          '',
          ...(next === 'leaves'
            ? ['  known clients of the old authority, which must trust both by now:']
            : []),
          ...describeClients(progress),
        ]),
    ...(next === 'drop' && progress.reloads.length > 0 ? ['', `  ${describeReloads(progress).trim()}`] : []),
  ];
}

export function placeOfTrust(trust: AuthorityProgress['own']['lacks'][number]): string {
  return trust.kind === 'none' ? 'the roots of this system' : trust.path;
}
