/**
 * A proxy on loopback between a client and a server that understands where commands and replies end, so that a fault can
 * be put before a command reaches the server, between its effect and its reply, or after the reply. It can also cut a
 * reply in the middle and make every reply late.
 */
import { createServer, connect, type Socket } from 'node:net';

import { endOfReply } from './talk.ts';

/** `before`: the command has not been sent on. `during`: it took effect, its reply is held. `after`: reply passed on. */
export type FaultMoment = 'before' | 'during' | 'after';

export interface ProxyFault {
  readonly when: FaultMoment;
  /** Which command; the words as they were sent. */
  readonly matches: (argv: readonly string[]) => boolean;
  /** Which of those that match, from 1. */
  readonly nth: number;
  /** What happens then; traffic of the connection waits for it. */
  readonly act: () => Promise<void> | void;
  /**
   * What becomes of the connection: `pass` goes on, `cut` ends it without the reply, a number ends it after so many bytes
   * of the reply (of `during` only).
   */
  readonly next: 'pass' | 'cut' | number;
}

export interface FaultProxy {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** One fault at a time; it happens once. */
  readonly arm: (fault: ProxyFault) => void;
  readonly disarm: () => void;
  /** Whether the fault that was armed has happened. */
  readonly hasFired: () => boolean;
  /** Every reply is this late from now on. */
  readonly delay: (ms: number) => void;
  /** Ends every open connection. */
  readonly cutAll: () => void;
  /** What went through, first words only, oldest first; at most 10,000. */
  readonly commands: readonly string[];
  readonly stop: () => Promise<void>;
}

const COMMANDS_MAX = 10_000;

/** Starts a proxy before a server. */
export async function startFaultProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<FaultProxy> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const state: ProxyState = {
    armed: undefined,
    seen: 0,
    fired: false,
    delayMs: 0,
    note: (argv) => {
      if (commands.length < COMMANDS_MAX) commands.push(argv.slice(0, 3).join(' '));
    },
  };
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    join(client, upstream, state);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    address: `127.0.0.1:${port}`,
    arm: (fault) => {
      state.armed = fault;
      state.seen = 0;
      state.fired = false;
    },
    disarm: () => void (state.armed = undefined),
    hasFired: () => state.fired,
    delay: (ms) => void (state.delayMs = ms),
    cutAll,
    commands,
    stop: () => {
      cutAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface ProxyState {
  armed: ProxyFault | undefined;
  seen: number;
  fired: boolean;
  delayMs: number;
  readonly note: (argv: readonly string[]) => void;
}

/** What is expected of the server, in the order of the commands. */
interface Expected {
  readonly fault: ProxyFault | undefined;
}

function join(client: Socket, upstream: Socket, state: ProxyState): void {
  const expected: Expected[] = [];
  const cut = (): void => {
    client.destroy();
    upstream.destroy();
  };
  pump(client, cut, async (bytes) => {
    const parsed = takeCommand(bytes);
    if (parsed === undefined) return 0;
    const { argv, length } = parsed;
    state.note(argv);
    const fault = takeFault(state, argv);
    if (fault?.when === 'before') {
      await fault.act();
      if (fault.next !== 'pass') {
        cut();
        return length;
      }
    }
    expected.push({ fault: fault?.when === 'before' ? undefined : fault });
    upstream.write(bytes.subarray(0, length));
    return length;
  });
  pump(upstream, cut, async (bytes) => {
    const length = endOfReply(bytes);
    if (length === undefined) return 0;
    const fault = expected.shift()?.fault;
    if (state.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, state.delayMs));
    if (fault?.when === 'during') {
      await fault.act();
      if (fault.next !== 'pass') {
        if (typeof fault.next === 'number')
          await write(client, bytes.subarray(0, Math.min(fault.next, length - 1)));
        cut();
        return length;
      }
    }
    client.write(bytes.subarray(0, length));
    if (fault?.when === 'after') {
      await fault.act();
      if (fault.next !== 'pass') cut();
    }
    return length;
  });
}

/** Hands what has arrived to `take`, which says how much of it it used; one at a time, so that order is kept. */
function pump(source: Socket, end: () => void, take: (bytes: Buffer) => Promise<number>): void {
  let bytes = Buffer.alloc(0);
  let busy = false;
  let ended = false;
  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let used = -1; used !== 0 && bytes.length > 0;) {
      used = await take(bytes);
      bytes = bytes.subarray(used);
    }
    busy = false;
    if (ended) end();
  };
  source.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    void work();
  });
  source.on('close', () => {
    ended = true;
    if (!busy) end();
  });
}

function takeFault(state: ProxyState, argv: readonly string[]): ProxyFault | undefined {
  const { armed } = state;
  if (armed === undefined || state.fired || !armed.matches(argv)) return undefined;
  state.seen += 1;
  if (state.seen !== armed.nth) return undefined;
  state.fired = true;
  return armed;
}

/** One command of the front, as an array of bulk strings; the only form that clients of today send. */
function takeCommand(
  bytes: Buffer,
): { readonly argv: readonly string[]; readonly length: number } | undefined {
  const first = bytes.indexOf('\r\n');
  if (first === -1) return undefined;
  const count = Number(bytes.toString('latin1', 1, first));
  const argv: string[] = [];
  let at = first + 2;
  for (let i = 0; i < count; i += 1) {
    const eol = bytes.indexOf('\r\n', at);
    if (eol === -1) return undefined;
    const size = Number(bytes.toString('latin1', at + 1, eol));
    const start = eol + 2;
    if (bytes.length < start + size + 2) return undefined;
    argv.push(bytes.toString('utf8', start, start + size));
    at = start + size + 2;
  }
  return { argv, length: at };
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}
