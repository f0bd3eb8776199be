/** The facts of an inspection in words, the same in every format that people read. */

import type {
  InspectReport,
  ShownAddress,
  ShownCertificate,
  ShownFile,
  ShownNode,
  ShownPort,
} from './inspect-report.ts';
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

export function saySent(chain: readonly string[], sent: ShownPort['sent']): Words {
  const label = 'chain';
  const order = chain.join(' < ');
  switch (sent.state) {
    case 'complete':
      return { label, text: `${order}: a client that has only ${sent.root} can follow it`, mood: 'good' };
    case 'incomplete':
      return {
        label,
        text: `${order}: ${sent.missing} is not sent, a client that has only the root is lost`,
        mood: 'bad',
      };
    case 'unknown':
      return { label, text: `${order}: ${sent.why} (give the root: --cacert FILE)`, mood: 'plain' };
  }
}

/** Undefined where nothing is recorded: most fleets have their certificates from elsewhere. */
export function sayRecord(record: ShownPort['record']): Words | undefined {
  const label = 'recorded';
  switch (record.state) {
    case 'current':
      return { label, text: 'this is the one that was issued or adopted last', mood: 'good' };
    case 'superseded':
      return { label, text: `serial ${record.serial} took its place`, mood: 'bad' };
    case 'revoked':
      return { label, text: `revoked on ${day(record.at)}: ${record.reason}`, mood: 'bad' };
    case 'another':
      return { label, text: `not this one: serial ${record.serial} was issued for this node`, mood: 'bad' };
    case 'unrecorded':
      return undefined;
  }
}

export function sayDisk({ onDisk }: ShownPort): Words | undefined {
  const label = 'on disk';
  const path = onDisk.path ?? '';
  switch (onDisk.state) {
    case 'same':
      return { label, text: `${path} holds the same`, mood: 'good' };
    case 'different':
      return { label, text: `${path} holds another: it was not reloaded`, mood: 'bad' };
    case 'unknown':
      return path === ''
        ? undefined
        : { label, text: `${path} was not read (--files reads it)`, mood: 'plain' };
  }
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

export function sayOffer(
  { offer, resumption = [] }: ShownPort,
  detail: 'findings' | 'all',
): readonly Words[] {
  const words: Words[] = [];
  if (offer !== undefined) {
    const suites = Object.values(offer.suites).flat();
    const listed = detail === 'all' ? suites.join(' ') || 'none' : counted(suites.length, 'suite');
    const weak = offer.weak.length === 0 ? ', none of them weak' : `; weak: ${offer.weak.join(' ')}`;
    const untried =
      offer.untried.length === 0 ? '' : `; ${offer.untried.length} could not be tried from here`;
    words.push({
      label: 'accepts',
      text: `${offer.versions.join(' ') || 'nothing that was offered'}: ${listed}${weak}${untried}`,
      mood: offer.weak.length > 0 || offer.versions.some((version) => OLD.has(version)) ? 'bad' : 'good',
    });
  }
  if (resumption.length > 0) {
    const ways = new Map<string, string[]>();
    for (const { version, kind, why } of resumption) {
      const way = `${RESUMPTION[kind]}${why === undefined ? '' : ` (${why})`}`;
      ways.set(way, [...(ways.get(way) ?? []), version]);
    }
    const text = [...ways].map(([way, versions]) => `${versions.join(' and ')} ${way}`).join('; ');
    words.push({ label: 'resumption', text, mood: 'plain' });
  }
  return words;
}

const OLD = new Set(['TLSv1', 'TLSv1.1']);
const RESUMPTION = {
  resumed: 'sessions resume, without another look at certificates',
  'not-resumed': 'sessions do not resume',
  unknown: 'not known',
} as const;

/** `clients 10.0.0.5:6379  TLSv1.3, TLS_AES_256_GCM_SHA384, client certificate required`. */
export function sayPort(port: ShownPort): string {
  const asks = {
    required: 'client certificate required',
    optional: 'client certificate optional',
    off: 'no client certificate asked for',
    unknown: 'client certificate: not known',
  }[port.clientCertificate];
  return [port.protocol, port.cipher, asks].filter((part) => part !== undefined && part !== '').join(', ');
}

/** What the codes of OpenSSL and Node mean here. */
const DISTRUST: readonly (readonly [RegExp, string])[] = [
  [/SELF_SIGNED|UNABLE_TO/, 'its CA is not among those that we trust: --cacert FILE'],
  [/EXPIRED/, 'it has expired'],
  [/NOT_YET_VALID/, 'it is not valid yet'],
  [/ALTNAME/, 'it does not name the address that we used'],
];

/** What we made of it, where that is not well. */
export function sayTrust(port: ShownPort): Words | undefined {
  // The head of the port says so already, and a stranger is not meant to get further.
  if (port.fault?.code === 'client-certificate-required') return undefined;
  if (port.fault !== undefined) return { label: 'handshake', text: port.fault.detail, mood: 'bad' };
  if (port.trusted) return undefined;
  const { trustError = 'no reason given' } = port;
  const said = DISTRUST.find(([codes]) => codes.test(trustError))?.[1];
  const why = said === undefined ? trustError : `${said} (${trustError})`;
  return { label: 'trust', text: `we would not trust it: ${why}`, mood: 'bad' };
}

export function sayClock({ clock }: ShownNode): string | undefined {
  if (clock === undefined) return undefined;
  const { aheadMs, doubtMs } = clock;
  const doubt = `± ${doubtMs < 10 ? doubtMs.toFixed(1) : Math.round(doubtMs)} ms`;
  if (Math.abs(aheadMs) <= doubtMs + 1) return `clock as ours ${doubt}`;
  return `clock ${sayTime(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} ours ${doubt}`;
}

export function sayTime(ms: number): string {
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
        const way = { plaintext: 'in plaintext', tls: 'by TLS', unknown: 'not known' }[transport];
        const certificate = own.has(shows) ? 'the same certificate' : shows;
        return `${link} ${way}${transport === 'tls' && shows !== undefined ? `, showing ${certificate}` : ''}`;
      })
      .join('; '),
    mood: links.some(({ transport }) => transport === 'plaintext') ? 'bad' : 'plain',
  };
}

