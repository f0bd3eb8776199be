/** The facts of one port, or of one file, in words: what it shows, sends, accepts, and what is recorded of it. */

import type { ShownFile, ShownNode, ShownPort } from './inspect-report.ts';
import { counted, day, sayCertificate, sayTold, type Words } from './inspect-words.ts';

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

function saySent(chain: readonly string[], sent: ShownPort['sent']): Words {
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
function sayRecord(record: ShownPort['record']): Words | undefined {
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

function sayDisk({ onDisk }: ShownPort): Words | undefined {
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
function sayTrust(port: ShownPort): Words | undefined {
  // The head of the port says so already, and a stranger is not meant to get further.
  if (port.fault?.code === 'client-certificate-required') return undefined;
  if (port.fault !== undefined) return { label: 'handshake', text: port.fault.detail, mood: 'bad' };
  if (port.trusted) return undefined;
  const { trustError = 'no reason given' } = port;
  const said = DISTRUST.find(([codes]) => codes.test(trustError))?.[1];
  const why = said === undefined ? trustError : `${said} (${trustError})`;
  return { label: 'trust', text: `we would not trust it: ${why}`, mood: 'bad' };
}

function sayPair({ pair }: ShownFile): Words | undefined {
  return pair === undefined ? undefined : { label: 'key', ...PAIRS[pair] };
}

const PAIRS: Readonly<Record<NonNullable<ShownFile['pair']>, Pick<Words, 'text' | 'mood'>>> = {
  match: { text: 'belongs to the certificate', mood: 'good' },
  mismatch: { text: 'does not belong to the certificate', mood: 'bad' },
  'encrypted-key': { text: 'is encrypted, so that it cannot be compared', mood: 'plain' },
  'unreadable-key': { text: 'cannot be read', mood: 'bad' },
  'unreadable-certificate': { text: 'the certificate cannot be read', mood: 'bad' },
};
