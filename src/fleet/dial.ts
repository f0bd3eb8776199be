/**
 * Sockets to servers: plaintext, TLS and unix, with one time limit for connecting and the TLS handshake
 * together. Certificates and keys are read from their files for each attempt and not kept.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket, type ConnectionOptions } from 'node:tls';
import { explainSocketError, FleetError } from './fleet-error.ts';
import { codeOf } from './host-file.ts';
import { printEndpoint, type Target, type TlsOptions } from './target.ts';

/** Connecting and the TLS handshake together. */
export const CONNECT_TIMEOUT_MS = 5000;
/** A PEM file. System bundles are about 220 kB. */
const MATERIAL_BYTES_MAX = 4 * 1024 * 1024;
const MATERIAL_FILES_MAX = 1000;

/** Our certificates and keys as PEM text. */
export interface TlsMaterial {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** Opens a socket, or throws a {@link FleetError}. */
export function dial(target: Target, timeoutMs = CONNECT_TIMEOUT_MS): Promise<Socket | TLSSocket> {
  const node = printEndpoint(target.endpoint);
  const place =
    target.endpoint.kind === 'unix'
      ? { path: target.endpoint.path }
      : { host: target.endpoint.host, port: target.endpoint.port };
  return new Promise((resolve, reject) => {
    const socket = target.transport === 'tls' ? startTls(place, target, node) : connectTcp(place);
    const timer = setTimeout(() => {
      fail(new FleetError('timeout', node, `${node} did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: FleetError): void => {
      clearTimeout(timer);
      // A late error of a socket that is given up must not become an uncaught exception.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onError = (error: NodeJS.ErrnoException): void => fail(explainSocketError(error, node));
    const onClose = (): void => {
      const what = target.transport === 'tls' ? 'during the TLS handshake' : 'at once';
      fail(new FleetError('closed', node, `${node} closed the connection ${what}`));
    };
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(target.transport === 'tls' ? 'secureConnect' : 'connect', () => {
      const distrust = distrustOf(socket, target);
      if (distrust !== undefined) return fail(explainSocketError(distrust, node));
      clearTimeout(timer);
      socket.off('error', onError);
      socket.off('close', onClose);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** Reads the PEM files that the options name; throws `local-material` when one cannot be read. */
export function readTlsMaterial(options: TlsOptions, node: string): TlsMaterial {
  const ca = [
    ...(options.caFile === undefined ? [] : [readMaterial(options.caFile, node)]),
    ...(options.caDir === undefined ? [] : readMaterialDir(options.caDir, node)),
  ];
  return {
    ...(ca.length === 0 ? {} : { ca }),
    ...(options.certFile === undefined ? {} : { cert: readMaterial(options.certFile, node) }),
    ...(options.keyFile === undefined ? {} : { key: readMaterial(options.keyFile, node) }),
    ...(options.keyPassphrase === undefined ? {} : { passphrase: options.keyPassphrase.reveal() }),
  };
}

/** OpenSSL reads our certificate and key before anything is sent, and throws when it cannot. */
function startTls(place: NetConnectOpts, target: Target, node: string): TLSSocket {
  const options = tlsConnection(target, node);
  try {
    return connectTls({ ...place, ...options });
  } catch (error) {
    const code = codeOf(error);
    throw new FleetError(
      'local-material',
      node,
      `our own certificate or key cannot be used (${code})`,
      error,
    );
  }
}

function pinsOf({ endpoint, tls }: Target): readonly string[] {
  return tls?.verify === 'none' ? [] : (tls?.pins?.get(printEndpoint(endpoint)) ?? []);
}

/** Where leaves are pinned OpenSSL does not refuse by itself: what does not verify must then be one of them. */
function distrustOf(socket: Socket | TLSSocket, target: Target): NodeJS.ErrnoException | undefined {
  const pins = pinsOf(target);
  if (pins.length === 0 || !(socket instanceof TLSSocket) || socket.authorized) return undefined;
  const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
  if (shown !== undefined && pins.includes(shown)) return undefined;
  // Node's types say Error; it is the code where there is one.
  const why: unknown = socket.authorizationError;
  const code = typeof why === 'string' ? why : why instanceof Error ? (codeOf(why) ?? '') : '';
  return Object.assign(new Error('the certificate does not verify'), { code });
}

function tlsConnection(target: Target, node: string): ConnectionOptions {
  const options = target.tls ?? {};
  const { ca, ...rest } = readTlsMaterial(options, node);
  const host = target.endpoint.kind === 'tcp' ? target.endpoint.host : '';
  // An address is no server name (RFC 6066); Node checks it against the certificate's addresses all the same.
  const servername = options.serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    ...rest,
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(servername === undefined || servername === '' ? {} : { servername }),
    rejectUnauthorized: options.verify !== 'none' && pinsOf(target).length === 0,
    minVersion: 'TLSv1.2',
    ...(options.verify === 'chain' ? { checkServerIdentity: () => undefined } : {}),
  };
}

function readMaterial(path: string, node: string): string {
  try {
    if (statSync(path).size > MATERIAL_BYTES_MAX) {
      throw new FleetError('local-material', node, `${path} is too large for a certificate or a key`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw new FleetError('local-material', node, `${path} cannot be read (${codeOf(error)})`, error);
  }
}

function readMaterialDir(path: string, node: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw new FleetError('local-material', node, `the directory ${path} cannot be read`, error);
  }
  const texts = names.slice(0, MATERIAL_FILES_MAX).map((name) => readMaterial(join(path, name), node));
  return texts.filter((text) => text.includes('BEGIN CERTIFICATE'));
}