export function sayTrusts({ trusts }: ShownNode, now: Date): readonly Words[] {
  return (trusts ?? []).map((certificate) => ({
    label: 'trusts',
    text: `${certificate.subject}, until ${day(certificate.notAfter)}: ${sayLife(certificate, now)}`,
    mood: certificate.daysLeft < 0 ? 'bad' : 'plain',
  }));
}

export function sayPair({ pair }: ShownFile): Words | undefined {
  return pair === undefined ? undefined : { label: 'key', ...PAIRS[pair] };
}

const PAIRS: Readonly<Record<NonNullable<ShownFile['pair']>, Pick<Words, 'text' | 'mood'>>> = {
  match: { text: 'belongs to the certificate', mood: 'good' },
  mismatch: { text: 'does not belong to the certificate', mood: 'bad' },
  'encrypted-key': { text: 'is encrypted, so that it cannot be compared', mood: 'plain' },
  'unreadable-key': { text: 'cannot be read', mood: 'bad' },
  'unreadable-certificate': { text: 'the certificate cannot be read', mood: 'bad' },
};

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

/** Everything about one port but its head: one line a fact. */
export function describePort(
  port: ShownPort,
  node: ShownNode,
  now: Date,
  detail: 'findings' | 'all' = 'findings',
): readonly Words[] {
  const { leaf } = port;
  const trust = sayTrust(port);
  if (leaf === undefined) return trust === undefined ? [] : [trust];
  const [certificate, valid, names] = sayCertificate(leaf, now);
  return [
    certificate,
    valid,
    saySent(port.chain, port.sent),
    names,
    ...(port.purpose === 'bus' ? [] : sayTold(node.told)),
    sayRecord(port.record),
    sayDisk(port),
    trust,
    ...sayOffer(port, detail),
  ].filter((words) => words !== undefined);
}

/** The port before it that serves the same certificate. */
export function sameAs(port: ShownPort, ports: readonly ShownPort[]): ShownPort | undefined {
  const at = ports.indexOf(port);
  return ports
    .slice(0, at)
    .find(({ leaf }) => leaf !== undefined && leaf.fingerprintSha256 === port.leaf?.fingerprintSha256);
}

/** Everything about a file: one line a fact. */
export function describeFile(file: ShownFile, now: Date): readonly Words[] {
  const [leaf] = file.certificates;
  const problems = file.problems.map((text) => ({ label: 'problem', text, mood: 'bad' as const }));
  if (file.purpose === 'authority' || leaf === undefined) {
    const facts = file.certificates.flatMap((certificate) => sayCertificate(certificate, now));
    return [...facts.filter(({ label }) => label !== 'names'), ...problems];
  }
  const chain = saySent(
    file.certificates.map(({ subject }) => subject),
    file.sent,
  );
  const facts = sayCertificate(leaf, now).map((words) =>
    // Nobody looks at the names of a client.
    words.label === 'names' && file.purpose === 'client' ? { ...words, mood: 'plain' as const } : words,
  );
  const known = [...facts, chain, sayRecord(file.record), sayPair(file)];
  return [...known.filter((words) => words !== undefined), ...problems];
}
