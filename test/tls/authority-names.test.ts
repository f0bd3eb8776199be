import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthority, IssueError, issueCertificate, readCertificates } from '../../src/tls/index.ts';

const authority = await createAuthority({ name: 'CA', days: 10 });

describe('a name in a certificate', () => {
  it('is the whole name that was given, or there is no certificate', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 0, maxLength: 70 }),
          fc.string({
            unit: fc.constantFrom(',', '+', '=', '"', '\\', '#', ';', '<', ' ', 'a', 'é', '\u0000'),
          }),
        ),
        async (commonName) => {
          try {
            const { certPem } = await issueCertificate(authority, { commonName, usage: 'client', days: 1 });
            const [fact] = readCertificates(certPem).certificates;
            expect(fact?.subjectCommonName).toBe(commonName);
            made += 1;
          } catch (error) {
            if (!(error instanceof IssueError)) throw error;
            expect(error.code).toBe('bad-name');
            expect(
              /\p{Cc}|\p{Cs}/u.test(commonName) || commonName === '' || Array.from(commonName).length > 64,
            ).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(made).toBeGreaterThan(10);
  });

  it.each([
    'a..b',
    '.a',
    'a.',
    '-a',
    'a-',
    'a*b',
    '*.*.a',
    'a/b',
    'ü.de',
    'a\u0000b',
    `${'x'.repeat(64)}.de`,
    '*',
  ])('is no host name when it is %j', async (name) => {
    await expect(
      issueCertificate(authority, { commonName: 'x', dnsNames: [name], usage: 'server', days: 1 }),
    ).rejects.toMatchObject({ code: 'bad-name' });
  });
});
