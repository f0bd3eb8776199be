// Our judgement of a chain beside that of the openssl program, on material that openssl makes for the test.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { diagnoseHandshake, judgeChain, readCertificates, verifyChain } from '../../src/tls/index.ts';
import type { CertificateFact, HandshakeObservation } from '../../src/tls/index.ts';
import { hasOpenssl } from './openssl.ts';

interface Make {
  readonly name: string;
  /** Absent: signed by itself. */
  readonly by?: string;
  /** Default `/CN=NAME`. */
  readonly subject?: string;
  readonly key?: 'ec' | 1024 | 2048;
  readonly extensions?: readonly string[];
  readonly more?: readonly string[];
}

const BARE = ['subjectKeyIdentifier=none', 'authorityKeyIdentifier=none'];
const CA = ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign,cRLSign'];
const ROOT = [...CA, 'subjectKeyIdentifier=hash'];
const LEAF = [
  'basicConstraints=critical,CA:false',
  'subjectKeyIdentifier=hash',
  'authorityKeyIdentifier=keyid',
];
const SAN = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
const BOTH = 'extendedKeyUsage=serverAuth,clientAuth';
const TWIN = '/O=Redis Test/CN=Certificate Authority';

const root = (name: string, change: Partial<Make> = {}, ...extensions: readonly string[]): Make => {
  return { name, extensions: [...ROOT, ...extensions], ...change };
};
const below = (by: string, name: string, ...extensions: readonly string[]): Make => {
  return { name, by, extensions: [...LEAF, ...(extensions.length === 0 ? [SAN, BOTH] : extensions)] };
};
const limited = (name: string, limits: string): Make => root(name, {}, `nameConstraints=critical,${limits}`);
const ca = (by: string, name: string, ...extensions: readonly string[]): Make => {
  return { name, by, extensions: [...ROOT, 'authorityKeyIdentifier=keyid', ...extensions] };
};

const MATERIAL: readonly Make[] = [
  root('r0'),
  root('r1024', { key: 1024 }),
  root('rserver', {}, 'extendedKeyUsage=serverAuth'),
  root('rsha1', { key: 2048, more: ['-sha1'] }),
  limited('rdns', 'permitted;DNS:example.com'),
  limited('rnotdns', 'excluded;DNS:example.com'),
  limited('rip', 'permitted;IP:10.0.0.0/255.0.0.0'),
  limited('ruri', 'permitted;URI:.example.com'),
  limited('rmail', 'permitted;email:example.com'),
  { name: 'twin-a', subject: TWIN, extensions: [...CA, ...BARE] },
  { name: 'twin-b', subject: TWIN, extensions: [...CA, ...BARE] },
  { name: 'v1', more: ['-v1'] },
  { name: 'nosign', extensions: ['basicConstraints=critical,CA:true', 'keyUsage=critical,cRLSign', ...BARE] },
  below('r0', 'plain'),
  below('r0', 'key-enc', SAN, BOTH, 'keyUsage=critical,keyEncipherment'),
  below('r0', 'key-cert', SAN, BOTH, 'keyUsage=critical,nonRepudiation'),
  below('r0', 'key-agree', SAN, BOTH, 'keyUsage=critical,keyAgreement'),
  below('r0', 'any', SAN, 'extendedKeyUsage=anyExtendedKeyUsage'),
  below('r0', 'server', SAN, 'extendedKeyUsage=serverAuth'),
  below('r0', 'client', SAN, 'extendedKeyUsage=clientAuth'),
  below('r0', 'netscape', SAN, BOTH, 'nsCertType=server'),
  below('r0', 'critical', SAN, BOTH, '1.2.3.4.5=critical,ASN1:UTF8:x'),
  { ...below('r0', 'weak'), key: 1024 },
  { ...below('rsha1', 'old-hash'), more: ['-sha1'] },
  below('rsha1', 'under-sha1'),
  below('r1024', 'under-1024'),
  below('rserver', 'under-server'),
  ca('r0', 'ca-leaf'),
  { name: 'under-b', by: 'twin-b', extensions: ['basicConstraints=CA:false', SAN, ...BARE] },
  { name: 'under-v1', by: 'v1', extensions: ['basicConstraints=CA:false', SAN, ...BARE] },
  { name: 'under-nosign', by: 'nosign', extensions: ['basicConstraints=CA:false', SAN, ...BARE] },
  ca('r0', 'i-server', 'extendedKeyUsage=serverAuth'),
  below('i-server', 'under-i-server'),
  { name: 'i-zero', by: 'r0', extensions: ['basicConstraints=critical,CA:true,pathlen:0', ...ROOT.slice(1)] },
  ca('i-zero', 'i-deep'),
  below('i-deep', 'too-deep'),
  // Of its issuer's name: it does not count in a path length.
  { ...ca('i-zero', 'i-same'), subject: '/CN=i-zero' },
  below('i-same', 'under-same'),
  below('plain', 'under-leaf'),
  below('rdns', 'dns-out', SAN),
  below('rdns', 'dns-in', 'subjectAltName=DNS:EXAMPLE.com,DNS:a.b.example.com,DNS:*.example.com,IP:10.0.0.1'),
  below('rdns', 'dns-near', 'subjectAltName=DNS:badexample.com'),
  { ...below('rdns', 'dns-cn', BOTH), subject: '/CN=other.example' },
  { ...below('rdns', 'dns-cn-plain', BOTH), subject: '/CN=some words' },
  below('rnotdns', 'notdns-in', 'subjectAltName=DNS:a.example.com'),
  below('rnotdns', 'notdns-out', 'subjectAltName=DNS:a.example.org'),
  below('rip', 'ip-in', 'subjectAltName=IP:10.2.3.4'),
  below('rip', 'ip-out', 'subjectAltName=IP:11.2.3.4'),
  below('rip', 'ip-six', 'subjectAltName=IP:::1'),
  below('ruri', 'uri-in', 'subjectAltName=URI:spiffe://a.example.com/x'),
  below('ruri', 'uri-out', 'subjectAltName=URI:spiffe://example.com/x'),
  below('ruri', 'uri-none', 'subjectAltName=URI:urn:x'),
  below('rmail', 'mail-in', 'subjectAltName=email:a@example.com'),
  below('rmail', 'mail-out', 'subjectAltName=email:a@b.example.com'),
  { ...below('rmail', 'mail-subject', SAN), subject: '/CN=x/emailAddress=a@other.example' },
];

