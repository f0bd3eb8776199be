// Whether a public key that somebody else made is worth a certificate. An RSA key can be of the right length and give
// everybody the private one: exponent 1 signs nothing, a prime or an even modulus is factored at once.
import { Buffer } from 'node:buffer';
import { checkPrime } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { describeKey } from '../certificate/certificate.ts';

const RSA_BITS_MIN = 2048;
/** More makes every handshake slow, and openssl refuses some of it. */
const RSA_BITS_MAX = 8192;
/** FIPS 186-5, A.1.1: odd, above 2^16, below 2^256. */
const EXPONENT_MIN = 65_537n;
const EXPONENT_BITS_MAX = 256;
const EC_BITS_MIN = 256;
/** Factors below it are looked for. */
const FACTOR_MAX = 65_536;

/** One sentence; undefined where nothing is wrong with it. */
export async function findKeyWeakness(key: KeyObject): Promise<string | undefined> {
  const { keyType, keyBits = 0 } = describeKey(key);
  if (keyType === 'rsa' && keyBits >= RSA_BITS_MIN) return findRsaWeakness(key, keyBits);
  if (keyType === 'ed25519' || (keyType === 'ec' && keyBits >= EC_BITS_MIN)) return undefined;
  return `the request has a key of type ${keyType}${keyBits === 0 ? '' : ` with ${keyBits} bits`}; RSA 2048, ECDSA P-256 or Ed25519 are the least`;
}

const isPrime = promisify(checkPrime);

async function findRsaWeakness(key: KeyObject, bits: number): Promise<string | undefined> {
  if (bits > RSA_BITS_MAX)
    return `the request has an RSA key with ${bits} bits; ${RSA_BITS_MAX} are the most`;
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const [modulus, exponent] = [numberOf(n), numberOf(e)];
  if (exponent < EXPONENT_MIN || exponent % 2n === 0n || exponent >> BigInt(EXPONENT_BITS_MAX) > 0n) {
    const shown = exponent >> 64n > 0n ? 'too large' : exponent.toString();
    return `the RSA key of the request has the exponent ${shown}; it is odd and at least 65537, else anybody may sign in its name`;
  }
  const factor = smallFactorOf(modulus);
  if (factor !== undefined)
    return `the RSA key of the request is no key: its modulus can be divided by ${factor}`;
  if (await isPrime(modulus)) return 'the RSA key of the request is no key: its modulus is a prime number';
  return undefined;
}

function numberOf(base64url: string): bigint {
  return BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`);
}

function smallFactorOf(modulus: bigint): number | undefined {
  const composite = new Uint8Array(FACTOR_MAX);
  for (let number = 2; number < FACTOR_MAX; number += 1) {
    if (composite[number] === 1) continue;
    if (modulus % BigInt(number) === 0n) return number;
    for (let multiple = number * number; multiple < FACTOR_MAX; multiple += number) composite[multiple] = 1;
  }
  return undefined;
}
