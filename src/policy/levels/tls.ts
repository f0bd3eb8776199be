/**
 * Encryption in transit. Seen on real servers: `tls-ciphersuites` binds TLS 1.3 only, so `tls-ciphers` must bind 1.2;
 * `tls-replication` and `tls-cluster` leave the plaintext port open; resumption lets an expired client certificate back
 * in for `tls-session-cache-timeout`, and `tls-session-caching no` breaks every client that resumes.
 */

import type { ExpectedSetting, TlsExpectation } from '../expectation.ts';
import { levelAtLeast, type HardeningRequest } from '../request.ts';
import { exactly, oneOf, within } from './accept.ts';

/** Forward secrecy and authenticated encryption only. */
const CIPHERS = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
];
const CIPHERSUITES = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];

/**
 * Whether every client port must be TLS: at hardened and above; from standard on also where the network is public, or
 * where a framework asks that credentials be unreadable in transit (PCI DSS 8.3.2, HIPAA 164.312(e), GDPR 32(1)(a)).
 */
export function tlsRequired(request: HardeningRequest): boolean {
  if (levelAtLeast(request.level, 'hardened')) return true;
  if (request.level === 'basic' || request.exposure === 'localhost') return false;
  return request.exposure === 'public' || request.frameworks.length > 0;
}

export function tlsExpectation(request: HardeningRequest): TlsExpectation {
  const strict = levelAtLeast(request.level, 'hardened');
  return {
    required: tlsRequired(request),
    clientCertificates: strict ? 'yes' : tlsRequired(request) ? 'optional' : 'no',
    protocols: ['TLSv1.2', 'TLSv1.3'],
    ciphers: CIPHERS.join(':'),
    ciphersuites: CIPHERSUITES.join(':'),
    expiryWarningDays: 30,
    lifetimeDaysMax: strict || request.frameworks.length > 0 ? 397 : 825,
  };
}

export function tlsSettings(request: HardeningRequest): readonly ExpectedSetting[] {
  if (!tlsRequired(request)) return [];
  const tls = tlsExpectation(request);
  const settings = [
    within(
      'tls',
      'tls-port',
      { value: request.mode === 'sentinel' ? 26379 : 6379, least: 1, most: 65_535 },
      'Clients connect here, and only here.',
    ),
    file('tls-cert-file', 'server.crt', 'The certificate that the server shows.'),
    file('tls-key-file', 'server.key', 'Its private key.'),
    file(
      'tls-ca-cert-file',
      'ca.crt',
      'Who may sign the certificates of clients and peers; a CA of your own, nothing wider.',
    ),
    clientCertificates(tls),
    protocols(tls),
    cipherList(tls),
    cipherSuites(tls),
    exactly('tls', 'tls-replication', 'yes', "This node's own replication links are encrypted too."),
    exactly(
      'tls',
      'tls-session-caching',
      'yes',
      'Off, clients that resume a session are refused with an internal error.',
    ),
    within(
      'tls',
      'tls-session-cache-timeout',
      { value: 60, least: 1, most: levelAtLeast(request.level, 'hardened') ? 60 : 300, unit: 'seconds' },
      'A resumed session is not checked again: an expired client certificate gets in until this has passed.',
    ),
  ];
  if (request.mode === 'cluster') {
    settings.push(
      exactly(
        'tls',
        'tls-cluster',
        'yes',
        'The cluster bus carries keys and topology; it must be encrypted too.',
      ),
    );
  }
  return settings;
}

function clientCertificates(tls: TlsExpectation): ExpectedSetting {
  return tls.clientCertificates === 'yes'
    ? exactly(
        'tls',
        'tls-auth-clients',
        'yes',
        'A client without a certificate of our CA does not even reach AUTH.',
      )
    : oneOf('tls', 'tls-auth-clients', ['optional', 'yes', 'no'], 'A certificate that is shown is checked.');
}

function file(name: string, value: string, reason: string): ExpectedSetting {
  return {
    section: 'tls',
    name,
    value,
    accepted: 'a file',
    reason,
    accepts: (actual) => actual.trim() !== '',
  };
}

function protocols(tls: TlsExpectation): ExpectedSetting {
  const good = new Set(tls.protocols.map((each) => each.toLowerCase()));
  return {
    section: 'tls',
    name: 'tls-protocols',
    value: tls.protocols.join(' '),
    accepted: 'TLSv1.2, TLSv1.3 or both (empty means both)',
    reason: 'TLS 1.0 and 1.1 are broken and forbidden by every framework.',
    accepts: (actual) =>
      actual
        .replaceAll('"', '')
        .trim()
        .toLowerCase()
        .split(/\s+/)
        .every((each) => each === '' || good.has(each)),
  };
}

function cipherList(tls: TlsExpectation): ExpectedSetting {
  return {
    section: 'tls',
    name: 'tls-ciphers',
    value: tls.ciphers,
    accepted: 'for TLS 1.2 only ECDHE or DHE with GCM, CCM or ChaCha20-Poly1305',
    reason: 'Empty means the default of OpenSSL, which takes CBC ciphers with SHA-1.',
    accepts: (actual) => {
      const items = actual
        .trim()
        .split(/[:, ]+/)
        .filter(Boolean);
      const added = items.filter((item) => !/^[!@-]/.test(item));
      return added.length > 0 && added.every(isStrongCipher);
    },
  };
}

function isStrongCipher(item: string): boolean {
  return (
    /^(?:ECDHE|DHE)-(?:ECDSA-|RSA-)?(?:AES(?:128|256)-(?:GCM-SHA(?:256|384)|CCM8?)|CHACHA20-POLY1305)$/.test(
      item,
    ) || /^(?:ECDHE|EECDH|DHE|EDH)\+(?:AESGCM|AESCCM|CHACHA20)$/.test(item)
  );
}

function cipherSuites(tls: TlsExpectation): ExpectedSetting {
  const good = new Set([...CIPHERSUITES, 'TLS_AES_128_CCM_SHA256']);
  return {
    section: 'tls',
    name: 'tls-ciphersuites',
    value: tls.ciphersuites,
    accepted: 'AES-GCM, ChaCha20-Poly1305 or AES-CCM (empty means these)',
    reason: 'The TLS 1.3 suites; this option says nothing about TLS 1.2.',
    accepts: (actual) =>
      actual.trim() === '' ||
      actual
        .trim()
        .split(':')
        .every((each) => good.has(each)),
  };
}
