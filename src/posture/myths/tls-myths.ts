/** Myths about TLS and certificates. */

import type { Myth } from './myth.ts';

export const TLS_MYTHS: readonly Myth[] = [
  {
    id: 'C1',
    claim: '`CONFIG SET tls-port 6380` with tls-cert and tls-key switches TLS on.',
    verdict: 'partly true',
    truth:
      'The names are tls-cert-file and tls-key-file, and certificate, key and CA must be set before the port. 6.0 cannot change tls-port at run time. The plaintext port stays open until `CONFIG SET port 0`.',
    shown: 'Run on all ten versions.',
  },
  {
    id: 'C2',
    claim: 'tls-port, tls-cert-file and tls-key-file in the conf are enough.',
    verdict: 'false',
    truth:
      'The server refuses to start without a CA, because tls-auth-clients is yes by default: every client must show a certificate.',
    shown: 'Start with those three lines on all ten versions.',
  },
  {
    id: 'C3',
    claim: '`tls-replication yes` closes the plaintext port.',
    verdict: 'false',
    truth:
      'It makes the outgoing replication link of this node TLS and nothing else. Plaintext clients and plaintext replicas are still let in. `port 0` closes the port.',
    shown: 'A plaintext client and a plaintext replica on all ten versions.',
  },
  {
    id: 'C4',
    claim: 'Replacing certificates disconnects the clients.',
    verdict: 'false',
    truth:
      'Existing connections live through a reload, through the removal of their CA and past the end of their own certificate. Only new handshakes change.',
    shown: 'Open connections during all three, on all ten versions.',
  },
  {
    id: 'C5',
    claim: 'A new certificate needs a restart, or tls-cert-file-new.',
    verdict: 'false',
    truth:
      'Replace the files and run CONFIG SET tls-cert-file with the same path: certificate, key and CA are loaded again together, on 6.0 too. New paths need 7.0, in one CONFIG SET. tls-cert-file-new exists nowhere, and SIGHUP does nothing.',
    shown: 'Fingerprints by handshake before and after, on all ten versions.',
  },
  {
    id: 'C7',
    claim: 'Two certificates in one file serve old and new clients.',
    verdict: 'false',
    truth: 'The file is accepted, and only the first certificate in it is served.',
    shown: 'Handshakes with such a file on all ten versions.',
  },
  {
    id: 'C9',
    claim: 'A client whose certificate has expired is out.',
    verdict: 'false',
    truth:
      'Only new full handshakes are refused. A live connection stays, and a resumed TLS session lets the client back in: for tls-session-cache-timeout with TLS 1.2, and without end with TLS 1.3 if it resumes often enough. A CONFIG SET that rebuilds the TLS context ends it.',
    shown: 'A certificate that lived four seconds, resumed for ten more, on all ten versions.',
  },
  {
    id: 'C10',
    claim: 'Revocation checks slow TLS down and can be switched off.',
    verdict: 'false',
    truth: 'No version checks a CRL or OCSP. A revoked client is let in.',
    shown: 'A revoked certificate with the CRL in the CA file and in the CA folder, on all ten versions.',
  },
  {
    id: 'C11',
    claim: 'tls-handshake-timeout gives slow handshakes more time.',
    verdict: 'false',
    truth: 'No version has such a setting.',
    shown: 'CONFIG SET on all ten versions.',
  },
  {
    id: 'C12',
    claim: '`tls-prefer-server-ciphers yes` relaxes certificate checks.',
    verdict: 'false',
    truth: 'It chooses whose cipher order counts. Expired and unknown clients are still refused.',
    shown: 'Handshakes with both values on all ten versions.',
  },
  {
    id: 'C13',
    claim: 'A clock that is five minutes off breaks TLS.',
    verdict: 'false',
    truth:
      'Only a clock outside the validity of a certificate does. Ten minutes off, the replication link stays up.',
    shown: 'Replicas with a shifted clock on all ten versions.',
  },
  {
    id: 'C14',
    claim: 'After a partition one must run REPLICAOF NO ONE to reconnect a replica.',
    verdict: 'harmful',
    truth:
      'A replica tries again each second and comes back by itself, one or two seconds after the clock or the CA is right. REPLICAOF NO ONE promotes it: now there are two primaries.',
    shown: 'Links broken by clock and by CA, then repaired, on all ten versions.',
  },
  {
    id: 'C15',
    claim: '`openssl x509 -text | grep validity` shows the dates.',
    verdict: 'false',
    truth: 'It prints nothing; the word is Validity. Use -dates.',
    shown: 'Run with OpenSSL 3.0.',
  },
  {
    id: 'C16',
    claim: '`tls-auth-clients yes` is an optional extra.',
    verdict: 'false',
    truth:
      'It is the default. `optional` lets a client in without a certificate and refuses a bad one; `no` does not look at certificates at all.',
    shown: 'Clients without, with a good and with a bad certificate, on all ten versions.',
  },
  {
    id: 'C17',
    claim: '`tls-ciphersuites` sets the ciphers of TLS 1.2 and later.',
    verdict: 'false',
    truth:
      'It is for TLS 1.3 only. TLS 1.2 keeps the OpenSSL default list, CBC with SHA-1 included, until tls-ciphers is set.',
    shown: 'A TLS 1.2 client with ECDHE-ECDSA-AES128-SHA on all ten versions.',
  },
  {
    id: 'C18',
    claim: '`INFO server` and tcp_port tell whether TLS is on.',
    verdict: 'false',
    truth:
      'tcp_port is the TLS port only when port is 0. From 7.2 on the listener lines tell. CLIENT LIST does not mark TLS connections.',
    shown: 'INFO on all ten versions.',
  },
  {
    id: 'C19',
    claim: 'A server certificate with a common name and no SAN is enough.',
    verdict: 'partly true',
    truth:
      'redis-cli and replicas check no name at all, so it seems to work. Client libraries do check, and refuse it for an IP address.',
    shown: 'redis-cli, replicas and a Node.js client against such a certificate.',
  },
  {
    id: 'C20',
    claim: '"Connection reset by peer" means that the TLS handshake failed.',
    verdict: 'partly true',
    truth:
      'redis-cli mostly says "Server closed the connection". A plaintext client on a TLS port is reset; a TLS client on a plaintext port hangs.',
    shown: 'Each pairing, on five versions.',
  },
];
