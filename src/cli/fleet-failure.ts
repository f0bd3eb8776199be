/** What went wrong on the way to a server, in the four parts of a failure. */

import type { FleetError, FleetErrorCode } from '../fleet/index.ts';
import { EXIT } from './exit-code.ts';
import type { FailureText } from './failure.ts';

interface Explained {
  /** Published code: E601 to E605 are the ones that the field knows. */
  readonly code: string;
  readonly cause: string;
}

const EXPLAINED: Readonly<Record<FleetErrorCode, Explained>> = {
  noauth: { code: 'E601', cause: 'the server asks for credentials and none were given' },
  wrongpass: { code: 'E603', cause: 'wrong user or password, or the user is off' },
  'tls-handshake': { code: 'E604', cause: 'the TLS handshake failed' },
  'tls-untrusted': {
    code: 'E604',
    cause: 'the certificate of the server is not trusted: wrong CA, wrong name or wrong dates',
  },
  'plaintext-to-tls': { code: 'E606', cause: 'the port speaks TLS and --tls was not given' },
  'tls-to-plaintext': { code: 'E607', cause: 'the port speaks plaintext and TLS was asked for' },
  'protected-mode': {
    code: 'E605',
    cause: 'protected mode: the default user has no password and we are not on loopback',
  },
  refused: { code: 'E611', cause: 'nothing listens there, or a firewall answers for it' },
  timeout: {
    code: 'E612',
    cause: 'no answer in time: a firewall that drops, a wrong address, or a server that hangs',
  },
  reset: { code: 'E613', cause: 'the connection was cut' },
  closed: { code: 'E613', cause: 'the server ended the connection early' },
  dns: { code: 'E614', cause: 'the name does not resolve' },
  unreachable: { code: 'E615', cause: 'no route, or no permission to open the socket' },
  'max-clients': { code: 'E616', cause: 'the server has no room for another client' },
  'local-material': { code: 'E617', cause: 'our own certificate, key or CA file cannot be used' },
  protocol: { code: 'E618', cause: 'what answers does not speak the Redis protocol' },
  'too-large': { code: 'E619', cause: 'a reply is larger than Wardis reads' },
};

/** Turn an error of the fleet room into text for a person. */
export function describeFleetError(error: FleetError, target: string): FailureText {
  const { code, cause } = EXPLAINED[error.code];
  return {
    code,
    what: error.message,
    target,
    cause,
    next: `wardis doctor ${target}`,
    exit: error.code === 'wrongpass' ? EXIT.refused : EXIT.incomplete,
  };
}
