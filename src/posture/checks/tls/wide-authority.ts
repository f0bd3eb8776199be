/** TLS-023: a CA that signs for everybody makes everybody a client. */

import type { Change } from '../../../policy/index.ts';
import type { Check } from '../../check.ts';
import { TLS_CONF, exampleAuthority, exampleFiles, tlsConf } from '../../example.ts';
import { byHand, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readCertificateFile, whereTlsIsOn } from './server-certificate.ts';

const SYSTEM_STORE =
  /^\/(?:etc\/ssl\/certs|etc\/pki|usr\/share\/ca-certificates|etc\/ca-certificates)(?:\/|$)|ca-certificates\.crt$|ca-bundle\.(?:crt|trust\.crt)$|^\/etc\/ssl\/cert\.pem$/;
const PUBLIC_CA =
  /Let's Encrypt|ISRG|DigiCert|GlobalSign|Sectigo|Comodo|GoDaddy|Entrust|Amazon Root|Google Trust|Baltimore|VeriSign|USERTrust|Certum|Buypass|ZeroSSL|IdenTrust/i;
const AUTHORITIES_MAX = 10;

export const wideAuthority: Check = {
  id: 'TLS-023',
  area: 'tls',
  title: 'The server trusts client certificates of a CA that anybody can use',
  goal: 'Only a CA of your own signs client certificates',
  severity: 'high',
  rationale:
    'A client is let in with any certificate that chains to tls-ca-cert-file or tls-ca-cert-dir; its name is not looked at before Valkey 9.0 and Redis 8.6. With the trust store of the system, or a public CA, anybody can get such a certificate.',
  evaluate: (snapshot) =>
    whereTlsIsOn(snapshot, () =>
      readSettings(snapshot, ['tls-auth-clients', 'tls-ca-cert-file', 'tls-ca-cert-dir'], (seen) => {
        if (seen['tls-auth-clients'].value === 'no')
          return notApplicable('client certificates are not looked at');
        for (const name of ['tls-ca-cert-file', 'tls-ca-cert-dir'] as const) {
          const { value, from } = seen[name];
          if (SYSTEM_STORE.test(value))
            return fail(
              [evidence(`${name} ${value}`, from)],
              FIX,
              'Anybody with a public certificate passes for a client.',
            );
        }
        const path = seen['tls-ca-cert-file'].value;
        if (path === '')
          return {
            status: 'manual',
            instruction: `List the CAs in ${seen['tls-ca-cert-dir'].value || 'tls-ca-cert-dir'} and keep only your own.`,
          };
        return readCertificateFile(snapshot, path, (certificates, from) => {
          const wide = certificates.filter(({ subject }) => PUBLIC_CA.test(subject));
          if (wide.length > 0)
            return fail(
              [evidence(`${path} trusts ${wide.map(({ subject }) => subject).join(', ')}`, from)],
              FIX,
              'Anybody with a public certificate passes for a client.',
            );
          if (certificates.length > AUTHORITIES_MAX)
            return fail([evidence(`${path} trusts ${certificates.length} CAs`, from)], FIX);
          return pass(`${path} trusts ${certificates.map(({ subject }) => subject).join(', ')}`, from);
        });
      }),
    ),
  remedy: 'Use a CA that signs certificates for this fleet and nothing else.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-ca-cert-file': '/etc/ssl/certs/ca-certificates.crt' }) },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleFiles({ '/etc/redis/tls/ca.crt': [exampleAuthority()] }),
    },
  },
};

const FIX: readonly Change[] = [
  byHand(
    'Create a CA for this fleet alone, issue client certificates from it, and name it by tls-ca-cert-file.',
  ),
];
