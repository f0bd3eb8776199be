// The words for what is finer than a fault: which certificate of the chain, what about it, and the remedy for just that.
import type { Diagnosis, FaultReason, Finding } from './diagnose.ts';

type Words = Partial<Pick<Diagnosis, 'explanation' | 'help'>>;

/** What is said instead of the general words, where the reason is known. */
export function explainReason({ fault, reason }: Finding): Words {
  if (reason === undefined) return {};
  if (fault === 'local-material') return LOCAL[reason] ?? {};
  return (fault.startsWith('client-') ? OURS : THEIRS)[reason] ?? {};
}

type Reasons = Readonly<Partial<Record<FaultReason, Words>>>;

const STRONG = 'issue one with an EC P-256 or RSA 3072 key and SHA-256';
const CLOCK =
  'put the clock of the server right (chronyc tracking, timedatectl): nothing else needs to change';

/** Our certificate, judged by the server. */
const OURS: Reasons = {
  'ca-of-same-name': {
    explanation:
      'The server knows a CA of the name that our certificate bears, and it has another key: one of the two was made anew',
    help: "issue our certificate from the CA that the server has, or add the CA that signed ours to the server's tls-ca-cert-file and CONFIG SET that file again",
  },
  'intermediate-missing': {
    explanation:
      'The server knows the root and not the intermediate CA that signed our certificate, and we did not send it',
    help: 'put the intermediate behind the certificate in one file (cat client.crt intermediate.crt) and give that to --cert',
  },
  'root-missing': {
    explanation:
      'The CA file of the server holds the intermediate and not its root, and OpenSSL accepts no chain without one',
    help: 'add the root to that file and CONFIG SET it again',
  },
  'ca-expired': {
    explanation: 'A CA between our certificate and its root has expired by the clock of the server',
    help: 'renew that CA; a new CA certificate with the same key and name in the file of the server is enough',
  },
  'ca-not-yet-valid': {
    explanation: 'A CA between our certificate and its root is not valid yet by the clock of the server',
  },
  'server-clock-ahead': {
    explanation:
      'Our certificate is good by our clock and expired by the clock of the server, which runs ahead',
    help: CLOCK,
  },
  'server-clock-behind': {
    explanation:
      'Our certificate is good by our clock and not valid yet by the clock of the server, which runs behind',
    help: CLOCK,
  },
  'wrong-usage': {
    explanation: 'The server refused our certificate because it is not made for clients',
    help: 'issue one with clientAuth in its extended key usage: wardis tls issue client, or node for a server that dials others',
  },
  'weak-key': {
    explanation:
      'Our certificate has too short a key for security level 2, which Debian and Red Hat build into OpenSSL',
    help: STRONG,
  },
  'weak-signature': {
    explanation:
      'Our certificate has too weak a signature for security level 2, which Debian and Red Hat build into OpenSSL',
    help: STRONG,
  },
  'wrong-key-usage': {
    explanation: 'The server refused our certificate because its key usage does not fit a client',
    help: 'issue one with digitalSignature in its key usage, as wardis tls issue client does; a key usage that is absent forbids nothing',
  },
  'unknown-critical-extension': {
    explanation:
      'The server refused our certificate because of a critical extension that OpenSSL does not know',
    help: 'issue one without that extension, or with it not critical',
  },
  'name-not-permitted': {
    explanation: 'The server refused our certificate because a CA above it does not permit its names',
    help: 'issue it with names that the CA permits, or from a CA without name constraints: openssl x509 -in CA.crt -noout -ext nameConstraints',
  },
  'not-a-ca': { explanation: 'A certificate above ours is not a CA, or allows no CA below it' },
};

/** The server's certificate, judged by us. */
const THEIRS: Reasons = {
  'ca-of-same-name': {
    explanation:
      "We trust a CA of the name that the server's certificate bears, and it has another key: one of the two was made anew",
    help: 'fetch the CA file that is in use now, and compare fingerprints: openssl x509 -in CA.crt -noout -fingerprint -sha256',
  },
  'intermediate-missing': {
    explanation: 'The server does not send the intermediate CA that signed its certificate',
    help: 'on the server put the intermediate behind the certificate in tls-cert-file and CONFIG SET tls-cert-file to the same path',
  },
  'root-missing': {
    explanation:
      'Our CA file holds the intermediate and not its root, and OpenSSL accepts no chain without one',
    help: 'add the root to that file',
  },
  'ca-expired': {
    explanation: 'A CA above the certificate of the server has expired',
    help: 'renew that CA and distribute it',
  },
  'ca-not-yet-valid': {
    explanation: 'A CA above the certificate of the server is not valid yet by our clock',
  },
  'wrong-usage': { help: 'issue one with serverAuth in its extended key usage: wardis tls issue server' },
  'wrong-key-usage': {
    explanation: 'The server presents a certificate whose key usage does not fit a server',
    help: 'issue one with digitalSignature in its key usage, as wardis tls issue server does; a key usage that is absent forbids nothing',
  },
  'unknown-critical-extension': {
    explanation: 'The server presents a certificate with a critical extension that OpenSSL does not know',
    help: 'issue one without that extension, or with it not critical',
  },
  'name-not-permitted': {
    explanation: 'The server presents a certificate with names that a CA above it does not permit',
    help: 'issue it with names that the CA permits, or from a CA without name constraints: openssl x509 -in CA.crt -noout -ext nameConstraints',
  },
  'weak-key': { explanation: 'The certificate of the server has too short a key', help: STRONG },
  'weak-signature': { explanation: 'The certificate of the server has too weak a signature', help: STRONG },
  'no-names': {
    explanation:
      'The certificate of the server has no alternative names: no library takes it for an address, and not all take its common name for a host name',
    help: 'issue it with the names and addresses that clients dial; redis-cli and replicas check none',
  },
  'not-a-ca': { explanation: "A certificate above the server's is not a CA, or allows no CA below it" },
};

/** Nothing went over the wire. */
const LOCAL: Reasons = {
  'weak-key': {
    explanation: 'Our own TLS library refuses our certificate: its key is too short',
    help: STRONG,
  },
  'weak-signature': {
    explanation: 'Our own TLS library refuses our certificate: its signature is too weak',
    help: STRONG,
  },
};
