import { describe, expect, it } from 'vitest';

import {
  createAuthority,
  diagnoseHandshake,
  diagnosePlaintext,
  issueCertificate,
  readCertificates,
} from '../../src/tls/index.ts';
import type { CertificateFact, HandshakeEvidence, HandshakeObservation } from '../../src/tls/index.ts';

const at = new Date('2026-06-01T00:00:00Z');

const blank: HandshakeObservation = {
  stage: 'waiting-for-reply',
  agreed: true,
  askedForCertificate: true,
  sentCertificate: true,
  chain: [],
  authorized: true,
  sessionResumed: false,
  elapsedMs: 3,
};

function judge(
  change: Partial<HandshakeObservation>,
  rest: Partial<HandshakeEvidence> = {},
): readonly (string | undefined)[] {
  const diagnosis = diagnoseHandshake({ observation: { ...blank, ...change }, at, ...rest });
  return [diagnosis?.fault, diagnosis?.certainty];
}

async function makeClient(start: string, days: number): Promise<CertificateFact> {
  const ca = await createAuthority({ name: 'CA', days: 900, at: new Date('2025-01-01') });
  const request = { commonName: 'app', usage: 'client', days, at: new Date(start) } as const;
  const [fact] = readCertificates((await issueCertificate(ca, request)).certPem).certificates;
  return fact as CertificateFact;
}

describe('an alert', () => {
  it.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client-certificate-required', 'proved'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client-certificate-unknown-ca', 'proved'],
    ['ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR', 'client-certificate-unknown-ca', 'likely'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'client-certificate-expired', 'likely'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'client-certificate-expired', 'likely'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'client-certificate-not-yet-valid', 'likely'],
    ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'client-certificate-unsuitable', 'proved'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'protocol-mismatch', 'proved'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'unknown', 'likely'],
  ])('%s means %s', (errorCode, fault, certainty) => {
    expect(judge({ errorCode })).toEqual([fault, certainty]);
  });

  it('about dates is proved by the certificate and the clock that judged it', async () => {
    const old = await makeClient('2026-01-01', 30);
    const early = await makeClient('2026-06-02', 30);
    const good = await makeClient('2026-05-01', 90);
    const expired = { errorCode: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED' };
    const bad = { errorCode: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' };
    expect(judge(expired, { clientCertificate: old })).toEqual(['client-certificate-expired', 'proved']);
    expect(judge(expired, { clientCertificate: good })).toEqual(['client-certificate-expired', 'likely']);
    const ahead = { clientCertificate: good, serverTime: new Date('2027-01-01') };
    expect(judge(expired, ahead)).toEqual(['client-certificate-expired', 'proved']);
    expect(judge(bad, { clientCertificate: early })).toEqual(['client-certificate-not-yet-valid', 'proved']);
    const behind = { clientCertificate: good, serverTime: new Date('2026-01-01') };
    expect(judge(bad, behind)).toEqual(['client-certificate-not-yet-valid', 'proved']);
    const weak = { ...good, keyType: 'rsa', keyBits: 1024 } as const;
    expect(judge(bad, { clientCertificate: weak })).toEqual(['client-certificate-unsuitable', 'likely']);
  });

  it('of handshake failure is told apart by how far it came', () => {
    const errorCode = 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE';
    const bare = { errorCode, stage: 'handshake', sentCertificate: false } as const;
    expect(judge(bare)).toEqual(['client-certificate-required', 'proved']);
    expect(judge({ ...bare, askedForCertificate: false })).toEqual(['client-certificate-required', 'likely']);
    const early = { ...bare, askedForCertificate: false, agreed: false };
    expect(judge(early)).toEqual(['no-shared-cipher', 'likely']);
  });
});

