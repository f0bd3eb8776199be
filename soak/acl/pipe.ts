/**
 * One connection that carries many commands at once. Arguments and answers are byte strings: each character is one
 * byte. RESP2, as the servers' protocol document describes it.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What a server said. */
export type Answer = string | number | null | readonly Answer[] | { readonly error: string };

export interface Pipe {
  /** Sends all commands and resolves with their answers; rejects when the server goes away. */
  readonly send: (commands: readonly (readonly string[])[]) => Promise<readonly Answer[]>;
  readonly close: () => void;
}

const ANSWER_TIMEOUT_MS = 60_000;

export async function openPipe(port: number): Promise<Pipe> {
  const socket = await open(port);
  let text = '';
  let at = 0;
  let wanted: { count: number; answers: Answer[]; resolve: (answers: Answer[]) => void } | undefined;
  let fail: ((error: Error) => void) | undefined;
  let ended: Error | undefined;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text = at === 0 ? text + chunk : text.slice(at) + chunk;
    at = 0;
    while (wanted !== undefined) {
      const read = readAnswer(text, at);
      if (read === undefined) return;
      at = read.end;
      wanted.answers.push(read.answer);
      if (wanted.answers.length < wanted.count) continue;
      const { resolve, answers } = wanted;
      wanted = undefined;
      resolve(answers);
    }
  });
  const end = (error: Error): void => {
    ended ??= error;
    fail?.(ended);
  };
  socket.on('error', end);
  socket.on('close', () => end(new Error('the server closed the connection')));
  socket.setTimeout(ANSWER_TIMEOUT_MS, () =>
    socket.destroy(new Error(`no answer in ${ANSWER_TIMEOUT_MS} ms`)),
  );
  return {
    send: (commands) => {
      if (ended !== undefined) return Promise.reject(ended);
      if (commands.length === 0) return Promise.resolve([]);
      return new Promise<readonly Answer[]>((resolve, reject) => {
        wanted = { count: commands.length, answers: [], resolve };
        fail = reject;
        socket.write(commands.map(encode).join(''), 'latin1');
      });
    },
    close: () => socket.destroy(),
  };
}

function encode(argv: readonly string[]): string {
  let out = `*${argv.length}\r\n`;
  for (const arg of argv) out += `$${arg.length}\r\n${arg}\r\n`;
  return out;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

interface Read {
  readonly answer: Answer;
  readonly end: number;
}

function readAnswer(text: string, start: number): Read | undefined {
  const eol = text.indexOf('\r\n', start);
  if (eol === -1) return undefined;
  const line = text.slice(start + 1, eol);
  const end = eol + 2;
  switch (text[start]) {
    case '+':
      return { answer: line, end };
    case '-':
      return { answer: { error: line }, end };
    case ':':
      return { answer: Number(line), end };
    case '$': {
      const length = Number(line);
      if (length < 0) return { answer: null, end };
      if (text.length < end + length + 2) return undefined;
      return { answer: text.slice(end, end + length), end: end + length + 2 };
    }
    case '*':
      return readList(text, Number(line), end);
    default:
      throw new Error(`not an answer: ${JSON.stringify(text.slice(start, start + 40))}`);
  }
}

function readList(text: string, count: number, start: number): Read | undefined {
  if (count < 0) return { answer: null, end: start };
  const answer: Answer[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const item = readAnswer(text, end);
    if (item === undefined) return undefined;
    answer.push(item.answer);
    end = item.end;
  }
  return { answer, end };
}
