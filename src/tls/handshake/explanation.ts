// The words of a diagnosis: what happened, what was seen, what to do. Kept apart so that the judgement reads as rules.
import type { CertificateFact } from '../certificate/certificate.ts';
import { explainReason } from './explanation-reason.ts';
import type { Diagnosis, Finding, HandshakeEvidence, HandshakeFault } from './diagnose.ts';

type Words = Pick<Diagnosis, 'explanation' | 'help'>;

/** The sentence and the next step for a finding; without evidence, in general terms. */
export function explainFault(finding: Finding, evidence?: HandshakeEvidence): Words {
  const words = { ...WORDS[finding.fault], ...explainReason(finding) };
  if (evidence === undefined) return words;
  const detail = finding.detail ?? addDetail(finding.fault, evidence);
  return detail === undefined ? words : { ...words, explanation: `${words.explanation}: ${detail}` };
}

/** What was seen, one fact per line, with no secret in it. */
export function listEvidence(evidence: HandshakeEvidence): readonly string[] {
  const { observation, clientCertificate, serverTime, at, port } = evidence;
  const { errorCode, errorMessage, protocol, cipher, chain, authorizationError } = observation;
  const lines: string[] = [];
  if (protocol !== undefined)
    lines.push(`agreed on ${protocol}${cipher === undefined ? '' : ` with ${cipher}`}`);
  else if (observation.agreed) lines.push('protocol and cipher were agreed');
  if (chain[0] !== undefined) lines.push(`server certificate ${describe(chain[0])}`);
  if (authorizationError !== undefined) lines.push(`checking it gives ${authorizationError}`);
  if (observation.askedForCertificate) {
    lines.push(
      `the server asked for a client certificate; ${observation.sentCertificate ? 'one' : 'none'} was sent`,
    );
  }
  if (clientCertificate !== undefined) lines.push(`client certificate ${describe(clientCertificate)}`);
  if (serverTime !== undefined) {
    lines.push(describeClock(serverTime, at, evidence.serverTimeWithinMs ?? 0));
  }
  for (const line of evidence.log?.lines ?? []) {
    lines.push(`the server's log, matched by ${evidence.log?.how ?? 'time'}: ${line.text}`);
  }
  if (port?.kind === 'plaintext')
    lines.push(`a plaintext QUIT on the same port is answered ${JSON.stringify(port.reply)}`);
  if (observation.reply !== undefined) lines.push(`answered ${JSON.stringify(observation.reply)}`);
  else
    lines.push(
      `ended while ${STAGES[observation.stage]}: ${errorCode ?? 'UNKNOWN'} (${errorMessage ?? 'no message'})`,
    );
  return lines;
}

const STAGES: Readonly<Record<HandshakeEvidence['observation']['stage'], string>> = {
  dialling: 'dialling',
  handshake: 'shaking hands',
  'waiting-for-reply': 'waiting for the first reply',
  replied: 'reading the reply',
};