describe('an attempt that ends without an alert', () => {
  const early = {
    stage: 'handshake',
    agreed: false,
    askedForCertificate: false,
    sentCertificate: false,
  } as const;

  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['TIMEOUT', 'timeout'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'local-material'],
  ])('while dialling with %s is %s', (errorCode, fault) => {
    expect(judge({ ...early, stage: 'dialling', errorCode })).toEqual([fault, 'proved']);
  });

  it('in the handshake is a plaintext port, a cut or our own limit', () => {
    expect(judge({ ...early, errorCode: 'TIMEOUT' })).toEqual(['tls-to-plaintext', 'likely']);
    const port = { kind: 'plaintext', reply: '+OK' } as const;
    expect(judge({ ...early, errorCode: 'TIMEOUT' }, { port })).toEqual(['tls-to-plaintext', 'proved']);
    expect(judge({ ...early, errorCode: 'ERR_SSL_WRONG_VERSION_NUMBER' })).toEqual([
      'tls-to-plaintext',
      'proved',
    ]);
    expect(judge({ ...early, errorCode: 'ECONNRESET' })).toEqual(['reset', 'proved']);
    expect(judge({ ...early, errorCode: 'ERR_SSL_UNSUPPORTED_PROTOCOL' })).toEqual([
      'protocol-mismatch',
      'proved',
    ]);
  });

  it('after the handshake is a silent server, or one that wanted a certificate', () => {
    expect(judge({ errorCode: 'TIMEOUT' })).toEqual(['timeout', 'proved']);
    expect(judge({ errorCode: 'CLOSED' })).toEqual(['reset', 'proved']);
    expect(judge({ errorCode: 'CLOSED', sentCertificate: false })).toEqual([
      'client-certificate-required',
      'likely',
    ]);
  });
});

describe('a diagnosis', () => {
  it('is absent where all is well', () => {
    expect(judge({ stage: 'replied', reply: '+OK' })).toEqual([undefined, undefined]);
  });

  it('says what was seen and what to do', async () => {
    const clientCertificate = await makeClient('2026-01-01', 30);
    const errorCode = 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED';
    const observation = { ...blank, errorCode, errorMessage: 'sslv3 alert certificate expired' };
    const serverTime = new Date(at.getTime() + 90_000);
    expect(diagnoseHandshake({ observation, at, clientCertificate, serverTime })).toMatchObject({
      explanation: expect.stringContaining('CN=app was valid until 2026-01-31T00:00:00.000Z') as unknown,
      evidence: expect.arrayContaining([
        expect.stringContaining('client certificate CN=app, issued by CN=CA'),
        "the server's clock says 2026-06-01T00:01:30.000Z, 90 s ahead of ours",
      ]) as unknown,
      help: expect.stringContaining('issue a new client certificate') as unknown,
    });
  });

  it('of a plaintext attempt follows what the port is', () => {
    expect(diagnosePlaintext({ kind: 'plaintext', reply: '-DENIED x' })).toBeUndefined();
    expect(diagnosePlaintext({ kind: 'closed' })?.fault).toBe('refused');
    expect(diagnosePlaintext({ kind: 'unreachable', errorCode: 'TIMEOUT' })?.fault).toBe('timeout');
    expect(diagnosePlaintext({ kind: 'unreachable', errorCode: 'ENOTFOUND' })?.fault).toBe('unreachable');
    expect(diagnosePlaintext({ kind: 'silent', ended: 'timeout' })?.fault).toBe('timeout');
    expect(diagnosePlaintext({ kind: 'silent', ended: 'reset' })?.fault).toBe('reset');
    expect(diagnosePlaintext({ kind: 'other', reply: 'HTTP/1.1 400' })?.fault).toBe('unknown');
  });
});

