/**
 * The server's log beside an attempt: which lines are of this very attempt, and what the others tell of other clients. A
 * file is read after the attempt, so that it can hold our line; standard input holds what there was before it.
 */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  findOwnLines,
  readServerLog,
  zoneUncertaintyMs,
  type LogKind,
  type ServerLogLine,
} from '../../tls/index.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';
import { note, type Notebook } from './notebook.ts';
import type { LogSeen, ServerClock } from './observation.ts';

/** Of a longer file the end. */
const LOG_BYTES_MAX = 4 * 1024 * 1024;
const INPUT_BYTES_MAX = 32 * 1024 * 1024;
/** A server writes its log before it closes; file systems of other hosts take a moment. */
const SETTLE_MS = 200;
const GROUPS_MAX = 5;
const PEERS_MAX = 3;

export interface LoggedHandshake {
  readonly localPort?: number;
  readonly at: Date;
  readonly elapsedMs: number;
}

/** What the log says, and the server's clock as the line of our attempt shows it. */
export async function lookIntoLog(
  path: string,
  attempt: LoggedHandshake,
  book: Notebook,
): Promise<{ readonly seen: LogSeen; readonly clock?: ServerClock }> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const text = path === '-' ? await readInput('-', 'the server log', INPUT_BYTES_MAX) : await readEnd(path);
  const log = readServerLog(text);
  const own = findOwnLines(log, attempt);
  const others = log.lines.filter((line) => own?.lines.includes(line) !== true);
  const [line] = own?.lines ?? [];
  if (own === undefined || line === undefined) {
    const tail =
      log.lines.length === 0 ? 'none about TLS' : `${log.lines.length} about TLS, none of this attempt`;
    note(book, 'log', 'noted', `${log.linesRead} lines, ${tail}`);
  } else {
    note(book, 'log', 'noted', `by its ${own.how}: ${withoutHead(line.text)}`);
  }
  const seen: LogSeen = {
    linesRead: log.linesRead,
    others: describeOthers(others),
    ...(own === undefined ? {} : { own }),
  };
  if (own?.how !== 'address' || line?.at === undefined) return { seen };
  return { seen, clock: { at: line.at, withinMs: zoneUncertaintyMs(line), from: 'its log' } };
}

async function readEnd(path: string): Promise<string> {
  // A pipe that nobody writes to is not waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unread(path, error instanceof Error ? error.message : 'unknown');
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw unread(path, 'it is not a plain file');
    const { size } = found;
    const length = Math.min(size, LOG_BYTES_MAX);
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, size - length);
    return bytes.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}

function unread(path: string, cause: string): CommandFailure {
  return new CommandFailure({
    code: 'E_READ',
    what: 'the server log could not be read',
    target: path,
    cause,
    next: 'check the name and your permission to read it; or pipe the text in: --server-log -',
  });
}

/** One line for each kind of fault, the newest first. */
function describeOthers(lines: readonly ServerLogLine[]): readonly string[] {
  const groups = new Map<string, ServerLogLine[]>();
  for (const line of lines) {
    const name = `${line.role} ${line.kind} ${line.alert ?? ''}`;
    const group = groups.get(name) ?? [];
    group.push(line);
    groups.delete(name);
    groups.set(name, group);
  }
  return [...groups.values()].toReversed().slice(0, GROUPS_MAX).map(describeGroup);
}

function describeGroup(lines: readonly ServerLogLine[]): string {
  const last = lines.at(-1);
  if (last === undefined) return '';
  const hosts = [...new Set(lines.flatMap(({ peer }) => hostOf(peer)))];
  const more = hosts.length > PEERS_MAX ? ' and others' : '';
  const from = hosts.length === 0 ? '' : ` from ${hosts.slice(0, PEERS_MAX).join(', ')}${more}`;
  const when =
    last.at === undefined ? '' : `, last at ${last.at.toISOString().slice(0, 19).replace('T', ' ')}`;
  const meaning = tellMeaning(last);
  return `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}${from}${when}: ${meaning}`;
}

function hostOf(peer: string | undefined): readonly string[] {
  const host = peer?.slice(0, Math.max(0, peer.lastIndexOf(':'))) ?? '';
  return host === '' ? [] : [host];
}

function tellMeaning(line: ServerLogLine): string {
  if (line.kind === 'alert-received') return tellAlert(line);
  if (line.kind !== 'hung-up' || line.role !== 'dialling') return MEANINGS[line.kind];
  return 'the server that it dialled cut it off: a refusal whose alert got lost, or TLS on one side only';
}

function tellAlert({ alert = '', role }: ServerLogLine): string {
  const who = role === 'dialling' ? 'the server that it dialled' : 'the other end';
  return `${who} refused the certificate of this server: ${alert}`;
}

/** What each kind proves, and what it cannot. */
const MEANINGS: Readonly<Record<Exclude<LogKind, 'alert-received'>, string>> = {
  'no-client-certificate': 'a client showed no certificate, and one is required',
  'certificate-refused':
    'the certificate of the other end was refused: unknown CA, expired, not yet valid or unfit; the log does not say which, the alert at the client does',
  'signature-wrong': 'a certificate names a CA that is known here with another key',
  'no-shared-protocol': 'a client allows no TLS version that this server allows',
  'no-shared-cipher': 'a client allows no cipher that this server allows',
  'not-tls': 'something spoke plaintext to the TLS port',
  'hung-up':
    'the other end went away in the handshake: a client that does not trust this server or its name, a port scan, or a health check',
  'resumption-refused':
    'a client resumed a session while tls-session-caching is off: turn it on, or resumption off in the client',
  'material-refused': 'certificate, key or CA files could not be loaded; the old ones stay in use',
  'link-timeout': 'the link of this replica went silent',
};

function withoutHead(text: string): string {
  return text.replace(/^\d+:[A-Z] .{0,40}? [#*.-] /, '');
}
