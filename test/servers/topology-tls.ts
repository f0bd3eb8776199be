/**
 * Certificates for a topology: one authority that the test can keep using, one pair for all nodes or a pair for each, one
 * pair for clients. Everything lies in files, and what clients use is read from them anew at each connection.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

import {
  createAuthority,
  issueCertificate,
  type Authority,
  type CertificateRequest,
  type IssuedCertificate,
} from '../../src/tls/index.ts';

/** What a client of node:tls needs, its own certificate included. */
export type TopologyClient = ConnectionOptions & {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
};

/** Paths of one node. */
export interface NodeTlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/** How a leaf differs from others: `days` may be a fraction; `at` is its start, and `days` counts from there. */
export type LeafRequest = Partial<CertificateRequest> & {
  /** Who signs; default: the authority of the topology. */
  readonly authority?: Authority;
};

export interface TopologyTls {
  /** The root with its key: whatever it issues is accepted. */
  readonly authority: Authority;
  /** As the files of the client are now. */
  readonly client: TopologyClient;
  /** The same, read anew by whoever takes its fields: for programs that follow their files. */
  readonly followingClient: TopologyClient;
  readonly caPath: string;
  readonly clientCertPath: string;
  readonly clientKeyPath: string;
  /**
   * Hands the certificate and key of the client out in one file, replaced whole: from then on clients read that one, and
   * never a new certificate with an old key. Again after each change of the two files.
   */
  readonly deployClient: () => void;
  /** What clients read now, for programs that take paths. */
  readonly clientFiles: () => { readonly certificate: string; readonly key: string };
  /** Lines of a node's configuration, without ports. */
  readonly confOf: (node: string) => readonly string[];
  /** With `shared` files every node has the same. */
  readonly filesOf: (node: string) => NodeTlsFiles;
  /** A leaf for the addresses of the nodes, 30 days, server and client in one; nothing is written. */
  readonly issueLeaf: (request?: LeafRequest) => Promise<IssuedCertificate>;
  /** Issues a leaf and overwrites the files of a node; the server goes on with the old one until it is told. */
  readonly placeLeaf: (node: string, request?: LeafRequest) => Promise<IssuedCertificate>;
}

export interface TlsRequest {
  /** `shared`: one pair for all in the folder of the topology. `own`: `NAME/tls/{node.crt,node.key,ca.crt}` each. */
  readonly files: 'shared' | 'own';
  /** Instead of a new one. */
  readonly authority?: Authority;
  /** What the leaf of a node is at the start. */
  readonly leaf?: (node: string) => LeafRequest;
  readonly addresses: readonly string[];
  /** Names of all nodes that will be. */
  readonly nodes: readonly string[];
}

const DAYS = 30;
const SHARED = 'shared';

/** Issues for the addresses that the nodes listen on. */
export async function issueTopologyTls(folder: string, request: TlsRequest): Promise<TopologyTls> {
  const { addresses, files } = request;
  const authority = request.authority ?? (await createAuthority({ name: 'Topology CA', days: DAYS }));
  const write = (path: string, text: string): string => {
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const client = await issueCertificate(authority, { commonName: 'client', usage: 'client', days: DAYS });
  const caPath = write(join(folder, 'ca.crt'), authority.certPem);
  const clientCertPath = write(join(folder, 'client.crt'), client.certPem);
  const clientKeyPath = write(join(folder, 'client.key'), client.keyPem);
  const filesOf = (node: string): NodeTlsFiles => {
    const own = join(folder, node, 'tls');
    return files === 'own'
      ? { certificate: join(own, 'node.crt'), key: join(own, 'node.key'), ca: join(own, 'ca.crt') }
      : { certificate: join(folder, 'node.crt'), key: join(folder, 'node.key'), ca: caPath };
  };
  const issueLeaf = ({ authority: signer = authority, ...leaf }: LeafRequest = {}) =>
    issueCertificate(signer, {
      commonName: 'node',
      ipAddresses: addresses,
      dnsNames: ['localhost'],
      usage: 'node',
      days: DAYS,
      ...leaf,
    });
  const placeLeaf = async (node: string, leaf?: LeafRequest): Promise<IssuedCertificate> => {
    const issued = await issueLeaf({ commonName: files === 'own' ? node : 'node', ...leaf });
    const paths = filesOf(node);
    write(paths.certificate, issued.certPem);
    write(paths.key, issued.keyPem);
    return issued;
  };
  for (const node of files === 'own' ? request.nodes : [SHARED]) {
    if (files === 'own') {
      mkdirSync(join(folder, node, 'tls'), { recursive: true, mode: 0o700 });
      write(filesOf(node).ca, authority.certPem);
    }
    await placeLeaf(node, { ...(files === 'own' ? { commonName: node } : {}), ...request.leaf?.(node) });
  }
  const deployedPath = join(folder, 'client.pem');
  const clientFiles = (): { readonly certificate: string; readonly key: string } =>
    existsSync(deployedPath)
      ? { certificate: deployedPath, key: deployedPath }
      : { certificate: clientCertPath, key: clientKeyPath };
  const followingClient = followClient(caPath, clientFiles);
  return {
    authority,
    get client() {
      return { ...followingClient };
    },
    followingClient,
    caPath,
    clientCertPath,
    clientKeyPath,
    deployClient: () => {
      const both = readFileSync(clientCertPath, 'utf8') + readFileSync(clientKeyPath, 'utf8');
      renameSync(write(`${deployedPath}.new`, both), deployedPath);
    },
    clientFiles,
    confOf: (node) => {
      const paths = filesOf(node);
      return [
        `tls-ca-cert-file ${paths.ca}`,
        `tls-cert-file ${paths.certificate}`,
        `tls-key-file ${paths.key}`,
        'tls-auth-clients yes',
        'tls-replication yes',
      ];
    },
    filesOf,
    issueLeaf,
    placeLeaf,
  };
}

function followClient(caPath: string, files: TopologyTls['clientFiles']): TopologyClient {
  const read = (path: string): string => readFileSync(path, 'utf8');
  return {
    get ca() {
      return read(caPath);
    },
    get cert() {
      return read(files().certificate);
    },
    get key() {
      return read(files().key);
    },
  };
}
