/** Requests with RSA keys that everybody knows the private half of, made by hand: no certificate is given to them. */
import { Buffer } from 'node:buffer';
import { createHash, generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { writeInteger, writeNode, writeOid } from '../../src/tls/authority/der-writing.ts';
import { createAuthority, createRequest, signRequest } from '../../src/tls/index.ts';

const NULL = Buffer.from([0x05, 0x00]);
const RSA = writeNode(0x30, writeOid('1.2.840.113549.1.1.1'), NULL);
const SHA256_RSA = writeNode(0x30, writeOid('1.2.840.113549.1.1.11'), NULL);
const bits = (bytes: Buffer): Buffer => writeNode(0x03, Buffer.from([0]), bytes);

/** A request whose signature is right where the exponent is 1: the padded hash itself. */
function requestWith(modulus: bigint, exponent: bigint): string {
  const key = writeNode(0x30, writeInteger(modulus), writeInteger(exponent));
  const body = writeNode(
    0x30,
    writeInteger(0n),
    writeNode(0x30),
    writeNode(0x30, RSA, bits(key)),
    writeNode(0xa0),
  );
  const digest = writeNode(
    0x30,
    writeNode(0x30, writeOid('2.16.840.1.101.3.4.2.1'), NULL),
    writeNode(0x04, createHash('sha256').update(body).digest()),
  );
  const length = modulus.toString(16).length / 2;
  const padding = Buffer.alloc(length - digest.length - 3, 0xff);
  const signature = Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digest]);
  const der = writeNode(0x30, body, SHA256_RSA, bits(signature));
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

function modulusOf(size: number): bigint {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: size }).publicKey.export({ format: 'jwk' });
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
}

async function answerTo(requestPem: string): Promise<string> {
  const authority = await createAuthority({ name: 'CA', days: 9 });
  const request = { commonName: 'app', usage: 'client', days: 9, requestPem } as const;
  return signRequest(authority, request).then(
    () => 'signed',
    (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
  );
}

it('are refused, each for its own reason', async () => {
  const modulus = modulusOf(2048);
  const wide = (1n << 8200n) | 1n;
  const prime = generatePrimeSync(2048, { bigint: true });
  const small = generatePrimeSync(2048 - 15, { bigint: true }) * 65_521n;
  const faults: readonly (readonly [bigint, bigint, string])[] = [
    [modulus, 1n, 'the exponent 1;'],
    [modulus, 3n, 'the exponent 3;'],
    [modulus, 65_538n, 'the exponent 65538;'],
    [modulus, (1n << 300n) | 1n, 'the exponent too large'],
    [modulus - 1n, 65_537n, 'divided by 2'],
    [small, 65_537n, 'divided by 65521'],
    [prime, 65_537n, 'a prime number'],
    [wide, 65_537n, '8192 are the most'],
    [modulusOf(1024), 65_537n, 'RSA 2048'],
    [modulus, 65_537n, 'signature'],
  ];
  for (const [n, e, message] of faults) expect(await answerTo(requestWith(n, e))).toContain(message);
});

it('that are well are signed', async () => {
  const { requestPem } = await createRequest({ commonName: 'app', keyType: 'rsa-2048' });
  expect(await answerTo(requestPem)).toBe('signed');
});
