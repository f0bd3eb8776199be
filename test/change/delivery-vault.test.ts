/**
 * Delivering into Vault's key-value engine, version 2, against a server that speaks its documented HTTP API: whole
 * secrets with versions, check-and-set, deleted versions, tokens, namespaces, and the ways in which it refuses.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { ChangeError } from '../../src/change/change-error.ts';
import { deliverSecret, examineSink } from '../../src/change/delivery/delivery.ts';
import type { Sink } from '../../src/change/delivery/sink.ts';
import type { Surroundings } from '../../src/change/delivery/surroundings.ts';
import { secret } from '../../src/conf/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';

const NEW = secret('canary-vault-"secret"');
const TOKEN = 'hvs.canary-token';
const SINK: Sink = { kind: 'vault', mount: 'secret', path: 'team/orders api', field: 'password' };
const PATH = '/v1/secret/data/team/orders%20api';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Vault {
  version: number;
  fields: Record<string, unknown> | undefined;
  /** Answers before anything else, one for each request. */
  readonly faults: { readonly status: number; readonly errors: readonly string[] }[];
  /** Called before each write, as somebody else would act. */
  meddle: (() => void) | undefined;
  readonly seen: Seen[];
  readonly around: Surroundings;
  readonly waits: number[];
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function startVault(tls?: {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}): Promise<Vault> {
  const waits: number[] = [];
  const vault: Vault = {
    version: 0,
    fields: undefined,
    faults: [],
    meddle: undefined,
    seen: [],
    waits,
    around: {
      environment: {},
      print: () => undefined,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      user: 'orders-api',
    },
  };
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      vault.seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
      });
      const { status, answer } = answerOf(vault, request, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  };
  const server =
    tls === undefined ? createServer(listener) : createTlsServer({ key: tls.key, cert: tls.cert }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  Object.assign(vault.around.environment, {
    VAULT_ADDR: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    VAULT_TOKEN: TOKEN,
    VAULT_NAMESPACE: 'team-a',
  });
  return vault;
}

function answerOf(
  vault: Vault,
  request: IncomingMessage,
  body: string,
): { readonly status: number; readonly answer: unknown } {
  const fault = vault.faults.shift();
  if (fault !== undefined) return { status: fault.status, answer: { errors: fault.errors } };
  if (request.headers['x-vault-token'] !== TOKEN)
    return { status: 403, answer: { errors: ['permission denied'] } };
  if (request.url !== PATH) return { status: 404, answer: { errors: [] } };
  if (request.method === 'GET') {
    const metadata = { version: vault.version, deletion_time: '', destroyed: false };
    if (vault.fields !== undefined)
      return { status: 200, answer: { data: { data: vault.fields, metadata } } };
    if (vault.version === 0) return { status: 404, answer: { errors: [] } };
    return {
      status: 404,
      answer: { data: { data: null, metadata: { ...metadata, deletion_time: '2026-01-01T00:00:00Z' } } },
    };
  }
  vault.meddle?.();
  const given = JSON.parse(body) as {
    readonly options: { readonly cas: number };
    readonly data: Record<string, unknown>;
  };
  if (given.options.cas !== vault.version) {
    return { status: 400, answer: { errors: ['check-and-set parameter did not match the current version'] } };
  }
  vault.version += 1;
  vault.fields = given.data;
  return { status: 200, answer: { data: { version: vault.version, created_time: '2026-01-01T00:00:00Z' } } };
}

async function refusalOf(work: Promise<unknown>): Promise<ChangeError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChangeError)) throw new Error(`no ChangeError: ${String(error)}`);
  const said = JSON.stringify([error.message, error.next, error.subject, String(error.cause)]);
  for (const kept of [NEW.reveal(), JSON.stringify(NEW.reveal()).slice(1, -1), TOKEN])
    expect(said).not.toContain(kept);
  return error;
}

