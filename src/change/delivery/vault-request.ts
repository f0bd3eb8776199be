/**
 * One request to Vault, as its own client would make it: address, token, namespace and CA from the environment
 * (`VAULT_ADDR`, `VAULT_TOKEN` or `~/.vault-token`, `VAULT_NAMESPACE`, `VAULT_CACERT`, `VAULT_TLS_SERVER_NAME`).
 * Answers that pass by themselves (412 not yet replicated, 429 too many, 5xx sealed or moving) are tried again.
 */

import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { secret, type Secret } from '../../conf/index.ts';
import { undelivered, type Surroundings } from './surroundings.ts';

export interface VaultAccess {
  readonly address: URL;
  readonly token: Secret;
  readonly namespace: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
  readonly serverName: string | undefined;
}

export interface VaultReply {
  readonly status: number;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  /** `errors` of the body, joined; they may repeat what was sent. */
  readonly errors: string;
}

const ADDRESS_DEFAULT = 'https://127.0.0.1:8200';
const TIMEOUT_MS = 10_000;
const BODY_BYTES_MAX = 1024 * 1024;
const TRIES_MAX = 4;
const RETRY_MS = 500;
const PASSING: ReadonlySet<number> = new Set([412, 429, 500, 502, 503, 504]);
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Where Vault is and what lets us in. Throws a ChangeError `delivery`. */
export function vaultAccess(around: Surroundings): VaultAccess {
  const { environment } = around;
  const text = environment['VAULT_ADDR'] ?? ADDRESS_DEFAULT;
  const address = parseAddress(text);
  const plaintext = address.protocol === 'http:' && !LOOPBACK.test(address.hostname);
  if (plaintext) {
    throw undelivered(
      address.host,
      'VAULT_ADDR is plaintext http to another host, which would show the secret',
      {
        next: 'use an https address, and VAULT_CACERT for an authority of your own',
      },
    );
  }
  const caFile = environment['VAULT_CACERT'];
  return {
    address,
    token: readToken(environment),
    namespace: environment['VAULT_NAMESPACE'],
    ca: caFile === undefined || caFile === '' ? undefined : readText(caFile, 'VAULT_CACERT'),
    serverName: environment['VAULT_TLS_SERVER_NAME'],
  };
}

/** Sends it, again while the answer passes by itself. Throws a ChangeError `delivery` where no answer came. */
export async function requestVault(
  access: VaultAccess,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  around: Surroundings,
): Promise<VaultReply> {
  const sleep = around.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await requestOnce(access, method, path, body).catch((error: unknown) => error);
    const passing = outcome instanceof Error || PASSING.has((outcome as VaultReply).status);
    if (!passing) return outcome as VaultReply;
    if (attempt < TRIES_MAX) {
      await sleep(RETRY_MS * 2 ** (attempt - 1));
      continue;
    }
    if (!(outcome instanceof Error)) return outcome as VaultReply;
    throw undelivered(access.address.host, `Vault did not answer: ${outcome.message}`, {
      next: 'vault status, VAULT_ADDR and VAULT_CACERT',
    });
  }
}

function requestOnce(
  access: VaultAccess,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
): Promise<VaultReply> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const { address, ca, serverName, namespace } = access;
  const base = address.pathname.replace(/\/+$/, '');
  const options = {
    host: address.hostname.replace(/^\[|\]$/g, ''),
    port: address.port === '' ? (address.protocol === 'https:' ? 443 : 80) : Number(address.port),
    method,
    path: `${base}${path}`,
    timeout: TIMEOUT_MS,
    headers: {
      'X-Vault-Token': access.token.reveal(),
      // Vault refuses a request without it where its listener or agent asks for it, against forged requests.
      'X-Vault-Request': 'true',
      ...(namespace === undefined || namespace === '' ? {} : { 'X-Vault-Namespace': namespace }),
      ...(payload === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
    },
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined || serverName === '' ? {} : { servername: serverName }),
    agent: false,
  } as const;
  return new Promise((resolve, reject) => {
    const send = address.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > BODY_BYTES_MAX) sent.destroy(new Error('its answer is larger than is read'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const parsed = parseBody(Buffer.concat(chunks).toString('utf8'));
        resolve({ status: response.statusCode ?? 0, body: parsed, errors: errorsOf(parsed) });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`nothing within ${TIMEOUT_MS / 1000} s`)));
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parseAddress(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address !== undefined && /^https?:$/.test(address.protocol)) return address;
  throw undelivered('VAULT_ADDR', 'VAULT_ADDR is not an http or https address', {
    next: 'for example VAULT_ADDR=https://vault.example:8200',
  });
}

function readToken(environment: Surroundings['environment']): Secret {
  const given = environment['VAULT_TOKEN'];
  if (given !== undefined && given !== '') return secret(given);
  const file = environment['VAULT_TOKEN_FILE'] ?? join(environment['HOME'] ?? '/', '.vault-token');
  const [line = ''] = readText(file, 'the token of Vault').trim().split(/\r?\n/);
  if (line !== '') return secret(line);
  throw undelivered(file, 'the token of Vault is empty', { next: 'vault login, or set VAULT_TOKEN' });
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw undelivered(
      path,
      `${what} could not be read: ${error instanceof Error ? error.message : 'unknown'}`,
      {
        next: 'vault login, or set VAULT_TOKEN and VAULT_CACERT',
        cause: error,
      },
    );
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function errorsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('errors' in body)) return '';
  const { errors } = body;
  return Array.isArray(errors) ? errors.filter((error) => typeof error === 'string').join('; ') : '';
}
