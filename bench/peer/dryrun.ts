/**
 * ACL DRYRUN of a real server as fast as one connection gives it: requests encoded beforehand in batches of 100, several
 * batches on the way so that the server never waits, and replies counted by their bytes, which are known from a first
 * pass that reads and compares them.
 */
import { connect, type Socket } from 'node:net';
import { toBytes } from '../../src/acl/bytes.ts';
import { openConnection, type Reply } from '../../test/servers/talk.ts';

/** One question: whose rules, which command, in which database. */
export interface Question {
  readonly user: string;
  readonly argv: readonly string[];
  readonly db: number;
}

export interface Peer {
  /** Asks everything `passes` times; the seconds it took. */
  readonly time: (passes: number) => Promise<number>;
  /** Processor time that the server has used so far, in seconds. */
  readonly processorSeconds: () => Promise<number>;
  readonly close: () => void;
}

/** Requests in one write. */
const BATCH = 100;
/** Batches on the way at most. */
const BATCHES_MAX = 4;
const REPLY_BUFFER_BYTES = 256 * 1024;

/** What the server says to each question: `OK`, or the text of its refusal. */
export async function askAll(port: number, questions: readonly Question[]): Promise<readonly string[]> {
  const connection = await openConnection(port);
  const answers: string[] = [];
  for (let i = 0; i < questions.length; i += BATCH) {
    const batch = requestsOf(questions.slice(i, i + BATCH), i === 0 ? 0 : (questions[i - 1]?.db ?? 0));
    const replies = await Promise.all(batch.map(({ argv }) => connection.send(argv.map(bufferOf))));
    replies.forEach((reply, k) => {
      if (batch[k]?.counts === true) answers.push(textOf(reply));
    });
  }
  connection.close();
  return answers;
}

/** A connection that asks the questions over and over. Each pass ends as it began, in database 0. */
export async function openPeer(port: number, questions: readonly Question[]): Promise<Peer> {
  const requests = requestsOf([...questions], 0);
  requests.push({ argv: ['SELECT', '0'], counts: false });
  const batches: Buffer[] = [];
  for (let i = 0; i < requests.length; i += BATCH) {
    batches.push(Buffer.concat(requests.slice(i, i + BATCH).map(({ argv }) => encode(argv))));
  }
  const control = await openConnection(port);
  const socket = await dial(port);
  const replyBytes = await countReplyBytes(socket, batches);
  let received = 0;
  let onBytes = (): void => {};
  socket.count = (bytes) => {
    received += bytes;
    onBytes();
  };
  return {
    time: (passes) =>
      new Promise((resolve) => {
        const total = passes * batches.length;
        let sent = 0;
        let answered = 0;
        let end = replyBytes[0] ?? 0;
        received = 0;
        const started = performance.now();
        onBytes = () => {
          while (answered < total && received >= end) {
            answered += 1;
            end += replyBytes[answered % batches.length] ?? 0;
          }
          if (answered === total) return resolve((performance.now() - started) / 1000);
          for (; sent < total && sent - answered < BATCHES_MAX; sent += 1) {
            socket.stream.write(batches[sent % batches.length] ?? Buffer.alloc(0));
          }
        };
        onBytes();
      }),
    processorSeconds: async () => {
      const info = textOf(await control.send(['INFO', 'cpu']));
      const used = /^used_cpu_(?:sys|user):([\d.]+)/gm;
      return Array.from(info.matchAll(used), (match) => Number(match[1])).reduce((a, b) => a + b, 0);
    },
    close: () => {
      socket.stream.destroy();
      control.close();
    },
  };
}

interface Request {
  readonly argv: readonly string[];
  /** False for SELECT, which only prepares. */
  readonly counts: boolean;
}

function requestsOf(questions: readonly Question[], from: number): Request[] {
  let db = from;
  return questions.flatMap((question): Request[] => {
    const ask = { argv: ['ACL', 'DRYRUN', question.user, ...question.argv], counts: true };
    if (question.db === db) return [ask];
    db = question.db;
    return [{ argv: ['SELECT', String(db)], counts: false }, ask];
  });
}

function encode(argv: readonly string[]): Buffer {
  const parts = argv.map((arg) => {
    const bytes = toBytes(arg);
    return `$${bytes.length}\r\n${bytes}\r\n`;
  });
  return Buffer.from(`*${argv.length}\r\n${parts.join('')}`, 'latin1');
}

export function bufferOf(arg: string): Buffer {
  return Buffer.from(toBytes(arg), 'latin1');
}

function textOf(reply: Reply): string {
  if (typeof reply === 'string') return reply;
  return typeof reply === 'object' && reply !== null && 'error' in reply
    ? reply.error
    : JSON.stringify(reply);
}

interface Counted {
  readonly stream: Socket;
  count: (bytes: number, buffer: Uint8Array) => void;
}

/** A socket whose replies are only counted, read into one buffer. */
function dial(port: number): Promise<Counted> {
  return new Promise((resolve, reject) => {
    const onread = {
      buffer: Buffer.allocUnsafe(REPLY_BUFFER_BYTES),
      callback: (bytes: number, buffer: Uint8Array): boolean => {
        counted.count(bytes, buffer);
        return true;
      },
    };
    const stream = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    const counted: Counted = { stream, count: () => {} };
    stream.once('error', reject);
    stream.once('connect', () => resolve(counted));
  });
}

const END = 'end of the batch';

/** Length of the replies to each batch. They are the same each time, so bytes are all that has to be counted later. */
async function countReplyBytes(socket: Counted, batches: readonly Buffer[]): Promise<readonly number[]> {
  const last = Buffer.from(`$${END.length}\r\n${END}\r\n`);
  const lengths: number[] = [];
  for (const batch of batches) {
    const length = await new Promise<number>((resolve) => {
      let replies = Buffer.alloc(0);
      socket.count = (bytes, buffer) => {
        replies = Buffer.concat([replies, buffer.subarray(0, bytes)]);
        if (replies.subarray(-last.length).equals(last)) resolve(replies.length - last.length);
      };
      socket.stream.write(Buffer.concat([batch, encode(['ECHO', END])]));
    });
    lengths.push(length);
  }
  return lengths;
}