describe('a secret in Vault', () => {
  it('that never was is written as its first version', async () => {
    const vault = await startVault();
    expect(await examineSink(SINK, vault.around)).toEqual({ detail: 'is not there yet' });
    expect(await deliverSecret(SINK, NEW, vault.around)).toEqual({ detail: 'written, version 1' });
    expect(vault.fields).toEqual({ password: NEW.reveal() });
    expect(vault.seen.at(-1)?.headers).toMatchObject({
      'x-vault-token': TOKEN,
      'x-vault-namespace': 'team-a',
      'x-vault-request': 'true',
    });
  });

  it('keeps its other fields, and gives the present value to be put back', async () => {
    const vault = await startVault();
    vault.version = 4;
    vault.fields = { password: 'old', host: 'a', port: 6379 };
    const { previous, detail } = await examineSink(SINK, vault.around);
    expect(previous?.reveal()).toBe('old');
    expect(detail).toBe('is there, version 4');
    await deliverSecret(SINK, NEW, vault.around);
    expect(vault.fields).toEqual({ password: NEW.reveal(), host: 'a', port: 6379 });
    if (previous !== undefined) await deliverSecret(SINK, previous, vault.around);
    expect(vault.fields?.['password']).toBe('old');
    expect(vault.version).toBe(6);
  });

  it('that somebody writes at the same time is read anew, and loses nothing of theirs', async () => {
    const vault = await startVault();
    vault.version = 4;
    vault.fields = { password: 'old' };
    let times = 0;
    vault.meddle = () => {
      times += 1;
      if (times > 2) return;
      vault.version += 1;
      vault.fields = { ...vault.fields, theirs: times };
    };
    expect(await deliverSecret(SINK, NEW, vault.around)).toEqual({ detail: 'written, version 7' });
    expect(vault.fields).toEqual({ password: NEW.reveal(), theirs: 2 });
  });

  it('that is written by others all the time is given up, and nothing of theirs is lost', async () => {
    const vault = await startVault();
    vault.fields = { password: 'old' };
    vault.version = 1;
    vault.meddle = () => void (vault.version += 1);
    expect((await refusalOf(deliverSecret(SINK, NEW, vault.around))).message).toContain('check-and-set');
    expect(vault.fields).toEqual({ password: 'old' });
  });

  it('whose last version was deleted is written after it', async () => {
    const vault = await startVault();
    vault.version = 3;
    expect(await examineSink(SINK, vault.around)).toEqual({ detail: 'is there, version 3' });
    expect(await deliverSecret(SINK, NEW, vault.around)).toEqual({ detail: 'written, version 4' });
  });

  it('that holds the new value already is not written again', async () => {
    const vault = await startVault();
    vault.version = 2;
    vault.fields = { password: NEW.reveal() };
    expect(await deliverSecret(SINK, NEW, vault.around)).toEqual({ detail: 'held it already, version 2' });
    expect(vault.seen.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('Vault that refuses', () => {
  it('a token is told with what the token lacks', async () => {
    const vault = await startVault();
    Object.assign(vault.around.environment, { VAULT_TOKEN: 'hvs.other' });
    const error = await refusalOf(examineSink(SINK, vault.around));
    expect(error.message).toContain('HTTP 403: permission denied');
    expect(error.next).toContain('read on secret/data/team/orders api');
  });

  it('to write is told without what was sent', async () => {
    const vault = await startVault();
    vault.fields = { password: 'old' };
    vault.version = 1;
    const refuse = startRefusing(vault);
    const error = await refusalOf(deliverSecret(SINK, NEW, vault.around));
    refuse();
    expect(error.message).toContain('[secret]');
  });

  it('for a moment (503, 429) is asked again, longer and longer', async () => {
    const vault = await startVault();
    vault.faults.push({ status: 503, errors: ['Vault is sealed'] }, { status: 429, errors: [] });
    await deliverSecret(SINK, NEW, vault.around);
    expect(vault.fields).toEqual({ password: NEW.reveal() });
    expect(vault.waits).toEqual([500, 1000]);
  });

  it('for good (503) is given up with its reason', async () => {
    const vault = await startVault();
    for (let i = 0; i < 10; i += 1) vault.faults.push({ status: 503, errors: ['Vault is sealed'] });
    const error = await refusalOf(deliverSecret(SINK, NEW, vault.around));
    expect(error.message).toContain('HTTP 503: Vault is sealed');
    expect(vault.waits.length).toBe(3);
  });

  it('to answer at all is given up', async () => {
    const vault = await startVault();
    Object.assign(vault.around.environment, { VAULT_ADDR: 'http://127.0.0.1:9' });
    expect((await refusalOf(examineSink(SINK, vault.around))).message).toContain('did not answer');
  });

  it('with an engine of version 1 is recognised', async () => {
    const vault = await startVault();
    vault.version = 1;
    vault.fields = undefined;
    vault.meddle = undefined;
    const server = servers[0];
    server?.removeAllListeners('request');
    server?.on('request', (_request, response) => response.end(JSON.stringify({ data: { password: 'x' } })));
    expect((await refusalOf(examineSink(SINK, vault.around))).message).toContain('version 2');
  });
});

/** Every write from now on is refused with the sent text in the message, as a validating proxy might. */
function startRefusing(vault: Vault): () => void {
  const server = servers.at(-1);
  const listeners = server?.listeners('request') ?? [];
  server?.removeAllListeners('request');
  server?.on('request', (request: IncomingMessage, response) => {
    if (request.method === 'GET') {
      const data = { data: vault.fields, metadata: { version: vault.version } };
      return response.end(JSON.stringify({ data }));
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => response.writeHead(400).end(JSON.stringify({ errors: [`cannot take ${body}`] })));
    return undefined;
  });
  return () => {
    server?.removeAllListeners('request');
    for (const listener of listeners) server?.on('request', listener as RequestListener);
  };
}

describe('the way to Vault', () => {
  it('is never plaintext to another host', async () => {
    const vault = await startVault();
    Object.assign(vault.around.environment, { VAULT_ADDR: 'http://vault.example:8200' });
    expect((await refusalOf(examineSink(SINK, vault.around))).message).toContain('plaintext');
  });

  it('is proved by the authority that VAULT_CACERT names', async () => {
    const authority = await createAuthority({ name: 'Vault CA', days: 30 });
    const pair = await issueCertificate(authority, {
      commonName: 'vault',
      ipAddresses: ['127.0.0.1'],
      dnsNames: ['localhost'],
      usage: 'server',
      days: 30,
    });
    const vault = await startVault({ key: pair.keyPem, cert: pair.certPem, ca: authority.certPem });
    expect((await refusalOf(examineSink(SINK, vault.around))).message).toContain('did not answer');
    const caFile = join(mkdtempSync(join(tmpdir(), 'wardis-vault-')), 'ca.crt');
    writeFileSync(caFile, authority.certPem);
    Object.assign(vault.around.environment, { VAULT_CACERT: caFile });
    await deliverSecret(SINK, NEW, vault.around);
    expect(vault.fields).toEqual({ password: NEW.reveal() });
  });

  it('takes its token from the file that vault login leaves', async () => {
    const vault = await startVault();
    const home = mkdtempSync(join(tmpdir(), 'wardis-home-'));
    writeFileSync(join(home, '.vault-token'), `${TOKEN}\n`, { mode: 0o600 });
    Object.assign(vault.around.environment, { VAULT_TOKEN: '', HOME: home });
    await deliverSecret(SINK, NEW, vault.around);
    expect(vault.fields).toEqual({ password: NEW.reveal() });
    Object.assign(vault.around.environment, { HOME: join(home, 'nowhere') });
    expect((await refusalOf(examineSink(SINK, vault.around))).next).toContain('vault login');
  });

  it.each(['not a url', 'ftp://x', ''])('is refused where VAULT_ADDR is %j', async (address) => {
    const vault = await startVault();
    Object.assign(vault.around.environment, { VAULT_ADDR: address });
    expect((await refusalOf(examineSink(SINK, vault.around))).message).toContain('VAULT_ADDR');
  });
});
