// What listens on a port: plaintext RESP, TLS, something else, nobody. First a plaintext QUIT, then a TLS handshake: a
// TLS port answers plaintext with a reset or an alert at once, while a plaintext port leaves a TLS client waiting.
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

/** Never throws for what the network or the server does. */
export async function probePort(target: PortTarget): Promise<PortProbe> {
  throw new Error(`not written: ${target.host}`);
}
