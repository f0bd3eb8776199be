/**
 * Signing and checking receipts. The signature is Ed25519 over the words `wardis-receipt-v1`, a line feed, and the
 * canonical JSON of `receipt`, so that it can be mistaken for no other signature of the same key.
 */

import { sign, verify } from 'node:crypto';
import { printSafeJson } from '../../text/index.ts';
import { ChangeError } from '../change-error.ts';
import { canonicalJson } from './canonical.ts';
import { signedReceiptSchema, type Receipt, type SignedReceipt } from './receipt.ts';
import type { SigningKey, VerifyingKey } from './signing-key.ts';
import { contradictions } from './verdict.ts';

const CONTEXT = 'wardis-receipt-v1\n';
/** 10,000 nodes are about 10 MB. */
export const RECEIPT_BYTES_MAX = 64 * 1024 * 1024;

/** What checking came to. */
export type ReceiptCheck =
  | { readonly state: 'valid'; readonly receipt: Receipt; readonly keyId: string }
  | { readonly state: 'invalid'; readonly problem: ReceiptProblem; readonly details: readonly string[] };

export type ReceiptProblem =
  /** Not JSON, or not the form of a receipt. */
  | 'form'
  /** Signed by another key than the one given. */
  | 'other-key'
  /** The content was changed after it was signed. */
  | 'signature'
  /** Signed, and says what its own evidence does not bear out. */
  | 'contradiction';

/** Signs a receipt. Throws a {@link ChangeError} for one that contradicts itself: such a one is never signed. */
export function signReceipt(receipt: Receipt, key: SigningKey): SignedReceipt {
  const wrong = contradictions(receipt);
  if (wrong.length > 0) throw new ChangeError('receipt', receipt.run, `not signed: ${wrong.join('; ')}`);
  const value = sign(null, signedBytes(receipt), key.privateKey).toString('base64');
  const signed = { receipt, signature: { algorithm: 'ed25519' as const, keyId: key.id, value } };
  // What cannot be read back must not be written.
  return signedReceiptSchema.parse(signed);
}

/** The file of a receipt: JSON, indented, with a line feed at its end. */
export function printReceipt(signed: SignedReceipt): string {
  return `${printSafeJson(signed, 2)}\n`;
}

/** Checks the text of a receipt file: form, signature, and whether its claims follow from its evidence. */
export function checkReceipt(text: string, key: VerifyingKey): ReceiptCheck {
  const parsed = parseReceipt(text);
  if ('problems' in parsed) return { state: 'invalid', problem: 'form', details: parsed.problems };
  const { receipt, signature } = parsed.signed;
  if (signature.keyId !== key.id) {
    return {
      state: 'invalid',
      problem: 'other-key',
      details: [`signed by ${signature.keyId}, checked with ${key.id}`],
    };
  }
  const value = Buffer.from(signature.value, 'base64');
  // The last digit of base64 has bits that mean nothing: only one way to write them counts.
  const exact = value.toString('base64') === signature.value;
  if (!exact || !verify(null, signedBytes(receipt), key.publicKey, value)) {
    return { state: 'invalid', problem: 'signature', details: ['the content is not what was signed'] };
  }
  const wrong = contradictions(receipt);
  if (wrong.length > 0) return { state: 'invalid', problem: 'contradiction', details: wrong };
  return { state: 'valid', receipt, keyId: key.id };
}

/** The form alone. A receipt that was only parsed proves nothing. */
export function parseReceipt(
  text: string,
): { readonly signed: SignedReceipt } | { readonly problems: readonly string[] } {
  if (text.length > RECEIPT_BYTES_MAX) return { problems: ['it is too large for a receipt'] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: ['it is not JSON'] };
  }
  // Two programs may read a name that stands twice differently; JSON.parse takes the last.
  if (membersIn(json) !== namesIn(text)) return { problems: ['a name stands twice in one object'] };
  const parsed = signedReceiptSchema.safeParse(json);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.')}: ${message}`),
    };
  }
  return canonicalJson(parsed.data.receipt) === undefined
    ? { problems: ['it holds text that is not Unicode'] }
    : { signed: parsed.data };
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, each) => sum + membersIn(each), own);
}

/** Strings before a colon, in text that is known to be JSON. */
function namesIn(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;
}

function signedBytes(receipt: Receipt): Buffer {
  const canonical = canonicalJson(receipt);
  if (canonical === undefined)
    throw new ChangeError('receipt', receipt.run, 'it holds what cannot be signed');
  return Buffer.from(`${CONTEXT}${canonical}`, 'utf8');
}