/** The leaf and what is sent with it, and the trust file. */
const CASES: readonly (readonly [sent: string, trusted: string])[] = [
  ...MATERIAL.flatMap(({ name, by }) => (by?.startsWith('r') === true ? [[name, by] as const] : [])),
  ['under-b', 'twin-a'],
  ['under-b', 'twin-b'],
  ['under-b', 'twin-a twin-b'],
  ['under-b', 'twin-b twin-a'],
  ['under-b twin-b', 'twin-a'],
  ['under-v1', 'v1'],
  ['under-nosign', 'nosign'],
  ['under-i-server i-server', 'r0'],
  ['under-i-server', 'r0'],
  ['under-i-server i-server', 'i-server'],
  ['under-i-server', 'i-server r0'],
  ['too-deep i-deep i-zero', 'r0'],
  ['under-same i-same i-zero', 'r0'],
  ['under-leaf plain', 'r0'],
  ['plain', 'rserver'],
  ['plain r0', 'rserver'],
  ['r0', 'r0'],
  ['r0', 'rserver'],
];

/** X509_V_ERR_*; without a number there is nothing wrong. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  '': [''],
  2: ['partial-chain'],
  7: ['signature-wrong'],
  18: ['self-signed-untrusted'],
  19: ['self-signed-untrusted'],
  20: ['issuer-not-found'],
  24: ['issuer-not-ca'],
  25: ['path-length-exceeded'],
  26: ['wrong-usage', 'wrong-key-usage'],
  34: ['unknown-critical-extension'],
  47: ['name-not-permitted'],
  48: ['name-not-permitted'],
  53: ['name-not-permitted'],
  66: ['weak-key'],
  67: ['weak-key'],
  68: ['weak-signature'],
  79: ['issuer-not-ca'],
};

/** Ended by the other side, after our certificate went over. */
const SEEN: HandshakeObservation = {
  stage: 'waiting-for-reply',
  agreed: true,
  askedForCertificate: true,
  sentCertificate: true,
  chain: [],
  authorized: true,
  sessionResumed: false,
  elapsedMs: 3,
};

let dir = '';

