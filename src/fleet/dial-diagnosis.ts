/**
 * The two most common wrong turns: plaintext spoken to a TLS port (reset, or closed without a word) and TLS
 * spoken to a plaintext port (no answer at all). Both are told by one more knock at the same port.
 */

import { FleetError } from './fleet-error.ts';
import { printEndpoint, type Target } from './target.ts';

const SUSPICIOUS = new Set(['reset', 'closed', 'timeout', 'protocol', 'tls-handshake']);

/** The same error, or the better explanation that the port itself gives. */
export async function explainWrongTransport(error: FleetError, target: Target): Promise<FleetError> {
  const { endpoint, transport } = target;
  if (endpoint.kind !== 'tcp' || !SUSPICIOUS.has(error.code)) return error;
  // A TLS port answers plaintext at once, if only by closing: silence is a server that hangs, and more waiting no help.
  if (transport === 'plaintext' && error.code === 'timeout') return error;
  const { probePort } = await import('../tls/index.ts');
  const probe = await probePort({ host: endpoint.host, port: endpoint.port });
  const node = printEndpoint(endpoint);
  if (transport === 'plaintext' && probe.kind === 'tls' && probe.inspection.agreed) {
    return new FleetError(
      'plaintext-to-tls',
      node,
      `${node} speaks TLS, and was spoken to in plaintext`,
      error,
    );
  }
  if (transport === 'tls' && probe.kind === 'plaintext') {
    return new FleetError('tls-to-plaintext', node, `${node} does not speak TLS`, error);
  }
  return error;
}
