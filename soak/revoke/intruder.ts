/** Somebody who is to be shut out and does not give up: logs in with the old secret again whenever a session ends. */
import { createConnection, type Socket } from 'node:net';

/** What a session does once it is logged in. */
export const HABITS = [
  ['PING'],
  ['BLPOP', 'nothing', '0'],
  ['SUBSCRIBE', 'channel'],
  ['MONITOR'],
  ['MULTI'],
  ['WAIT', '9', '0'],
  ['CLIENT', 'REPLY', 'OFF'],
] as const;

export interface Intruder {
  /** Logged in at this moment, as far as the intruder can tell. */
  readonly isIn: () => boolean;
  readonly stop: () => void;
}

const AGAIN_AFTER_MS = 3;

export function startIntruder(
  port: number,
  user: string,
  password: string,
  habit: readonly string[],
): Intruder {
  let socket: Socket | undefined;
  let state: 'out' | 'in' | 'stopped' = 'out';
  const isStopped = (): boolean => state === 'stopped';
  const connect = (): void => {
    if (isStopped()) return;
    const own = createConnection({ host: '127.0.0.1', port });
    socket = own;
    own.on('error', () => undefined);
    own.once('connect', () => own.write(`AUTH ${user} ${password}\r\n`));
    own.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      if (state === 'out' && text.startsWith('+OK')) {
        state = 'in';
        own.write(`${habit.join(' ')}\r\n`);
      } else if (state === 'out') own.destroy();
    });
    own.once('close', () => {
      if (isStopped()) return;
      state = 'out';
      setTimeout(connect, AGAIN_AFTER_MS);
    });
  };
  connect();
  return {
    isIn: () => state === 'in',
    stop: () => {
      state = 'stopped';
      socket?.destroy();
    },
  };
}
