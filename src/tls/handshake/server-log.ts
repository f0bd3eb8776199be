/**
 * What a server's log says of TLS: each line with its time, who was at the other end, and what it can prove. The words are
 * OpenSSL's and differ by its version; those around them are of Redis 6.0 to 8.0 and Valkey 8.0 to 9.1, seen on real
 * servers. One line serves an unknown CA, an expired and a not yet valid certificate alike, and none names a certificate.
 */

/** Which end of a connection the server was. */
export type LogRole = 'accepting' | 'dialling' | 'settings';

export type LogKind =
  /** The client showed no certificate and one is required. */
  | 'no-client-certificate'
  /** The certificate of the other end was refused: unknown CA, dates, use or strength, it does not say which. */
  | 'certificate-refused'
  /** The signature on a certificate does not fit the CA of that name. */
  | 'signature-wrong'
  | 'no-shared-protocol'
  | 'no-shared-cipher'
  /** What came was no TLS: a plaintext client, a proxy's header, a health check. */
  | 'not-tls'
  /** The other end went away in the middle: a client that does not trust the server, a port scan, a health check. */
  | 'hung-up'
  /** The other end sent an alert: it refused the server. */
  | 'alert-received'
  /** A client resumed a session and `tls-session-caching` is off. */
  | 'resumption-refused'
  /** Certificate, key or CA files could not be taken. */
  | 'material-refused'
  /** A link of a replica went silent. */
  | 'link-timeout';

export interface ServerLogLine {
  readonly kind: LogKind;
  readonly role: LogRole;
  /** When, by the server's clock; without a zone (`legacy`) read as if it were UTC. */
  readonly at?: Date;
  readonly zone: 'known' | 'unknown';
  /** `addr=` of 7.2 and later; empty when the other end had already gone. */
  readonly peer?: string;
  /** The alert's words, such as `certificate expired`; only with `alert-received`. */
  readonly alert?: string;
  /** The whole line, without control characters, at most 400 characters. */
  readonly text: string;
}

/** What a log holds. */
export interface ServerLog {
  /** Lines about TLS, the newest last, at most 10,000. */
  readonly lines: readonly ServerLogLine[];
  readonly linesRead: number;
}

/** An attempt of ours, to find its line. */
export interface LoggedAttempt {
  readonly localPort?: number;
  readonly at: Date;
  readonly elapsedMs: number;
}

/** The lines of one attempt; `address`: the server wrote our port, `time`: the only kind of that moment. */
export interface OwnLines {
  readonly how: 'address' | 'time';
  readonly lines: readonly ServerLogLine[];
}

/** Never throws: what is no line about TLS is passed over. */
export function readServerLog(text: string): ServerLog {
  const all = text.split(/\r?\n/);
  const lines = all.flatMap((line) => readLine(line) ?? []);
  return { lines: lines.slice(-LINES_MAX), linesRead: all.filter((line) => line !== '').length };
}

/** The lines that an attempt of ours left. Without our port, by time: zones differ by quarters of an hour. */
export function findOwnLines(log: ServerLog, attempt: LoggedAttempt): OwnLines | undefined {
  const accepting = log.lines.filter(({ role }) => role === 'accepting');
  const port = attempt.localPort;
  const named = accepting.filter(({ peer }) => port !== undefined && peer?.endsWith(`:${port}`) === true);
  if (named.length > 0) return { how: 'address', lines: named };
  const end = attempt.at.getTime() + attempt.elapsedMs;
  for (const slackMs of SLACKS_MS) {
    const near = accepting.filter(({ at, peer }) => {
      if (at === undefined || (peer !== undefined && peer !== '')) return false;
      const off = at.getTime() - end;
      const rest = Math.abs(off - Math.round(off / ZONE_STEP_MS) * ZONE_STEP_MS);
      return Math.abs(off) <= ZONE_MS_MAX && rest <= attempt.elapsedMs + slackMs;
    });
    // Health checks, and our own knock before the handshake, leave such lines too.
    const telling = near.filter(({ kind }) => kind !== 'hung-up');
    const candidates = telling.length > 0 ? telling : near;
    // Several of one kind say the same, whichever is ours.
    const kinds = new Set(candidates.map(({ kind, alert }) => `${kind} ${alert ?? ''}`));
    if (kinds.size === 1) return { how: 'time', lines: candidates.slice(-1) };
  }
  return undefined;
}

/** How far a time in the log can be from UTC. */
export function zoneUncertaintyMs({ zone }: ServerLogLine): number {
  return zone === 'known' ? 1000 : ZONE_MS_MAX;
}

