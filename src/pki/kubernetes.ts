/**
 * What Kubernetes takes: a Secret of type kubernetes.io/tls with `ca.crt` beside the pair, and a `Certificate` for
 * cert-manager (cert-manager.io/v1) that asks its issuer for the same. Pure; the Secret's text holds the private key.
 */

import { stringify } from 'yaml';
import type { Secret } from '../conf/index.ts';
import type { IssuedKeyType, IssuedUsage } from '../tls/index.ts';
import { LEAF_DAYS_DEFAULT } from './lifetime.ts';

/** Where it goes. */
export interface KubernetesPlace {
  /** `metadata.name`, and `secretName` of the certificate: an RFC 1123 subdomain. */
  readonly name: string;
  /** Default: the namespace that kubectl is set to. */
  readonly namespace?: string | undefined;
}

/** cert-manager's `issuerRef`. */
export interface IssuerReference {
  readonly kind: 'Issuer' | 'ClusterIssuer';
  readonly name: string;
}

/** What the certificate is to be, as {@link AuthorityHandle} takes it. */
export interface KubernetesRequest {
  readonly commonName: string;
  readonly usage: IssuedUsage;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly days?: number;
  readonly keyType?: IssuedKeyType;
}

/** The pair as a Secret, YAML. */
export function printTlsSecret(
  place: KubernetesPlace,
  pair: { readonly certPem: string; readonly key: Secret; readonly caPem: string },
): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: metadata(place),
      data: {
        'tls.crt': base64(pair.certPem),
        'tls.key': base64(pair.key.reveal()),
        'ca.crt': base64(pair.caPem),
      },
    },
    { lineWidth: 0 },
  );
}

/** A request to cert-manager, YAML. It is renewed when a third of its life is left. */
export function printCertManagerCertificate(
  place: KubernetesPlace,
  issuer: IssuerReference,
  request: KubernetesRequest,
): string {
  const {
    commonName,
    usage,
    dnsNames,
    ipAddresses,
    uris,
    days = LEAF_DAYS_DEFAULT,
    keyType = 'ec-p256',
  } = request;
  return stringify(
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: metadata(place),
      spec: {
        secretName: place.name,
        commonName,
        ...(dnsNames.length === 0 ? {} : { dnsNames }),
        ...(ipAddresses.length === 0 ? {} : { ipAddresses }),
        ...(uris.length === 0 ? {} : { uris }),
        duration: `${days * 24}h0m0s`,
        renewBefore: `${days * 8}h0m0s`,
        privateKey: { ...PRIVATE_KEYS[keyType], rotationPolicy: 'Always' },
        usages: [
          'digital signature',
          ...(keyType.startsWith('rsa') ? ['key encipherment'] : []),
          ...(usage === 'client' ? [] : ['server auth']),
          ...(usage === 'server' ? [] : ['client auth']),
        ],
        issuerRef: { group: 'cert-manager.io', kind: issuer.kind, name: issuer.name },
      },
    },
    { lineWidth: 0 },
  );
}

/** A name that Kubernetes takes, made from any: lower case, with `-tls` behind it. */
export function kubernetesNameOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/^\*\./, 'any-')
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, KUBERNETES_NAME_CHARACTERS_MAX - SUFFIX.length)
    .replace(/^[.-]+|[.-]+$/g, '')
    .replace(/-*\.-*/g, '.');
  return `${plain === '' ? 'wardis' : plain}${SUFFIX}`;
}

/** RFC 1123 subdomain, as the API server checks it. */
export function isKubernetesName(name: string): boolean {
  return (
    name.length <= KUBERNETES_NAME_CHARACTERS_MAX &&
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name)
  );
}

const SUFFIX = '-tls';
const KUBERNETES_NAME_CHARACTERS_MAX = 253;
const PRIVATE_KEYS: Readonly<Record<IssuedKeyType, { readonly algorithm: string; readonly size?: number }>> =
  {
    'ec-p256': { algorithm: 'ECDSA', size: 256 },
    'ec-p384': { algorithm: 'ECDSA', size: 384 },
    'rsa-2048': { algorithm: 'RSA', size: 2048 },
    'rsa-3072': { algorithm: 'RSA', size: 3072 },
    'rsa-4096': { algorithm: 'RSA', size: 4096 },
    ed25519: { algorithm: 'Ed25519' },
  };

function metadata({ name, namespace }: KubernetesPlace): Readonly<Record<string, string>> {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
