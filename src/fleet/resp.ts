/**
 * Replies of the server, RESP2 (redis.io/docs/reference/protocol-spec), in two steps that a hostile server cannot
 * make grow: first the end of a reply is found, with limits on bytes, elements and depth, then the whole reply is
 * decoded. Nothing is reserved for a length that was only announced; client libraries do reserve, and 88 bytes of
 * nested `*33554431` made ioredis 6.0 take 2.2 GB.
 */

import { decodeConf } from '../conf/index.ts';

/** An error reply: `NOPERM this user has…`. */
export interface ReplyError {
  readonly error: string;
}

/** Text is UTF-8; other bytes are lone surrogates U+DC80 to U+DCFF, as in every room. */
export type Reply = string | number | null | ReplyError | readonly Reply[];

/** Largest reply that is read. CLIENT LIST of 100,000 clients is about 30 MiB. */
export const REPLY_BYTES_MAX = 64 * 1024 * 1024;
/** Elements of one reply, all levels together. COMMAND has about 30,000. */
export const REPLY_ELEMENTS_MAX = 2_000_000;
/** Arrays within arrays. COMMAND has 7 levels. */
export const REPLY_DEPTH_MAX = 32;
/** A simple string, an error, or a number; the servers cut errors long before. */
const LINE_BYTES_MAX = 64 * 1024;

const CR = 0x0d;
const LF = 0x0a;
const STRING = 0x2b;
const ERROR = 0x2d;
const INTEGER = 0x3a;
const BULK = 0x24;
const ARRAY = 0x2a;

/** Why reading stopped for good. */
export type ReadFailure = 'protocol' | 'too-large';

export interface ReplyReader {
  /** Takes bytes; answers why it cannot go on, or undefined. After a failure nothing more is taken. */
  readonly write: (chunk: Buffer) => ReadFailure | undefined;
}

/** How far the end of the current reply was searched. */
interface Search {
  /** Elements of the current reply that are already searched. */
  passed: Buffer[];
  passedBytes: number;
  /** What follows them, joined only when searching on is worth it. */
  chunks: Buffer[];
  held: number;
  /** Bytes that must be held before searching on. */
  wanted: number;
  /** Where in the held bytes the next element starts. */
  at: number;
  /** Elements still to come, for each open array. */
  open: number[];
  elements: number;
  failure: ReadFailure | undefined;
}

/** `onReply` gets the bytes of each whole reply in order, to be decoded or kept as they are. */
export function createReplyReader(onReply: (bytes: Buffer) => void, bytesMax = REPLY_BYTES_MAX): ReplyReader {
  const search: Search = {
    passed: [],
    passedBytes: 0,
    chunks: [],
    held: 0,
    wanted: 1,
    at: 0,
    open: [],
    elements: 0,
    failure: undefined,
  };
  return {
    write: (chunk) => {
      if (search.failure !== undefined) return search.failure;
      search.chunks.push(chunk);
      search.held += chunk.length;
      if (search.held < search.wanted) return undefined;
      let held = search.chunks.length === 1 ? chunk : Buffer.concat(search.chunks);
      for (;;) {
        const whole = findEnd(search, held, bytesMax);
        if (search.failure !== undefined) break;
        const used = held.subarray(0, search.at);
        held = held.subarray(search.at);
        search.wanted -= search.at;
        search.at = 0;
        if (!whole) {
          search.passed.push(used);
          search.passedBytes += used.length;
          break;
        }
        onReply(search.passed.length === 0 ? used : Buffer.concat([...search.passed, used]));
        Object.assign(search, { passed: [], passedBytes: 0, wanted: 1, elements: 0 });
      }
      const given = search.failure !== undefined;
      search.passed = given ? [] : search.passed;
      search.chunks = given || held.length === 0 ? [] : [held];
      search.held = held.length;
      return search.failure;
    },
  };
}

/** Decodes one whole reply, as {@link createReplyReader} gives it. */
export function decodeReply(bytes: Buffer): Reply {
  return decodeAt(bytes, { at: 0 });
}

/** The command as the server reads it: an array of bulk strings. */
export function encodeCommand(argv: readonly string[]): string {
  const parts = argv.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return `*${argv.length}\r\n${parts.join('')}`;
}

