/**
 * What the world did to us while talking to a server: one error with a closed code. Its text never holds a
 * secret, because it is made from the code, the node's address and what the server said, never from a command.
 */

export const FLEET_ERROR_CODES = [
  /** Nothing listens there. */
  'refused',
  /** No answer in time: while connecting, in the TLS handshake, or to a command. */
  'timeout',
  /** The peer reset the connection. The one failure that is tried again. */
  'reset',
  /** The server ended the connection in good order, but too early. */
  'closed',
  /** The name does not resolve. */
  'dns',
  /** No route, or no permission to open the socket. */
  'unreachable',
  /** The TLS handshake failed on either side. */
  'tls-handshake',
  /** The handshake worked, but the server's certificate or its name is not trusted. */
  'tls-untrusted',
  /** We spoke plaintext and the port wants TLS. */
  'plaintext-to-tls',
  /** We spoke TLS and the port answers in plaintext. */
  'tls-to-plaintext',
  /** Our own certificate, key or authority file cannot be read. */
  'local-material',
  /** WRONGPASS: our credentials were refused. */
  'wrongpass',
  /** NOAUTH: the server wants credentials and none were given. */
  'noauth',
  /** -DENIED: protected mode. */
  'protected-mode',
  /** The server has no room for another client. */
  'max-clients',
  /** What came is not RESP. */
  'protocol',
  /** A reply is larger than what is read. */
  'too-large',
] as const;

export type FleetErrorCode = (typeof FLEET_ERROR_CODES)[number];

export class FleetError extends Error {
  readonly code: FleetErrorCode;
  /** The address that was dialled: `127.0.0.1:6379`. */
  readonly node: string;
  override readonly name = 'FleetError';

  constructor(code: FleetErrorCode, node: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.node = node;
  }
}

const UNTRUSTED =
  /^(?:UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT_ALTNAME|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH)/;

/** A failure of the socket, the resolver or the TLS library as ours. */
export function explainSocketError(error: NodeJS.ErrnoException, node: string): FleetError {
  const code = error.code ?? '';
  switch (code) {
    case 'ECONNREFUSED':
      return new FleetError('refused', node, `nothing listens on ${node}`, error);
    case 'ENOENT':
      return new FleetError('refused', node, `there is no socket ${node}`, error);
    case 'ECONNRESET':
    case 'EPIPE':
      return new FleetError('reset', node, `${node} reset the connection`, error);
    case 'ETIMEDOUT':
      return new FleetError('timeout', node, `${node} did not answer the connection attempt`, error);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return new FleetError('dns', node, `the host of ${node} does not resolve (${code})`, error);
    default:
      return explainTlsError(error, node, code);
  }
}

function explainTlsError(error: NodeJS.ErrnoException, node: string, code: string): FleetError {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new FleetError('tls-to-plaintext', node, `${node} does not speak TLS`, error);
  }
  if (UNTRUSTED.test(code)) {
    return new FleetError(
      'tls-untrusted',
      node,
      `the certificate of ${node} is not trusted (${code})`,
      error,
    );
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return new FleetError('tls-handshake', node, `the TLS handshake with ${node} failed (${code})`, error);
  }
  return new FleetError('unreachable', node, `${node} cannot be reached (${code || 'unknown error'})`, error);
}

/** An error reply that ends the conversation, as ours; undefined for every other. */
export function explainErrorReply(reply: string, node: string): FleetError | undefined {
  if (reply.startsWith('WRONGPASS')) {
    return new FleetError('wrongpass', node, `${node} refused the credentials: ${reply}`);
  }
  // Redis before 6.0.
  if (reply.startsWith('ERR invalid password')) {
    return new FleetError('wrongpass', node, `${node} refused the credentials: ${reply}`);
  }
  if (reply.startsWith('NOAUTH'))
    return new FleetError('noauth', node, `${node} wants credentials: ${reply}`);
  if (reply.startsWith('DENIED')) {
    return new FleetError(
      'protected-mode',
      node,
      `${node} is in protected mode and refuses clients from here`,
    );
  }
  if (reply.startsWith('ERR max number of clients')) {
    return new FleetError('max-clients', node, `${node} has no room for another client: ${reply}`);
  }
  return undefined;
}