describe('the reason behind a fault', () => {
  const expired = { errorCode: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED' };
  const early = { errorCode: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' };
  const unknownCa = { errorCode: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' };

  function reasonOf(
    change: Partial<HandshakeObservation>,
    rest: Partial<HandshakeEvidence>,
  ): readonly (string | undefined)[] {
    const diagnosis = diagnoseHandshake({ observation: { ...blank, ...change }, at, ...rest });
    return [diagnosis?.fault, diagnosis?.reason, diagnosis?.certainty];
  }

  async function makePair(name: string): Promise<{ ca: CertificateFact; leaf: CertificateFact }> {
    const authority = await createAuthority({ name, days: 900, at: new Date('2025-01-01') });
    const issued = await issueCertificate(authority, {
      commonName: 'app',
      usage: 'client',
      days: 90,
      at: new Date('2026-05-01'),
    });
    const [ca] = readCertificates(authority.certPem).certificates;
    const [leaf] = readCertificates(issued.certPem).certificates;
    return { ca: ca as CertificateFact, leaf: leaf as CertificateFact };
  }

  it('of dates is the clock of the server, where ours finds nothing wrong', async () => {
    const { leaf } = await makePair('CA');
    const clientChain = [leaf];
    const fault = 'client-certificate-expired';
    const ahead = new Date('2027-01-01');
    expect(reasonOf(expired, { clientChain, serverTime: ahead })).toEqual([
      fault,
      'server-clock-ahead',
      'proved',
    ]);
    const behind = new Date('2026-01-01');
    expect(reasonOf(early, { clientChain, serverTime: behind })).toEqual([
      'client-certificate-not-yet-valid',
      'server-clock-behind',
      'proved',
    ]);
  });

  it('of dates is a CA in the file of the server, once its clock is known to be right', async () => {
    const { leaf } = await makePair('CA');
    const fault = 'client-certificate-expired';
    expect(reasonOf(expired, { clientChain: [leaf] })).toEqual([fault, undefined, 'likely']);
    expect(reasonOf(expired, { clientChain: [leaf], serverTime: at })).toEqual([
      fault,
      'ca-expired',
      'proved',
    ]);
    // A log without a zone leaves fourteen hours open, and a certificate may end within them.
    const near = { clientChain: [{ ...leaf, notAfter: '2026-06-01T05:00:00.000Z' }], serverTime: at };
    expect(reasonOf(expired, { ...near, serverTimeWithinMs: 14 * 3_600_000 })[2]).toBe('likely');
  });

  it('of a CA is one of the same name with another key, by whichever file is at hand', async () => {
    const { leaf } = await makePair('CA');
    const { ca: twin } = await makePair('CA');
    const { ca: other } = await makePair('Other');
    const fault = 'client-certificate-unknown-ca';
    expect(reasonOf(unknownCa, { clientChain: [leaf], trust: [twin] })).toEqual([
      fault,
      'ca-of-same-name',
      'proved',
    ]);
    expect(reasonOf(unknownCa, { clientChain: [leaf], serverTrust: [other] })).toEqual([
      fault,
      'ca-unknown',
      'proved',
    ]);
    const decrypt = { errorCode: 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR' };
    expect(reasonOf(decrypt, { clientChain: [leaf], trust: [twin] })[2]).toBe('proved');
    expect(reasonOf(decrypt, { clientChain: [leaf] })[2]).toBe('likely');
  });

  it('comes from the log, where the alert got lost', async () => {
    const { leaf } = await makePair('CA');
    const cut = { errorCode: 'ECONNRESET' };
    const log = (kind: 'certificate-refused' | 'no-client-certificate') => ({
      how: 'address' as const,
      lines: [{ kind, role: 'accepting' as const, zone: 'unknown' as const, text: kind }],
    });
    expect(reasonOf(cut, { clientChain: [leaf] })[0]).toBe('reset');
    expect(reasonOf({ ...cut, sentCertificate: false }, { log: log('no-client-certificate') })).toEqual([
      'client-certificate-required',
      undefined,
      'proved',
    ]);
    const guess = reasonOf(cut, { clientChain: [leaf], log: log('certificate-refused') });
    expect(guess).toEqual(['client-certificate-unknown-ca', 'ca-unknown', 'likely']);
  });
});
