/**
 * One conversation with one server. It sends exactly what it is told to, and nothing on its own: no HELLO, no
 * CLIENT SETINFO, no SELECT, which a user with few rights could not run without leaving denials in the server's
 * ACL LOG. AUTH goes alone and its reply is awaited: Redis 7.2 to 8.0 and Valkey 7.2 to 8.1 send no reply at all
 * to a failed AUTH that finds others before it.
 */

import type { Socket } from 'node:net';
import { CONNECT_TIMEOUT_MS, dial } from './dial.ts';
import { explainErrorReply, explainSocketError, FleetError } from './fleet-error.ts';
import {
  createReplyReader,
  decodeReply,
  encodeCommand,
  isErrorFrame,
  isReplyError,
  REPLY_BYTES_MAX,
  type Reply,
} from './resp.ts';
import { printEndpoint, type Credentials, type Target } from './target.ts';

/** For the whole reply to one pipeline. */
export const COMMAND_TIMEOUT_MS = 10_000;

export interface ConnectionLimits {
  /** Default 5000, for connecting and the TLS handshake together. */
  readonly connectMs?: number;
  /** Default 10000, for all replies to one pipeline. */
  readonly commandMs?: number;
  /** Default 64 MiB, for one reply. */
  readonly replyBytes?: number;
}

export interface Connection {
  readonly node: string;
  /** How we are logged in: `none` also when the server wants no password and ours was ignored. */
  readonly login: 'none' | 'password';
  readonly remoteAddress: string | undefined;
  /** Our clock, in ms: when the last pipeline was sent, and when its first reply was there. */
  readonly lastExchange: () => { readonly sentMs: number; readonly firstReplyMs: number };
  /** Times that we sent something and waited for the answer, AUTH included. */
  readonly roundTrips: () => number;
  /**
   * Sends commands in one write and answers with their replies, in order; errors are replies. Throws a
   * {@link FleetError} when the connection ends, times out or speaks nonsense. One pipeline at a time.
   */
  readonly send: (commands: readonly (readonly string[])[]) => Promise<readonly Reply[]>;
  /** The same, with the bytes of each reply as they came. */
  readonly sendForBytes: (commands: readonly (readonly string[])[]) => Promise<readonly Buffer[]>;
  /**
   * Sends a command whose answer does not end (MONITOR) and hands over every byte that comes from then on. Resolves
   * once the connection was closed by us; throws a {@link FleetError} when it ends otherwise. Nothing can be sent after.
   */
  readonly stream: (command: readonly string[], onBytes: (bytes: Buffer) => void) => Promise<void>;
  readonly close: () => void;
}

interface Waiting {
  readonly replies: Buffer[];
  readonly count: number;
  readonly resolve: (replies: readonly Buffer[]) => void;
  readonly reject: (error: FleetError) => void;
}

/** What a conversation is at. */
interface WireState {
  waiting?: Waiting | undefined;
  streaming?: Streaming | undefined;
  ended?: FleetError;
  /** The end is ours. */
  closing: boolean;
}

interface Streaming {
  readonly onBytes: (bytes: Buffer) => void;
  readonly end: (error: FleetError) => void;
}

/** Dials, and logs in when the target has credentials. Throws a {@link FleetError}. */
export async function openConnection(target: Target, limits: ConnectionLimits = {}): Promise<Connection> {
  const socket = await dial(target, limits.connectMs ?? CONNECT_TIMEOUT_MS);
  const node = printEndpoint(target.endpoint);
  const wire = converse(socket, node, limits);
  if (target.credentials === undefined) return wire('none');
  const login = await authenticate(wire('none'), target.credentials);
  return wire(login);
}