export function isReplyError(reply: Reply | undefined): reply is ReplyError {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

/** Whether the bytes of a whole reply are an error. */
export function isErrorFrame(bytes: Buffer): boolean {
  return bytes[0] === ERROR;
}

/** Searches on from `search.at`; true when the reply that starts at 0 ends there. */
function findEnd(search: Search, held: Buffer, bytesMax: number): boolean {
  while (search.at < held.length) {
    const end = passElement(search, held, bytesMax);
    if (end === undefined || search.failure !== undefined) return false;
    search.at = end;
    if (search.passedBytes + end > bytesMax) return fail(search, 'too-large');
    search.elements += 1;
    if (search.elements > REPLY_ELEMENTS_MAX) return fail(search, 'too-large');
    if (search.open.length === 0) return true;
  }
  search.wanted = held.length + 1;
  return false;
}

/** Where the element at `search.at` ends, its open array pushed; undefined when bytes are missing. */
function passElement(search: Search, held: Buffer, bytesMax: number): number | undefined {
  const start = search.at;
  const line = findLineEnd(held, start);
  const kind = held[start];
  if (line < 0) {
    // The first byte tells at once whether this is a reply at all.
    const known = kind === STRING || kind === ERROR || kind === INTEGER || kind === BULK || kind === ARRAY;
    if (!known || held.length - start > LINE_BYTES_MAX) fail(search, 'protocol');
    search.wanted = held.length + 1;
    return undefined;
  }
  if (held[line - 1] !== CR) return failed(search, 'protocol');
  switch (kind) {
    case STRING:
    case ERROR:
      closeElement(search);
      return line + 1;
    case INTEGER:
      if (!isInteger(held, start + 1, line - 1)) return failed(search, 'protocol');
      closeElement(search);
      return line + 1;
    case BULK: {
      const length = readLength(held, start + 1, line - 1);
      if (length === undefined) return failed(search, 'protocol');
      if (search.passedBytes + start + length > bytesMax) return failed(search, 'too-large');
      const end = length < 0 ? line + 1 : line + 1 + length + 2;
      if (end > held.length) {
        search.wanted = end;
        return undefined;
      }
      if (length >= 0 && (held[end - 2] !== CR || held[end - 1] !== LF)) return failed(search, 'protocol');
      closeElement(search);
      return end;
    }
    case ARRAY: {
      const length = readLength(held, start + 1, line - 1);
      if (length === undefined) return failed(search, 'protocol');
      if (length > REPLY_ELEMENTS_MAX) return failed(search, 'too-large');
      if (length > 0) search.open.push(length);
      else closeElement(search);
      return search.open.length > REPLY_DEPTH_MAX ? failed(search, 'protocol') : line + 1;
    }
    default:
      return failed(search, 'protocol');
  }
}

/** One element is there: every array that it completes is an element too. */
function closeElement(search: Search): void {
  const { open } = search;
  while (open.length > 0) {
    const left = (open.at(-1) ?? 0) - 1;
    open[open.length - 1] = left;
    if (left > 0) return;
    open.pop();
  }
}

/** Only for bytes that were searched: every length is right and every array is whole. */
function decodeAt(bytes: Buffer, cursor: { at: number }): Reply {
  const start = cursor.at;
  const line = findLineEnd(bytes, start);
  cursor.at = line + 1;
  switch (bytes[start]) {
    case STRING:
      return text(bytes, start + 1, line - 1);
    case ERROR:
      return { error: text(bytes, start + 1, line - 1) };
    case INTEGER:
      return Number(bytes.toString('latin1', start + 1, line - 1));
    case BULK: {
      const length = readLength(bytes, start + 1, line - 1) ?? -1;
      if (length < 0) return null;
      cursor.at = line + 1 + length + 2;
      return text(bytes, line + 1, line + 1 + length);
    }
    default: {
      const length = readLength(bytes, start + 1, line - 1) ?? -1;
      if (length < 0) return null;
      const items: Reply[] = [];
      for (let i = 0; i < length; i += 1) items.push(decodeAt(bytes, cursor));
      return items;
    }
  }
}

/** Most lines are a length of a few digits: looking at them here is quicker than a call into the runtime. */
function findLineEnd(bytes: Buffer, start: number): number {
  const near = Math.min(start + 16, bytes.length);
  for (let i = start; i < near; i += 1) if (bytes[i] === LF) return i;
  return near === bytes.length ? -1 : bytes.indexOf(LF, near);
}

/** `-1` or up to ten digits; undefined for anything else. */
function readLength(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start === 2 && bytes[start] === ERROR && bytes[start + 1] === 0x31) return -1;
  if (end <= start || end - start > 10) return undefined;
  let length = 0;
  for (let i = start; i < end; i += 1) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    length = length * 10 + digit;
  }
  return length;
}

function isInteger(bytes: Buffer, start: number, end: number): boolean {
  return end - start <= 21 && /^[+-]?[0-9]{1,20}$/.test(bytes.toString('latin1', start, end));
}

function text(bytes: Buffer, start: number, end: number): string {
  const plain = bytes.toString('utf8', start, end);
  return plain.includes('\uFFFD') ? decodeConf(bytes.subarray(start, end)) : plain;
}

function fail(search: Search, failure: ReadFailure): false {
  search.failure ??= failure;
  return false;
}

function failed(search: Search, failure: ReadFailure): undefined {
  search.failure ??= failure;
  return undefined;
}