const WORDS: Readonly<Record<HandshakeFault, Words>> = {
  'client-certificate-required': {
    explanation:
      'The server accepts only clients with a certificate (tls-auth-clients yes), and none was sent',
    help: "connect with --cert FILE --key FILE, signed by a CA in the server's tls-ca-cert-file",
  },
  'client-certificate-unknown-ca': {
    explanation: 'The server does not know the CA that signed our certificate',
    help: "use a certificate from the server's CA, or add our CA to its tls-ca-cert-file and CONFIG SET that file again",
  },
  'client-certificate-expired': {
    explanation: 'The server refused our certificate as expired',
    help: "issue a new client certificate; if its dates are good, compare the server's clock and its CA's expiry",
  },
  'client-certificate-not-yet-valid': {
    explanation:
      "The server refused our certificate because its validity has not begun by the server's clock",
    help: "compare TIME on the server with the certificate's start; put the clock right or issue the certificate earlier",
  },
  'client-certificate-unsuitable': {
    explanation: 'The server refused our certificate for what it is, not for who signed it or when',
    help: 'issue one with clientAuth in its extended key usage, an EC P-256 or RSA 3072 key and SHA-256',
  },
  'protocol-mismatch': {
    explanation: 'Client and server allow no TLS version in common',
    help: "compare the server's tls-protocols with what the client may use",
  },
  'no-shared-cipher': {
    explanation: 'Client and server allow no cipher in common',
    help: "compare tls-ciphers (TLS 1.2) and tls-ciphersuites (TLS 1.3) with the client's; an RSA-only cipher list fits no EC certificate",
  },
  'server-untrusted': {
    explanation: "The server's certificate does not lead to a CA that we trust",
    help: 'connect with --cacert of the CA that issued it',
  },
  'server-expired': {
    explanation: 'The server presents an expired certificate',
    help: 'replace the files and run CONFIG SET tls-cert-file with the same path: connections stay, new handshakes see it',
  },
  'server-not-yet-valid': {
    explanation: "The server's certificate is not valid yet by our clock",
    help: "compare our clock with the certificate's start",
  },
  'server-unsuitable': {
    explanation: 'The server presents a certificate that is not fit for a server',
    help: 'issue one with serverAuth in its extended key usage (and clientAuth for nodes that dial others), an EC P-256 or RSA 3072 key and SHA-256',
  },
  'name-mismatch': {
    explanation: "The server's certificate is for other names than the one we dialled",
    help: 'dial a name that it covers, pass --sni NAME, or issue it with this name',
  },
  'plaintext-to-tls': {
    explanation: 'The port speaks TLS and the client does not',
    help: 'connect with --tls, or rediss:// in the URL',
  },
  'tls-to-plaintext': {
    explanation: 'The port does not speak TLS: it waits for a command while the client waits for a handshake',
    help: 'connect without --tls, or to the tls-port',
  },
  refused: {
    explanation: 'Nothing listens on that port, or a firewall rejects it',
    help: 'check the port and bind of the server, and that it runs',
  },
  unreachable: {
    explanation: 'The host cannot be found or reached',
    help: 'check the name, the route and the firewall',
  },
  timeout: {
    explanation: 'There was no answer in time',
    help: 'check firewall and load; the server may be blocked, stopped or behind a filter that drops packets',
  },
  reset: {
    explanation: 'The other side cut the connection without saying why',
    help: "look at the server's log at loglevel verbose; a proxy, maxclients or a filter between may have done it",
  },
  'local-material': {
    explanation: 'Our own certificate, key, CA or TLS settings cannot be used',
    help: 'check that the files are PEM, that key and certificate belong together, and the passphrase',
  },
  unknown: {
    explanation: 'The attempt failed in a way that has no name here',
    help: "look at the server's log at loglevel verbose",
  },
};

function addDetail(fault: HandshakeFault, evidence: HandshakeEvidence): string | undefined {
  const { observation, clientCertificate: client, serverName } = evidence;
  const server = observation.chain[0];
  switch (fault) {
    case 'client-certificate-unknown-ca':
      return client && `it was issued by ${client.issuer}`;
    case 'client-certificate-expired':
      return client && `it was valid until ${client.notAfter}`;
    case 'client-certificate-not-yet-valid':
      return client && `it is valid from ${client.notBefore}`;
    case 'server-untrusted':
      return server && `it was issued by ${server.issuer}`;
    case 'server-expired': {
      // The leaf may be good and a CA above it old.
      const over = observation.chain.find(({ notAfter }) => Date.parse(notAfter) < evidence.at.getTime());
      return over && `${over.subject} was valid until ${over.notAfter}`;
    }
    case 'server-not-yet-valid':
      return server && `it is valid from ${server.notBefore}`;
    case 'name-mismatch':
      return server && `${serverName ?? 'the name'} is not among ${listNames(server)}`;
    case 'unreachable':
    case 'reset':
    case 'unknown':
      return observation.errorCode;
    case 'local-material':
      return observation.errorMessage;
    case 'client-certificate-required':
    case 'client-certificate-unsuitable':
    case 'server-unsuitable':
    case 'protocol-mismatch':
    case 'no-shared-cipher':
    case 'plaintext-to-tls':
    case 'tls-to-plaintext':
    case 'refused':
    case 'timeout':
      return undefined;
  }
}

function describeClock(serverTime: Date, at: Date, withinMs: number): string {
  const seconds = Math.round((serverTime.getTime() - at.getTime()) / 1000);
  const hours = Math.round(withinMs / 3_600_000);
  // A log says no zone.
  if (hours > 0)
    return `the server's log says ${serverTime.toISOString().slice(0, 19)}, give or take ${hours} h`;
  const drift =
    Math.abs(seconds) < 3 ? 'as ours' : `${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} ours`;
  return `the server's clock says ${serverTime.toISOString()}, ${drift}`;
}

function describe({ subject, issuer, notBefore, notAfter }: CertificateFact): string {
  return `${subject}, issued by ${issuer}, valid ${notBefore} to ${notAfter}`;
}

function listNames({ dnsNames, ipAddresses }: CertificateFact): string {
  const names = [...dnsNames, ...ipAddresses];
  return names.length === 0 ? 'its names, for it has none' : names.join(', ');
}
