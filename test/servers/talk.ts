/**
 * A small raw client for tests: it sends exactly the arguments it is given, one command at a time, and hands back what
 * the server said, errors included, as data. RESP2 and RESP3 as the servers' protocol documents describe them.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** What a server answered. Maps come as a flat list of keys and values, pushes and sets as lists. */
export type Reply = string | number | boolean | null | readonly Reply[] | { readonly error: string };

/** Where to connect to; a bare number is a port on 127.0.0.1. */
export interface Target {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
  readonly tls?: ConnectionOptions;
}

export interface Connection {
  /** Sends one command and resolves with its reply; rejects when the connection ends first. */
  readonly send: (argv: readonly (string | Buffer)[]) => Promise<Reply>;
  /** Writes bytes as they are. */
  readonly write: (bytes: string | Buffer) => void;
  /** Waits for the next reply or push. */
  readonly read: () => Promise<Reply>;
  readonly close: () => void;
}

const REPLY_TIMEOUT_MS = 10_000;

/** Connects, sends the commands one after the other, each once the one before is answered, and closes. */
export async function talk(
  target: Target | number,
  commands: readonly (readonly (string | Buffer)[])[],
): Promise<Reply[]> {
  const connection = await openConnection(target);
  try {
    const replies: Reply[] = [];
    for (const argv of commands) replies.push(await connection.send(argv));
    return replies;
  } finally {
    connection.close();
  }
}

export async function openConnection(target: Target | number): Promise<Connection> {
  const socket = await openSocket(typeof target === 'number' ? { port: target } : target);
  const replies: Reply[] = [];
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  let bytes = Buffer.alloc(0);
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let parsed = parseReply(bytes, 0); parsed; parsed = parseReply(bytes, 0)) {
      bytes = bytes.subarray(parsed.end);
      const next = waiting.shift();
      if (next) next.resolve(parsed.reply);
      else replies.push(parsed.reply);
    }
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('the server closed the connection')));
  socket.setTimeout(REPLY_TIMEOUT_MS, () => {
    if (waiting.length > 0) socket.destroy(new Error(`no reply within ${REPLY_TIMEOUT_MS} ms`));
  });
  const read = (): Promise<Reply> => {
    const ready = replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (ended) return Promise.reject(ended);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  return {
    send: (argv) => {
      socket.write(formatCommand(argv));
      return read();
    },
    write: (data) => void socket.write(data),
    read,
    close: () => void socket.destroy(),
  };
}

function formatCommand(argv: readonly (string | Buffer)[]): Buffer {
  const parts = argv.flatMap((arg) => {
    const bytes = Buffer.from(arg);
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${argv.length}\r\n`), ...parts]);
}

function openSocket(target: Target): Promise<Socket> {
  const { socketPath, port = 6379, host = '127.0.0.1', tls } = target;
  return new Promise((resolve, reject) => {
    const place = socketPath === undefined ? { host, port } : { path: socketPath };
    const socket: Socket = tls ? connectTls({ ...place, ...tls }) : connectTcp(place);
    socket.setTimeout(REPLY_TIMEOUT_MS, () =>
      socket.destroy(new Error(`no connection within ${REPLY_TIMEOUT_MS} ms`)),
    );
    socket.once('error', reject);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.removeAllListeners('timeout');
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

/** Where the first reply of these bytes ends; undefined while it is not whole. */
export function endOfReply(bytes: Buffer): number | undefined {
  return parseReply(bytes, 0)?.end;
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

function parseReply(bytes: Buffer, start: number): Parsed | undefined {
  const eol = bytes.indexOf('\r\n', start);
  if (eol === -1) return undefined;
  const line = bytes.toString('utf8', start + 1, eol);
  const end = eol + 2;
  const kind = String.fromCharCode(bytes[start] ?? 0);
  switch (kind) {
    case '+':
    case '(':
      return { reply: line, end };
    case '-':
      return { reply: { error: line }, end };
    case ':':
    case ',':
      return { reply: Number(line), end };
    case '_':
      return { reply: null, end };
    case '#':
      return { reply: line === 't', end };
    case '$':
    case '=':
    case '!':
      return parseBulk(bytes, kind, Number(line), end);
    case '*':
    case '~':
    case '>':
      return parseList(bytes, Number(line), end);
    case '%':
      return parseList(bytes, Number(line) * 2, end);
    default:
      throw new Error(`not a reply: ${JSON.stringify(bytes.toString('latin1', start, start + 40))}`);
  }
}

function parseBulk(bytes: Buffer, kind: '$' | '=' | '!', length: number, start: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  if (bytes.length < start + length + 2) return undefined;
  const text = bytes.toString('utf8', start, start + length);
  const end = start + length + 2;
  if (kind === '!') return { reply: { error: text }, end };
  return { reply: kind === '=' ? text.slice(4) : text, end };
}

function parseList(bytes: Buffer, count: number, start: number): Parsed | undefined {
  if (count < 0) return { reply: null, end: start };
  const list: Reply[] = [];
  let end = start;
  for (let i = 0; i < count; i += 1) {
    const item = parseReply(bytes, end);
    if (!item) return undefined;
    list.push(item.reply);
    end = item.end;
  }
  return { reply: list, end };
}
