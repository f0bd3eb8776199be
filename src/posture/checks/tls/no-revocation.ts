/** TLS-024: what no server does: look at a CRL or at OCSP. A person must know the way out before it is needed. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';
import { whereTlsIsOn } from './server-certificate.ts';

export const noRevocation: Check = {
  id: 'TLS-024',
  area: 'tls',
  title: 'A revoked client certificate is still accepted',
  goal: 'There is a rehearsed way to cut off a stolen client certificate',
  severity: 'medium',
  rationale:
    'No version checks revocation: a revoked client was accepted with the CRL in the CA file and hashed in the CA directory, and an OCSP responder named in the certificate was never asked. A short lifetime, the users’ passwords, and a change of CA are the only ways to cut off a key.',
  evaluate: (snapshot) =>
    whereTlsIsOn(snapshot, () =>
      readSettings(snapshot, ['tls-auth-clients'], ({ 'tls-auth-clients': clients }) =>
        clients.value === 'no'
          ? notApplicable('client certificates are not looked at')
          : {
              status: 'manual',
              instruction:
                'Write down and rehearse how a stolen client certificate is cut off: disable its ACL user and kill its connections, then issue from a new CA, trust both, and drop the old one. Keep client certificates short-lived.',
            },
      ),
    ),
  remedy:
    'Keep client certificates short-lived, require a password beside them, and rehearse the change of CA: trust old and new together, reissue, then trust the new alone.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: { server: 'redis-7.2', conf: TLS_CONF },
    good: { server: 'redis-7.2', conf: tlsConf({ 'tls-auth-clients': 'no' }) },
  },
};