function run(...args: readonly string[]): string {
  try {
    return execFileSync('openssl', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return (error as { stderr?: string }).stderr ?? '';
  }
}

function make({ name, by, subject = `/CN=${name}`, key = 'ec', extensions = [], more = [] }: Make): void {
  const { privateKey } =
    key === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: key });
  writeFileSync(join(dir, `${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  const section = `[x]\n${extensions.join('\n')}\n[req]\ndistinguished_name=d\n[d]\n`;
  writeFileSync(join(dir, `${name}.cnf`), section);
  const request = ['req', '-new', '-key', `${name}.key`, '-subj', subject, '-config', `${name}.cnf`];
  run(...request, '-out', `${name}.csr`);
  const signer = by === undefined ? ['-signkey', `${name}.key`] : ['-CA', `${by}.crt`, '-CAkey', `${by}.key`];
  const form = more.includes('-v1') ? [] : ['-extfile', `${name}.cnf`, '-extensions', 'x'];
  const rest = [...form, ...more.filter((option) => option !== '-v1'), '-days', '30'];
  run('x509', '-req', '-in', `${name}.csr`, ...signer, ...rest, '-out', `${name}.crt`);
}

function read(names: string): readonly string[] {
  return names.split(' ').map((name) => readFileSync(join(dir, `${name}.crt`), 'utf8'));
}

function factsOf(names: string): readonly CertificateFact[] {
  return read(names).flatMap((pem) => readCertificates(pem).certificates);
}

/** The number of the first error that openssl tells. */
function ask(sent: string, trusted: string, usage: 'server' | 'client'): string {
  const [leaf = '', ...rest] = read(sent);
  writeFileSync(join(dir, 'leaf.pem'), leaf);
  writeFileSync(join(dir, 'trust.pem'), read(trusted).join(''));
  writeFileSync(join(dir, 'rest.pem'), rest.join(''));
  const untrusted = rest.length === 0 ? [] : ['-untrusted', 'rest.pem'];
  const how = ['-auth_level', '2', '-purpose', `ssl${usage}`, '-CAfile', 'trust.pem', '-no-CApath'];
  const told = run('verify', ...how, '-no-CAstore', ...untrusted, 'leaf.pem');
  if (/: OK$/m.test(told)) return '';
  return /^error (\d+) at /m.exec(told)?.[1] ?? told;
}

describe.skipIf(!hasOpenssl)('a chain is judged as openssl judges it (skipped without openssl 3)', () => {
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'wardis-chain-'));
    MATERIAL.forEach(make);
  }, 60_000);

  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it.each(CASES)('%s, by %s', (sent, trusted) => {
    for (const usage of ['server', 'client'] as const) {
      const number = ask(sent, trusted, usage);
      const at = new Date();
      const { problems } = verifyChain(read(sent), read(trusted), at, usage);
      expect(CODES[number], `as a ${usage}'s: error ${number}`).toContain(problems[0]?.code ?? '');
      const judged = judgeChain({ presented: factsOf(sent), trusted: factsOf(trusted), at, usage });
      expect(judged.ok, `as a ${usage}'s: error ${number}`).toBe(number === '');
    }
  });

  it.each([
    [
      'key-cert',
      'r0',
      'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
      'wrong-key-usage',
      'key usage is nonRepudiation',
    ],
    [
      'server',
      'r0',
      'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
      'wrong-usage',
      'serverAuth, without clientAuth',
    ],
    ['under-server', 'rserver', 'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'wrong-usage', 'CN=rserver'],
    ['critical', 'r0', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'unknown-critical-extension', '1.2.3.4.5'],
    ['dns-out', 'rdns', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'name-not-permitted', '"localhost"'],
    ['under-1024', 'r1024', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'weak-key', 'CN=r1024'],
  ])('the refusal of %s by %s is explained by its cause', (name, trusted, errorCode, reason, words) => {
    const clientChain = factsOf(name);
    const evidence = { clientChain, serverTrust: factsOf(trusted), at: new Date() };
    const diagnosis = diagnoseHandshake({ observation: { ...SEEN, errorCode }, ...evidence });
    expect(diagnosis).toMatchObject({ fault: 'client-certificate-unsuitable', certainty: 'proved', reason });
    expect(diagnosis?.explanation).toContain(words);
  });

  it.each([
    ['key-cert', 'wrong-key-usage', 'key usage is nonRepudiation', 'digitalSignature'],
    ['client', 'wrong-usage', 'extended key usage is clientAuth', 'serverAuth'],
  ])('a client that refuses %s for its purpose is told why', (name, reason, words, help) => {
    const observation = {
      ...SEEN,
      chain: factsOf(name),
      authorized: false,
      authorizationError: 'INVALID_PURPOSE',
      stage: 'replied',
      reply: '+OK',
    } as const;
    const diagnosis = diagnoseHandshake({ observation, trust: factsOf('r0'), at: new Date() });
    expect(diagnosis).toMatchObject({ fault: 'server-unsuitable', reason });
    expect(diagnosis?.explanation).toContain(words);
    expect(diagnosis?.help).toContain(help);
  });

  it('sees both sides of every rule', () => {
    const numbers = CASES.map(([sent, trusted]) => ask(sent, trusted, 'client'));
    const wanted = ['', '2', '7', '19', '20', '25', '26', '34', '47', '48', '66', '67', '68'];
    expect(wanted.filter((number) => !numbers.includes(number))).toEqual([]);
  });
});
