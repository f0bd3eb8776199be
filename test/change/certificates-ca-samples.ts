/** Two authorities and what nodes and clients have of them. */
import { beforeAll } from 'vitest';
import type {
  AuthorityNode,
  AuthoritySight,
  KnownClient,
} from '../../src/change/certificates/authority-sight.ts';
import type { AuthorityChange } from '../../src/change/certificates/authority-side.ts';
import { createAuthority, issueCertificate, readCertificates, type Authority } from '../../src/tls/index.ts';

export interface Samples {
  readonly oldCa: Authority;
  readonly newCa: Authority;
  readonly otherCa: Authority;
  readonly oldLeaf: string;
  readonly newLeaf: string;
  readonly otherLeaf: string;
  readonly change: AuthorityChange;
}

/** The same name on purpose: only keys tell old from new. */
export function withSamples(): Samples {
  const made: Partial<Record<keyof Samples, unknown>> = {};
  beforeAll(async () => {
    const oldCa = await createAuthority({ name: 'Wardis authority', days: 30 });
    const newCa = await createAuthority({ name: 'Wardis authority', days: 30 });
    const otherCa = await createAuthority({ name: 'Another', days: 30 });
    const leaf = async (ca: Authority): Promise<string> =>
      (await issueCertificate(ca, { commonName: 'node', dnsNames: ['localhost'], usage: 'node', days: 10 }))
        .certPem;
    Object.assign(made, { oldCa, newCa, otherCa });
    made.oldLeaf = await leaf(oldCa);
    made.newLeaf = await leaf(newCa);
    made.otherLeaf = await leaf(otherCa);
    made.change = { old: [oldCa.certPem], next: [newCa.certPem], others: [otherCa.certPem] };
  });
  return made as Samples;
}

export function nodeOf(
  id: string,
  parts: Partial<AuthorityNode> & { readonly pem?: string; readonly leaf?: string },
): AuthorityNode {
  const { pem = '', leaf, ...rest } = parts;
  return {
    id,
    role: 'replica',
    trust: { kind: 'file', path: '/etc/redis/tls/ca.crt', pem, sha256: 'aa' },
    admits: { old: { kind: 'untried', why: 'not asked' }, next: { kind: 'untried', why: 'not asked' } },
    served: leaf === undefined ? [] : [{ port: id, chain: [leaf] }],
    ...rest,
  };
}

export function clientOf(name: string, pem: string): KnownClient {
  const fingerprintSha256 = readCertificates(pem).certificates[0]?.fingerprintSha256 ?? '';
  return { name, fingerprintSha256, chain: [pem], ours: true };
}

export function sightOf(
  nodes: readonly AuthorityNode[],
  ownTrust: string,
  clients: readonly KnownClient[] = [],
  shows: readonly KnownClient[] = [],
): AuthoritySight {
  return {
    nodes,
    clients,
    own: { trust: [{ kind: 'file', path: './tls/ca.crt', pem: ownTrust, sha256: 'bb' }], shows },
  };
}