/** Turns a socket into request and answer. The returned function gives the connection, however we are logged in. */
function converse(
  socket: Socket,
  node: string,
  limits: ConnectionLimits,
): (login: Connection['login']) => Connection {
  const commandMs = limits.commandMs ?? COMMAND_TIMEOUT_MS;
  const state: WireState = { closing: false };
  let received = 0;
  let roundTrips = 0;
  let sentMs = 0;
  let firstReplyMs = 0;
  const end = (error: FleetError): void => endWire(state, socket, error);
  const reader = createReplyReader((bytes) => {
    // -DENIED and "max number of clients" come before anything was asked.
    const fatal = isErrorFrame(bytes) ? explainErrorFrame(bytes, node) : undefined;
    if (fatal !== undefined && (state.waiting === undefined || isUnasked(fatal))) return end(fatal);
    if (state.waiting === undefined) {
      return end(new FleetError('protocol', node, `${node} sent a reply that nobody asked for`));
    }
    if (state.waiting.replies.length === 0) firstReplyMs = Date.now();
    state.waiting.replies.push(bytes);
    if (state.waiting.replies.length < state.waiting.count) return;
    const { resolve, replies } = state.waiting;
    state.waiting = undefined;
    resolve(replies);
  }, limits.replyBytes ?? REPLY_BYTES_MAX);
  socket.on('data', (chunk: Buffer) => {
    if (state.ended !== undefined) return;
    if (state.streaming !== undefined) return state.streaming.onBytes(chunk);
    const first = received === 0 ? chunk : undefined;
    received += chunk.length;
    const failure = reader.write(chunk);
    if (failure !== undefined) end(explainReadFailure(failure, node, first));
  });
  socket.on('error', (error) => end(explainSocketError(error, node)));
  socket.on('close', () => end(new FleetError('closed', node, `${node} closed the connection`)));

  const sendForBytes: Connection['sendForBytes'] = (commands) => {
    if (state.ended !== undefined) return Promise.reject(state.ended);
    if (state.waiting !== undefined) throw new Error('a pipeline is already under way');
    if (commands.length === 0) return Promise.resolve([]);
    roundTrips += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        end(new FleetError('timeout', node, `${node} did not answer within ${commandMs} ms`));
      }, commandMs);
      state.waiting = expectReplies(commands.length, timer, resolve, reject);
      sentMs = Date.now();
      socket.write(commands.map(encodeCommand).join(''));
    });
  };
  return (login) => ({
    node,
    login,
    remoteAddress: socket.remoteAddress,
    lastExchange: () => ({ sentMs, firstReplyMs }),
    roundTrips: () => roundTrips,
    send: async (commands) => (await sendForBytes(commands)).map(decodeReply),
    sendForBytes,
    stream: (command, onBytes) => streamFrom(state, socket, command, onBytes),
    close: () => {
      state.closing = true;
      end(new FleetError('closed', node, `the connection to ${node} was closed by us`));
    },
  });
}

function endWire(state: WireState, socket: Socket, error: FleetError): void {
  state.ended ??= error;
  state.waiting?.reject(state.ended);
  state.waiting = undefined;
  state.streaming?.end(state.ended);
  state.streaming = undefined;
  socket.destroy();
}

function streamFrom(
  state: WireState,
  socket: Socket,
  command: readonly string[],
  onBytes: (bytes: Buffer) => void,
): Promise<void> {
  if (state.ended !== undefined) return Promise.reject(state.ended);
  if (state.waiting !== undefined || state.streaming !== undefined)
    throw new Error('something is already under way');
  return new Promise((resolve, reject) => {
    state.streaming = { onBytes, end: (error) => (state.closing ? resolve() : reject(error)) };
    socket.write(encodeCommand(command));
  });
}

function expectReplies(
  count: number,
  timer: NodeJS.Timeout,
  resolve: Waiting['resolve'],
  reject: Waiting['reject'],
): Waiting {
  return {
    replies: [],
    count,
    resolve: (replies) => (clearTimeout(timer), resolve(replies)),
    reject: (error) => (clearTimeout(timer), reject(error)),
  };
}

function explainErrorFrame(bytes: Buffer, node: string): FleetError | undefined {
  const reply = decodeReply(bytes);
  return isReplyError(reply) ? explainErrorReply(reply.error, node) : undefined;
}

function isUnasked(error: FleetError): boolean {
  return error.code === 'protected-mode' || error.code === 'max-clients';
}

async function authenticate(connection: Connection, credentials: Credentials): Promise<Connection['login']> {
  const { username, password } = credentials;
  const command =
    username === undefined ? ['AUTH', password.reveal()] : ['AUTH', username, password.reveal()];
  try {
    const [reply] = await connection.send([command]);
    if (!isReplyError(reply)) return 'password';
    // The default user wants no password: we are in already, as redis-cli sees it too.
    if (/without any password configured|but no password is set/.test(reply.error)) return 'none';
    const said = withoutPassword(reply.error, password);
    const known = explainErrorReply(said, connection.node);
    throw known ?? new FleetError('wrongpass', connection.node, `${connection.node} answered AUTH: ${said}`);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** What is said of a failed login is printed, journalled and signed; a server that repeats the password is cut short. */
function withoutPassword(said: string, password: Credentials['password']): string {
  const code = /^(?:WRONGPASS|NOAUTH|ERR)\b/.exec(said)?.[0] ?? '';
  const words = said.slice(code.length).toLowerCase();
  if (password.isEmpty() || !words.includes(password.reveal().toLowerCase())) return said;
  return code === '' ? 'an error' : code;
}

function explainReadFailure(
  failure: 'protocol' | 'too-large',
  node: string,
  first: Buffer | undefined,
): FleetError {
  if (failure === 'too-large') {
    return new FleetError('too-large', node, `${node} sent a reply larger than is read`);
  }
  // A TLS alert record: type 21, version 3.x.
  if (first !== undefined && first[0] === 0x15 && first[1] === 0x03) {
    return new FleetError('plaintext-to-tls', node, `${node} speaks TLS, and was spoken to in plaintext`);
  }
  return new FleetError('protocol', node, `${node} does not speak the Redis protocol`);
}
