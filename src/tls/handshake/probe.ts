// What listens on a port: plaintext RESP, TLS, something else, nobody. First a plaintext QUIT, then a TLS handshake: a
// TLS port answers plaintext with a reset or an alert at once, while a plaintext port leaves a TLS client waiting.
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { QUIT, readFirstLine } from './attempt.ts';
import { inspectTls } from './handshake.ts';
import type { TlsInspection } from './handshake.ts';

export type PortProbe =
  /** Speaks RESP without TLS; `reply` is its first line (`+OK`, `-DENIED …`). */
  | { readonly kind: 'plaintext'; readonly reply: string }
  /** Speaks TLS; the handshake itself may still have failed. */
  | { readonly kind: 'tls'; readonly inspection: TlsInspection }
  /** Answers, but neither RESP nor TLS; `reply` is printable and short. */
  | { readonly kind: 'other'; readonly reply: string }
  /** Refuses connections. */
  | { readonly kind: 'closed' }
  /** Cannot be reached: no route, no such host, or no answer to the dial. */
  | { readonly kind: 'unreachable'; readonly errorCode: string }
  /** Accepts the connection and says nothing, or closes without a word. */
  | { readonly kind: 'silent'; readonly ended: 'timeout' | 'closed' | 'reset' };

export interface PortTarget {
  readonly host: string;
  readonly port: number;
  /** For each of the two attempts; default 3000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 3000;
const REPLY_BYTES_MAX = 4096;

/** Never throws for what the network or the server does. */
export async function probePort(target: PortTarget): Promise<PortProbe> {
  const timeoutMs = target.timeoutMs ?? TIMEOUT_MS;
  const plain = await askPlainly(target, timeoutMs);
  if (plain.kind !== 'silent') return plain;
  const inspection = await inspectTls({ host: target.host, port: target.port, timeoutMs });
  if (inspection.ok || inspection.agreed || /^ERR_SSL_.*ALERT_/.test(inspection.errorCode ?? '')) {
    return { kind: 'tls', inspection };
  }
  return plain;
}

function askPlainly({ host, port }: PortTarget, timeoutMs: number): Promise<PortProbe> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let opened = false;
    let bytes: Buffer = Buffer.alloc(0);
    const finish = (ended: 'timeout' | 'closed' | 'reset', errorCode = 'TIMEOUT'): void => {
      clearTimeout(timer);
      socket.destroy();
      if (errorCode === 'ECONNREFUSED') resolve({ kind: 'closed' });
      // A reset may come before we hear that the connection was made.
      else if (opened || errorCode === 'ECONNRESET') resolve(readAnswer(bytes) ?? { kind: 'silent', ended });
      else resolve({ kind: 'unreachable', errorCode });
    };
    const timer = setTimeout(() => finish('timeout'), timeoutMs);
    socket.once('connect', () => {
      opened = true;
      socket.write(QUIT);
    });
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk.subarray(0, REPLY_BYTES_MAX - bytes.length)]);
      if (bytes.includes('\n') || bytes.length >= REPLY_BYTES_MAX) finish('closed');
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => finish('reset', code ?? 'UNKNOWN'));
    socket.once('close', () => finish('closed'));
  });
}

/** A TLS alert is no answer to plaintext: content type 21, then a version 3.x. */
function readAnswer(bytes: Buffer): PortProbe | undefined {
  if (bytes.length === 0 || (bytes[0] === 0x15 && (bytes.length === 1 || bytes[1] === 0x03)))
    return undefined;
  const reply = readFirstLine(bytes);
  return { kind: /^(\+OK|-[A-Z]+ )/.test(reply) ? 'plaintext' : 'other', reply };
}