const LINES_MAX = 10_000;
const LINE_CHARS_MAX = 400;
/** Zones reach from UTC-12 to UTC+14. */
const ZONE_MS_MAX = 14 * 3_600_000;
const ZONE_STEP_MS = 15 * 60_000;
/** First as clocks of one host agree, then as well-kept clocks do. */
const SLACKS_MS: readonly number[] = [30, 1500];

/** The first that fits; order matters where one text holds two marks. */
const KINDS: readonly (readonly [RegExp, LogKind])[] = [
  [/session id context uninitialized/, 'resumption-refused'],
  [/ alert ([a-z ]+?)(?: \(|$|")/, 'alert-received'],
  [/peer did not return a certificate/, 'no-client-certificate'],
  [/certificate verify failed/, 'certificate-refused'],
  [/EVP lib|provider signature failure|bad signature/, 'signature-wrong'],
  [/unsupported protocol|no protocols available|version too low/, 'no-shared-protocol'],
  [/no shared cipher|no suitable signature algorithm|no suitable key share/, 'no-shared-cipher'],
  [
    /wrong version number|http request|https proxy request|packet length too long|unknown protocol|record layer failure/,
    'not-tls',
  ],
  // OpenSSL 1.1 has no word for it.
  [/unexpected eof while reading|: \(null\)|Connection reset by peer/, 'hung-up'],
  // A replica whose primary cut it off before its alert was read.
  [/-Reading from master: Success|response from the server: Success/, 'hung-up'],
];
const ACCEPTING =
  /Error accepting (?:a client|cluster node) ?connection|Error accepting cluster node|Reading from client: error:/;
const DIALLING =
  /Error condition on socket for SYNC|Failed to read response from the server: |Sending command to \w+ in replication handshake: -Writing|Error reply to PING from master|Connection with Node \S+ at \S+ failed|Unable to connect to (?:MASTER|PRIMARY)/;
const MATERIAL =
  /Failed to (?:load|configure) (?:client |server )?(?:certificate|private key|CA)|Background TLS reload failed|Failed to configure TLS/;
const LINK_TIMEOUT = /(?:MASTER|PRIMARY) timeout: no data nor PING received/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function readLine(line: string): ServerLogLine | undefined {
  if (
    !/SSL|TLS|ertificate|private key|imeout|Success|Connection reset|EVP|digital envelope|: \(null\)|failed:/.test(
      line,
    )
  ) {
    return undefined;
  }
  const role = roleOf(line);
  if (role === undefined) return undefined;
  const found = kindOf(line, role);
  if (found === undefined) return undefined;
  const time = readTime(line);
  const peer = /[( ]addr=(\S*)[ )]/.exec(line)?.[1];
  return {
    ...found,
    role,
    ...time,
    ...(peer === undefined ? {} : { peer }),
    text: line.replace(/\p{Cc}/gu, '\ufffd').slice(0, LINE_CHARS_MAX),
  };
}

function roleOf(line: string): LogRole | undefined {
  if (ACCEPTING.test(line)) return 'accepting';
  if (DIALLING.test(line) || LINK_TIMEOUT.test(line)) return 'dialling';
  return MATERIAL.test(line) ? 'settings' : undefined;
}

function kindOf(line: string, role: LogRole): Pick<ServerLogLine, 'kind' | 'alert'> | undefined {
  if (role === 'settings') return { kind: 'material-refused' };
  if (LINK_TIMEOUT.test(line)) return { kind: 'link-timeout' };
  for (const [mark, kind] of KINDS) {
    const match = mark.exec(line);
    if (match === null) continue;
    return kind === 'alert-received' ? { kind, alert: String(match[1]) } : { kind };
  }
  return undefined;
}

/** `legacy` of all versions, `iso8601` and `milliseconds` of Valkey 8.1 and later. */
function readTime(line: string): Pick<ServerLogLine, 'at' | 'zone'> {
  const legacy = /(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3})/.exec(line);
  if (legacy !== null) {
    const [, day, month, year, ...clock] = legacy;
    const [hour, minute, second, ms] = clock.map(Number);
    const index = MONTHS.indexOf(String(month)) / 3;
    return {
      at: new Date(Date.UTC(Number(year), index, Number(day), hour, minute, second, ms)),
      zone: 'unknown',
    };
  }
  const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/.exec(line)?.[0];
  if (iso !== undefined) {
    const at = new Date(iso.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
    return Number.isNaN(at.getTime()) ? { zone: 'unknown' } : { at, zone: 'known' };
  }
  const ms = /(?:^\d+:[A-Z] |timestamp="?)(\d{13})\b/.exec(line)?.[1];
  return ms === undefined ? { zone: 'unknown' } : { at: new Date(Number(ms)), zone: 'known' };
}
