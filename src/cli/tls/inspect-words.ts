/** The facts of an inspection in words, the same in every format that people read. */

import type { InspectReport, ShownAddress, ShownCertificate, ShownNode } from './inspect-report.ts';
import type { TimelineEntry } from './timeline.ts';

/** How well something stands. */
export type Mood = 'good' | 'bad' | 'plain';

/** One line of facts: what it is about, what is so, and whether that is well. */
export interface Words {
  readonly label: string;
  readonly text: string;
  readonly mood: Mood;
}

export function day(iso: string): string {
  return iso.slice(0, 10);
}

/** `314 days left, due 2027-06-11`, `expired 3 days ago`. */
export function sayLife(
  { daysLeft, dueAt, notAfter, notBefore }: ShownCertificate | TimelineEntry,
  now: Date,
): string {
  const overMs = now.getTime() - Date.parse(notAfter);
  if (overMs > 0) return `expired ${sayTime(overMs)} ago`;
  if (Date.parse(notBefore) > now.getTime()) return `valid only from ${day(notBefore)}`;
  const left =
    daysLeft === 0 ? `ends today, ${notAfter.slice(11, 16)} UTC` : `${counted(daysLeft, 'day')} left`;
  return Date.parse(dueAt) <= now.getTime()
    ? `${left}, due since ${day(dueAt)}`
    : `${left}, due ${day(dueAt)}`;
}

/** The facts of one certificate that was served or found. */
export function sayCertificate(certificate: ShownCertificate, now: Date): readonly Words[] {
  const { subject, key, signature, usages, notBefore, notAfter, dnsNames, ipAddresses, uris, daysLeft } =
    certificate;
  const names = [...dnsNames, ...ipAddresses, ...uris];
  const late = daysLeft < 0 || Date.parse(notBefore) > now.getTime();
  const due = Date.parse(certificate.dueAt) <= now.getTime();
  return [
    {
      label: 'certificate',
      text: `${subject}, ${key}, signed with ${signature}, for ${usages.join(' and ') || 'every use'}`,
      mood: 'plain',
    },
    {
      label: 'valid',
      text: `${day(notBefore)} to ${day(notAfter)}: ${sayLife(certificate, now)}`,
      mood: late ? 'bad' : due ? 'plain' : 'good',
    },
    { label: 'names', text: names.join(', ') || 'none', mood: names.length === 0 ? 'bad' : 'plain' },
  ];
}

const TELLERS: Readonly<Record<ShownAddress['by'], string>> = {
  seed: 'named here',
  cluster: 'told by the Cluster',
  sentinel: 'told by Sentinels',
  primary: 'told by its primary',
  policy: 'named in the policy',
};

/** Each address once, with all that tell it. */
export function sayTold(told: readonly ShownAddress[]): readonly Words[] {
  const places = new Map<
    string,
    { readonly by: string[]; readonly covered: boolean | undefined; readonly host: string }
  >();
  for (const { host, port, by, covered } of told) {
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const place = places.get(address) ?? { by: [], covered, host };
    if (!place.by.includes(TELLERS[by])) place.by.push(TELLERS[by]);
    places.set(address, place);
  }
  return [...places].map(([address, { by, covered, host }]) => ({
    label: 'reached as',
    text: `${address}, ${by.join(', ')}: ${covered === undefined ? 'no certificate was shown' : covered ? 'covered' : `the certificate does not name ${host}`}`,
    mood: covered === undefined ? 'plain' : covered ? 'good' : 'bad',
  }));
}

export function sayClock({ clock }: ShownNode): string | undefined {
  if (clock === undefined) return undefined;
  const { aheadMs, doubtMs } = clock;
  const doubt = `± ${doubtMs < 10 ? doubtMs.toFixed(1) : Math.round(doubtMs)} ms`;
  if (Math.abs(aheadMs) <= doubtMs + 1) return `clock as ours ${doubt}`;
  return `clock ${sayTime(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} ours ${doubt}`;
}

function sayTime(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 2 * 86_400_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.floor(ms / 86_400_000)} days`;
}

export function sayLinks({ links, ports }: ShownNode): Words | undefined {
  if (links.length === 0) return undefined;
  const own = new Set(ports.map(({ onDisk }) => onDisk.path));
  return {
    label: 'links',
    text: links
      .map(({ link, transport, shows }) => {
        const way = { plaintext: 'in plaintext', tls: 'by TLS', unknown: UNTOLD[link] }[transport];
        const certificate = own.has(shows) ? 'the same certificate' : shows;
        return `${link} ${way}${transport === 'tls' && shows !== undefined ? `, showing ${certificate}` : ''}`;
      })
      .join('; '),
    mood: links.some(({ transport }) => transport === 'plaintext') ? 'bad' : 'plain',
  };
}

/** What would tell it. A Sentinel answers no CONFIG GET. */
const UNTOLD: Readonly<Record<ShownNode['links'][number]['link'], string>> = {
  replication: 'not known (tls-replication says it)',
  bus: 'not known (tls-cluster says it)',
  sentinel: 'not known (tls-replication in the file of the Sentinel says it, --files reads that)',
};

export function sayTrusts({ trusts }: ShownNode, now: Date): readonly Words[] {
  return (trusts ?? []).map((certificate) => ({
    label: 'trusts',
    text: `${certificate.subject}, until ${day(certificate.notAfter)}: ${sayLife(certificate, now)}`,
    mood: certificate.daysLeft < 0 ? 'bad' : 'plain',
  }));
}

/** What was inspected, for a title. */
export function sayFleet({ fleet, kind, nodes, files }: InspectReport): string {
  if (fleet !== undefined) return `fleet ${fleet}`;
  if (kind === 'files') return files.length === 1 ? (files[0]?.path ?? '') : counted(files.length, 'file');
  return nodes.length === 1 ? (nodes[0]?.id ?? '') : `${FLEETS[kind]} of ${counted(nodes.length, 'node')}`;
}

const FLEETS: Readonly<Record<Exclude<InspectReport['kind'], 'files'>, string>> = {
  standalone: 'a fleet',
  replicated: 'a replicated fleet',
  sentinel: 'a fleet with Sentinels',
  cluster: 'a Cluster',
};

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
