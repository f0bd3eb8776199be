/** Certificates for a topology: one authority, one pair for every node of it, one pair for clients. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

import { createAuthority, issueCertificate } from '../../src/tls/index.ts';

export interface TopologyTls {
  /** What a client of node:tls needs, its own certificate included. */
  readonly client: ConnectionOptions & { readonly ca: string; readonly cert: string; readonly key: string };
  readonly caPath: string;
  readonly clientCertPath: string;
  readonly clientKeyPath: string;
  /** Lines of a node's configuration, without ports. */
  readonly conf: readonly string[];
}

const DAYS = 30;

/** Issues for the addresses that the nodes listen on. */
export async function issueTopologyTls(folder: string, addresses: readonly string[]): Promise<TopologyTls> {
  const authority = await createAuthority({ name: 'Topology CA', days: DAYS });
  const node = await issueCertificate(authority, {
    commonName: 'node',
    ipAddresses: addresses,
    dnsNames: ['localhost'],
    usage: 'node',
    days: DAYS,
  });
  const client = await issueCertificate(authority, { commonName: 'client', usage: 'client', days: DAYS });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const caPath = write('ca.crt', authority.certPem);
  return {
    client: { ca: authority.certPem, cert: client.certPem, key: client.keyPem },
    caPath,
    clientCertPath: write('client.crt', client.certPem),
    clientKeyPath: write('client.key', client.keyPem),
    conf: [
      `tls-ca-cert-file ${caPath}`,
      `tls-cert-file ${write('node.crt', node.certPem)}`,
      `tls-key-file ${write('node.key', node.keyPem)}`,
      'tls-replication yes',
    ],
  };
}
