/** Password hashes as the server keeps them: acl.c ACLHashPassword, unsalted SHA-256 in lower-case hex. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { toBytes } from '../bytes.ts';

/** SHA-256 of a password's UTF-8 bytes, lower-case hex: what `>password` stores. */
export function hashPassword(password: string): string {
  return hashBytes(toBytes(password));
}

/** The same of a byte string. */
export function hashBytes(password: string): string {
  const bytes = new Uint8Array(password.length);
  for (let i = 0; i < password.length; i++) bytes[i] = password.charCodeAt(i);
  return bytesToHex(sha256(bytes));
}

/** 64 lower-case hex digits, nothing else. */
export function isPasswordHash(bytes: string): boolean {
  return /^[0-9a-f]{64}$/.test(bytes) && bytes.length === 64;
}
