/** Somebody's certificate request, compared with what is going to be signed: names are ours to say, never only theirs. */

import { isIP } from 'node:net';
import { IssueError, readRequest, type RequestFact } from '../../tls/index.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';
import type { NamedRequest } from './issue-request.ts';

const CSR_BYTES_MAX = 64 * 1024;

/** Its text, and what to say of it. Throws a {@link CommandFailure} where it asks for names that were not given here. */
export async function readSigningRequest(
  path: string,
  wanted: NamedRequest,
): Promise<{ readonly pem: string; readonly notes: readonly string[] }> {
  const pem = await readInput(path, 'the request', CSR_BYTES_MAX);
  const fact = await read(pem, path);
  if (fact.signature === 'wrong') {
    throw new CommandFailure({
      code: 'E_CERTIFICATE',
      what: 'the signature of the request does not fit its key; nothing was signed',
      target: path,
      cause: 'it was changed, or its maker does not hold the private key',
      next: 'have it made again: openssl req -new -key KEY -out REQUEST',
    });
  }
  const missing = [
    ...unnamed('--dns', fact.dnsNames, wanted.dnsNames),
    ...unnamed('--ip', fact.ipAddresses, wanted.ipAddresses),
    ...unnamed('--uri', fact.uris, wanted.uris),
  ];
  if (missing.length > 0) {
    throw new CommandFailure({
      code: 'E_CERTIFICATE',
      what: 'the request asks for names that you did not give; nothing was signed',
      target: path,
      cause: 'whoever made it could ask for any name',
      next: `if they are theirs, add: ${missing.join(' ')}`,
    });
  }
  const { commonName } = fact;
  const other =
    commonName === undefined || commonName === wanted.commonName
      ? []
      : [
          `the request calls itself ${JSON.stringify(commonName)}; the certificate says ${JSON.stringify(wanted.commonName)}`,
        ];
  return { pem, notes: other };
}

async function read(pem: string, path: string): Promise<RequestFact> {
  try {
    return await readRequest(pem);
  } catch (error) {
    if (!(error instanceof IssueError)) throw error;
    throw new CommandFailure(
      {
        code: 'E_CERTIFICATE',
        what: error.message,
        target: path,
        next: 'a request begins with -----BEGIN CERTIFICATE REQUEST-----; openssl req -in FILE -verify -text shows it',
      },
      { cause: error },
    );
  }
}

function unnamed(option: string, asked: readonly string[], given: readonly string[]): readonly string[] {
  const known = new Set(given.map(canonical));
  return asked.filter((name) => !known.has(canonical(name))).map((name) => `${option} ${quote(name)}`);
}

function canonical(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();
}

/** Fit for a shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
