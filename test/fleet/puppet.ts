/** A server that answers each command as the test says, with the framing of RESP2. */
import type { Socket } from 'node:net';
import type { Reply } from '../../src/fleet/index.ts';
import { startRogue, type RogueServer } from './rogue-server.ts';

/** `answer` gets the words of one command. */
export function startPuppet(answer: (argv: readonly string[]) => Reply): Promise<RogueServer> {
  return startRogue((socket: Socket) => {
    socket.on('data', (chunk: Buffer) => {
      const commands = chunk.toString().split(/(?=\*\d+\r\n)/);
      const argvs = commands.map((text) => text.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0));
      socket.write(argvs.map((argv) => encode(answer(argv))).join(''));
    });
  });
}

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encode).join('')}`;
  return `-${(reply as { error: string }).error}\r\n`;
}
