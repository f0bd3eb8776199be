// The cipher suites that a Redis or Valkey could accept, under OpenSSL's names: all that OpenSSL 1.1.1 to 3.5 can be built
// with (ssl/s3_lib.c), for certificates or for nobody's identity. Left out are those for a shared secret (PSK, SRP), for
// which these servers have no setting.
import { createSecureContext } from 'node:tls';
import type { TlsVersion } from './observation.ts';

/** Suites that came with TLS 1.2. */
const NEW_SUITES = split(`
  ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 DHE-DSS-AES256-GCM-SHA384 DHE-RSA-AES256-GCM-SHA384
  ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 DHE-RSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES256-CCM8
  ECDHE-ECDSA-AES256-CCM DHE-RSA-AES256-CCM8 DHE-RSA-AES256-CCM ECDHE-ECDSA-ARIA256-GCM-SHA384
  ECDHE-ARIA256-GCM-SHA384 DHE-DSS-ARIA256-GCM-SHA384 DHE-RSA-ARIA256-GCM-SHA384 ADH-AES256-GCM-SHA384
  ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 DHE-DSS-AES128-GCM-SHA256 DHE-RSA-AES128-GCM-SHA256
  ECDHE-ECDSA-AES128-CCM8 ECDHE-ECDSA-AES128-CCM DHE-RSA-AES128-CCM8 DHE-RSA-AES128-CCM
  ECDHE-ECDSA-ARIA128-GCM-SHA256 ECDHE-ARIA128-GCM-SHA256 DHE-DSS-ARIA128-GCM-SHA256 DHE-RSA-ARIA128-GCM-SHA256
  ADH-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-SHA384 ECDHE-RSA-AES256-SHA384 DHE-RSA-AES256-SHA256
  DHE-DSS-AES256-SHA256 ECDHE-ECDSA-CAMELLIA256-SHA384 ECDHE-RSA-CAMELLIA256-SHA384 DHE-RSA-CAMELLIA256-SHA256
  DHE-DSS-CAMELLIA256-SHA256 ADH-AES256-SHA256 ADH-CAMELLIA256-SHA256 ECDHE-ECDSA-AES128-SHA256
  ECDHE-RSA-AES128-SHA256 DHE-RSA-AES128-SHA256 DHE-DSS-AES128-SHA256 ECDHE-ECDSA-CAMELLIA128-SHA256
  ECDHE-RSA-CAMELLIA128-SHA256 DHE-RSA-CAMELLIA128-SHA256 DHE-DSS-CAMELLIA128-SHA256 ADH-AES128-SHA256
  ADH-CAMELLIA128-SHA256 AES256-GCM-SHA384 AES256-CCM8 AES256-CCM ARIA256-GCM-SHA384 AES128-GCM-SHA256 AES128-CCM8
  AES128-CCM ARIA128-GCM-SHA256 AES256-SHA256 CAMELLIA256-SHA256 AES128-SHA256 CAMELLIA128-SHA256 NULL-SHA256
`);

/** Suites of TLS 1.0 and 1.1, which 1.2 may use too. The last ones are part of a build of OpenSSL on request only. */
const OLD_SUITES = split(`
  ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA DHE-RSA-AES256-SHA DHE-DSS-AES256-SHA DHE-RSA-CAMELLIA256-SHA
  DHE-DSS-CAMELLIA256-SHA AECDH-AES256-SHA ADH-AES256-SHA ADH-CAMELLIA256-SHA ECDHE-ECDSA-AES128-SHA
  ECDHE-RSA-AES128-SHA DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA DHE-RSA-CAMELLIA128-SHA DHE-DSS-CAMELLIA128-SHA
  AECDH-AES128-SHA ADH-AES128-SHA ADH-CAMELLIA128-SHA AES256-SHA CAMELLIA256-SHA AES128-SHA CAMELLIA128-SHA
  ECDHE-ECDSA-NULL-SHA ECDHE-RSA-NULL-SHA AECDH-NULL-SHA NULL-SHA NULL-MD5
  ECDHE-ECDSA-DES-CBC3-SHA ECDHE-RSA-DES-CBC3-SHA DHE-RSA-DES-CBC3-SHA DHE-DSS-DES-CBC3-SHA AECDH-DES-CBC3-SHA
  ADH-DES-CBC3-SHA DES-CBC3-SHA ECDHE-ECDSA-RC4-SHA ECDHE-RSA-RC4-SHA AECDH-RC4-SHA ADH-RC4-MD5 RC4-SHA RC4-MD5
  DHE-RSA-SEED-SHA DHE-DSS-SEED-SHA ADH-SEED-SHA SEED-SHA IDEA-CBC-SHA
`);

const SUITES_13 = split(`
  TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256 TLS_AES_128_CCM_SHA256
  TLS_AES_128_CCM_8_SHA256
`);

/** The suites of one version, divided by whether our own TLS library lets us offer them. */
export interface KnownSuites {
  readonly offerable: readonly string[];
  readonly unoffered: readonly string[];
}

/** The library does not change while we run, and asking it takes a tenth of a millisecond for each suite. */
const asked = new Map<TlsVersion, KnownSuites>();

export function listSuites(version: TlsVersion): KnownSuites {
  const before = asked.get(version);
  if (before !== undefined) return before;
  const known = suitesOf(version);
  const offerable = known.filter((suite) => canOffer(version, suite));
  const suites = { offerable, unoffered: known.filter((suite) => !offerable.includes(suite)) };
  asked.set(version, suites);
  return suites;
}

/** OpenSSL's list of exactly these suites. Security level 0: only so may OpenSSL 3 offer weak ones and old versions. */
export function cipherList(version: TlsVersion, suites: readonly string[]): string {
  // Where 1.3 has the suites, the list for older versions must hold something, and is not offered.
  return [...suites, ...(version === 'TLSv1.3' ? ['ALL'] : []), '@SECLEVEL=0'].join(':');
}

function suitesOf(version: TlsVersion): readonly string[] {
  switch (version) {
    case 'TLSv1':
    case 'TLSv1.1':
      return OLD_SUITES;
    case 'TLSv1.2':
      return [...NEW_SUITES, ...OLD_SUITES];
    case 'TLSv1.3':
      return SUITES_13;
  }
}

function canOffer(version: TlsVersion, suite: string): boolean {
  try {
    createSecureContext({
      ca: [],
      minVersion: version,
      maxVersion: version,
      ciphers: cipherList(version, [suite]),
    });
    return true;
  } catch {
    return false;
  }
}

function split(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
