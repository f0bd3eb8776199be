// A minimal certificate authority: one self-signed root that issues leaves. Enough for the demo, the tests and the
// TLS plan of a compiled policy. Keys are ECDSA P-256 unless asked otherwise.

/** PEM in, PEM out: an authority read back from two files is the same value. `keyPem` is a secret: wrap it or write it 0600. */
export interface Authority {
  readonly certPem: string;
  readonly keyPem: string;
}

export type IssuedKeyType = 'ec-p256' | 'ec-p384' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'ed25519';

export interface AuthorityRequest {
  /** Common name of the root. */
  readonly name: string;
  readonly days: number;
  /** Start of validity; default now, less five minutes for slow clocks. */
  readonly at?: Date;
  readonly keyType?: IssuedKeyType;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  /** `node` is server and client in one, as replicas and cluster nodes need. */
  readonly usage: 'server' | 'client' | 'node';
  /** The certificate never outlives its authority: a longer time is cut to it. */
  readonly days: number;
  /** Start of validity; default now, less five minutes for slow clocks. */
  readonly at?: Date;
  readonly keyType?: IssuedKeyType;
}

export interface IssuedCertificate {
  readonly certPem: string;
  /** PKCS #8, not encrypted. A secret: wrap it or write it 0600. */
  readonly keyPem: string;
  readonly caPem: string;
}

/** Makes a root: CA true, path length 0, keyCertSign and cRLSign. */
export async function createAuthority(request: AuthorityRequest): Promise<Authority> {
  throw new Error(`not written: ${request.name}`);
}

/** Makes a key and a certificate for it, signed by the authority. */
export async function issueCertificate(
  authority: Authority,
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  throw new Error(`not written: ${authority.certPem}${request.commonName}`);
}
