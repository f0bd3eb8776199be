/**
 * Replies of the server, RESP2 (redis.io/docs/reference/protocol-spec): a decoder that a hostile server cannot
 * make grow. Nothing is reserved for a length that was only announced; bytes, elements and depth of one reply
 * are limited. Client libraries reserve at once: 88 bytes of nested `*33554431` made ioredis 6.0 take 2.2 GB.
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

/** Why decoding stopped for good. */
export type DecodeFailure = 'protocol' | 'too-large';

export interface Decoder {
  /** Takes bytes; answers why it cannot go on, or undefined. After a failure nothing more is taken. */
  readonly write: (chunk: Buffer) => DecodeFailure | undefined;
}

interface Frame {
  readonly items: Reply[];
  left: number;
}

interface State {
  /** Bytes not yet decoded; joined only when there are enough of them. */
  chunks: Buffer[];
  held: number;
  /** Bytes that must be there before another try is worth it. */
  wanted: number;
  stack: Frame[];
  /** Of the reply that is being read. */
  bytes: number;
  elements: number;
  failure: DecodeFailure | undefined;
}

/** `onReply` gets each whole reply in order. */
export function createDecoder(onReply: (reply: Reply) => void, bytesMax = REPLY_BYTES_MAX): Decoder {
  const state: State = {
    chunks: [],
    held: 0,
    wanted: 1,
    stack: [],
    bytes: 0,
    elements: 0,
    failure: undefined,
  };
  return {
    write: (chunk) => {
      if (state.failure !== undefined) return state.failure;
      state.chunks.push(chunk);
      state.held += chunk.length;
      if (state.held < state.wanted) return undefined;
      const buffer = state.chunks.length === 1 ? chunk : Buffer.concat(state.chunks);
      const end = decodeAll(state, buffer, onReply, bytesMax);
      if (state.failure !== undefined) return state.failure;
      const rest = buffer.subarray(end);
      state.chunks = rest.length === 0 ? [] : [rest];
      state.held = rest.length;
      return undefined;
    },
  };
}

/** The command as the server reads it: an array of bulk strings. */
export function encodeCommand(argv: readonly string[]): string {
  const parts = argv.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return `*${argv.length}\r\n${parts.join('')}`;
}

export function isReplyError(reply: Reply | undefined): reply is ReplyError {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

/** Decodes what it can and returns how many bytes were used. */
function decodeAll(state: State, buffer: Buffer, onReply: (reply: Reply) => void, bytesMax: number): number {
  let at = 0;
  while (at < buffer.length) {
    const lineEnd = buffer.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) {
      if (buffer.length - at > LINE_BYTES_MAX) fail(state, 'protocol');
      // The first byte tells at once whether this is a reply at all.
      if (!'+-:$*'.includes(String.fromCharCode(buffer[at] ?? 0))) fail(state, 'protocol');
      state.wanted = buffer.length - at + 1;
      return at;
    }
    const used = decodeOne(state, buffer, at, lineEnd, onReply, bytesMax);
    if (used === 0) return at;
    at += used;
    state.bytes = state.stack.length === 0 ? 0 : state.bytes + used;
    if (state.bytes > bytesMax) fail(state, 'too-large');
    if (state.failure !== undefined) return at;
  }
  state.wanted = 1;
  return at;
}

/** One line, and the bulk string that follows it; 0 when more bytes are needed or the bytes make no sense. */
function decodeOne(
  state: State,
  buffer: Buffer,
  at: number,
  lineEnd: number,
  onReply: (reply: Reply) => void,
  bytesMax: number,
): number {
  const body = at + 1;
  const next = lineEnd + 2;
  switch (buffer[at]) {
    case 0x2b: // +
      take(state, text(buffer, body, lineEnd), onReply);
      return next - at;
    case 0x2d: // -
      take(state, { error: text(buffer, body, lineEnd) }, onReply);
      return next - at;
    case 0x3a: // :
      return takeNumber(state, buffer.toString('latin1', body, lineEnd), onReply) ? next - at : 0;
    case 0x24: {
      // $
      const length = readLength(state, buffer.toString('latin1', body, lineEnd), bytesMax - state.bytes);
      if (length === undefined) return 0;
      if (length < 0) {
        take(state, null, onReply);
        return next - at;
      }
      if (buffer.length < next + length + 2) {
        state.wanted = next + length + 2 - at;
        return 0;
      }
      if (buffer[next + length] !== 0x0d || buffer[next + length + 1] !== 0x0a) fail(state, 'protocol');
      take(state, text(buffer, next, next + length), onReply);
      return next + length + 2 - at;
    }
    case 0x2a: {
      // *
      const length = readLength(state, buffer.toString('latin1', body, lineEnd), REPLY_ELEMENTS_MAX);
      if (length === undefined) return 0;
      if (length <= 0) take(state, length < 0 ? null : [], onReply);
      else state.stack.push({ items: [], left: length });
      if (state.stack.length > REPLY_DEPTH_MAX) fail(state, 'protocol');
      return next - at;
    }
    default:
      fail(state, 'protocol');
      return 0;
  }
}

/** Puts a value where it belongs, and closes every array that it completes. */
function take(state: State, value: Reply, onReply: (reply: Reply) => void): void {
  let current = value;
  for (;;) {
    state.elements += 1;
    if (state.elements > REPLY_ELEMENTS_MAX) fail(state, 'too-large');
    const frame = state.stack.at(-1);
    if (frame === undefined) {
      state.elements = 0;
      if (state.failure === undefined) onReply(current);
      return;
    }
    frame.items.push(current);
    frame.left -= 1;
    if (frame.left > 0) return;
    state.stack.pop();
    current = frame.items;
  }
}

function takeNumber(state: State, digits: string, onReply: (reply: Reply) => void): boolean {
  if (!/^[+-]?[0-9]{1,20}$/.test(digits)) {
    fail(state, 'protocol');
    return false;
  }
  take(state, Number(digits), onReply);
  return true;
}

function readLength(state: State, digits: string, max: number): number | undefined {
  if (digits === '-1') return -1;
  if (!/^[0-9]{1,20}$/.test(digits)) {
    fail(state, 'protocol');
    return undefined;
  }
  if (Number(digits) > max) {
    fail(state, 'too-large');
    return undefined;
  }
  return Number(digits);
}

function text(buffer: Buffer, start: number, end: number): string {
  const plain = buffer.toString('utf8', start, end);
  return plain.includes('\uFFFD') ? decodeConf(buffer.subarray(start, end)) : plain;
}

function fail(state: State, failure: DecodeFailure): DecodeFailure {
  state.failure ??= failure;
  state.chunks = [];
  state.stack = [];
  return state.failure;
}
