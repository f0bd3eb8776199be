/** Keys under a passphrase, read by openssl and by us, whoever sealed them. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/conf/index.ts';
import { openKey, sealKey } from '../../src/pki/authority-key.ts';
import { readSealRounds, sealPrivateKey } from '../../src/tls/index.ts';
import { hasOpenssl, openssl } from './openssl.ts';

const PASSPHRASE = 'kör ect horse "battery"';
const plain = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

describe('a sealed key', () => {
  it('asks for 600,000 rounds, is never the same twice, and opens with its passphrase alone', () => {
    const [one, two] = [sealPrivateKey(plain, PASSPHRASE), sealPrivateKey(plain, PASSPHRASE)];
    expect([readSealRounds(one), one === two]).toEqual([600_000, false]);
    const opened = createPrivateKey({ key: one, passphrase: PASSPHRASE });
    expect(opened.export({ type: 'pkcs8', format: 'pem' })).toBe(plain);
    expect(() => createPrivateKey({ key: one, passphrase: 'other' })).toThrow();
    expect(readSealRounds(plain)).toBeUndefined();
  });

  it('is not opened where it asks for more rounds than anybody needs', () => {
    const der = Buffer.from(sealPrivateKey(plain, PASSPHRASE).replaceAll(/-----.*-----/g, ''), 'base64');
    const at = der.indexOf(Buffer.from([0x02, 0x03, 0x09, 0x27, 0xc0]));
    // The salt gives a byte to the number before: 04 10 … becomes 04 0f …, and the rounds have four bytes.
    const salt = at - 18;
    der.writeUInt8(0x0f, salt + 1);
    der.set([0x02, 0x04, 0x7f, 0x09], at - 1);
    expect(readSealRounds(pem(der))).toBe(0x7f_09_27_c0);
    expect(() => openKey(pem(der), new Secret(PASSPHRASE), 'key.pem')).toThrow('rounds: it was not tried');
  });

  it.skipIf(!hasOpenssl)('of ours opens in openssl, and one of openssl here', () => {
    const passphrase = new Secret(PASSPHRASE);
    const files = { 'key.pem': sealKey(plain, passphrase), 'plain.pem': plain, pass: PASSPHRASE };
    const read = openssl(['pkey', '-in', 'key.pem', '-passin', 'file:pass'], files);
    expect([read.status, read.output]).toEqual([0, plain]);
    expect(openssl(['pkey', '-in', 'key.pem', '-passin', 'pass:other'], files).status).not.toBe(0);
    for (const options of [
      ['-v2', 'aes-256-cbc', '-iter', '2048'],
      ['-v2', 'aes-128-cbc', '-iter', '1000000'],
      ['-scrypt'],
    ]) {
      const args = [
        'pkcs8',
        '-topk8',
        '-in',
        'plain.pem',
        '-passout',
        'file:pass',
        '-out',
        'o.pem',
        ...options,
      ];
      const sealed = openssl(args, files, ['o.pem']).files['o.pem'] ?? '';
      expect(openKey(sealed, passphrase, 'key.pem').reveal()).toBe(plain);
      expect(() => openKey(sealed, new Secret('other'), 'key.pem')).toThrow('passphrase');
    }
  });
});

function pem(der: Buffer): string {
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${der.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}
