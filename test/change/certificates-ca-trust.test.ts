/** What may lie in a file that a server names as its authorities: it may name any file of its host. */
import { describe, expect, it } from 'vitest';
import { refuseTrust } from '../../src/change/certificates/authority-trust.ts';
import { withSamples } from './certificates-ca-samples.ts';

const samples = withSamples();

describe('a file that is to hold authorities', () => {
  it('may hold several, pinned leaves, and comments as bundles have them', () => {
    const { oldCa, newCa, newLeaf } = samples;
    const bundle = `# Bundle\r\nShop CA\n=======\n${oldCa.certPem}\nCertificate:\n    Data:\n        Version: 3 (0x2)\n${newCa.certPem}${newLeaf}`;
    expect(refuseTrust(bundle)).toBeUndefined();
  });

  it('is no other file of the host', () => {
    const { oldCa } = samples;
    expect(refuseTrust('root:x:0:0:root:/root:/bin/bash\n')).toContain('no CERTIFICATE block');
    expect(refuseTrust('')).toContain('no CERTIFICATE block');
    expect(refuseTrust(`\0\u0001${oldCa.certPem}`)).toBe('it is not text');
  });

  it('holds no key, no list, no torn certificate', () => {
    const { oldCa } = samples;
    expect(refuseTrust(`${oldCa.certPem}${oldCa.keyPem}`)).toContain('private key');
    expect(refuseTrust(`-----BEGIN ENCRYPTED PRIVATE KEY-----\n${oldCa.certPem}`)).toContain('private key');
    expect(refuseTrust(`${oldCa.certPem}-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n`)).toContain(
      'X509 CRL',
    );
    expect(refuseTrust(`${oldCa.certPem}${oldCa.certPem.slice(0, 200)}`)).toContain('END CERTIFICATE');
    const junk = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(refuseTrust(`${oldCa.certPem}${junk}`)).toContain('cannot be decoded');
  });

  it('holds at least one authority', () => {
    expect(refuseTrust(samples.newLeaf)).toContain('none of its certificates is an authority');
  });
});
